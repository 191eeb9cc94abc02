"""Limits: so long after a named instant, or a bare duration, which runs from where the limit begins to matter."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, SerializerFunctionWrapHandler, model_serializer

from sim.scenario.base import Described, Named
from sim.scenario.durations import Duration, FiniteDuration, as_finite
from sim.vocabulary import Anchor


class Limit(Described):
    """So long after an instant of the order; the last instant is still in time."""

    after: Anchor | None = None
    """The instant it is counted from; where none is named, the one at which it begins to matter."""
    within: FiniteDuration
    """How long."""

    @model_serializer(mode="wrap")
    def _as_short_as_it_was(self, serialize: SerializerFunctionWrapHandler) -> Any:
        return str(self.within) if self.after is None else serialize(self)


def _or_bare(limit: type[Limit]) -> BeforeValidator:
    """Lets a duration stand for the limit that names no instant; a fault in it is reported as the limit's own."""

    def check(value: Any) -> Any:
        return value if isinstance(value, dict | Limit) else limit(within=as_finite(value))

    return BeforeValidator(check, json_schema_input_type=Duration | limit)


class DispatchWindow(Limit):
    """How long a seller may take to dispatch."""

    after: Annotated[Anchor | None, Named(only=(Anchor.PAID, Anchor.ARRANGED, Anchor.PROMISED))] = None
    """The instant it is counted from; payment where none is named."""


class LastCallWindow(Limit):
    """How long a buyer may still call the platform."""

    after: Annotated[Anchor | None, Named(only=tuple(Anchor))] = None
    """The instant it is counted from; the seller's verdict or silence (`decided`) where none is named.

    `opened` is when the request was put on which there was that verdict."""


class PostingWindow(Limit):
    """How long a buyer may take to post what goes back."""

    after: Annotated[Anchor | None, Named(only=tuple(Anchor))] = None
    """The instant it is counted from; the verdict, or the parcel's arrival if that is later, where none is named.

    `opened` is when the dispute was put, or the right of withdrawal used."""


class RefundWindow(Limit):
    """The latest instant at which the money may come."""

    after: Annotated[Anchor | None, Named(only=(Anchor.PAID, Anchor.ASKED, Anchor.DECIDED))] = None
    """The instant it is counted from; that at which the refund fell due where none is named.

    `decided` is when it was decided that there is a refund. The limit does not end before that is due."""


DispatchLimit = Annotated[DispatchWindow, _or_bare(DispatchWindow)]
LastCall = Annotated[LastCallWindow, _or_bare(LastCallWindow)]
PostingLimit = Annotated[PostingWindow, _or_bare(PostingWindow)]
RefundLimit = Annotated[RefundWindow, _or_bare(RefundWindow)]

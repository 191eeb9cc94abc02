"""Limits: last instants that may be a bare duration, which runs from where the limit begins to matter."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, SerializerFunctionWrapHandler, model_serializer

from sim.scenario.base import Named, NoneOr
from sim.scenario.durations import Duration, FiniteDuration, as_finite
from sim.scenario.windows import LastInstant, PutOff
from sim.vocabulary import Anchor


class Limit(LastInstant):
    """So long after an instant of the order, or until a fixed day; the last instant is still in time."""

    within: NoneOr[FiniteDuration]
    """How long; where no instant is named, counted from the one at which it begins to matter."""

    @model_serializer(mode="wrap")
    def _only_what_it_has(self, serialize: SerializerFunctionWrapHandler) -> Any:
        is_bare = self.after is None and self.until is None
        return str(self.within) if is_bare else super()._only_what_it_has(serialize)


def _or_bare(limit: type[Limit]) -> BeforeValidator:
    """Lets a duration stand for the limit that names no instant; a fault in it is reported as the limit's own."""

    def check(value: Any) -> Any:
        return value if isinstance(value, dict | Limit) else limit(within=as_finite(value))

    return BeforeValidator(check, json_schema_input_type=Duration | limit)


class DispatchWindow(PutOff, Limit):
    """How long a seller may take to dispatch; a day can only put that off."""

    within: FiniteDuration
    """How long."""

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

"""Windows and limits: from or until when something may be done, counted from an instant or by the date."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from sim.scenario.base import Day, Described, Named, NoneOr
from sim.scenario.distributions.families import WallLaw
from sim.scenario.durations import Duration, FiniteDuration, FiniteWallDuration, as_finite
from sim.vocabulary import Anchor

BUT_OPENED = tuple(anchor for anchor in Anchor if anchor is not Anchor.OPENED)
BEFORE_DISPATCH = (Anchor.PAID, Anchor.DISPATCH_DUE, Anchor.ARRANGED, Anchor.DISPATCHED, Anchor.PROMISED)
"""The instants that a cancellation may be counted from."""


class Window(Described):
    """So long after a named instant of the order; the last instant is still inside."""

    after: Annotated[Anchor, Named(only=BUT_OPENED)]
    """The instant it is counted from."""
    within: FiniteDuration = Field(default=0, validate_default=True)
    """How long; in business days or working time, the platform's."""


def _needs_a_length_or_a_day(schema: dict[str, Any]) -> None:
    """What may be a day alone need not say how long."""
    may_be_none = {"const": "none"} in schema["properties"]["within"].get("anyOf", ())
    if may_be_none and "within" in schema.get("required", ()):
        schema["required"].remove("within")
        schema["anyOf"] = [{"required": ["within"]}, {"required": ["until"]}]


class LastInstant(Described):
    """Until so long after an instant of the order, or until a fixed day, or the earlier or later of both."""

    model_config = ConfigDict(json_schema_extra=_needs_a_length_or_a_day)
    counted_by: ClassVar[str] = "within"
    """The key without which it is counted from nothing, and there is only a day."""
    after: Anchor | None = None
    """The instant it is counted from."""
    within: Any = None
    """How long; none where there is only a day."""
    until: Day | None = None
    """The last day, which is inside: `2024-01-31`."""
    whichever: Literal["earlier", "later"] | None = None
    """Where it is counted from an instant, and there is a day as well: which of them counts."""

    @model_validator(mode="before")
    @classmethod
    def _a_day_alone(cls, value: Any) -> Any:
        is_alone = isinstance(value, dict) and "until" in value
        is_alone = is_alone and (value.get("within") == "none" or not {"after", "within"} & value.keys())
        return {**value, "within": None} if is_alone else value

    @model_validator(mode="after")
    def _it_ends(self) -> Self:
        key = self.counted_by
        is_counted = self.within is not None and getattr(self, key) is not None
        if not is_counted and self.until is None:
            raise ValueError(f"found neither '{key}' nor 'until', expected a length, a date, or both")
        if (is_counted and self.until is not None) != (self.whichever is not None):
            raise ValueError(f"expected 'whichever' (earlier or later) exactly where there is '{key}' and 'until'")
        return self

    @model_serializer(mode="wrap")
    def _only_what_it_has(self, serialize: SerializerFunctionWrapHandler) -> Any:
        idle = {"after"} if self.within is None else set()
        told = serialize(self).items()
        return {name: value for name, value in told if value not in (None, "none") and name not in idle}


class PutOff(LastInstant):
    """A last instant that a day can only put off: one that ended before the payment would be over too soon."""

    whichever: Literal["later"] | None = None
    """Where there is a day: the later of the two counts."""

    @model_validator(mode="before")
    @classmethod
    def _a_day_alone(cls, value: Any) -> Any:
        return value


class Promise(PutOff):
    """The delivery date that the platform shows; a day can only put it off."""

    after: Annotated[Anchor, Named(only=(Anchor.PAID, Anchor.DISPATCH_DUE, Anchor.ARRANGED, Anchor.DISPATCHED))] = (
        Anchor.PAID
    )
    """The instant it is counted from."""
    within: FiniteDuration
    """How long; in business days or working time, the platform's."""


class ProductWindow(LastInstant):
    """How long the cancel button is shown. It differs by product, so its length is a distribution."""

    after: Annotated[Anchor, Named(only=BEFORE_DISPATCH)] = Anchor.PAID
    """The instant it is counted from."""
    within: NoneOr[WallLaw]
    """How long, product by product."""


class FreeUntil(LastInstant):
    """Until then no consent is needed; the last instant is still free."""

    after: Annotated[Anchor, Named(only=BEFORE_DISPATCH)] = Anchor.PAID
    """The instant it is counted from."""
    within: NoneOr[FiniteWallDuration] = Field(default=0, validate_default=True)
    """How long."""


class LastWindow(LastInstant):
    """Until so long after a named instant of the order, or until a fixed date, or the earlier or later of both."""

    counted_by: ClassVar[str] = "after"
    after: Annotated[Anchor | None, Named(only=BUT_OPENED)] = None
    """The instant it is counted from."""
    within: NoneOr[FiniteDuration] = Field(default=0, validate_default=True)
    """How long; in business days or working time, the platform's."""

    @model_validator(mode="after")
    def _counted_from_something(self) -> Self:
        if self.after is None and self.within is not None:
            raise ValueError("found 'within', but no 'after' that it would be counted from")
        return self


class ClosingWindow(LastWindow):
    """A last instant that may differ by order, because products have windows of their own."""

    plus: NoneOr[WallLaw] = None
    """How much longer than `within` an order's own window is."""

    @model_validator(mode="after")
    def _longer_than_something(self) -> ClosingWindow:
        if self.plus is not None and self.after is None:
            raise ValueError("found 'plus', but no 'after' that it would be counted from")
        return self


# ------------------------------------------------------ limits: a bare duration runs from where it begins to matter


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

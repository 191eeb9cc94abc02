"""Windows: from or until when something may be done, counted from an instant of the order or by the date."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from sim.scenario.base import Day, Described, Named, NoneOr
from sim.scenario.distributions import WallLaw
from sim.scenario.durations import FiniteDuration
from sim.vocabulary import Anchor


class Window(Described):
    """So long after a named instant of the order; the last instant is still inside."""

    after: Annotated[Anchor, Named(only=tuple(anchor for anchor in Anchor if anchor is not Anchor.OPENED))]
    """The instant it is counted from."""
    within: FiniteDuration = Field(default=0, validate_default=True)
    """How long; in business days or working time, the platform's."""


class LastWindow(Described):
    """Until so long after a named instant of the order, or until a fixed date, or the earlier or later of both."""

    after: Annotated[
        Anchor | None, Named(only=tuple(anchor for anchor in Anchor if anchor is not Anchor.OPENED))
    ] = None
    """The instant it is counted from."""
    within: FiniteDuration = Field(default=0, validate_default=True)
    """How long; in business days or working time, the platform's."""
    until: Day | None = None
    """The last day, which is inside: `2024-01-31`."""
    whichever: Literal["earlier", "later"] | None = None
    """Where there is both an instant and a date: which of them counts."""

    @model_validator(mode="after")
    def _it_ends(self) -> LastWindow:
        both = self.after is not None and self.until is not None
        if self.after is None and self.until is None:
            raise ValueError("found neither 'after' nor 'until', expected an instant, a date, or both")
        if both != (self.whichever is not None):
            raise ValueError("expected 'whichever' (earlier or later) exactly where there is 'after' and 'until'")
        if self.after is None and "within" in self.model_fields_set:
            raise ValueError("found 'within', but no 'after' that it would be counted from")
        return self

    @model_serializer(mode="wrap")
    def _only_what_it_has(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        absent = {"within"} if self.after is None else set()
        told = serialize(self).items()
        return {name: value for name, value in told if value not in (None, "none") and name not in absent}


class ClosingWindow(LastWindow):
    """A last instant that may differ by order, because products have windows of their own."""

    plus: NoneOr[WallLaw] = None
    """How much longer than `within` an order's own window is."""

    @model_validator(mode="after")
    def _longer_than_something(self) -> ClosingWindow:
        if self.plus is not None and self.after is None:
            raise ValueError("found 'plus', but no 'after' that it would be counted from")
        return self

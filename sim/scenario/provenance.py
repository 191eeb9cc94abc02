"""Where a number comes from: what a scenario file says of its own values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel, model_validator

from sim.scenario.base import Described, Share
from sim.scenario.durations import NEVER, Kind, parse_duration

_RANGE = "expected [low, high] of numbers or of durations of one kind, or different words to choose from"
Bound = int | float | str
"""One end of a plausible range, or one of the words that are plausible."""


class Source(Described):
    """Where a value, or every value below a path, comes from."""

    kind: Literal["sourced", "derived", "assumed", "fitted"]
    """Stated by a source, computed from what a source states, chosen by us, or learnt from a log."""
    from_: Annotated[str, Field(alias="from", min_length=1, max_length=1000)]
    """The source, the computation, or why it was chosen so."""
    range: Annotated[list[Bound], Field(min_length=2, max_length=20)] | None = None
    """What would be plausible too: low and high, or the words to choose from. An assumption needs one."""
    as_of: Annotated[int, Field(ge=1900, le=2200)] | None = None
    """The year for which it holds."""

    n: Annotated[int, Field(ge=0)] | None = None
    """Of what was learnt from a log: the cases it rests on."""
    censored: Share | None = None
    """The share of them that were not over when watching ended."""
    interval: Annotated[list[Bound], Field(min_length=2, max_length=2)] | None = None
    """Its 95 % interval, sellers as the unit."""
    period: Annotated[str, Field(max_length=100)] | None = None
    """The days it was learnt from."""
    method: Annotated[str, Field(max_length=300)] | None = None
    """How."""
    identified: Annotated[str, Field(max_length=500)] | None = None
    """How far the log can tell it at all."""

    @model_validator(mode="after")
    def _an_assumption_has_a_range(self) -> Source:
        if self.kind == "assumed" and self.range is None:
            raise ValueError("found an assumption without a range, expected range: [low, high]")
        if self.range is not None and not _is_range(self.range):
            raise ValueError(f"found the range {self.range}, {_RANGE}")
        return self


class Provenance(RootModel[dict[str, Source]]):
    """By path: where the value there, and every value below it, comes from."""

    model_config = ConfigDict(strict=True, frozen=True)

    root: dict[str, Source] = Field(default_factory=dict)


def is_number(value: object) -> bool:
    """Whether a value is a number or a duration to account for.

    A word such as `none`, `never` or `approve` is not, and neither is 0, which says that there is nothing.
    """
    return value not in ("never", "0", 0) and _measured(value) is not None


def _is_range(bounds: list[Bound]) -> bool:
    """Numbers and durations ascend; where a word is among them, it is a choice between different values."""
    measured = [measure for bound in bounds if (measure := _measured(bound))]
    if len(measured) < len(bounds):
        return len(set(bounds)) == len(bounds)
    kinds = {kind for kind, size in measured if size not in (0, NEVER)}
    return len(bounds) == 2 and len(kinds) <= 1 and measured[0][1] <= measured[1][1]


def _measured(value: object) -> tuple[Kind, float] | None:
    """What a value is counted in (plain numbers in nothing) and how much it is; None for a word."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Kind.NONE, value
    try:
        duration = parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return (duration.kind, duration.seconds) if duration else None

"""Where a number comes from: what a scenario file says of its own values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel, model_validator

from sim.scenario.base import Described, Share
from sim.scenario.ranges import EXPECTED, Bound, Range, RangeEnds, is_range, measured


class Source(Described):
    """Where a value, or every value below a path, comes from."""

    kind: Literal["sourced", "derived", "assumed", "fitted"]
    """Stated by a source, computed from what a source states, chosen by us, or learnt from a log."""
    from_: Annotated[str, Field(alias="from", min_length=1, max_length=1000)]
    """The source, the computation, or why it was chosen so."""
    range: RangeEnds | Range | None = None
    """What would be plausible too: low and high, or the words to choose from; or how it moves (stretch, median,
    share …). An assumption needs one."""
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
        if isinstance(self.range, list) and not is_range(self.range):
            raise ValueError(f"found the range {self.range}, {EXPECTED}")
        return self


class Provenance(RootModel[dict[str, Source]]):
    """By path: where the value there, and every value below it, comes from."""

    model_config = ConfigDict(strict=True, frozen=True)

    root: dict[str, Source] = Field(default_factory=dict)


def is_number(value: object) -> bool:
    """Whether a value is a number or a duration to account for.

    A word such as `none`, `never` or `approve` is not, and neither is 0, which says that there is nothing.
    """
    return value not in ("never", "0", 0) and measured(value) is not None

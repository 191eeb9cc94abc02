"""Where a number comes from, and how far it may be from what a file says: what `range` means to a program.

    range: [3 d, 9 d]                          the value itself is anything from 3 to 9 days
    range: [decline, approve]                  … or one of these words
    range: {stretch: [0.5, 2]}                 every time and amount at and below the path, times 0.5 to 2
    range: {median: [4, 40], scale: log}       a law, stretched so that its median is 4 to 40 (or its mean, its p95)
    range: {share: [0.3, 0.8]}                 a share of a whole: its siblings keep their proportions
    range: {set: [0.05, 0.6], at: probability} the part of the value that is meant
    range: {stretch: [0.7, 1.4], correlated: {market.carrier.transit: 0.9}}    and it moves with another

Between the bounds every value is equally likely (`linear`) or every ratio (`log`, for stretching unless said).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel, model_validator

from sim.scenario.base import Described, Share
from sim.scenario.durations import NEVER, Kind, parse_duration

EXPECTED = "expected [low, high] of numbers or of durations of one kind, or different words to choose from"
ABOVE_ZERO = "expected [low, high] above 0, numbers or durations of one kind"
Bound = int | float | str
"""One end of a plausible range, or one of the words that are plausible."""
RangeEnds = Annotated[list[Bound], Field(min_length=2, max_length=20)]
Correlation = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
LAWS_POINTS = ("median", "mean", "p95")
"""Points of a law that a range may speak of."""
MOVES = ("set", "stretch", *LAWS_POINTS, "share")


class Range(Described):
    """How a value may move: exactly one of set, stretch, median, mean, p95 and share, and between which bounds."""

    set: RangeEnds | None = None
    """The value is anything between two numbers or durations, or one of these words."""
    stretch: RangeEnds | None = None
    """Every time at and below the path (of a law or a number: itself) is multiplied by a factor between these."""
    median: RangeEnds | None = None
    """The law is stretched so that its median is between these."""
    mean: RangeEnds | None = None
    """The law is stretched so that its mean is between these."""
    p95: RangeEnds | None = None
    """The law is stretched so that its 95 % point is between these."""
    share: RangeEnds | None = None
    """The share is between these; its siblings keep their proportions, and all still sum to 1."""
    at: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The part of the value that moves, as a path from there: `probability`, `within`."""
    scale: Literal["linear", "log"] | None = None
    """`linear`: every value is equally likely; `log`: every ratio. A stretch is log unless said, others linear."""
    correlated: dict[str, Correlation] | None = None
    """By path of another range: their correlation, on the scale of normal quantiles."""

    @model_validator(mode="after")
    def _moves_in_one_way(self) -> Range:
        given = [name for name in MOVES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"found {' and '.join(given) or 'nothing'}, expected exactly one of {', '.join(MOVES)}"
            )
        if self.move == "set" and not is_range(self.bounds):
            raise ValueError(f"found the range {self.bounds}, {EXPECTED}")
        if self.move != "set" and not _is_positive(self.bounds):
            raise ValueError(f"found {self.move} {self.bounds}, {ABOVE_ZERO}")
        if self.is_log and self.is_words:
            raise ValueError("found words on a log scale, expected numbers or durations")
        if self.is_log and not _is_positive(self.bounds):
            raise ValueError(f"found {self.bounds} on a log scale, {ABOVE_ZERO}")
        if self.move == "share" and not all(isinstance(b, int | float) and b < 1 for b in self.bounds):
            raise ValueError(f"found the share {self.bounds}, expected two shares above 0 and below 1")
        return self

    @cached_property
    def move(self) -> str:
        """Which of `MOVES` it is."""
        return next(name for name in MOVES if getattr(self, name) is not None)

    @cached_property
    def bounds(self) -> Sequence[Bound]:
        """Low and high, or the words."""
        return list(getattr(self, self.move))

    @cached_property
    def sizes(self) -> Sequence[tuple[Kind, float]]:
        """What its bounds are counted in, and how much they are; of words there are none."""
        return [size for bound in self.bounds if (size := measured(bound))]

    @cached_property
    def is_words(self) -> bool:
        """Whether it is a choice and not a stretch of a line."""
        return len(self.sizes) < len(self.bounds)

    @cached_property
    def is_log(self) -> bool:
        """Whether every ratio is equally likely."""
        return self.scale == "log" or (self.scale is None and self.move in ("stretch", *LAWS_POINTS))

    def __str__(self) -> str:
        """As a report shows it: `median 4 to 40`, `decline or approve`, `times and amounts × 0.5 to 2`."""
        between = (" or " if self.is_words else " to ").join(map(str, self.bounds))
        what = {"set": "", "stretch": "times "}.get(self.move, f"{self.move} ")
        return f"{f'{self.at}: ' if self.at else ''}{what}{between}"


def is_range(bounds: Sequence[Bound]) -> bool:
    """Numbers and durations ascend; where a word is among them, it is a choice between different values."""
    sizes = [size for bound in bounds if (size := measured(bound))]
    if len(sizes) < len(bounds):
        return len(set(bounds)) == len(bounds)
    kinds = {kind for kind, size in sizes if size not in (0, NEVER)}
    return len(bounds) == 2 and len(kinds) <= 1 and sizes[0][1] <= sizes[1][1]


def _is_positive(bounds: Sequence[Bound]) -> bool:
    return len(bounds) == 2 and is_range(bounds) and all((size := measured(one)) and size[1] > 0 for one in bounds)


def measured(value: object) -> tuple[Kind, float] | None:
    """What a value is counted in (plain numbers in nothing) and how much it is; None for a word."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Kind.NONE, value
    try:
        duration = parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return (duration.kind, duration.seconds) if duration else None


# ------------------------------------------------------------------------------- where a number comes from


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

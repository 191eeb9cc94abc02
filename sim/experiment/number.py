"""A value with its interval and unit, and how it is written: in only as many digits as the interval supports."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

_SCALES = {"share": (100, " %"), "claims": (1, ""), "orders": (1, "")}
"""What a measure's unit is multiplied by to be shown, and what stands behind it; others are shown as they are."""
DIGITS = 12
"""Significant digits of a written number: all that is known, without the noise of the last bits."""
NOT_REACHED = "not reached"
NOTHING = "none"
POINTS = "points"
"""What a difference of shares is counted in: percentage points."""
FINEST = 2
"""Decimals, at most: nobody reads more from a table."""
WITHOUT_INTERVAL = 1
"""Decimals of a number that has no interval, or none of any width."""
NEARLY_EQUAL = 1.3
"""An interval whose longer half is at most so many times the shorter one is written as ± the longer."""


class Shown(NamedTuple):
    """A number as it is printed, and its interval."""

    value: str
    interval: str
    """`±1.2`, or `0.7–1.3` where one half is clearly longer; empty where there is none."""

    def __str__(self) -> str:
        return f"{self.value} ({self.interval})" if self.interval else self.value


def decimals_for(half_width: float) -> int:
    """Decimals that show an interval's half to its first digit, or to the second where the first is a 1.

    0.34 → 1, 0.12 → 2, 2.7 → 0, 1.2 → 1. More would be noise; fewer would round the interval away.
    """
    if not half_width > 0 or not math.isfinite(half_width):
        return WITHOUT_INTERVAL
    first = math.floor(math.log10(half_width))
    leads_with_one = half_width < 2 * 10**first
    return min(max(int(leads_with_one) - first, 0), FINEST)


class Number(NamedTuple):
    """A value, its interval, and what it is counted in: a measure, a difference, a share of what varies.

    NaN is *none*: a value that is not known or a time that is not reached; an end that is open.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    unit: str = ""
    why: str = ""
    """Why there is no value, where that is neither nothing to count nor a time that is not reached."""
    n: int = 0
    """How many replications, worlds, stories or cases it rests on, where that is told."""
    error: float = math.nan
    """Its standard error, where that is known."""

    @property
    def three(self) -> tuple[float, float, float]:
        """The value and both ends."""
        return self.value, self.low, self.high

    @property
    def has_interval(self) -> bool:
        """Whether either end is known."""
        return not (math.isnan(self.low) and math.isnan(self.high))

    @property
    def is_even(self) -> bool:
        """Whether both halves of the interval are about as long, so that it can be written as ±."""
        shorter, longer = sorted((self.value - self.low, self.high - self.value))
        return longer <= NEARLY_EQUAL * shorter

    @property
    def is_nothing(self) -> bool:
        """Whether it is known to be 0."""
        return self.low == self.value == self.high == 0

    @property
    def is_sure(self) -> bool:
        """Whether it is surely not 0; an open end (NaN) leaves nothing out."""
        return self.low > 0 or self.high < 0

    def times(self, scale: float) -> Number:
        """The same in another unit; turned round by a negative one."""
        low, high = (end * scale for end in (self.low, self.high)[:: -1 if scale < 0 else 1])
        return self._replace(value=self.value * scale, low=low, high=high)

    @property
    def longer_half(self) -> float:
        """Of the interval."""
        return max(self.value - self.low, self.high - self.value)

    @property
    def decimals(self) -> int:
        """As many as the interval supports."""
        scale, _ = scale_of(self.unit)
        halves = [scale * half for half in (self.value - self.low, self.high - self.value) if not math.isnan(half)]
        return decimals_for(max(halves, default=math.nan))

    def shown(self, decimals: int | None = None) -> Shown:
        """NaN is *not reached* for a time, and no interval for an end of one; shares become percentages.

        `decimals` may be fewer than the interval supports, where two numbers stand side by side.
        """
        scale, suffix = scale_of(self.unit)
        if math.isnan(self.value):
            return Shown(self.why, "") if self.why else Shown(NOT_REACHED if self.unit == "d" else "–", "")
        value, low, high = (end * scale for end in (self.value, self.low, self.high))
        decimals = self.decimals if decimals is None else decimals
        interval = _interval(Number(value, low, high), decimals, scale if self.unit == "share" else math.inf)
        return Shown(f"{_digits(value, decimals)}{suffix}", interval)

    def document(self, counting: str = "") -> dict[str, Any]:
        """Ready for JSON: what is not a finite number is none; what it rests on goes by the name given."""
        ends: dict[str, Any] = dict(zip(("value", "low", "high"), map(finite, self.three), strict=True))
        return ends | ({counting: self.n} if counting else {})

    def ends(self, digits: str) -> str:
        """`46 to 63`: each end as `digits` (`.0f`) has it."""
        return f"{self.low:{digits}} to {self.high:{digits}}"

    def told(self, digits: str, unit: str = "") -> str:
        """`55 % (46 to 63)`."""
        return f"{self.value:{digits}}{unit} ({self.ends(digits)})"

    def shown_signed(self) -> Shown:
        """`+0.32 points` and `±0.15`, as differences are; `none` where it is known that nothing differs."""
        if math.isnan(self.value):
            return Shown("–", "")
        if self.is_nothing:
            return Shown(NOTHING, "")
        scaled = self.times(100) if self.unit == "share" else self
        decimals = scaled._replace(unit="").decimals
        value = f"{signed(scaled.value, decimals)} {difference_unit(self.unit)}"
        return Shown(value, scaled.signed_interval(decimals))

    def signed_interval(self, decimals: int) -> str:
        """`±0.15`; both ends where one half is longer, and one where only that is known."""
        low, high = (signed(end, decimals) for end in (self.low, self.high))
        if math.isnan(self.low) or math.isnan(self.high):
            return "" if not self.has_interval else f"≤ {high}" if math.isnan(self.low) else f"≥ {low}"
        lower, upper = self.value - self.low, self.high - self.value
        is_even = math.isclose(lower, upper, rel_tol=1e-6, abs_tol=1e-12)
        return f"±{lower:,.{decimals}f}" if is_even else f"{low} to {high}"

    def range_shown(self, number_of: Callable[[float], str]) -> str:
        """`0.2 to 0.7`, `0.2 or more`, `up to 0.7`: the interval in words; empty where there is none."""
        if not self.has_interval:
            return ""
        if math.isnan(self.high):
            return f"{number_of(self.low)} or more"
        up_to = number_of(self.high)
        return f"up to {up_to}" if math.isnan(self.low) else f"{number_of(self.low)} to {up_to}"


def scale_of(unit: str) -> tuple[float, str]:
    """What a measure in this unit is multiplied by to be shown, and what stands behind it: 100 and ` %`."""
    return _SCALES.get(unit, (1, f" {unit}"))


def difference_unit(unit: str) -> str:
    """What a difference is counted in: shares differ by percentage points."""
    return POINTS if unit == "share" else unit


def signed(number: float, decimals: int) -> str:
    """`+0.3`, `−0.3`; what rounds to nothing has no sign."""
    text = f"{abs(number):,.{decimals}f}"
    if not text.strip("0.,"):
        return text
    return f"{'−' if number < 0 else '+'}{text}"


def rough(number: float) -> str:
    """To one digit, which is all that an estimate of an estimate is good for."""
    digits = 10 ** math.floor(math.log10(number)) if number >= 1 else 1
    return f"{round(number / digits) * digits:,}"


def finite(value: float) -> float | None:
    """The number in as many digits as are written; None where JSON has none."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def alike(*values: Number) -> list[Shown]:
    """Values that stand side by side, all in as many digits as the least certain of them supports."""
    told = [one for one in values if one.high > one.low]
    decimals = min((one.decimals for one in told), default=WITHOUT_INTERVAL)
    return [one.shown(decimals) for one in values]


def _interval(number: Number, decimals: int, most: float) -> str:
    """The interval; as ± only where that reaches neither below nothing nor above the most, unless an end does."""
    value, low, high = number.three
    if not number.has_interval:
        return ""
    if math.isnan(high):
        return f"{_digits(low, decimals)} or more"
    if math.isnan(low):
        return f"up to {_digits(high, decimals)}"
    half = number.longer_half
    if number.is_even and not low >= 0 > value - half and not high <= most < value + half:
        return f"±{half:,.{decimals}f}"
    between = " to " if low < 0 else "–"
    return f"{_digits(low, decimals)}{between}{_digits(high, decimals)}"


def _digits(number: float, decimals: int) -> str:
    """`−1,024.10`, with a sign that is as wide as a digit; what rounds to nothing has none."""
    return f"{round(number, decimals) + 0.0:,.{decimals}f}".replace("-", "−")

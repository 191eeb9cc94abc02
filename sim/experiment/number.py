"""A value with its interval and unit, and how it is written: in only as many digits as the interval supports."""

from __future__ import annotations

import math
from typing import NamedTuple

_SCALES = {"share": (100, " %"), "claims": (1, ""), "orders": (1, "")}
"""What a measure's unit is multiplied by to be shown, and what stands behind it; others are shown as they are."""
NOT_REACHED = "not reached"
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
    def longer_half(self) -> float:
        """Of the interval."""
        return max(self.value - self.low, self.high - self.value)

    @property
    def decimals(self) -> int:
        """As many as the interval supports."""
        scale, _ = _SCALES.get(self.unit, (1, ""))
        halves = [scale * half for half in (self.value - self.low, self.high - self.value) if not math.isnan(half)]
        return decimals_for(max(halves, default=math.nan))

    def shown(self, decimals: int | None = None) -> Shown:
        """NaN is *not reached* for a time, and no interval for an end of one; shares become percentages.

        `decimals` may be fewer than the interval supports, where two numbers stand side by side.
        """
        scale, suffix = _SCALES.get(self.unit, (1, f" {self.unit}"))
        if math.isnan(self.value):
            return Shown(self.why, "") if self.why else Shown(NOT_REACHED if self.unit == "d" else "–", "")
        value, low, high = (end * scale for end in (self.value, self.low, self.high))
        decimals = self.decimals if decimals is None else decimals
        return Shown(f"{_digits(value, decimals)}{suffix}", _interval(Number(value, low, high), decimals))


def alike(*values: Number) -> list[Shown]:
    """Values that stand side by side, all in as many digits as the least certain of them supports."""
    told = [one for one in values if one.high > one.low]
    decimals = min((one.decimals for one in told), default=WITHOUT_INTERVAL)
    return [one.shown(decimals) for one in values]


def _interval(number: Number, decimals: int) -> str:
    _, low, high = number.three
    if not number.has_interval:
        return ""
    if math.isnan(high):
        return f"{_digits(low, decimals)} or more"
    if math.isnan(low):
        return f"up to {_digits(high, decimals)}"
    if number.is_even:
        return f"±{number.longer_half:,.{decimals}f}"
    between = " to " if low < 0 else "–"
    return f"{_digits(low, decimals)}{between}{_digits(high, decimals)}"


def _digits(number: float, decimals: int) -> str:
    """`−1,024.10`, with a sign that is as wide as a digit; what rounds to nothing has none."""
    return f"{round(number, decimals) + 0.0:,.{decimals}f}".replace("-", "−")

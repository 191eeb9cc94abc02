"""Laws made of other laws: one of several (Mixture), and one kept to a range (Truncated)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import methodcaller
from typing import TYPE_CHECKING

from sim.scenario.distributions.laws import Law
from sim.scenario.durations import NEVER

if TYPE_CHECKING:
    from sim.arrays import Floats


@dataclass(frozen=True)
class Mixture(Law):
    """One of several laws, each with its probability. `parts` are (probability > 0, law); they sum to 1."""

    parts: tuple[tuple[float, Law], ...]

    @classmethod
    def of(cls, parts: Iterable[tuple[float, Law]]) -> Mixture:
        """A part without weight cannot happen and is left out: with or without it, every draw is the same."""
        possible = [(weight, law) for weight, law in parts if weight > 0]
        total = math.fsum(weight for weight, _ in possible)
        return cls(tuple((weight / total, law) for weight, law in possible))

    def ppf(self, u: Floats) -> Floats:
        """The uniform is split: below the weight w, u/w goes to the first part, and so on (rulebook §6).

        So the values ascend within each part but not across parts: the chosen part stays the same person's
        when its parameters change.
        """
        import numpy as np

        u = np.asarray(u, dtype=float)
        starts = [0.0, *accumulate(weight for weight, _ in self.parts[:-1])]
        part_of = np.searchsorted(starts, u, side="right") - 1
        values = np.empty_like(u)
        for part, (start, (weight, law)) in enumerate(zip(starts, self.parts, strict=True)):
            here = part_of == part
            # Rounding must not lift a uniform to 1, where an unbounded law is infinite.
            values[here] = law.ppf(np.minimum((u[here] - start) / weight, _just_below(1.0)))
        return values

    def breaks(self) -> tuple[float, ...]:
        return self._within_parts(methodcaller("breaks"))

    def bends(self) -> tuple[float, ...]:
        return self._within_parts(methodcaller("bends"))

    def _within_parts(self, levels_of: Callable[[Law], tuple[float, ...]]) -> tuple[float, ...]:
        """Where the parts begin, but for the first, and such levels of each of them."""
        starts = accumulate((weight for weight, _ in self.parts), initial=0.0)
        parts = zip(starts, self.parts, strict=False)  # the last start is where all ends
        begin_with = ((start, weight, (0.0, *levels_of(law))) for start, (weight, law) in parts)
        return tuple(start + weight * level for start, weight, levels in begin_with for level in levels)[1:]

    def below(self, x: float) -> float:
        return math.fsum(weight * law.below(x) for weight, law in self.parts)

    def mean_below(self, x: float) -> float:
        return math.fsum(weight * law.mean_below(x) for weight, law in self.parts)

    def support(self) -> tuple[float, float]:
        lows, highs = zip(*(law.support() for _, law in self.parts), strict=True)
        return min(lows), max(highs)


@dataclass(frozen=True)
class TruncatedLaw(Law):
    """The conditional law of a value given that low ≤ value ≤ high. Nothing piles up at the bounds."""

    law: Law
    low: float
    high: float

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        start, end = self._levels()
        levels = np.minimum(start + u * (end - start), math.nextafter(end, 0.0))
        # Only the last bit of a float can lie outside the bounds here.
        return np.clip(self.law.ppf(levels), self.low, self.high)

    def below(self, x: float) -> float:
        start, end = self._levels()
        return (self.law.below(min(x, self.high)) - start) / (end - start) if x >= self.low else 0.0

    def mean_below(self, x: float) -> float:
        if x < self.low:
            return 0.0
        start, end = self._levels()
        reached = self.law.mean_below(min(x, self.high)) - self.law.mean_below(_just_below(self.low))
        return reached / (end - start)

    def support(self) -> tuple[float, float]:
        low, high = self.law.support()
        return max(low, self.low), min(high, self.high)

    def bends(self) -> tuple[float, ...]:
        start, end = self._levels()
        levels = ((bend - start) / (end - start) for bend in self.law.bends())
        return tuple(level for level in levels if 0 < level < 1)

    def _levels(self) -> tuple[float, float]:
        """P(value < low) and P(value ≤ high) in the law that is truncated."""
        return self.law.below(_just_below(self.low)), self.law.below(self.high)


def within(law: Law, low: float, high: float) -> Law:
    """The law of a value given that low ≤ value ≤ high, which must be possible.

    A mixture stays one, of truncated parts, each with the chance that the value came from it.
    """
    if not isinstance(law, Mixture):
        return TruncatedLaw(law, low, high)
    kept = [(weight * share(part, low, high), part) for weight, part in law.parts]
    return Mixture.of((weight, within(part, low, high)) for weight, part in kept if weight > 0)


def share(law: Law, low: float, high: float) -> float:
    """P(low ≤ value ≤ high)."""
    return law.below(high) - law.below(_just_below(low))


def _just_below(x: float) -> float:
    return math.nextafter(x, -math.inf)


@lru_cache(maxsize=1024)
def quantile_of(law: Law, level: float) -> float:
    """The least value of which P(X ≤ x) reaches the level, to nine digits; without numpy. Inf where it is never."""
    low, high = 0.0, 1.0
    while law.below(high) < level:
        low, high = high, high * 2
        if high >= NEVER:
            return math.inf
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high or high - low < 1e-10 * high:
            break
        low, high = (low, middle) if law.below(middle) >= level else (middle, high)
    return high

"""The laws of chance as mathematics on plain numbers; a duration is a number of seconds.

Twelve names in a scenario file come down to eight laws:

| law        | serves the names            |  | law        | serves the names     |
|------------|-----------------------------|--|------------|----------------------|
| Steps      | constant, never, empirical  |  | Weibull    | weibull, exponential |
| Lines      | uniform, empirical quantiles|  | Gamma      | gamma                |
| Triangular | triangular                  |  | Mixture    | mixture              |
| Lognormal  | lognormal                   |  | Truncated  | truncated            |

Formulas: Johnson, Kotz & Balakrishnan, *Continuous Univariate Distributions* (1994, 1995).

numpy and scipy are imported where arrays are worked on: a scenario that is only validated builds every law
and draws from none, and the two would cost it a quarter of a second.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from sim.scenario.durations import NEVER

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sim.arrays import Floats

SHAPES = (0.01, 1e6)
"""The shapes of Weibull and gamma laws that make sense."""


class Law(ABC):
    """A probability law. X is the value that it gives."""

    @abstractmethod
    def ppf(self, u: Floats) -> Floats:
        """The values that belong to uniforms in [0, 1): the inverse of the distribution function."""

    @abstractmethod
    def below(self, x: float) -> float:
        """P(X ≤ x)."""

    @abstractmethod
    def mean_below(self, x: float) -> float:
        """E[X; X ≤ x]: the part of the mean that values up to x contribute."""

    def support(self) -> tuple[float, float]:
        """Bounds that no value lies outside of; the upper one may be infinite, or NEVER."""
        return 0.0, math.inf

    def breaks(self) -> tuple[float, ...]:
        """The uniforms, ascending, between which `ppf` never falls; at none of them it begins anew."""
        return ()

    def bends(self) -> tuple[float, ...]:
        """The uniforms in (0, 1) at which `ppf` steps or bends; between them it is smooth."""
        return ()

    def mean(self) -> float:
        """E[X]; infinite where `never` has a chance."""
        return self.mean_below(math.inf)

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X ≤ x) for each x of an array."""
        import numpy as np

        result: Floats = np.vectorize(self.below, otypes=[np.float64])(x)
        return result


@dataclass(frozen=True)
class StepLaw(Law):
    """One of a few values. `values` ascend, and P(X ≤ values[i]) is cumulative[i]."""

    values: tuple[float, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float], weights: Sequence[float] = (1.0,)) -> StepLaw:
        """`weights` are relative. What has no weight cannot happen and is left out."""
        possible = sorted((v, w) for v, w in zip(values, weights, strict=True) if w > 0)
        sums = list(accumulate(w for _, w in possible))
        return cls(tuple(v for v, _ in possible), tuple(s / sums[-1] for s in sums))

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        return np.asarray(self.values, dtype=float)[np.searchsorted(self.cumulative, u, side="right")]

    def below(self, x: float) -> float:
        count = bisect_right(self.values, x)
        return self.cumulative[count - 1] if count else 0.0

    def mean_below(self, x: float) -> float:
        steps = zip(self.values, pairwise((0.0, *self.cumulative)), strict=True)
        return math.fsum((q1 - q0) * (math.inf if v >= NEVER else v) for v, (q0, q1) in steps if v <= x)

    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    def bends(self) -> tuple[float, ...]:
        return self.cumulative[:-1]


@dataclass(frozen=True)
class Lines(Law):
    """Known at some quantiles and even between them. `levels` rise from 0 to 1, `values` do not fall."""

    levels: tuple[float, ...]
    values: tuple[float, ...]

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        return np.interp(u, self.levels, self.values)

    def below(self, x: float) -> float:
        count = bisect_right(self.values, x)
        if count in (0, len(self.values)):
            return float(count > 0)
        (v0, v1), (q0, q1) = self.values[count - 1 : count + 1], self.levels[count - 1 : count + 1]
        return q0 + (q1 - q0) * (x - v0) / (v1 - v0)

    def mean_below(self, x: float) -> float:
        reached = self.below(x)
        segments = pairwise(zip(self.levels, self.values, strict=True))
        return math.fsum(
            (min(q1, reached) - q0) * (v0 + min(v1, x)) / 2 for (q0, v0), (q1, v1) in segments if v0 <= x
        )

    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    def bends(self) -> tuple[float, ...]:
        return self.levels[1:-1]


@dataclass(frozen=True)
class TriangularLaw(Law):
    """Density rises in a line from low to mode and falls in a line to high; low < high."""

    low: float
    mode: float
    high: float

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        width, rise = self.high - self.low, self.mode - self.low
        up = self.low + np.sqrt(u * width * rise)
        down = self.high - np.sqrt((1 - u) * width * (width - rise))
        return np.where(u * width < rise, up, down)

    def below(self, x: float) -> float:
        width, x = self.high - self.low, min(max(x, self.low), self.high)
        if x < self.mode:
            return (x - self.low) ** 2 / (width * (self.mode - self.low))
        return 1 - (self.high - x) ** 2 / (width * (self.high - self.mode)) if x < self.high else 1.0

    def mean_below(self, x: float) -> float:
        # The centre of gravity of a triangle lies two thirds of the way from its tip.
        x = min(max(x, self.low), self.high)
        if x < self.mode:
            return self.below(x) * (self.low + (x - self.low) * 2 / 3)
        whole = (self.low + self.mode + self.high) / 3
        return whole - (1 - self.below(x)) * (self.high - (self.high - x) * 2 / 3)

    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def bends(self) -> tuple[float, ...]:
        return ((self.mode - self.low) / (self.high - self.low),)


@dataclass(frozen=True)
class LognormalLaw(Law):
    """The natural logarithm of X is normal, with mean mu and standard deviation sigma."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _between("sigma", self.sigma, 1e-6, 20)
        _between("mu", self.mu, -100, 100)

    def ppf(self, u: Floats) -> Floats:
        from sim.special import ndtri

        return _exp(self.mu + self.sigma * ndtri(u))

    def below(self, x: float) -> float:
        return _normal((math.log(x) - self.mu) / self.sigma) if x > 0 else 0.0

    def mean_below(self, x: float) -> float:
        whole = math.exp(self.mu + self.sigma**2 / 2)
        return whole * _normal((math.log(x) - self.mu) / self.sigma - self.sigma) if x > 0 else 0.0


@dataclass(frozen=True)
class _Shaped(Law):
    shape: float
    scale: float

    def __post_init__(self) -> None:
        _between("shape", self.shape, *SHAPES)
        _between("scale", self.scale, 1e-200, 1e200)


class WeibullLaw(_Shaped):
    """P(X > x) = exp(−(x/scale)^shape). With shape 1 this is the exponential law of mean `scale`."""

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        from sim.special import log1p, xlogy

        hazard = -log1p(-u)
        # The power by way of the logarithm, which is −inf at 0 and brings 0 back.
        power = hazard if self.shape == 1 else _exp(xlogy(1.0, hazard) / self.shape)
        return np.asarray(self.scale * power, dtype=np.float64)

    def below(self, x: float) -> float:
        return -math.expm1(-self._hazard(x))

    def mean_below(self, x: float) -> float:
        moment = 1 + 1 / self.shape
        return self.scale * math.gamma(moment) * _lower_gamma(moment, self._hazard(x))

    def _hazard(self, x: float) -> float:
        """(x/scale)^shape, infinite where a float cannot hold it."""
        power = self.shape * math.log(x / self.scale) if x > 0 else -math.inf
        return math.exp(power) if power < 700 else math.inf


class GammaLaw(_Shaped):
    """Waiting for `shape` exponential stages of mean `scale`; the shape need not be whole."""

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        from sim.special import gammaincinv

        return np.asarray(self.scale * gammaincinv(self.shape, u), dtype=np.float64)

    def below(self, x: float) -> float:
        return _lower_gamma(self.shape, x / self.scale)

    def mean_below(self, x: float) -> float:
        return self.shape * self.scale * _lower_gamma(self.shape + 1, x / self.scale)


def _exp(x: ArrayLike) -> Floats:
    """e to the x, to the same bit on every machine.

    NumPy's own `exp`, `log1p` and `**` take another path where a processor has wide vectors, and differ in the last
    bit. A whole second is rounded from a draw; one in many millions lies so near the middle that the bit decides.
    """
    import numpy as np

    from sim.special import exp2

    result: Floats = exp2(np.multiply(x, _LOG2_E, dtype=np.float64))
    return result


_LOG2_E = math.log2(math.e)


def _normal(z: float) -> float:
    """The standard normal distribution function."""
    return math.erfc(-z / math.sqrt(2)) / 2


def _lower_gamma(shape: float, x: float) -> float:
    """P(shape, x), the regularised lower incomplete gamma function."""
    if x <= 0 or x == math.inf:
        return float(x > 0)
    from sim.special import gammainc

    return float(gammainc(shape, x))


def _between(name: str, value: float, low: float, high: float) -> None:
    """Beyond such bounds floats overflow, and nobody means the law. Raises ValueError."""
    if not low <= value <= high:
        raise ValueError(f"found {name} {value:g}, expected between {low:g} and {high:g}")

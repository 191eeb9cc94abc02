"""Families of laws of how long things take: distribution function, density, quantile, mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from sim.arrays import Floats
from sim.scenario.durations import LONGEST
from sim.scenario.unbounded_requests import RARE

TINY = 1e-300
CENTURY = np.array([float(LONGEST)])
STEEPEST = 4.0
"""Durations that are all alike have no shape: it goes no further than e to this."""


class Family(NamedTuple):
    """A family of laws: where its estimate begins, its distribution function and the logarithm of its density.

    Both are functions of the logarithms of its parameters and of the durations.
    """

    name: str
    begin: Callable[[Floats], Floats]
    cdf: Callable[[Floats, Floats], Floats]
    log_density: Callable[[Floats, Floats], Floats]
    shapes: tuple[int, ...] = ()
    """Which of its parameters are shapes: their logarithms stay within ±`STEEPEST`."""
    whole: Callable[[Floats, Floats], Floats] | None = None
    """The distribution function of all that happens, where `cdf` is of what is seen of it."""

    def too_long(self, theta: Floats) -> float:
        """What a likelihood loses for what no scenario could hold: more than a tenth of `RARE` beyond a century.

        It grows with that share, so that a search finds its way back.
        """
        return 1e12 * max(1 - float((self.whole or self.cdf)(theta, CENTURY)[0]) - RARE / 10, 0.0)


def _lognormal_z(theta: Floats, x: Floats) -> Floats:
    z: Floats = (np.log(x) - theta[0]) / np.exp(theta[1])
    return z


EXPONENTIAL = Family(
    "exponential",
    lambda x: np.array([np.log(np.mean(x))]),
    lambda theta, x: -np.expm1(-x / np.exp(theta[0])),
    lambda theta, x: -theta[0] - x / np.exp(theta[0]),
)


WEIBULL = Family(
    "weibull",
    lambda x: np.array([np.log(np.mean(x)), 0.0]),
    lambda theta, x: -np.expm1(-((x / np.exp(theta[0])) ** np.exp(theta[1]))),
    lambda theta, x: (
        theta[1]
        - theta[0]
        + (np.exp(theta[1]) - 1) * (np.log(x) - theta[0])
        - (x / np.exp(theta[0])) ** np.exp(theta[1])
    ),
    (1,),
)


LOGNORMAL = Family(
    "lognormal",
    lambda x: np.array([np.mean(np.log(x)), np.log(max(float(np.std(np.log(x))), 0.05))]),
    lambda theta, x: special.ndtr(_lognormal_z(theta, x)),
    lambda theta, x: -0.5 * _lognormal_z(theta, x) ** 2 - theta[1] - np.log(x) - 0.5 * np.log(2 * np.pi),
    (1,),
)


def _two(theta: Floats) -> tuple[float, Floats, Floats]:
    return float(special.expit(theta[0])), theta[1:3], theta[3:5]


def _two_cdf(theta: Floats, x: Floats) -> Floats:
    share, first, second = _two(theta)
    return np.asarray(share * LOGNORMAL.cdf(first, x) + (1 - share) * WEIBULL.cdf(second, x))


def _two_log_density(theta: Floats, x: Floats) -> Floats:
    share, first, second = _two(theta)
    told: Floats = np.logaddexp(
        np.log(share + TINY) + LOGNORMAL.log_density(first, x),
        np.log(1 - share + TINY) + WEIBULL.log_density(second, x),
    )
    return told


def _two_begin(x: Floats) -> Floats:
    middle = np.median(x)
    return np.concatenate([[0.0], LOGNORMAL.begin(x[x <= middle]), WEIBULL.begin(x[x >= middle])])


TWO = Family("mixture", _two_begin, _two_cdf, _two_log_density, (2, 4))
"""Slips that are noticed at once (lognormal), and second thoughts (Weibull)."""


FAMILIES = (EXPONENTIAL, LOGNORMAL, WEIBULL)


def quantile(family: Family, law: Floats, q: float) -> float:
    """The value that a share q of the law's values do not exceed."""
    if family is LOGNORMAL:
        return float(np.exp(law[0] + np.exp(law[1]) * special.ndtri(q)))
    if family is EXPONENTIAL:
        return float(-np.log1p(-q) * np.exp(law[0]))
    if family is WEIBULL:
        return float(np.exp(law[0]) * (-np.log1p(-q)) ** np.exp(-law[1]))
    _, first, second = _two(law)
    ends = quantile(LOGNORMAL, first, q), quantile(WEIBULL, second, q)
    low, high = min(ends) * 0.5, max(ends) * 2
    return float(optimize.brentq(lambda x: float(family.cdf(law, np.array([x]))[0]) - q, low, high))


def mean(family: Family, law: Floats) -> float:
    """The mean of the law's values."""
    if family is LOGNORMAL:
        return float(np.exp(law[0] + np.exp(2 * law[1]) / 2))
    if family is EXPONENTIAL:
        return float(np.exp(law[0]))
    if family is WEIBULL:
        return float(np.exp(law[0]) * special.gamma(1 + np.exp(-law[1])))
    share, first, second = _two(law)
    return share * mean(LOGNORMAL, first) + (1 - share) * mean(WEIBULL, second)


FAR = 1e9


def thinned(family: Family, survives: Callable[[Floats], Floats], until: float) -> Family:
    """The family as it is seen through a window that is open at a time with a known probability.

    What happens at time t is seen with the chance `survives(t)`; its distribution function is that of what is seen.
    A time `FAR` times as long is one of those of whom it is known however the window was.
    """
    cells = np.concatenate([[0.0], np.geomspace(1.0, until, 600)])
    open_then = survives((cells[1:] + cells[:-1]) / 2)

    def cdf(theta: Floats, x: Floats) -> Floats:
        reached = np.concatenate([[0.0], family.cdf(theta, cells[1:])])
        seen = np.concatenate([[0.0], np.cumsum(np.diff(reached) * open_then)])
        return np.where(x < FAR, np.interp(x, cells, seen), family.cdf(theta, np.maximum(x, FAR) / FAR))

    def begin(seen: Floats) -> Floats:
        return family.begin(seen[seen < FAR] if np.any(seen < FAR) else seen / FAR)

    return family._replace(cdf=cdf, begin=begin, whole=family.cdf)

"""How long things take, of which some were not over when watching ended: likelihood under censoring.

A duration is known to lie between `low` and `high`: equal where it is known to the second, `high` infinite where it
was not over yet. Some things never happen: with `never` a share of all is estimated that would not end however
long one watched (a cure model; Maller & Zhou, *Survival Analysis with Long-Term Survivors*, 1996). Intervals take
sellers as the unit (a sandwich of scores summed by seller), because what one seller does is alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from sim.arrays import Ints as Ints
from sim.evidence.families import FAMILIES, STEEPEST, TINY, Family, Floats, mean, quantile

LEAST = 8
"""Ends that a law needs to be estimated from."""
GRID = 250
"""Cells per factor of e that many durations are counted in: four tenths of a per cent."""
FARTHEST = 10.0
"""An interval that reaches farther, on the logarithm, says that nothing is known."""
MANY = 4_000
"""Durations above which they are counted in cells first."""


class Sample(NamedTuple):
    """Durations in seconds, one for each of some cases."""

    low: Floats
    high: Floats
    seller: Ints
    """Whose case it is: cases of one seller are alike."""
    weight: Floats
    recall: Recall | None = None
    """Where what is estimated from them is remembered, for a refit of the same cases weighed anew."""

    @classmethod
    def of(
        cls, low: Floats, high: Floats, seller: Ints, weight: Floats | None = None, recall: Recall | None = None
    ) -> Sample:
        """Cases that may have lasted no time at all count as half a second: laws are of what is above 0."""
        low, high = np.maximum(low, 0.5), np.maximum(high, 0.5)
        return cls(low, high, seller, np.ones_like(low) if weight is None else weight, recall)

    @property
    def ended(self) -> NDArray[np.bool_]:
        """Which of them were seen to end."""
        return np.isfinite(self.high)

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.low)

    @property
    def censored(self) -> float:
        """The share of them that were not over."""
        return float(1 - np.mean(self.ended)) if self.n else 0.0

    def only(self, some: NDArray[np.bool_]) -> Sample:
        """Some of them."""
        return Sample(self.low[some], self.high[some], self.seller[some], self.weight[some])


Recall = dict[bytes, "tuple[Estimated, DurationCells | None]"]
"""What was estimated, and the cells of many durations, by a digest of the durations it was estimated from."""


@dataclass(frozen=True)
class Estimated:
    """A law, or a law and the share of those for whom it never ends, with how sure one can be of it."""

    family: Family
    theta: Floats
    """Logarithms of the law's parameters; the last is the logit of the share that ends, where some never do."""
    spread: Floats
    """Their covariance, sellers as the unit."""
    never_counts: bool
    log_likelihood: float
    sample: Sample
    sellers: int

    @property
    def law(self) -> Floats:
        """The law's own parameters, as logarithms."""
        return self.theta[:-1] if self.never_counts else self.theta

    @property
    def ends(self) -> float:
        """The share that ends at some time."""
        return float(special.expit(self.theta[-1])) if self.never_counts else 1.0

    def ends_between(self) -> tuple[float, float]:
        """Its 95 % interval."""
        if not self.never_counts:
            return 1.0, 1.0
        reach = self.student * np.sqrt(self.spread[-1, -1])
        low, high = special.expit([self.theta[-1] - reach, self.theta[-1] + reach])
        return float(low), float(high)

    @property
    def student(self) -> float:
        """How many standard errors a 95 % interval reaches, with so many sellers."""
        return float(stats.t.ppf(0.975, max(self.sellers - 1, 1)))

    def quantile(self, q: float) -> float:
        """In seconds, of those that end."""
        return quantile(self.family, self.law, q)

    def mean(self) -> float:
        """In seconds, of those that end."""
        return mean(self.family, self.law)

    def between(self, of: Callable[[Family, Floats], float]) -> tuple[float, float]:
        """The 95 % interval of a positive number that follows from the law, on the logarithm."""
        value, size = of(self.family, self.law), len(self.law)
        steps = np.eye(size) * 1e-4
        slope = np.array(
            [
                (np.log(of(self.family, self.law + step)) - np.log(of(self.family, self.law - step))) / 2e-4
                for step in steps
            ]
        )
        reach = self.student * float(np.sqrt(max(slope @ self.spread[:size, :size] @ slope, 0.0)))
        reach = min(reach, FARTHEST)
        return value * float(np.exp(-reach)), value * float(np.exp(reach))


def log_likelihoods(family: Family, theta: Floats, sample: Sample, *, never: bool) -> Floats:
    """Of each case, unweighted."""
    with np.errstate(all="ignore"):
        return _log_likelihoods(family, theta, sample, never=never)


def _log_likelihoods(family: Family, theta: Floats, sample: Sample, *, never: bool) -> Floats:
    law, ends = (theta[:-1], float(special.expit(theta[-1]))) if never else (theta, 1.0)
    told = np.empty(sample.n)
    exact = sample.low == sample.high
    told[exact] = family.log_density(law, sample.low[exact]) + np.log(ends)
    between = ~exact
    upper = np.ones(int(between.sum()))
    over = sample.ended[between]
    upper[over] = ends * family.cdf(law, sample.high[between][over])
    told[between] = np.log(np.maximum(upper - ends * family.cdf(law, sample.low[between]), TINY))
    return told


def fitted(sample: Sample, families: Sequence[Family] = FAMILIES, *, never: bool = False) -> Estimated | None:
    """The family that tells best what it was not shown, estimated from all; None where too few were seen to end.

    Each family is estimated on every other case and judged by its likelihood of those in between, both ways. One
    with more parameters is taken where it is better by more than two. Cases that were estimated from
    before, and are weighed anew, keep their family.
    """
    if int(sample.ended.sum()) < LEAST:
        return None
    if sample.recall is None:
        return _chosen(sample, families, never=never)
    asked = f"{never} {[one.name for one in families]}".encode()
    cases = blake2b(sample.low.tobytes() + sample.high.tobytes() + asked).digest()
    if cases in sample.recall:
        return _weighed_anew(*sample.recall[cases], sample)
    chosen = _chosen(sample, families, never=never)
    sample.recall[cases] = chosen, _cells_of(sample) if sample.n >= MANY else None
    return chosen


def _chosen(sample: Sample, families: Sequence[Family], *, never: bool) -> Estimated:
    best, chosen = -np.inf, families[0]
    for family in families if len(families) > 1 else ():
        told = _told_of_the_unseen(family, sample, never=never)
        if told > best + 2:
            best, chosen = told, family
    return estimate(chosen, sample, never=never)


def _weighed_anew(before: Estimated, cells: DurationCells | None, sample: Sample) -> Estimated:
    """The same family from the same cases, of other weight; how sure one can be is not asked again."""
    never = before.never_counts
    few = sample if cells is None else cells.weighed(sample.weight)
    unlikeliness = _unlikeliness_of(before.family, few, never=never)
    with np.errstate(all="ignore"):
        best = optimize.minimize(unlikeliness, before.theta, method="BFGS", options={"gtol": 1e-6 * sample.n})
    return replace(before, theta=np.asarray(best.x), log_likelihood=-float(best.fun), sample=sample)


def _told_of_the_unseen(family: Family, sample: Sample, *, never: bool) -> float:
    even = np.arange(sample.n) % 2 == 0
    told = 0.0
    for seen in (even, ~even):
        if int(sample.only(seen).ended.sum()) < LEAST // 2:
            return -np.inf
        theta = _most_likely(family, counted(sample.only(seen)), never=never)
        unseen = counted(sample.only(~seen))
        told += float(log_likelihoods(family, theta, unseen, never=never) @ unseen.weight)
    return told


def estimate(family: Family, sample: Sample, *, never: bool = False) -> Estimated:
    """The most likely law of one family, with its sandwich."""
    few = counted(sample)
    theta = _most_likely(family, few, never=never)
    likelihood = float(log_likelihoods(family, theta, few, never=never) @ few.weight)
    spread, sellers = _sandwich(family, theta, few, sample, never=never)
    return Estimated(family, theta, spread, never, likelihood, sample, sellers)


class DurationCells(NamedTuple):
    """Cases of which the durations are as good as alike, counted together; whose they are does not matter there."""

    low: Floats
    high: Floats
    cell: Ints  # of each case

    def weighed(self, weight: Floats) -> Sample:
        """One case for each cell."""
        together = np.bincount(self.cell, weight, minlength=len(self.low)).astype(np.float64)
        return Sample(self.low, self.high, np.zeros(len(self.low), dtype=np.int64), together)


def counted(sample: Sample) -> Sample:
    """Many durations counted in cells four tenths of a per cent wide."""
    return sample if sample.n < MANY else _cells_of(sample).weighed(sample.weight)


def _cells_of(sample: Sample) -> DurationCells:
    cell = np.empty(sample.n, dtype=np.int64)
    low, high = [np.empty(0)], [np.empty(0)]
    exact, censored = sample.low == sample.high, np.isinf(sample.high)
    between = ~(exact | censored)
    for some in (exact, censored):
        logs, places = np.unique(np.rint(np.log(sample.low[some]) * GRID), return_inverse=True)
        cell[some] = places + sum(map(len, low))
        low.append(np.exp(logs / GRID))
        high.append(np.full(len(logs), np.inf) if some is censored else low[-1])
    cell[between] = np.arange(int(between.sum())) + sum(map(len, low))
    return DurationCells(
        np.concatenate([*low, sample.low[between]]), np.concatenate([*high, sample.high[between]]), cell
    )


def _most_likely(family: Family, sample: Sample, *, never: bool) -> Floats:
    ended = sample.ended
    seen = (sample.low[ended] + sample.high[ended]) / 2
    begin = family.begin(seen)
    if never:
        share = np.clip(sample.weight[ended].sum() / sample.weight.sum(), 0.02, 0.98)
        begin = np.append(begin, special.logit(share))

    unlikeliness = _unlikeliness_of(family, sample, never=never)
    with np.errstate(all="ignore"):
        rough = optimize.minimize(unlikeliness, begin, method="Nelder-Mead", options={"maxiter": 400 * len(begin)})
        best = optimize.minimize(unlikeliness, rough.x, method="BFGS")
    return np.asarray(best.x if best.fun <= rough.fun else rough.x, dtype=np.float64)


def _unlikeliness_of(family: Family, sample: Sample, *, never: bool) -> Callable[[Floats], float]:
    def unlikeliness(theta: Floats) -> float:
        if np.any(np.abs(theta) > 40) or np.any(np.abs(theta[list(family.shapes)]) > STEEPEST):
            return 1e18
        told = log_likelihoods(family, theta, sample, never=never)
        return -float((told * sample.weight).sum())  # by numpy: the threads of a BLAS cost more than they bring

    return unlikeliness


def _sandwich(family: Family, theta: Floats, few: Sample, sample: Sample, *, never: bool) -> tuple[Floats, int]:
    """Covariance with sellers as the unit: inverse curvature around the scores summed by seller (White 1982)."""
    size, step = len(theta), 1e-4
    steps = np.eye(size) * step

    def told(at: Floats, of: Sample) -> Floats:
        return log_likelihoods(family, at, of, never=never)

    with np.errstate(all="ignore"):
        slopes = np.array([(told(theta + one, few) - told(theta - one, few)) / (2 * step) for one in steps])
        curve = np.empty((size, size))
        for row, one in enumerate(steps):
            up = [(told(theta + one + two, few) - told(theta + one - two, few)) / (2 * step) for two in steps]
            down = [(told(theta - one + two, few) - told(theta - one - two, few)) / (2 * step) for two in steps]
            curve[row] = [float((a - b) @ few.weight) / (2 * step) for a, b in zip(up, down, strict=True)]
        scores = (
            slopes
            if few is sample
            else np.array([(told(theta + one, sample) - told(theta - one, sample)) / (2 * step) for one in steps])
        )
    numbers, places = np.unique(sample.seller, return_inverse=True)
    if len(numbers) == 1:  # nobody to differ from: cases are the unit
        numbers = places = np.arange(sample.n)
    by_seller = np.array([np.bincount(places, score * sample.weight) for score in scores])
    bread = np.linalg.pinv(-(curve + curve.T) / 2)
    spread = bread @ (by_seller @ by_seller.T) @ bread * len(numbers) / max(len(numbers) - 1, 1)
    return np.asarray(spread, dtype=np.float64), len(numbers)

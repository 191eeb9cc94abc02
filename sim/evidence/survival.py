"""How long things take, of which some were not over when watching ended: likelihood under censoring.

At the end the same without a law: Kaplan and Meier, Aalen and Johansen.

A duration is known to lie between `low` and `high`: equal where it is known to the second, `high` infinite where it
was not over yet. Some things never happen: with `never` a share of all is estimated that would not end however
long one watched (a cure model; Maller & Zhou, *Survival Analysis with Long-Term Survivors*, 1996). Intervals take
sellers as the unit (a sandwich of scores summed by seller), because what one seller does is alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special, stats

from sim.arrays import Floats, Ints
from sim.evidence.families import FAMILIES, STEEPEST, TINY, Family
from sim.evidence.samples import AnySample, DurationCells
from sim.evidence.samples import Sample as Sample

LEAST = 8
"""Ends that a law needs to be estimated from."""
FARTHEST = 10.0
"""An interval that reaches farther, on the logarithm, says that nothing is known."""


Recall = dict[bytes, "tuple[Estimated, DurationCells | None]"]
"""What was estimated, and the cells of many durations, by what tells these durations from others."""


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
    sample: AnySample
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


def fitted(sample: AnySample, families: Sequence[Family] = FAMILIES, *, never: bool = False) -> Estimated | None:
    """The family that tells best what it was not shown, estimated from all; None where too few were seen to end.

    Each family is estimated on every other case and judged by its likelihood of those in between, both ways. One
    with more parameters is taken where it is better by more than two. Cases that were estimated from
    before, and are weighed anew, keep their family.
    """
    if sample.ends < LEAST:
        return None
    if sample.recall is None:
        return _chosen(sample, families, never=never)
    cases = sample.known_by(f"{never} {[one.name for one in families]}")
    if cases in sample.recall:
        before, cells = sample.recall[cases]
        return _weighed_anew(before, cells, sample)
    chosen = _chosen(sample, families, never=never)
    sample.recall[cases] = chosen, sample.cells()
    return chosen


def _chosen(sample: AnySample, families: Sequence[Family], *, never: bool) -> Estimated:
    best, chosen = -np.inf, families[0]
    halves = list(sample.halves()) if len(families) > 1 else []
    for family in families if halves else ():
        told = _told_of_the_unseen(family, halves, never=never)
        if told > best + 2:
            best, chosen = told, family
    return estimate(chosen, sample, never=never)


def _weighed_anew(before: Estimated, cells: DurationCells | None, sample: AnySample) -> Estimated:
    """The same family from the same cases, of other weight; how sure one can be is not asked again."""
    never = before.never_counts
    unlikeliness = _unlikeliness_of(before.family, sample.counted(cells), never=never)
    with np.errstate(all="ignore"):
        best = optimize.minimize(unlikeliness, before.theta, method="BFGS", options={"gtol": 1e-6 * sample.n})
    return replace(before, theta=np.asarray(best.x), log_likelihood=-float(best.fun), sample=sample)


def _told_of_the_unseen(family: Family, halves: Sequence[tuple[Sample, int]], *, never: bool) -> float:
    told = 0.0
    for (seen, ends), (unseen, _) in (halves, halves[::-1]):
        if ends < LEAST // 2:
            return -np.inf
        theta = _most_likely(family, seen, never=never)
        told += float(log_likelihoods(family, theta, unseen, never=never) @ unseen.weight)
    return told


def estimate(family: Family, sample: AnySample, *, never: bool = False) -> Estimated:
    """The most likely law of one family, with its sandwich."""
    few = sample.counted()
    theta = _most_likely(family, few, never=never)
    likelihood = float(log_likelihoods(family, theta, few, never=never) @ few.weight)
    spread, sellers = _sandwich(family, theta, few, sample, never=never)
    return Estimated(family, theta, spread, never, likelihood, sample, sellers)


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
        # By numpy: the threads of a BLAS cost more than they bring.
        return family.too_long(theta[:-1] if never else theta) - float((told * sample.weight).sum())

    return unlikeliness


def _sandwich(family: Family, theta: Floats, few: Sample, sample: AnySample, *, never: bool) -> tuple[Floats, int]:
    """Covariance with sellers as the unit: inverse curvature around the scores summed by seller (White 1982)."""
    size, step = len(theta), 1e-4
    steps = np.eye(size) * step

    def told(at: Floats, of: Sample) -> Floats:
        return log_likelihoods(family, at, of, never=never)

    def scores(of: Sample) -> Floats:
        return np.array([(told(theta + one, of) - told(theta - one, of)) / (2 * step) for one in steps])

    with np.errstate(all="ignore"):
        curve = np.empty((size, size))
        for row, one in enumerate(steps):
            up = [(told(theta + one + two, few) - told(theta + one - two, few)) / (2 * step) for two in steps]
            down = [(told(theta - one + two, few) - told(theta - one - two, few)) / (2 * step) for two in steps]
            curve[row] = [float((a - b) @ few.weight) / (2 * step) for a, b in zip(up, down, strict=True)]
        apart, units = sample.spread_of(scores, size)
    bread = np.linalg.pinv(-(curve + curve.T) / 2)
    spread = bread @ apart @ bread * units / max(units - 1, 1)
    return np.asarray(spread, dtype=np.float64), units


def kaplan_meier(sample: Sample) -> tuple[Floats, Floats]:
    """The share that had ended by each instant at which something ended (Kaplan & Meier 1958).

    A duration known to lie in an interval counts at its upper end.
    """
    at = np.where(sample.ended, sample.high, sample.low)
    order = np.lexsort((~sample.ended, at))
    at, ended, weight = at[order], sample.ended[order], sample.weight[order]
    times, first = np.unique(at, return_index=True)
    at_risk = np.cumsum(weight[::-1])[::-1][first]
    ends = np.add.reduceat(np.where(ended, weight, 0.0), first)
    over = ends > 0
    return np.asarray(times[over]), np.asarray(1 - np.cumprod(1 - ends[over] / at_risk[over]))


def incidence_at_the_end(low: Floats, cause: Ints, causes: int, weight: Floats | None = None) -> Floats:
    """The share that ends by each cause, as far as was watched (Aalen & Johansen 1978); −1 is not over yet."""
    weight = np.ones_like(low) if weight is None else weight
    order = np.lexsort((cause < 0, low))
    at, cause, weight = low[order], cause[order], weight[order]
    _, first = np.unique(at, return_index=True)
    at_risk = np.cumsum(weight[::-1])[::-1][first]
    ends = np.array([np.add.reduceat(np.where(cause == one, weight, 0.0), first) for one in range(causes)])
    survived = np.cumprod(1 - ends.sum(axis=0) / at_risk)
    before = np.concatenate([[1.0], survived[:-1]])
    return np.asarray((before * ends / at_risk).sum(axis=1), dtype=np.float64)

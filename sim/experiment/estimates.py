"""How sure one can be: estimates over replications, each with its 95 % interval.

Claims of one replication share desks, so they are dependent; replications are not. Every standard error here is
therefore taken over replications, with Student's t on R − 1 degrees of freedom. With one replication there is a
value and no interval (NaN).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.experiment.pooled import Floats as Floats
from sim.experiment.pooled import PooledTimes as PooledTimes
from sim.experiment.pooled import Times as Times
from sim.experiment.pooled import first_seconds
from sim.experiment.shares import wilson
from sim.experiment.skewness import OF_A_LOGARITHM, OF_TIMES, longer, skewness_of
from sim.special import expit, logit, stdtrit

CONFIDENCE = 0.95
_UPPER = 1 - (1 - CONFIDENCE) / 2
_ROUNDING = 1e-12
"""A standard error below this is the rounding of floats, and not spread."""


class Estimate(NamedTuple):
    """A value and its interval; NaN where there is nothing to say. Arrays when many are estimated at once."""

    value: Floats
    low: Floats
    high: Floats


def student(replications: ArrayLike) -> Floats:
    """How many standard errors wide half an interval is; NaN with fewer than two replications."""
    count = np.asarray(replications)
    return np.where(count > 1, stdtrit(np.maximum(count - 1, 1), _UPPER), np.nan)


# ------------------------------------------------------------------------- ratios: shares and means


class RatioEstimate(NamedTuple):
    """A sum over a sum, with what its interval needs."""

    value: Floats
    error: Floats
    """Its standard error."""
    steps: Floats
    """How many standard errors wide half an interval is by Student's t."""
    lean: Floats
    """Skewness of what replications add, over √n."""
    replications: Floats
    """How many of them have something to say."""

    def right(self, least: Floats | float = -np.inf, allowed: Floats | float = 0.0) -> Floats:
        """How many times as long the upper side is: they lean that way by `least` at least, and of that the scale
        on which it is drawn has `allowed` for so much already."""
        return longer(np.maximum(self.lean, least) - allowed, self.steps, self.replications)

    def left(self, allowed: Floats | float = 0.0) -> Floats:
        """How many times as long the lower side is."""
        return longer(-self.lean - allowed, self.steps, self.replications)


def ratio(parts: ArrayLike, wholes: ArrayLike) -> RatioEstimate:
    """Sum of parts over sum of wholes, over replications (the first axis); NaN where all wholes are 0.

    A replication without any whole has nothing to say and is not counted. Source of the error: the delta method
    for a ratio of means (Law, *Simulation Modeling and Analysis*; Cochran, *Sampling Techniques*, §2.11).
    """
    part, whole = np.broadcast_arrays(np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64))
    count, total = (whole != 0).sum(axis=0), whole.sum(axis=0)
    value = _over(part.sum(axis=0), total)
    residuals = part - value * whole
    error = _over(np.sqrt(_over((residuals**2).sum(axis=0) * count, count - 1)), total)
    return RatioEstimate(value, error, student(count), skewness_of(residuals), count)


def share(parts: ArrayLike, wholes: ArrayLike, n: ArrayLike) -> Estimate:
    """A share, its interval inside [0, 1]: symmetric on the scale of log odds, but for what leans more than those.

    Where replications show no spread, as at 0 and 1, or with one such claim in each, it is Wilson's (1927) for `n`
    claims, which has no need of any: none of 10,000 claims is 0 to 0.04 %.
    """
    found = ratio(parts, wholes)
    value, error, steps = found[:3]
    is_spread = (error > _ROUNDING) & (np.ptp(np.asarray(parts), axis=0) > 0)
    middle = np.where(is_spread, value, 0.5)
    scaled = error / (middle * (1 - middle))
    # Log odds are even for replications that lean away from 0 or 1 by this.
    allowed = OF_A_LOGARITHM * scaled * (1 - 2 * middle)
    left, right = found.left(np.maximum(-allowed, 0)), found.right(allowed=np.maximum(allowed, 0))
    flat_low, flat_high = (np.where(np.isnan(steps), np.nan, end) for end in wilson(value, n))
    low = np.where(is_spread, expit(logit(middle) - steps * scaled * left), flat_low)
    high = np.where(is_spread, expit(logit(middle) + steps * scaled * right), flat_high)
    return Estimate(value, low, high)


def positive_mean(parts: ArrayLike, wholes: ArrayLike) -> Estimate:
    """A mean of times or costs, its interval above 0: the lower side as long as on the scale of logarithms.

    A mean of 0, which all replications agree on, is 0 to 0.
    """
    found = ratio(parts, wholes)
    value, error, steps = found[:3]
    relative = _over(error, value, nothing=0.0)
    low = value * np.exp(-steps * relative * found.left())
    return Estimate(value, low, value + steps * error * found.right(least=OF_TIMES * relative))


def signed_mean(parts: ArrayLike, wholes: ArrayLike) -> Estimate:
    """A mean of something that may be negative, as gains are."""
    found = ratio(parts, wholes)
    value, error, steps = found[:3]
    return Estimate(value, value - steps * error * found.left(), value + steps * error * found.right())


def _unbent(steps: Floats, lean: Floats) -> Floats:
    """How many standard errors become `steps` of them once skewness is removed. `lean` is skewness ÷ √n."""
    is_even = np.abs(lean) < 1e-6
    safe = np.where(is_even, 1.0, lean)
    return np.where(is_even, steps, 3 / safe * (np.cbrt(1 + safe * (steps - safe / 6)) - 1))


def _over(part: ArrayLike, whole: ArrayLike, nothing: float = np.nan) -> Floats:
    """Part ÷ whole; `nothing` where the whole is 0."""
    divisor = np.asarray(whole, dtype=np.float64)
    blank = np.full(np.broadcast(part, divisor).shape, nothing)
    return np.asarray(np.divide(part, divisor, out=blank, where=divisor != 0))


# -------------------------------------------------------------------------------- quantiles of times

RESAMPLES = 500
LEANING = 0.2
"""Skewness over √R that an interval of a quantile follows at the most: a few replications do not tell it well."""
_SEED = 20181001
"""Fixed, and apart from every scenario's streams: the same claims always give the same interval."""


def quantile(times: Sequence[Times], q: float) -> Estimate:
    """The first second by which a share `q` of all claims, pooled over replications, had got there.

    NaN: *not reached*. The interval is t(R − 1) bootstrap standard errors wide, inflated by √(R / (R − 1)), on the
    scale of log(1 s + time), since a median may be 0 s; whole replications are resampled. (A percentile bootstrap
    over 20 replications covers 91 to 92 %.) It is longer on the side to which replications lean (Hall 1992), seen
    by how many of each one's claims had not got there: a queue that grew long in one may do so in others. Its upper
    end is NaN where more than 2.5 % of the resamples do not reach the quantile.
    """
    times = times if all(one.claims for one in times) else [one for one in times if one.claims]
    count = len(times)
    value, found = resampled(times, q)
    if count < 2 or not np.isfinite(value):
        return _estimate(value if np.isfinite(value) else np.nan, np.nan, np.nan)
    reached = found[np.isfinite(found)]
    error = float(np.std(np.log1p(reached), ddof=1)) * (count / (count - 1)) ** 0.5
    lean = np.clip(skewness_of(_beyond(times, value, q)), -LEANING, LEANING)
    steps, centre = student(count), np.log1p(value)
    low, high = (float(np.expm1(centre - _unbent(signed, lean) * error)) for signed in (steps, -steps))
    until = min((one.others.until for one in times if one.others), default=np.inf)
    is_open = len(reached) < _UPPER * RESAMPLES or max(high, value) > until
    # Below a second the logarithm's offset would carry the lower end a little under 0, where no time is; and there
    # and back again, the logarithm may come out a last bit beyond the value.
    return _estimate(value, np.clip(low, 0, value), np.nan if is_open else max(high, value))


def _beyond(times: Sequence[Times], value: float, q: float) -> Floats:
    """By replication: how many more claims are beyond the q-quantile than a share 1 − q of them."""
    by_then = [np.searchsorted(one.seconds, value, side="right") for one in times]
    if any(one.others for one in times):
        q = sum(map(int, by_then)) / sum(one.claims for one in times)
    return np.array([q * one.claims - until for one, until in zip(times, by_then, strict=True)], dtype=np.float64)


def resampled(times: Sequence[Times], q: float) -> tuple[float, Floats]:
    """The q-quantile in seconds, and what it is in each resample of whole replications; inf: not reached.

    Any two experiments of as many replications are resampled alike, so that their quantiles can be paired.
    """
    if not times:
        return np.inf, np.empty(0)
    known = times.resamples if isinstance(times, PooledTimes) else {}
    if q not in known:
        first, *others = first_seconds(times, _resamples(len(times)), q)
        known[q] = float(first), np.asarray(others)
    return known[q]


@lru_cache(maxsize=4)
def _resamples(count: int) -> Floats:
    """How often each of `count` replications is taken, by resample. The first row takes each of them once."""
    drawn = np.random.Generator(np.random.PCG64(_SEED)).multinomial(count, [1 / count] * count, RESAMPLES)
    return np.vstack([np.ones(count), drawn])


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(np.asarray(value), np.asarray(low), np.asarray(high))

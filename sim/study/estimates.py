"""How sure one can be: estimates over replications, each with its 95 % interval.

Claims of one replication share desks, so they are dependent; replications are not. Every standard error here is
therefore taken over replications, with Student's t on R − 1 degrees of freedom. With one replication there is a
value and no interval (NaN).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, stdtrit

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
_UPPER = 1 - (1 - CONFIDENCE) / 2
_Z = 1.959963984540054
"""The normal quantile at `_UPPER`."""


class Estimate(NamedTuple):
    """A value and its interval; NaN where there is nothing to say. Arrays when many are estimated at once."""

    value: Floats
    low: Floats
    high: Floats


def student(replications: int) -> float:
    """How many standard errors wide half an interval is; NaN with one replication."""
    return float(stdtrit(replications - 1, _UPPER)) if replications > 1 else float("nan")


# ------------------------------------------------------------------------- ratios: shares and means


def ratio(parts: ArrayLike, wholes: ArrayLike) -> tuple[Floats, Floats]:
    """Sum of parts over sum of wholes, and its standard error over replications (the first axis).

    NaN where all wholes are 0. A replication without any whole stays in the count: that it had none is part of
    the uncertainty. Source of the error: the delta method for a ratio of means (Law, *Simulation Modeling and
    Analysis*; Cochran, *Sampling Techniques*, §2.11).
    """
    part, whole = np.broadcast_arrays(np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64))
    count, total = len(part), whole.sum(axis=0)
    value = _over(part.sum(axis=0), total)
    if count == 1:
        return value, np.full_like(value, np.nan)
    spread = ((part - value * whole) ** 2).sum(axis=0) * count / (count - 1)
    return value, _over(np.sqrt(spread), total)


def share(parts: ArrayLike, wholes: ArrayLike, n: ArrayLike) -> Estimate:
    """A share, its interval inside [0, 1]: symmetric on the scale of log odds.

    At 0 and 1 replications show no spread. There the interval is Wilson's for `n` claims, which has no need of
    one: 0 of 10,000 claims is 0 to 0.04 %.
    """
    value, error = ratio(parts, wholes)
    steps = student(len(np.asarray(parts)))
    is_inside = (value > 0) & (value < 1)
    middle = np.where(is_inside, value, 0.5)
    half = steps * error / (middle * (1 - middle))
    beyond = _Z**2 / (np.asarray(n) + _Z**2) + 0 * error
    low = np.where(is_inside, expit(logit(middle) - half), np.where(value == 1, 1 - beyond, 0 * error))
    high = np.where(is_inside, expit(logit(middle) + half), np.where(value == 0, beyond, 1 + 0 * error))
    return Estimate(value, low, high)


def positive_mean(parts: ArrayLike, wholes: ArrayLike) -> Estimate:
    """A mean of times or costs, its interval above 0: symmetric on the scale of logarithms.

    A mean of 0, which all replications agree on, is 0 to 0.
    """
    value, error = ratio(parts, wholes)
    half = student(len(np.asarray(parts))) * _over(error, value, nothing=0.0)
    return Estimate(value, value * np.exp(-half), value * np.exp(half))


def signed_mean(parts: ArrayLike, wholes: ArrayLike) -> Estimate:
    """A mean of something that may be negative: symmetric as it stands."""
    value, error = ratio(parts, wholes)
    half = student(len(np.asarray(parts))) * error
    return Estimate(value, value - half, value + half)


def _over(part: ArrayLike, whole: ArrayLike, nothing: float = np.nan) -> Floats:
    """Part ÷ whole; `nothing` where the whole is 0."""
    divisor = np.asarray(whole, dtype=np.float64)
    blank = np.full(np.broadcast(part, divisor).shape, nothing)
    return np.asarray(np.divide(part, divisor, out=blank, where=divisor != 0))


# -------------------------------------------------------------------------------- quantiles of times

RESAMPLES = 500
_SEED = 20181001
"""Fixed, and apart from every scenario's streams: the same claims always give the same interval."""


class Times(NamedTuple):
    """The times of one replication's claims: those that ended, ascending (whole seconds), and how many there are.

    A claim that never had its money is among the `claims` and not among the times: it is infinitely late.
    """

    seconds: NDArray[np.int64]
    claims: int


def quantile(times: Sequence[Times], q: float) -> Estimate:
    """The first second by which a share `q` of all claims, pooled over replications, had got there.

    NaN: *not reached*. The interval is t(R − 1) bootstrap standard errors wide, inflated by √(R / (R − 1)), on the
    scale of log(1 s + time), since a median may be 0 s; whole replications are resampled. (A percentile bootstrap
    over 20 replications covers 91 to 92 %.) Its upper end is NaN where more than 2.5 % of the resamples do not
    reach the quantile.
    """
    count = len(times)
    value = float(_first_second(times, np.ones((1, count), dtype=np.int64), q)[0])
    if count == 1 or not np.isfinite(value):
        return _estimate(value if np.isfinite(value) else np.nan, np.nan, np.nan)
    draw = np.random.Generator(np.random.PCG64(_SEED))
    found = _first_second(times, draw.multinomial(count, np.full(count, 1 / count), size=RESAMPLES), q)
    found = found[~np.isnan(found)]
    reached = found[np.isfinite(found)]
    error = float(np.std(np.log1p(reached), ddof=1)) * (count / (count - 1)) ** 0.5
    half, centre = student(count) * error, np.log1p(value)
    is_open = len(reached) < _UPPER * len(found)
    # Below a second the logarithm's offset would carry the lower end a little under 0, where no time is.
    return _estimate(value, max(np.expm1(centre - half), 0.0), np.nan if is_open else np.expm1(centre + half))


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(np.asarray(value), np.asarray(low), np.asarray(high))


def _first_second(times: Sequence[Times], weights: NDArray[np.int64], q: float) -> Floats:
    """For each row of weights (one per replication): the q-quantile in seconds.

    inf where it is not reached, NaN where the weights leave no claim. By bisection over whole seconds.
    """
    claims = weights @ np.array([one.claims for one in times], dtype=np.int64)
    # A product such as 0.9 × 20 may come out a hair above the whole number that it is.
    needed = q * claims - 1e-9

    def counted(until: NDArray[np.int64]) -> NDArray[np.int64]:
        by_then = [np.searchsorted(one.seconds, until, side="right") for one in times]
        return np.asarray((weights.T * by_then).sum(axis=0))

    last = max((int(one.seconds[-1]) for one in times if len(one.seconds)), default=0)
    low, high = np.zeros_like(claims), np.full_like(claims, last)
    while (low < high).any():
        middle = (low + high) // 2
        is_enough = counted(middle) >= needed
        low, high = np.where(is_enough, low, middle + 1), np.where(is_enough, middle, high)
    first = np.where(counted(high) >= needed, high, np.inf)
    return np.where(claims > 0, first, np.nan)

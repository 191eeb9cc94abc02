"""Two estimates side by side: how far each may be off, and whether they are off together.

An estimate carries its *deviations*: a list of numbers whose length, as a vector, is its standard error. A ratio
has one for each replication (the delta method), a quantile one for each resample (the bootstrap). Where two
experiments share their luck, replication by replication, the deviations of the difference are the differences of
the deviations: what both owe to the same luck drops out. That is all there is to pairing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.experiment.estimates import CONFIDENCE, Floats, Times, resampled
from sim.experiment.skewness import longer, skewness_of
from sim.special import ndtri, stdtrit

OPEN_FROM = 0.025
"""An end of an interval is open where more of the resamples than this do not reach the quantile."""
ROUNDING = 1e-12
"""A standard error below this is the rounding of floats, and not spread."""


class Deviating(NamedTuple):
    """An estimate with its deviations. An array of estimates is as good as one: deviations stand along axis 0."""

    value: Floats
    """NaN where there is none."""
    deviations: Floats
    """NaN for a resample that does not reach the quantile."""
    replications: Floats
    """How many it rests on."""
    is_resampled: bool = False
    """Whether there is a deviation for each resample, else for each replication."""

    @property
    def error(self) -> Floats:
        """Its standard error."""
        return length(self.deviations)

    @property
    def is_often_unreached(self) -> Floats:
        """Whether so many resamples do not reach the quantile that nothing can be said of how late it may be."""
        return np.asarray(np.isnan(self.deviations).mean(axis=0) > OPEN_FROM)


def stacked(estimates: Sequence[Deviating]) -> Deviating:
    """Several ratios as one array of estimates: the deviations of each lie side by side, and are added up as those
    of one alone."""
    values, deviations, replications, _ = zip(*estimates, strict=True)
    return Deviating(np.array(values), np.array(deviations).T, np.array(replications))


def each_of(estimates: Deviating) -> list[Deviating]:
    """The estimates of an array, one by one."""
    return [
        Deviating(*one, estimates.is_resampled)
        for one in zip(estimates.value, estimates.deviations.T, estimates.replications, strict=True)
    ]


def length(deviations: Floats) -> Floats:
    """A standard error, from deviations."""
    return np.asarray(np.sqrt(np.nansum(np.square(deviations), axis=0)))


def ratio_of(parts: ArrayLike, wholes: ArrayLike) -> Deviating:
    """A sum of parts over a sum of wholes, both by replication (the first axis).

    As `estimates.ratio`: the delta method for a ratio of means, replications without any whole not counted.
    """
    part, whole = np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64)
    count, total = (whole != 0).sum(axis=0), _or_nan(whole.sum(axis=0))
    value = part.sum(axis=0) / total
    residuals = (part - value * whole) / total
    return Deviating(value, residuals * np.sqrt(count / _or_nan(count - 1)), np.asarray(count, dtype=np.float64))


def quantile_of(times: Sequence[Times], q: float) -> Deviating:
    """A quantile over all claims of the time to money, in seconds: as `estimates.quantile`, on the scale of times.

    Any two experiments of as many replications are resampled alike, so that their quantiles can be paired.
    """
    value, found = resampled(times, q)
    reached = np.isfinite(found)
    centre = found[reached].mean() if reached.any() else np.nan
    count = float(len(times))
    scale = np.sqrt(count / _or_nan(count - 1) / _or_nan(reached.sum() - 1.0))
    deviations = np.where(reached, found - centre, np.nan) * scale
    return Deviating(
        np.asarray(value if np.isfinite(value) else np.nan), deviations, np.asarray(count), is_resampled=True
    )


def _or_nan(divisor: ArrayLike) -> Floats:
    """Nothing can be divided by what is not above 0."""
    number = np.asarray(divisor, dtype=np.float64)
    return np.where(number > 0, number, np.nan)


class Difference(NamedTuple):
    """One estimate less another, with what an interval of any confidence needs."""

    value: Floats
    deviations: Floats
    freedom: Floats
    """Degrees of freedom of Student's t."""
    opens_below: Floats
    opens_above: Floats
    """Whether that end is open: a quantile that may well not be reached."""
    correlation: Floats
    variance_ratio: Floats
    """Variance ÷ what it would be with independent runs. Both NaN where not paired, or where nothing varies."""
    is_resampled: bool = False
    skewness: Floats | None = None
    """Where it is known already."""

    @property
    def error(self) -> Floats:
        """Its standard error."""
        return length(self.deviations)

    def each(self) -> list[Difference]:
        """Of an array of differences, one by one."""
        columns = (self.value, self.deviations.T, self.freedom, self.opens_below, self.opens_above)
        more = (self.correlation, self.variance_ratio, repeat(self.is_resampled), self.lean)
        return [Difference(*one) for one in zip(*columns, *more, strict=False)]

    def leaning(self) -> Difference:
        """The same array, with the skewness of each difference as it is of one alone."""
        # To the last bit, a power of an array need not be that of a number.
        return self._replace(skewness=np.array([skewness_of(column) for column in self.deviations.T]))

    @property
    def lean(self) -> Floats:
        """Skewness of what replications add, over √n."""
        return skewness_of(self.deviations) if self.skewness is None else self.skewness

    def interval(
        self, confidence: float, *, limit: Floats | float = np.inf, n: Floats | float = np.inf
    ) -> tuple[Floats, Floats]:
        """Its ends; NaN where there is none. They stay within ± `limit`, where no difference can be beyond it."""
        left, right = self.halves(confidence, limit=limit, n=n)
        low = np.where(self.opens_below, np.nan, np.maximum(self.value - left, -limit))
        return low, np.where(self.opens_above, np.nan, np.minimum(self.value + right, limit))

    def halves(
        self,
        confidence: float,
        *,
        limit: Floats | float = np.inf,
        n: Floats | float = np.inf,
        growth: float = 1.0,
    ) -> tuple[Floats, Floats]:
        """Both sides of an interval, or what they would be with `growth` times as many replications.

        Student's t, longer where replications lean (by as much at any confidence: what lies far out in their law
        nobody knows), and beside it what Wilson's score interval (1927) leaves open when none of `n` claims is seen
        to differ: z² / (n + z²) of the limit. That is next to nothing unless hardly any claim differs; then a few
        that were not seen would matter, and t alone would cover as little as 87 %.
        """
        count = (self.freedom + 1) * growth
        half = _steps(count, confidence) * self.error / growth**0.5
        square = ndtri(_upper(confidence)) ** 2
        unseen = np.where(np.isfinite(limit), limit, 0.0) * square / (n * growth + square)
        lean = 0.0 if self.is_resampled else self.lean / growth**0.5
        sides = (longer(side * lean, _steps(count, CONFIDENCE), count) for side in (-1, 1))
        left, right = (np.asarray(np.hypot(half * side, unseen)) for side in sides)
        return left, right

    def half_width(
        self, confidence: float, *, limit: float = np.inf, n: float = np.inf, growth: float = 1.0
    ) -> Floats:
        """The longer of both sides."""
        return np.maximum(*self.halves(confidence, limit=limit, n=n, growth=growth))


def _upper(confidence: float) -> float:
    return 1 - (1 - confidence) / 2


def _steps(replications: Floats, confidence: float) -> Floats:
    """Half of an interval by Student's t, in standard errors; NaN without any spare replication."""
    freedom = replications - 1
    return np.where(freedom > 0, stdtrit(np.maximum(freedom, 1), _upper(confidence)), np.nan)


def paired(base: Deviating, other: Deviating) -> Difference:
    """Other less base, where both are of the same replications with the same luck."""
    value, deviations = other.value - base.value, other.deviations - base.deviations
    together = np.nansum(base.deviations * other.deviations, axis=0)
    alone = np.where(np.isnan(value), np.nan, np.hypot(base.error, other.error))
    return Difference(
        value=value,
        deviations=deviations,
        freedom=np.minimum(base.replications, other.replications) - 1,
        opens_below=base.is_often_unreached,
        opens_above=other.is_often_unreached,
        correlation=together / _or_nan(base.error * other.error),
        variance_ratio=np.square(length(deviations) / _or_nan(alone)),
        is_resampled=base.is_resampled,
    )


def unpaired(base: Deviating, other: Deviating) -> Difference:
    """Other less base, as of independent runs (Welch 1947).

    What luck they may have in common tends to move both the same way: it makes this interval too wide, if anything.
    """
    variances = np.square(base.error), np.square(other.error)
    spare = _or_nan(base.replications - 1), _or_nan(other.replications - 1)
    spread = variances[0] ** 2 / spare[0] + variances[1] ** 2 / spare[1]
    welch = (variances[0] + variances[1]) ** 2 / _or_nan(spread)
    nothing = np.full_like(base.value, np.nan)
    return Difference(
        value=other.value - base.value,
        deviations=np.concatenate([-base.deviations, other.deviations]),
        freedom=np.where(np.isnan(welch), np.minimum(*spare), welch),
        opens_below=base.is_often_unreached,
        opens_above=other.is_often_unreached,
        correlation=nothing,
        variance_ratio=nothing,
        is_resampled=base.is_resampled,
    )

"""What is known of one world: a response, its standard error over replications, and its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.arrays import Floats
from sim.experiment.estimates import student
from sim.experiment.measure_kinds import Ratio
from sim.experiment.measures import MEASURES
from sim.experiment.number import Number
from sim.experiment.shares import Z


class Response(NamedTuple):
    """What a study looks at: a measure under one policy, or how it differs between two on the same orders."""

    measure: str
    of: str
    """The policy."""
    less: str = ""
    """The policy whose value is taken away, if it is a difference."""

    @property
    def is_difference(self) -> bool:
        """Whether two policies are compared."""
        return bool(self.less)

    @property
    def name(self) -> str:
        """`success_rate of three days less nine days`."""
        return f"{self.measure} of {self.of}" + (f" less {self.less}" if self.less else "")

    @property
    def limits(self) -> tuple[float, float]:
        """Between which values it lies, whatever happens; anywhere if it is no measure, but a sum of some."""
        measure, most, is_signed = MEASURES.get(self.measure), np.inf, self.measure not in MEASURES
        if isinstance(measure, Ratio):
            most, is_signed = measure.most or np.inf, measure.signed
        return (-most if self.is_difference or is_signed else 0.0), most


def known(response: Response, sums: Mapping[str, Mapping[str, Floats]]) -> Number:
    """What the replications of a world say of a response; `sums` by policy and measure.

    A ratio of sums; the error is that of its linear form, paired by replication for a difference (the delta method,
    Law, *Simulation Modeling and Analysis*). Its interval ends where no value can be. NaN where a whole is 0 or a
    time was not reached.
    """
    value, parts = linear_parts(response, sums)
    count = len(parts)
    error = float(np.sqrt((parts**2).sum() / (count * (count - 1)))) if count > 1 else np.nan
    half = float(student(count)) * error
    low, high = np.clip((value - half, value + half), *response.limits).tolist()
    return Number(value, low, high, n=count, error=error)


def linear_parts(response: Response, sums: Mapping[str, Mapping[str, Floats]]) -> tuple[float, Floats]:
    """A response, and what each replication adds to its error: paired for a difference."""
    value, parts = _linear(sums[response.of][response.measure])
    if response.less:
        other, others = _linear(sums[response.less][response.measure])
        value, parts = value - other, parts - others
    return value, parts


def _linear(pairs: Floats) -> tuple[float, Floats]:
    """Part over whole, and what each replication adds to its error."""
    part, whole = pairs[:, 0], pairs[:, 1]
    total = whole.sum()
    if total == 0:
        return np.nan, np.full(len(pairs), np.nan)
    value = float(part.sum() / total)
    return value, (part - value * whole) / (total / len(pairs))


def half_width(pairs: Floats) -> float:
    """Half the 95 % interval of a ratio; infinite with one replication, 0 where there is nothing to know."""
    count = len(pairs)
    if count < 2:
        return np.inf
    value, parts = _linear(pairs)
    if np.isnan(value):
        return 0.0
    return float(student(count)) * float(np.sqrt((parts**2).sum() / (count * (count - 1))))


class Split(NamedTuple):
    """A response where nothing is assumed otherwise: half its 95 % interval, by what it is for want of."""

    value: float
    data: float
    """What another log of the same marketplace could have told: it goes with more data only."""
    computing: float
    """What other luck could have brought: it goes with more replications."""


def split_of(response: Response, sums: Mapping[str, Mapping[str, Floats]], worlds: int) -> Split:
    """From replications that took turns at so many worlds, each as often: one-way analysis of variance.

    The mean square within worlds is luck's; what the means of worlds vary by beyond their share of it is the data's
    (Scheffé, *The Analysis of Variance*, the random one-way layout).
    """
    value, parts = linear_parts(response, sums)
    by_world = parts.reshape(-1, worlds)
    within = float(by_world.var(axis=0, ddof=1).mean())
    between = max(float(by_world.mean(axis=0).var(ddof=1)) - within / len(by_world), 0.0)
    return Split(value, Z * between**0.5, Z * (within / len(parts)) ** 0.5)

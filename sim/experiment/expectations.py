"""Does what a scenario expects hold? Judged by whole intervals, so that luck alone neither passes nor fails."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import inf, isnan, nan

import numpy as np

from sim.experiment.aalen_johansen import is_finished
from sim.experiment.estimates import resampled
from sim.experiment.influence import OPEN_FROM
from sim.experiment.measures import MEASURES, Ratio, TimeToMoney
from sim.experiment.number import Number
from sim.experiment.result import Comparable
from sim.experiment.verdicts import INCONCLUSIVE, replications_needed
from sim.scenario.expectations import Expectations

PASS, FAIL = "pass", "fail"
EXPECTATION_VERDICTS = (PASS, FAIL, INCONCLUSIVE)
"""The whole interval clears the bound, the whole interval misses it, or neither.

An end of an interval that lies right on the bound holds: `at_least: 0` holds of every share.
"""
AT_LEAST = "at_least"


@dataclass(frozen=True)
class ExpectationCheck:
    """One thing that the scenario says must hold of a measure.

    Numbers are in the measure's unit, as `Result.summary` has them. NaN: none (a quantile that is *not reached*, or
    an interval that is open at that end).
    """

    measure: str
    title: str
    unit: str
    sense: str
    """`at_least` or `at_most`."""
    bound: float
    now: Number
    """With its 95 % interval over replications."""
    replications: int
    """That were lived through."""
    verdict: str
    """A word of `EXPECTATION_VERDICTS`."""
    replications_needed: float
    """How many more would settle what is inconclusive, should the value stay where it is; inf: more than an
    experiment has; NaN: nothing is to be settled, or one cannot tell."""
    why: str = ""
    """Why the value is not known: `not watched long enough`; else empty."""


def expectations_of(expected: Expectations, result: Comparable) -> tuple[ExpectationCheck, ...]:
    """Every bound that a scenario states, in its order, judged by what came out."""
    return tuple(
        _judged(name, sense, float(bound), result)
        for name, bounds in expected.root.items()
        for sense, bound in bounds.model_dump(exclude_none=True).items()
    )


def _judged(name: str, sense: str, bound: float, result: Comparable) -> ExpectationCheck:
    row = result.summary.loc[name].to_dict()
    value, low, high = (float(row[column]) for column in ("value", "low", "high"))
    verdict = _verdict(
        sense, bound, *(_beyond_all_times(name, result) or _in_the_end(name, result) or _ends(low, high))
    )
    done = int(result.about["replications"])
    needed = nan
    if verdict == INCONCLUSIVE and is_finished(result.orders):
        half = value - low if value > bound else high - value
        needed = replications_needed(value - bound, 0.0, done, partial(_shrunk, half))
    return ExpectationCheck(
        measure=name,
        title=str(row["title"]),
        unit=str(row["unit"]),
        sense=sense,
        bound=bound,
        now=Number(value, low, high),
        replications=done,
        verdict=verdict,
        why=str(row.get("why", "")),
        replications_needed=needed,
    )


def _ends(low: float, high: float) -> tuple[float, float]:
    """The interval, unknown ends infinitely far away."""
    return (-inf if isnan(low) else low), (inf if isnan(high) else high)


def _beyond_all_times(name: str, result: Comparable) -> tuple[float, float] | None:
    """The interval of a quantile that is surely not reached: later than any time. None where it may be.

    Nor is it sure of claims that were not watched to their end.
    """
    measure, replications = MEASURES[name], int(result.about["replications"])
    if not isinstance(measure, TimeToMoney) or replications < 2:
        return None
    if not is_finished(result.orders):
        return None
    _, resamples = resampled(measure.times(result.orders, replications), measure.q)
    is_sure = len(resamples) > 0 and float(np.isinf(resamples).mean()) >= 1 - OPEN_FROM
    return (inf, inf) if is_sure else None


def _in_the_end(name: str, result: Comparable) -> tuple[float, float] | None:
    """What may come of a number that is known so far only. None where it is known, or is not at all.

    Who has all the money keeps it, and no more than those who are still open can come to the same end.
    """
    measure = MEASURES[name]
    if is_finished(result.orders) or not (isinstance(measure, Ratio) and measure.is_so_far):
        return None
    if name != "success_rate" and not name.startswith("outcome_"):
        return -inf, inf
    ends, still_open = (result.summary.loc[one].to_dict() for one in (name, "open_share"))
    return _ends(float(ends["low"]), float(ends["high"]) + float(still_open["high"]))


def _verdict(sense: str, bound: float, low: float, high: float) -> str:
    if sense == AT_LEAST:
        return PASS if low >= bound else FAIL if high < bound else INCONCLUSIVE
    return PASS if high <= bound else FAIL if low > bound else INCONCLUSIVE


def _shrunk(half: float, growth: float) -> float:
    """Half of an interval with so many times as many replications."""
    return float(half / growth**0.5)

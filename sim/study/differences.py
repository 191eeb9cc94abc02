"""Every measure of two experiments side by side: the difference, its intervals, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, isnan, nan
from typing import Any, NamedTuple

import pandas as pd

from sim.scenario.durations import DAY
from sim.study.deviations import Deviating, Difference, paired, quantile_of, ratio_of, unpaired
from sim.study.estimates import CONFIDENCE
from sim.study.measures import MEASURES, REPLICATIONS, Measure, Ratio, TimeToMoney
from sim.study.result import Comparable
from sim.study.verdicts import (
    CURVES_CROSS,
    EQUIVALENT,
    INCONCLUSIVE,
    NOT_REACHED,
    Headline,
    replications_needed,
    verdict_on,
)

COLUMNS = [
    *("measure", "base", "other", "difference", "low", "high", "low_simultaneous", "high_simultaneous"),
    *("is_headline", "margin", "verdict", "replications_needed", "correlation", "variance_ratio", "unit", "title"),
]
"""Of the table of differences, in order."""
Estimates = Mapping[str, Deviating]
"""By measure, in the unit of `Result.summary`."""


def estimates_of(result: Comparable, names: Iterable[str] = MEASURES) -> Estimates:
    """The measures of an experiment, all or some, each with its deviations."""
    sums: dict[Any, pd.DataFrame] = dict(list(result.by_replication.groupby("measure", sort=False)))
    return {name: _estimate(MEASURES[name], result, sums.get(name)) for name in names}


def _estimate(measure: Measure, result: Comparable, sums: pd.DataFrame | None) -> Deviating:
    if isinstance(measure, TimeToMoney):
        return _quantile(measure, result)
    assert sums is not None, f"{measure.name} is not among the sums"
    return _ratio(sums)


def _ratio(sums: pd.DataFrame) -> Deviating:
    return ratio_of(sums["part"].to_numpy(), sums["whole"].to_numpy())


def _quantile(measure: TimeToMoney, result: Comparable) -> Deviating:
    seconds = quantile_of(measure.times(result.orders, result.about["replications"]), measure.q)
    return seconds._replace(value=seconds.value / DAY, deviations=seconds.deviations / DAY)


class Bench(NamedTuple):
    """What has to be known beforehand to judge the differences between two experiments."""

    headlines: Mapping[str, Headline]
    confidence: float
    """Of each simultaneous interval."""
    is_paired: bool
    curves_cross: bool


@dataclass(frozen=True)
class Compared:
    """One measure of two experiments."""

    name: str
    base: float
    other: float
    difference: Difference
    n: float
    """How many claims, requests or orders could be seen to differ; inf where it is no number of those, or where it
    is one and the same scenario and nothing more has to be seen."""

    @property
    def bound(self) -> float:
        """What lies between 0 and a bound differs by no more than that bound."""
        measure = MEASURES[self.name]
        return measure.most or inf if isinstance(measure, Ratio) else inf

    def interval(self, confidence: float) -> tuple[float, float]:
        """The interval of the difference."""
        low, high = self.difference.interval(confidence, limit=self.bound, n=self.n)
        return float(low), float(high)

    def half_width(self, confidence: float, growth: float) -> float:
        """Half of the interval with `growth` times as many replications."""
        return float(self.difference.half_width(confidence, limit=self.bound, n=self.n, growth=growth))


def differences_of(
    base: Comparable, other: Comparable, estimates: tuple[Estimates, Estimates], bench: Bench
) -> pd.DataFrame:
    """One row per measure that was estimated, as `Comparison.differences` has it."""
    subtract = paired if bench.is_paired else unpaired
    done = min(base.about["replications"], other.about["replications"])
    counts = pd.concat([base.summary["n"], other.summary["n"]], axis=1).min(axis=1).to_dict()
    rows = []
    for name in estimates[0]:
        mine, its = (one[name] for one in estimates)
        n = float(counts[name]) if _counts_cases(MEASURES[name]) and not is_the_same(base, other) else inf
        one = Compared(name, float(mine.value), float(its.value), subtract(mine, its), n)
        about = base.summary.loc[name, ["unit", "title"]].to_dict()
        rows.append(_numbers(one) | _judgement(one, bench, done) | about)
    return pd.DataFrame(rows, columns=COLUMNS)


def _counts_cases(measure: Measure) -> bool:
    """Whether its `n` are cases of which each could differ; how busy a desk was is counted by replication."""
    return isinstance(measure, Ratio) and (measure.table != REPLICATIONS or measure.counting is not None)


def is_the_same(base: Comparable, other: Comparable) -> bool:
    """Whether it is one and the same scenario, luck included, and the same came of it."""
    prints = [result.about["fingerprints"] for result in (base, other)]
    return all(prints[0][of] == prints[1][of] for of in ("scenario", "draws", "outcomes"))


def _numbers(one: Compared) -> dict[str, object]:
    low, high = one.interval(CONFIDENCE)
    return {
        "measure": one.name,
        "base": one.base,
        "other": one.other,
        "difference": float(one.difference.value),
        "low": low,
        "high": high,
        "correlation": float(one.difference.correlation),
        "variance_ratio": float(one.difference.variance_ratio),
    }


def _judgement(one: Compared, bench: Bench, done: int) -> dict[str, object]:
    """What is said of a headline; nothing of all others."""
    headline = bench.headlines.get(one.name)
    if headline is None:
        nothing = {"low_simultaneous": nan, "high_simultaneous": nan, "margin": nan}
        return nothing | {"is_headline": False, "verdict": "", "replications_needed": nan}
    low, high = one.interval(bench.confidence)
    margin = headline.margin_over(one.base)
    verdict = _verdict(one, verdict_on(low, high, margin, headline.more_is_better), bench)
    needed = nan
    if verdict == INCONCLUSIVE and not isnan(high - low):
        shrunk = partial(one.half_width, bench.confidence)
        needed = replications_needed(float(one.difference.value), margin, done, shrunk)
    return {
        "low_simultaneous": low,
        "high_simultaneous": high,
        "margin": margin,
        "is_headline": True,
        "verdict": verdict,
        "replications_needed": needed,
    }


def _verdict(one: Compared, verdict: str, bench: Bench) -> str:
    """The verdict, unless a time is compared of which nothing can be said in one number."""
    if not isinstance(MEASURES[one.name], TimeToMoney):
        return verdict
    if isnan(float(one.difference.value)):
        return NOT_REACHED
    return CURVES_CROSS if bench.curves_cross and verdict != EQUIVALENT else verdict

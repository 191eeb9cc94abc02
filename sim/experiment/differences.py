"""Every measure of two experiments side by side: the difference, its intervals, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf, isnan, nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.experiment.aalen_johansen import is_finished
from sim.experiment.estimates import CONFIDENCE
from sim.experiment.influence import (
    Deviating,
    Difference,
    each_of,
    paired,
    quantile_of,
    ratio_of,
    stacked,
    unpaired,
)
from sim.experiment.measures import MEASURES, REPLICATIONS, Measure, Ratio, TimeToMoney
from sim.experiment.result import Comparable, claims_of_result
from sim.experiment.verdicts import (
    CURVES_CROSS,
    EQUIVALENT,
    INCONCLUSIVE,
    NOT_REACHED,
    Headline,
    replications_needed,
    verdict_on,
)
from sim.scenario.durations import DAY

COLUMNS = [
    *("measure", "base", "other", "difference", "low", "high", "low_simultaneous", "high_simultaneous"),
    *("is_headline", "margin", "verdict", "replications_needed", "correlation", "variance_ratio", "unit", "title"),
    *("base_low", "base_high", "other_low", "other_high"),
]
"""Of the table of differences, in order."""
Estimates = Mapping[str, Deviating]
"""By measure, in the unit of `Result.summary`."""
IntervalEnds = tuple[float, float]
"""Of an interval."""


def estimates_of(result: Comparable, names: Iterable[str] = MEASURES) -> Estimates:
    """The measures of an experiment, all or some, each with its deviations."""
    asked = [MEASURES[name] for name in names]
    ratios = _ratios_of(result, [one.name for one in asked if isinstance(one, Ratio)])

    def of_time(measure: TimeToMoney) -> Deviating:
        return deviating(measure, measure.times(claims_of_result(result), result.about["replications"]))

    return {one.name: of_time(one) if isinstance(one, TimeToMoney) else ratios[one.name] for one in asked}


def _ratios_of(result: Comparable, names: Sequence[str]) -> Estimates:
    """All at once."""
    if not names:
        return {}
    table = result.by_replication
    places: Mapping[Any, Any] = table.groupby("measure", sort=False).indices
    here = np.array([places[name] for name in names])
    # Turned, so that the replications of each lie side by side and are added up as those of one alone.
    parts, wholes = (table[column].to_numpy()[here].T for column in ("part", "whole"))
    return dict(zip(names, each_of(ratio_of(parts, wholes)), strict=True))


def deviating(measure: Measure, said: Sequence[Any]) -> Deviating:
    """A measure with its deviations, from what each replication says: its times to money, or a part and a whole."""
    if isinstance(measure, TimeToMoney):
        seconds = quantile_of(said, measure.q)
        return seconds._replace(value=seconds.value / DAY, deviations=seconds.deviations / DAY)
    parts, wholes = zip(*said, strict=True)
    return ratio_of(parts, wholes)


class Yardstick(NamedTuple):
    """What has to be known beforehand to judge the differences between two experiments."""

    headlines: Mapping[str, Headline]
    confidence: float
    """Of each simultaneous interval."""
    is_paired: bool
    curves_cross: bool
    base: Mapping[str, float] = {}
    """The base's values, of which margins are shares; of a measure that is not there, its own is taken."""

    watched_alike: bool = True
    """Whether claims were watched for as long in both."""

    def margin(self, headline: Headline, one: Compared) -> float:
        """Up to what a difference of this measure does not matter."""
        return headline.margin_over(self.base.get(headline.of, one.base))


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
    base: Comparable, other: Comparable, estimates: tuple[Estimates, Estimates], bench: Yardstick
) -> pd.DataFrame:
    """One row per measure that was estimated, as `Comparison.differences` has it."""
    done = min(base.about["replications"], other.about["replications"])
    bench = bench._replace(base={str(name): float(value) for name, value in base.summary["value"].items()})
    mine, its = (side.summary.to_dict("index") for side in (base, other))
    same = is_the_same(base, other)
    all_over = is_finished(claims_of_result(base)) and is_finished(claims_of_result(other))
    n = {name: inf if same else float(min(mine[name]["n"], its[name]["n"])) for name in estimates[0]}
    rows = []
    for one, ends in _all_compared(estimates, n, is_paired=bench.is_paired):
        name = one.name
        about = {"unit": mine[name]["unit"], "title": mine[name]["title"]}
        levels = _ends("base", mine[name]) | _ends("other", its[name])
        row: dict[Any, object] = _numbers(one, ends) | _judgement(one, bench, done) | about | levels
        is_known = all_over or not _is_so_far(name)
        rows.append(_where_unwatched(row, base, other) if is_known else row | _so_far(row, bench))
    return pd.DataFrame(rows, columns=COLUMNS)


def _where_unwatched(row: dict[Any, object], *sides: Comparable) -> dict[Any, object]:
    """What was not watched long enough might still be reached: of a difference from it nothing is known."""
    is_open = row["verdict"] == NOT_REACHED and not all(is_finished(claims_of_result(one)) for one in sides)
    return row | {"verdict": INCONCLUSIVE} if is_open else row


def _is_so_far(name: str) -> bool:
    measure = MEASURES[name]
    return isinstance(measure, Ratio) and measure.is_so_far


def _so_far(row: dict[Any, object], bench: Yardstick) -> dict[str, object]:
    """Of claims that are still open nobody knows in the end; watched for different times, not even so far."""
    verdict = {"verdict": INCONCLUSIVE if row["is_headline"] else "", "replications_needed": nan}
    numbers = (
        "difference",
        "low",
        "high",
        "low_simultaneous",
        "high_simultaneous",
        "correlation",
        "variance_ratio",
    )
    return verdict | ({} if bench.watched_alike else dict.fromkeys(numbers, nan))


def _ends(side: str, said: Mapping[Any, Any]) -> dict[str, object]:
    """The interval of one side alone."""
    return {f"{side}_low": said["low"], f"{side}_high": said["high"]}


def compared(name: str, estimates: tuple[Deviating, Deviating], n: float, *, is_paired: bool) -> Compared:
    """One measure of two experiments, from the base's estimate and the other's.

    `n` as in `Result.summary`, the smaller of the two; inf where it is one and the same scenario.
    """
    mine, its = estimates
    difference = (paired if is_paired else unpaired)(mine, its)
    return Compared(name, float(mine.value), float(its.value), difference, _cases(name, n))


def _all_compared(
    estimates: tuple[Estimates, Estimates], n: Mapping[str, float], *, is_paired: bool
) -> Iterator[tuple[Compared, IntervalEnds]]:
    """Every measure, with the plain interval of its difference: as `compared`, all ratios at once."""
    mine, its = estimates
    ratios = [name for name in mine if isinstance(MEASURES[name], Ratio)]
    known = _ratios_compared(ratios, estimates, n, is_paired=is_paired) if ratios else {}
    for name in mine:
        if name in known:
            yield known[name]
        else:
            one = compared(name, (mine[name], its[name]), n[name], is_paired=is_paired)
            yield one, one.interval(CONFIDENCE)


def _ratios_compared(
    names: Sequence[str], estimates: tuple[Estimates, Estimates], n: Mapping[str, float], *, is_paired: bool
) -> dict[str, tuple[Compared, IntervalEnds]]:
    mine, its = (stacked([side[name] for name in names]) for side in estimates)
    together = (paired if is_paired else unpaired)(mine, its).leaning()
    cases = [_cases(name, n[name]) for name in names]
    each = [
        Compared(name, float(base), float(other), difference, count)
        for name, base, other, difference, count in zip(
            names, mine.value, its.value, together.each(), cases, strict=True
        )
    ]
    bounds = np.array([one.bound for one in each])
    low, high = together.interval(CONFIDENCE, limit=bounds, n=np.array(cases))
    return {
        one.name: (one, ends) for one, ends in zip(each, zip(low.tolist(), high.tolist(), strict=True), strict=True)
    }


def _cases(name: str, n: float) -> float:
    """Those that could be seen to differ; inf where the measure counts none."""
    return n if _counts_cases(MEASURES[name]) else inf


def _counts_cases(measure: Measure) -> bool:
    """Whether its `n` are cases of which each could differ; how busy a desk was is counted by replication."""
    return isinstance(measure, Ratio) and (measure.table != REPLICATIONS or measure.counting is not None)


def is_the_same(base: Comparable, other: Comparable) -> bool:
    """Whether it is one and the same scenario, luck included, and the same came of it."""
    prints = [result.about["fingerprints"] for result in (base, other)]
    return all(prints[0][of] == prints[1][of] for of in ("scenario", "draws", "outcomes"))


def _numbers(one: Compared, ends: IntervalEnds) -> dict[str, object]:
    low, high = ends
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


def _judgement(one: Compared, bench: Yardstick, done: int) -> dict[str, object]:
    """What is said of a headline; nothing of all others."""
    headline = bench.headlines.get(one.name)
    if headline is None:
        nothing = {"low_simultaneous": nan, "high_simultaneous": nan, "margin": nan}
        return nothing | {"is_headline": False, "verdict": "", "replications_needed": nan}
    low, high = one.interval(bench.confidence)
    margin = bench.margin(headline, one)
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


def _verdict(one: Compared, verdict: str, bench: Yardstick) -> str:
    """The verdict, unless there is nothing to compare, or a time of which nothing can be said in one number."""
    if isnan(float(one.difference.value)):
        return NOT_REACHED
    if not isinstance(MEASURES[one.name], TimeToMoney):
        return verdict
    return CURVES_CROSS if bench.curves_cross and verdict != EQUIVALENT else verdict

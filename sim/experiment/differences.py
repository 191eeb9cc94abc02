"""Every measure of two experiments side by side: the difference, its intervals, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf, isnan, nan
from typing import Any, NamedTuple

import pandas as pd

from sim.experiment.aalen_johansen import is_finished
from sim.experiment.estimates import CONFIDENCE
from sim.experiment.influence import Deviating, Difference, paired, quantile_of, ratio_of, unpaired
from sim.experiment.measures import MEASURES, REPLICATIONS, Measure, Ratio, TimeToMoney
from sim.experiment.result import Comparable
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


def estimates_of(result: Comparable, names: Iterable[str] = MEASURES) -> Estimates:
    """The measures of an experiment, all or some, each with its deviations."""
    table = result.by_replication
    places: Mapping[Any, Any] = table.groupby("measure", sort=False).indices
    parts, wholes = table["part"].to_numpy(), table["whole"].to_numpy()

    def said(measure: Measure) -> Sequence[Any]:
        if isinstance(measure, TimeToMoney):
            return measure.times(result.orders, result.about["replications"])
        here = places[measure.name]
        return list(zip(parts[here].tolist(), wholes[here].tolist(), strict=True))

    return {name: deviating(MEASURES[name], said(MEASURES[name])) for name in names}


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
    same, all_over = is_the_same(base, other), is_finished(base.orders) and is_finished(other.orders)
    rows = []
    for name in estimates[0]:
        n = inf if same else float(min(mine[name]["n"], its[name]["n"]))
        one = compared(name, (estimates[0][name], estimates[1][name]), n, is_paired=bench.is_paired)
        about = {"unit": mine[name]["unit"], "title": mine[name]["title"]}
        levels = _ends("base", mine[name]) | _ends("other", its[name])
        row: dict[Any, object] = _numbers(one) | _judgement(one, bench, done) | about | levels
        is_known = all_over or not _is_so_far(name)
        rows.append(_where_unwatched(row, base, other) if is_known else row | _so_far(row, bench))
    return pd.DataFrame(rows, columns=COLUMNS)


def _where_unwatched(row: dict[Any, object], *sides: Comparable) -> dict[Any, object]:
    """What was not watched long enough might still be reached: of a difference from it nothing is known."""
    is_open = row["verdict"] == NOT_REACHED and not all(is_finished(one.orders) for one in sides)
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
    n = n if _counts_cases(MEASURES[name]) else inf
    return Compared(name, float(mine.value), float(its.value), difference, n)


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

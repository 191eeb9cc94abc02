"""Two blocks of the same replications, before and now: every measure side by side, and verdicts on headlines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.baselines.baselines import Block
from sim.baselines.judgement import CHANGED, UNCHANGED, MeasureCheck
from sim.experiment.aalen_johansen import UNWATCHED, horizon, is_finished
from sim.experiment.curve_differences import curve_difference
from sim.experiment.curves import incidence
from sim.experiment.differences import Yardstick, differences_of, estimates_of
from sim.experiment.influence import OPEN_FROM, Deviating
from sim.experiment.measures import MEASURES, Measure, TimeToMoney
from sim.experiment.number import Number
from sim.experiment.order_outcomes import REFUNDED
from sim.experiment.verdicts import BETTER, EQUIVALENT, INCONCLUSIVE, WORSE, Headline
from sim.scenario.durations import DAY

ALARMS = 0.03
"""Chance, over all headlines together, that a block calls something changed that did not change by more than its
margin. Judged once and confirmed once, independently, that is 0.03², about one false alarm in 1,000 checks."""
REACHED_NOW, REACHED_NO_MORE = "reached_now", "reached_no_more"
"""What becomes of a quantile that one of the two surely reaches, and the other surely does not."""
_SURE = {BETTER, WORSE, REACHED_NOW, REACHED_NO_MORE}


class Sides(NamedTuple):
    """What is held against each other, and what is judged of it."""

    before: Block
    now: Block
    headlines: Mapping[str, Headline]


def differences(sides: Sides, *, is_paired: bool, names: Iterable[str] = MEASURES) -> pd.DataFrame:
    """One row per measure, as `experiment.differences` has it; simultaneous intervals leave `ALARMS` outside."""
    before, now, headlines = sides
    confidence = 1 - ALARMS / max(len(headlines), 1)
    bench = Yardstick(headlines, confidence, is_paired, curves_cross=False)
    estimates = estimates_of(before, names), estimates_of(now, names)
    table = differences_of(before, now, estimates, bench).set_index("measure", drop=False)
    for name in table.index[table["is_headline"] & table["difference"].isna()]:
        one, other = (each[name] for each in estimates)
        is_known = all(is_finished(block.orders) for block in (before, now))
        known = _reached if is_known else partial(_reached_in_time, MEASURES[name], sides)
        table.loc[name, "verdict"] = known(one, other)
    return table


def _reached_in_time(measure: Measure, sides: Sides, before: Deviating, now: Deviating) -> str:
    """The same where the watching stopped: who has not reached it by then may reach it yet.

    Only where one reaches it, while the other was watched for as long and has not, does that tell anything.
    """
    values = float(before.value), float(now.value)
    if not isinstance(measure, TimeToMoney) or isnan(values[0]) == isnan(values[1]):
        return INCONCLUSIVE
    slower = sides.before if isnan(values[0]) else sides.now
    reached_after = values[1] if isnan(values[0]) else values[0]
    return _reached(before, now) if reached_after * DAY <= horizon(slower.orders) else INCONCLUSIVE


def _reached(before: Deviating, now: Deviating) -> str:
    """What may be said of a quantile that at least one of the two does not reach, however long it is watched."""
    unreached = [float(np.isnan(one.deviations).mean()) if len(one.deviations) else nan for one in (before, now)]
    if isnan(float(before.value)) and isnan(float(now.value)):
        return EQUIVALENT
    if any(OPEN_FROM < share < 1 - OPEN_FROM or isnan(share) for share in unreached):
        return INCONCLUSIVE
    return REACHED_NOW if isnan(float(before.value)) else REACHED_NO_MORE


def is_sure(verdict: str) -> bool:
    """Whether this word says that a measure differs, by more than its margin."""
    return verdict in _SURE


def judged(sides: Sides, table: pd.DataFrame, confirming: pd.DataFrame | None) -> tuple[MeasureCheck, ...]:
    """Every measure, from the differences in the judging block and, where it was asked, in the confirming one."""
    return _each(sides, lambda name: table.loc[name].to_dict(), confirming)


def unmoved(sides: Sides) -> tuple[MeasureCheck, ...]:
    """Every measure, where nothing differs at all: no statistics are needed."""
    rows = sides.now.summary.to_dict("index")
    return _each(sides, lambda name: _nothing(name, rows, sides.headlines.get(name)), None)


def _each(
    sides: Sides, row_of: Callable[[str], dict[Any, Any]], confirming: pd.DataFrame | None
) -> tuple[MeasureCheck, ...]:
    def one(name: str) -> MeasureCheck:
        again = None if confirming is None else confirming.loc[name].to_dict()
        readings, why = _readings(name, sides), _why_unknown(name, sides)
        return _judged(row_of(name), readings, again, sides.headlines.get(name), why)

    return tuple(map(one, MEASURES))


def _why_unknown(name: str, sides: Sides) -> str:
    """Why a value is missing, where that is only because nobody watched for longer."""
    is_missing = any(isnan(one.value) for one in _readings(name, sides))
    is_known = all(is_finished(block.orders) for block in (sides.before, sides.now))
    return UNWATCHED if is_missing and MEASURES[name].waits and not is_known else ""


def _nothing(name: str, rows: Mapping[Any, Mapping[Any, Any]], headline: Headline | None) -> dict[Any, Any]:
    """A row of differences that says that there are none."""
    row = rows[name]
    ends = ("difference", "low", "high", "low_simultaneous", "high_simultaneous")
    margin = headline.margin_over(float(rows[headline.of or name]["value"])) if headline else nan
    words = {"measure": name, "unit": row["unit"], "title": row["title"], "verdict": EQUIVALENT}
    return dict.fromkeys(ends, 0.0) | words | {"margin": margin, "replications_needed": nan}


def _readings(name: str, sides: Sides) -> tuple[Number, Number]:
    rows = (block.summary.loc[name].to_dict() for block in (sides.before, sides.now))
    before, now = (Number(float(row["value"]), float(row["low"]), float(row["high"])) for row in rows)
    return before, now


def _judged(
    row: Mapping[Any, Any],
    readings: tuple[Number, Number],
    confirming: Mapping[Any, Any] | None,
    headline: Headline | None,
    why: str,
) -> MeasureCheck:
    is_asked = headline is not None and confirming is not None and is_sure(row["verdict"])
    agrees = row["verdict"] == confirming["verdict"] if is_asked and confirming is not None else None
    return MeasureCheck(
        measure=row["measure"],
        title=row["title"],
        unit=row["unit"],
        baseline=readings[0],
        now=readings[1],
        difference=Number(row["difference"], row["low"], row["high"]),
        is_headline=headline is not None,
        surely=_surely(row),
        margin=row["margin"],
        more_is_better=headline.more_is_better if headline else True,
        verdict=_verdict(row["verdict"], agrees) if headline else "",
        confirming=_surely(confirming) if headline and confirming is not None else None,
        is_confirmed=agrees,
        replications_needed=row["replications_needed"],
        why=why,
    )


def _surely(row: Mapping[Any, Any]) -> Number:
    return Number(row["difference"], row["low_simultaneous"], row["high_simultaneous"])


def _verdict(word: str, agrees: bool | None) -> str:
    """In terms of change: which side is the good one does not matter here."""
    if is_sure(word):
        return CHANGED if agrees else INCONCLUSIVE
    return UNCHANGED if word == EQUIVALENT else INCONCLUSIVE


def curves_of(sides: Sides, *, is_paired: bool) -> pd.DataFrame:
    """Time to money, before and now, as `ScenarioCheck.curves` has it."""
    difference = curve_difference(sides.before, sides.now, is_paired=is_paired)
    told = {"days": difference["days"]}
    for name, block in (("baseline", sides.before), ("now", sides.now)):
        curve = incidence(block.orders, block.replications)
        refunded = curve[curve["ending"] == REFUNDED].reset_index(drop=True)
        told |= {name: refunded["share"], f"{name}_low": refunded["low"], f"{name}_high": refunded["high"]}
    return pd.DataFrame(told | {column: difference[column] for column in ("difference", "low", "high")})

"""What a reader should know before believing the numbers: notes below them, and words beside intervals that may
promise too much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

from sim.experiment.aalen_johansen import horizon, is_finished
from sim.experiment.comparison import Comparison
from sim.experiment.expectations import expectations_of
from sim.experiment.result import Result
from sim.experiment.skewness import ENOUGH_TO_DIFFER, FEW_DIFFER
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.scenario.selling import staff_of
from sim.scenario.wording import printable
from sim.show.judged import Finished, expectation_told, headlines_of, measured
from sim.show.phrases import HELD

MANY = 0.01
"""A share of claims that is too large to pass over."""
FULL = 0.95
"""Utilisation from which a desk's waiting says more of the run's length than of the policy."""
_DESKS = {"mediation_utilisation": "the mediation desk", "seller_utilisation_busiest": "the busiest seller"}


def notes_of(result: Result) -> list[str]:
    """One sentence for each thing that matters; none for a result that may be read as it stands."""
    return [
        *(["one replication gives no interval"] if result.about["replications"] == 1 else []),
        *_open(result),
        *result.notes,
        *_overloaded(result),
        *_unasked(result),
        *[expectation_told(one) for one in expectations_of(result.scenario.expect, result)],
    ]


def _open(result: Result) -> list[str]:
    if not _value(result, "open_share") > MANY:
        return []
    still_open = f"{_percentage(result, 'open_share')} of the claims were still open at the cut (follow_up)"
    if is_finished(result.orders):
        return [still_open]
    days = horizon(result.orders) / DAY
    return [
        f"{still_open}: what became of claims is told as it stood then, and times up to {days:.3g} d after asking, "
        f"for which a tenth of the claims {'was' if days else 'were'} watched; "
        "beyond, a number is not watched long enough. Who would have asked later is not among the claims"
    ]


def _overloaded(result: Result) -> list[str]:
    return [
        f"{desk} works {_percentage(result, measure)} of its time: queues grow as long as the run lasts"
        for measure, desk in _DESKS.items()
        if _value(result, measure) > FULL
    ]


def _unasked(result: Result) -> list[str]:
    if not _value(result, "refunded_unasked_share") > MANY:
        return []
    share = _percentage(result, "refunded_unasked_share")
    return [f"{share} of all orders were refunded at the dispatch limit before anybody asked; these are no claims"]


def _value(result: Result, measure: str) -> float:
    """NaN, where nothing was measured, is larger than nothing."""
    return measured(result, measure).value


def _percentage(result: Result, measure: str) -> str:
    """Without its interval."""
    return measured(result, measure)._replace(low=math.nan, high=math.nan).shown().value


def whose_notes(*results: Result) -> dict[str, list[str]]:
    """What should be known of the results, each said once, and of which ones."""
    notes: dict[str, list[str]] = {}
    for result in results:
        for note in notes_of(result):
            notes.setdefault(note, []).append(printable(result.scenario.name))
    return notes


def told_of(result: Result | Finished) -> Sequence[str]:
    """The notes below the table."""
    return result.told if isinstance(result, Finished) else notes_of(result)


# ------------------------------------------- intervals that may promise too much: leaning differences, rare shares


RARE = 0.05
"""A share that is nearer than this to none or all rests on few replications in which much went otherwise."""
ENOUGH_TO_SEE = 50
"""Replications from which on 90 to 97 of 100 intervals of such shares hold (`tests/theory/test_rare_shares.py`)."""
FEW_SEEN = "close to 0 or 100 %, where claims share desks: bad replications that are rare may not be among these"
_COUNTED = ("share", "claims", "orders")


# ------------------------------------------------------------------------------- differences that lean


def leaning_doubt(unit: str, low: float, high: float, replications: int) -> str:
    """What is to be said of the interval of a difference in times or money over few replications; or nothing."""
    leans = unit not in _COUNTED and isfinite(high - low) and high > low
    return FEW_DIFFER if leans and replications < ENOUGH_TO_DIFFER else ""


def leaning_remark(comparison: Comparison, scenario: str) -> Iterator[str]:
    """One sentence about all differences of which it is printed beside their names."""
    replications = int(comparison.base.about["replications"])
    judged = headlines_of(comparison, scenario).values()
    if named := [
        one.name for one in judged if leaning_doubt(one.unit, one.difference.low, one.difference.high, replications)
    ]:
        yield (
            f"Over {replications}{HELD}replications, intervals of differences in times and money "
            f"({', '.join(named)}; who pays what) may be too short: where what differs leans, as waits do, "
            f"nearer 90 than 95 in 100 hold; over {ENOUGH_TO_DIFFER}, 94 do."
        )


# ------------------------------------------------------------------------------- shares near none or all


def rare_doubt(result: Result | Finished, row: dict[Any, Any]) -> str:
    """What is to be said of the interval of a share near 0 or 1 over few replications; or nothing."""
    replications = int(result.about["replications"])
    is_rare = row["unit"] == "share" and min(row["value"], 1 - row["value"]) < RARE and isfinite(row["high"])
    return FEW_SEEN if is_rare and 1 < replications < ENOUGH_TO_SEE and claims_meet(result.scenario) else ""


def rare_remark(results: Iterable[Result | Finished], measures: Iterable[str]) -> str:
    """One sentence about those of the shares that are printed; nothing where there are none."""
    titles: dict[str, str] = {}
    for result in results:
        rows = result.summary.to_dict("index")
        concerned = (name for name in measures if name in rows and rare_doubt(result, rows[name]))
        titles |= {name: str(rows[name]["title"]) for name in concerned}
    if not titles:
        return ""
    return (
        f"Intervals close to 0 or 100 % ({', '.join(titles.values())}) know nothing of bad replications that were "
        f"not among these: where one in twenty is far worse, 60 in 100 hold over 20 and 90 over {ENOUGH_TO_SEE}."
    )


def claims_meet(scenario: Scenario) -> bool:
    """Whether any desk has a queue, so that one replication may go wrong as a whole."""
    mediation = scenario.policy.mediation
    staff = [*staff_of(scenario.market.sellers), mediation.staff if mediation else "unlimited"]
    return any(one != "unlimited" for one in staff)

"""Intervals that may promise too much, and the words that say so beside them: leaning differences, rare shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any

from sim.experiment.skewness import ENOUGH_TO_DIFFER, FEW_DIFFER
from sim.scenario.selling import staff_of
from sim.show.judged import headlines_of
from sim.show.phrases import HELD

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.result import Result
    from sim.scenario.model import Scenario
    from sim.show.judged import Finished

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

"""A busy market compared with three others, for tests of what is said and drawn of a comparison."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.comparison import Comparison, comparison_of
from sim.experiment.experiment import run
from sim.experiment.result import Result
from sim.experiment.sweep import CLOCKS, Sweep, sweep
from sim.experiment.verdicts import CURVES_CROSS
from tests.unit.busy_market import BUSY
from tests.worlds import world

REPLICATIONS = 3
MEDIAN = "refund_time_median_all"
LONG_NAME = "no-shipping-while-a-request-is-still-open"[:40]
WHAT_IFS: dict[str, dict[str, Any]] = {
    "same": {},
    "silence-approves": {"policy.cancellation.on_silence": "approve", "policy.return.default.payer": "seller"},
    LONG_NAME: {"policy.cancellation.ships_while_open": "held"},
    "no-limit": {"policy.dispatch.limit": "none"},
    "five-sellers": {"market.sellers": BUSY["market.sellers"] | {"count": 5}},
}
"""The last one shares no luck with the base."""


@cache
def result(name: str = "base") -> Result:
    """The busy market under one policy."""
    changes = {"name": name, "title": f"The title of {name}"} | WHAT_IFS.get(name, {})
    return run(world(BUSY | changes), replications=REPLICATIONS, jobs=1)


@cache
def swept() -> Sweep:
    """What ifs of the busy market."""
    found = sweep(result().scenario, clocks=CLOCKS[:3], replications=2, jobs=1)
    assert found is not None
    return found


@cache
def comparison(*names: str) -> Comparison:
    """The base with these what-ifs; with all of them where none is named."""
    return comparison_of(result(), *(result(name) for name in names or WHAT_IFS))


def with_rows(name: str, measure: str, **values: Any) -> Comparison:
    """The comparison with one what-if, some columns of one measure overwritten."""
    one = comparison(name)
    differences = one.differences.copy()
    differences.loc[differences["measure"] == measure, list(values)] = list(values.values())
    return replace(one, differences=differences)


def crossing() -> Comparison:
    """One whose curves cross between the 5th and the 9th day."""
    one = with_rows("silence-approves", MEDIAN, verdict=CURVES_CROSS, replications_needed=np.nan)
    turn = {"scenario": "silence-approves", "after": 5.0, "before": 9.0, "first_ahead": "base"}
    turn |= {"first_lead": 0.01, "then_lead": 0.03}
    return replace(one, crossings=pd.DataFrame([turn]))


def renamed(name: str, title: str = "") -> Comparison:
    """The comparison with one what-if whose name and title nobody has checked."""
    one = comparison("silence-approves")
    scenario = one.others[0].scenario.model_copy(update={"name": name, "title": title})
    tables = {
        table: getattr(one, table).assign(scenario=name)
        for table in ("differences", "flips", "flip_pairs", "parted", "curves", "crossings")
    }
    return replace(one, others=(replace(one.others[0], scenario=scenario),), **tables)

"""The light path: what one replication adds to some measures, and nothing else. For studies of many scenarios.

No fingerprints, no backlog, no tables to keep: a replication costs hardly more than its engine. What must always
hold is checked as ever.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sim.chance.shared import AFRESH, Known
from sim.errors import BadUsage
from sim.experiment.beside import Beside
from sim.experiment.censoring import as_seen
from sim.experiment.cohort import cohort_of
from sim.experiment.engines import SIMPY
from sim.experiment.frame import claims_on_demand
from sim.experiment.measure_kinds import TimeToMoney
from sim.experiment.measures import MEASURES
from sim.experiment.replication import calendars_of, known_calendar, play
from sim.experiment.tables_of_one import TablesOfOne
from sim.records.checks import check
from sim.scenario.base import did_you_mean
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.vocabulary import Party

Pair = tuple[float, float]
"""What a replication adds to a measure: part and whole. Of a time to money: its quantile in days, and 1."""


def expect_measures(names: Sequence[str], where: str = "") -> None:
    """Raises BadUsage for a measure that does not exist."""
    for name in names:
        if name not in MEASURES:
            hint = did_you_mean(name, MEASURES) or ", expected a measure such as success_rate"
            raise BadUsage(f"{where}{': ' if where else ''}found the measure {name!r}{hint}")


def sums_of_one(
    scenario: Scenario,
    replication: int,
    measures: Sequence[str],
    *,
    engine: str = SIMPY,
    known: Known = AFRESH,
) -> dict[str, Pair]:
    """What one replication of a scenario adds to these measures. Pure: the same arguments give the same sums.

    Raises BeyondCalendar, and BrokenInvariant, which is a defect of ours.
    """
    calendars = calendars_at_hand(scenario)
    records = play(scenario, replication, calendars, engine=engine, known=known)
    check(scenario, records, calendars)
    tables = TablesOfOne(scenario, records, calendars)
    return {name: _pair(tables, name) for name in measures}


def claims_of_one(
    scenario: Scenario,
    replication: int,
    calendars: dict[Party, Calendar],
    columns: Sequence[str],
    *,
    engine: str = SIMPY,
    known: Known = AFRESH,
) -> pd.DataFrame:
    """These columns of the cohort's claims, as `frame.claims_frame` has them, of one replication. Pure as well."""
    records = play(scenario, replication, calendars, engine=engine, known=known)
    check(scenario, records, calendars)
    return claims_on_demand(scenario, replication, cohort_of(scenario, as_seen(scenario, records))).frame(columns)


def _pair(tables: TablesOfOne, name: str) -> Pair:
    measure = MEASURES[name]
    if isinstance(measure, TimeToMoney):
        (times,) = measure.times(tables.claims, 1)
        rank = math.ceil(measure.q * times.claims) - 1
        is_reached = 0 <= rank < len(times.seconds)
        return (float(times.seconds[rank]) / DAY if is_reached else math.nan), 1.0
    sums = measure.watched(measure.sums(tables, 1), tables.claims)
    part, whole = (float(np.asarray(one)[0]) for one in sums)
    return part, whole


_LATEST: deque[tuple[Scenario, dict[Party, Calendar]]] = deque(maxlen=8)
"""The scenarios asked about last: every replication of a world asks again."""


def calendars_at_hand(scenario: Scenario) -> dict[Party, Calendar]:
    """When each party works; made once for all scenarios that say the same of it, whatever else they say."""
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    found = next((calendars for one, calendars in tuple(_LATEST) if one is scenario), None)
    if found is None:
        _LATEST.append((scenario, found := _calendars_said(scenario)))
    return found


def _calendars_said(scenario: Scenario) -> dict[Party, Calendar]:
    types = {name: kind.closed for name, kind in scenario.market.sellers.types.items() if kind.closed}
    runs = scenario.policy.refund.runs
    said = (scenario.start, scenario.experiment.calendar_days, scenario.calendars.model_dump_json())
    key = (*said, str(types), runs.model_dump_json() if runs is not None else "")
    return _calendars(key, Beside(scenario))


@lru_cache(maxsize=64)
def _calendars(key: tuple[Any, ...], scenario: Beside) -> dict[Party, Calendar]:
    return {party: known_calendar(calendar) for party, calendar in calendars_of(scenario.what).items()}


def scenario_of(document: Mapping[str, Any]) -> Scenario:
    """The scenario that a document stands for which is known to be consistent: its parts are read, and no more."""
    return Scenario.model_validate(document)

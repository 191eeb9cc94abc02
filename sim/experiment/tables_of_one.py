"""The tables that measures read, of one replication: whatever is asked of them is worked out then, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial

import numpy as np

from sim.experiment.censoring import as_seen
from sim.experiment.cohort import Cohort, cohort_of
from sim.experiment.costs import EVERYTHING, totals_of
from sim.experiment.desks import Load, load_of, requests_on_demand
from sim.experiment.frame import claims_on_demand
from sim.experiment.measure_kinds import CLAIMS, REPLICATIONS, REQUESTS
from sim.experiment.observation import COUNTED, counted_of, refunded_unasked
from sim.experiment.on_demand import ColumnValues, OnDemand
from sim.experiment.requests import Requests, requests_of
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party

_Totals = Mapping[str, float]
_MADE = {CLAIMS: "claims", REQUESTS: "_requests_read", REPLICATIONS: "_totals"}
"""What makes each of them. Nothing that a replication's tables hold leads back to them: they are gone with their
last reader, and do not wait, with all records, until Python looks for garbage."""


class TablesOfOne(Mapping[str, OnDemand]):
    """By name, as `observation.tables_of` has them of several; the replication has the number 0."""

    def __init__(self, scenario: Scenario, records: Records, calendars: dict[Party, Calendar]) -> None:
        self._scenario, self._calendars, self._records = scenario, calendars, records
        self._seen = as_seen(scenario, records)

    def __getitem__(self, name: str) -> OnDemand:
        made: OnDemand = getattr(self, _MADE[name])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(_MADE)

    def __len__(self) -> int:
        return len(_MADE)

    @cached_property
    def _cohort(self) -> Cohort:
        return cohort_of(self._scenario, self._seen)

    @cached_property
    def claims(self) -> OnDemand:
        """The cohort's."""
        return claims_on_demand(self._scenario, 0, self._cohort)

    @cached_property
    def _requests(self) -> Requests:
        return requests_of(self._scenario, self._seen, self._calendars)

    @cached_property
    def _requests_read(self) -> OnDemand:
        return requests_on_demand(self._scenario, 0, self._requests)

    @property
    def _totals(self) -> OnDemand:
        made = dict.fromkeys(COUNTED, "_counted") | dict.fromkeys(Load._fields, "_load")
        made |= dict.fromkeys(EVERYTHING, "_costs")
        cells = {name: partial(self._alone, table, name) for name, table in made.items()}
        return OnDemand({"replication": lambda: np.zeros(1, dtype=np.int64), **cells}, 1)

    def _alone(self, table: str, name: str) -> ColumnValues:
        totals: _Totals = getattr(self, table)
        return np.array([totals[name]])

    @cached_property
    def _counted(self) -> _Totals:
        unasked = refunded_unasked(self._scenario, 0, self._records.draws)
        return counted_of(self._scenario, self._records.draws, self._cohort, unasked)

    @cached_property
    def _load(self) -> _Totals:
        return load_of(self._scenario, self._requests)._asdict()

    @cached_property
    def _costs(self) -> _Totals:
        return totals_of(self._scenario, self._cohort)

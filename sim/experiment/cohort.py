"""The cohort: the claims that an experiment reports, of all that its desks serve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Picked, TableOfClaims, in_one_stretch
from sim.chance.facts import Ints
from sim.records.table import Records
from sim.scenario.model import Scenario


def in_cohort(scenario: Scenario, paid_at: Ints) -> Bools:
    """Which of these instants of payment (s) lie in the cohort window: its first instant does, its end does not."""
    first, beyond = scenario.experiment.cohort_window
    return (paid_at >= first) & (paid_at < beyond)


class Cohort(NamedTuple):
    """The cohort's rows of the outcome table, and what luck had settled about the same orders."""

    table: TableOfClaims
    facts: TableOfClaims


def cohort_of(scenario: Scenario, records: Records) -> Cohort:
    """Of one replication."""
    rows = np.flatnonzero(in_cohort(scenario, records.claims["paid_at"]))
    here, there = (in_one_stretch(places) for places in (rows, places_of_facts(records, rows)))
    return Cohort(Picked(records.claims, here), Picked(records.draws.claims, there))


def places_of_facts(records: Records, rows: Ints) -> Ints:
    """Where luck stands that settled these rows of the outcome table: a cut drops claims from the table, never from
    the facts. Both are in ascending order of order numbers."""
    facts, table = records.draws.claims["order"], records.claims["order"]
    return rows if len(facts) == len(table) else np.searchsorted(facts, table[rows])

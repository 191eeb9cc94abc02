"""The journal, played again, gives the outcome table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.chance.facts import Ints
from sim.records.evidence import Bools, Breach, Evidence
from sim.records.journal import Activity
from sim.records.life import STEP_ACTIVITY
from sim.scenario.durations import NEVER
from sim.vocabulary.stages import STAGES

ACTIVITIES = tuple(Activity)
REQUESTS = tuple(tuple(ACTIVITIES.index(activity) for activity in steps) for steps in STEP_ACTIVITY)
"""By stage: the numbers of its steps, its opening first."""


def the_journal_replays_to_the_outcome_table(run: Evidence) -> Iterator[Breach]:
    """Each event of the journal is an instant of the table, each instant an event, and nothing happens twice.

    But for rounds of one stage, which may come one after the other: the table has the last one.
    """
    at, order, activity = _entries(run)
    told = run["order"]
    row = np.minimum(np.searchsorted(told, order), len(told) - 1)
    for unknown in order[told[row] != order][:1].tolist() if len(told) else order[:1].tolist():
        yield Breach("is in the journal, and has no row", unknown)
        return
    last = _of_the_last_rounds(row, activity, len(told))
    at, order, activity, row = at[last], order[last], activity[last], row[last]
    replayed = np.full((len(told), len(ACTIVITIES)), NEVER)
    replayed[row, activity] = at
    for twice in order[_again(row * len(ACTIVITIES) + activity)][:1].tolist():
        yield Breach("does something twice in the journal", twice)
    for number, one in enumerate(ACTIVITIES):
        differs = replayed[:, number] != run[one.column]
        yield from run.where(differs, f"'{one.title}' is not when the journal says")


def _entries(run: Evidence) -> tuple[Ints, Ints, Ints]:
    """The journal in three columns: instant, order, number of the activity."""
    # By column, which is text: Python works out an enum member's hash anew for every look-up.
    number = {activity.column: number for number, activity in enumerate(ACTIVITIES)}
    rows = run.records.journal.rows()
    at = np.fromiter((entry.at for entry in rows), dtype=np.int64, count=len(rows))
    order = np.fromiter((entry.order for entry in rows), dtype=np.int64, count=len(rows))
    activity = np.fromiter((number[entry.activity.column] for entry in rows), dtype=np.int64, count=len(rows))
    return at, order, activity


def _of_the_last_rounds(row: Ints, activity: Ints, rows: int) -> Bools:
    """Which entries are left when a further round of a stage takes the place of the one before."""
    number = np.arange(len(row))
    is_left = np.ones(len(row), dtype=bool)
    for steps in (REQUESTS[stage] for stage, text in STAGES.items() if text.in_rounds):
        opened = activity == steps[0]
        last_opened = np.full(rows, -1)
        np.maximum.at(last_opened, row[opened], number[opened])
        is_left &= ~np.isin(activity, steps) | (number >= last_opened[row])
    return is_left


def _again(keys: Ints) -> Ints:
    """Positions of the keys that stood further up already."""
    return np.setdiff1d(np.arange(len(keys)), np.unique(keys, return_index=True)[1])

"""Ways of spoiling the records of a market in one place, and of saying in which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sim.chance.facts import Ints
from sim.records.evidence import Bools, Evidence
from sim.records.journal import Activity, Journal
from sim.records.table import Records
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.vocabulary import Outcome, Route, Settled

REFUNDED, PARTLY, REFUSED, GAVE_UP = Outcome.REFUNDED, Outcome.PARTLY_REFUNDED, Outcome.REFUSED, Outcome.GAVE_UP
ANSWERED, INTERRUPTED, WITHDRAWN, SILENCE = list(Settled)[1:]

Rows = Callable[[Evidence], Bools]
Spoil = Callable[[Evidence], tuple[Records, int]]
"""Spoils the records; says with which order."""


def cell(column: str, where: Rows, value: int | str, plus: int = 0) -> Spoil:
    """In the first such row, a cell says something else: a number, or what another column says, so much later."""

    def spoil(run: Evidence) -> tuple[Records, int]:
        row = int(np.flatnonzero(where(run))[0])
        told = int(run[value][row]) if isinstance(value, str) else value
        changed = run[column].copy()
        changed[row] = told + plus
        return replace(run.records, claims=run.records.claims | {column: changed}), int(run["order"][row])

    return spoil


def fact(name: str, where: Rows, value: int) -> Spoil:
    """For the first such row, luck is said to have settled something else."""

    def spoil(run: Evidence) -> tuple[Records, int]:
        row = int(np.flatnonzero(where(run))[0])
        changed = run.fact(name).copy()
        changed[row] = value
        draws = replace(run.records.draws, claims=run.records.draws.claims | {name: changed})
        return replace(run.records, draws=draws), int(run["order"][row])

    return spoil


def a_second_row_for_the_first(run: Evidence) -> tuple[Records, int]:
    claims = {name: np.insert(column, 1, column[0]) for name, column in run.records.claims.items()}
    return replace(run.records, claims=claims), int(run["order"][0])


def no_row_for_the_last(run: Evidence) -> tuple[Records, int]:
    claims = {name: column[:-1] for name, column in run.records.claims.items()}
    return replace(run.records, claims=claims), int(run["order"][-1])


def refunded_unasked(*numbers: int) -> Spoil:
    def spoil(run: Evidence) -> tuple[Records, int]:
        draws = replace(run.records.draws, refunded_unasked=as_ints(*numbers))
        return replace(run.records, draws=draws), numbers[0]

    return spoil


def refunded_twice(run: Evidence) -> tuple[Records, int]:
    free = int(np.setdiff1d(np.arange(len(run.records.draws.orders)), run["order"])[0])
    return refunded_unasked(free, free)(run)


def one_second_more_under_the_queue(run: Evidence) -> tuple[Records, int]:
    area = run.records.queue_seconds.copy()
    area[-3] += 1  # after mediation come the buyers and the bank
    first_in_mediation = int(run["order"][np.argmax(run.has("mediation_joined_at"))])
    return replace(run.records, queue_seconds=area), first_in_mediation


def journal(*, without: Activity | None = None, again: Activity | None = None, order: int | None = None) -> Spoil:
    """Leaves out the first order's entry of this activity, adds one, or adds one for another order."""

    def spoil(run: Evidence) -> tuple[Records, int]:
        first = int(run["order"][0])
        told = Journal()
        for entry in run.records.journal.rows():
            if (entry.order, entry.activity) != (first, without):
                told.note(*entry)
        if again is not None:
            told.note(0, first if order is None else order, again)
        return replace(run.records, journal=told), first if order is None else order

    return spoil


def as_ints(*numbers: int) -> Ints:
    return np.array(numbers, dtype=np.int64)


def outcome(*outcomes: Outcome) -> Rows:
    return lambda run: np.isin(run["outcome"], outcomes)


def settled(stage: str, how: Settled) -> Rows:
    return lambda run: run[f"{stage}_settled_by"] == how


def has(*columns: str) -> Rows:
    return lambda run: np.all([run.has(column) for column in columns], axis=0)


def lacks(column: str) -> Rows:
    return lambda run: ~run.has(column)


def both(*conditions: Rows) -> Rows:
    return lambda run: np.all([condition(run) for condition in conditions], axis=0)


def taken_up(at_once: bool) -> Rows:
    """Disputes that were noticed in office hours, and taken up at once, or else not before staff were free."""

    def rows(run: Evidence) -> Bools:
        joined, started = run["dispute_joined_at"], run["dispute_started_at"]
        is_open = (joined % DAY >= 9 * HOUR) & (joined % DAY < 18 * HOUR) & (joined // DAY % 7 < 6)
        return is_open & (started < NEVER) & ((started == joined) == at_once)

    return rows


def unfinished(run: Evidence) -> Bools:
    return run.has("cancellation_started_at") & (run["cancellation_settled_by"] != ANSWERED)


def cancelled(run: Evidence) -> Bools:
    return run["route"] == Route.CANCELLATION

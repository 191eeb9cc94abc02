"""Many stories of each case, on the engines as they are: a replicate is an order with luck of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Bools, Columns, Ints, TableOfClaims
from sim.chance.choices import with_choices
from sim.chance.facts import Bought, Draws, OrderFacts
from sim.chance.past import NO_PAST, Past
from sim.compiled import machine_code
from sim.errors import BrokenInvariant
from sim.experiment.engines import COMPILED, SIMPY, live
from sim.records.life import BLANK, COLUMNS
from sim.records.table import Records
from sim.scenario.buyers import Choice
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import staff_of
from sim.vocabulary import Outcome, Route
from sim.waiting.conditioned import Conditions, Facts
from sim.waiting.history import contradictions


@dataclass(frozen=True)
class Stories:
    """What became of some replicates, and of everybody else in their market."""

    records: Records
    """Of those who asked, as the engine left them."""
    told: Columns
    """The outcome table's columns, a row for each replicate; `no_claim` for those who keep what they ordered."""
    facts: Facts
    others: Columns
    """The same of the claims that were no replicates."""
    others_facts: Columns


def engine_at_hand() -> str:
    """The quicker engine, if its machine code is there; both tell the same stories."""
    return COMPILED if machine_code.is_at_hand() else SIMPY


def tell(
    conditions: Conditions,
    rows: Ints,
    facts: Facts,
    *,
    past: Past = NO_PAST,
    others: Columns | None = None,
    choice: Choice | None = None,
    engine: str | None = None,
    proven: bool = True,
) -> Stories:
    """One story for each of these cases, of its facts, among the claims of others, if there are any.

    Raises BrokenInvariant where a story does not begin with its case's history (unless it need not be `proven`),
    and BeyondCalendar where one outlives its calendars.
    """
    mine = with_choices(_draws(facts.claims, len(rows)), [choice] if choice else [], 0).claims
    market = conditions.scenario
    draws = _draws(_together(mine, others, len(rows)), len(rows) + _count(others))
    records = live(engine or engine_at_hand(), market, draws, conditions.calendars, past=past)
    count = len(facts.rows)
    of_mine = Records(
        draws,
        {name: column[:count] for name, column in records.claims.items()},
        records.queue_seconds,
        records.journal,
    )
    if proven:
        expect_the_past(conditions, rows, facts, of_mine)
    told = _over_all(of_mine.claims, facts, len(rows))
    theirs = {name: column[count:] for name, column in records.claims.items()}
    return Stories(
        of_mine,
        told,
        replace(facts, claims=dict(mine)),
        theirs,
        {name: draws.claims[name][count:] for name in draws.claims},
    )


def expect_the_past(conditions: Conditions, rows: Ints, facts: Facts, records: Records) -> None:
    """Every story begins with its case's history. Raises BrokenInvariant."""
    for column, wrong in wrong_beginnings(conditions, rows, facts, records).items():
        if wrong.any():
            case = int(rows[facts.rows[np.flatnonzero(wrong)[0]]])
            raise BrokenInvariant(f"not so: every story begins with its case's history: case {case}, {column}")


def wrong_beginnings(conditions: Conditions, rows: Ints, facts: Facts, records: Records) -> dict[str, Bools]:
    """By column: the claims whose story does not begin as their case did."""
    may_cancel = conditions.scenario.policy.cancellation is not None
    return contradictions(conditions.histories, records, rows[facts.rows], may_cancel)


def _draws(claims: TableOfClaims, count: int) -> Draws:
    nothing = np.empty(0, dtype=np.int64)
    orders = OrderFacts(np.zeros(count, dtype=np.int64), lambda some: Bought(*([some] * 5)), lambda some: some)
    return Draws(orders, claims, nothing)


def _count(others: Columns | None) -> int:
    return 0 if others is None else int(others["order"].max(initial=-1)) + 1


def _together(mine: TableOfClaims, others: Columns | None, count: int) -> TableOfClaims:
    if others is None or not len(others["order"]):
        return mine
    both = {name: np.concatenate([mine[name], others[name]]) for name in mine}
    both["order"] = np.concatenate([mine["order"], others["order"] + count])
    return both


def _over_all(told: TableOfClaims, facts: Facts, count: int) -> Columns:
    """A row for every replicate, also for those who never ask."""
    whole = {name: np.full(count, BLANK[name], dtype=np.int64) for name in COLUMNS}
    whole["outcome"][:] = int(Outcome.NO_CLAIM)
    for name in COLUMNS:
        whole[name][facts.rows] = told[name]
    unasked = np.flatnonzero(facts.unasked)
    whole["outcome"][unasked], whole["route"][unasked] = int(Outcome.REFUNDED), int(Route.NOT_DISPATCHED)
    whole["refunded_at"][unasked] = whole["ended_at"][unasked] = facts.unasked_due[unasked]
    whole["ended_at"][whole["outcome"] == Outcome.OPEN] = NEVER
    return whole


def has_queues(scenario: Scenario) -> bool:
    """Whether any desk has staff that can be short: then cases meet, and each replicate is a market of its own."""
    mediation = scenario.policy.mediation
    short = any(isinstance(staff, int) for staff in staff_of(scenario.market.sellers))
    return short or (mediation is not None and isinstance(mediation.staff, int))

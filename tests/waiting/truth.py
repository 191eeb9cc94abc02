"""Cases whose future is known: what a simulated market had shown of its claims by some instant."""

from __future__ import annotations

import numpy as np

from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Route, Settled
from sim.waiting.history import INSTANTS, TOLD_AS, UNKNOWN, Histories

HOW = {Settled.ANSWERED: 1, Settled.INTERRUPTED: 2, Settled.WITHDRAWN: 3, Settled.SILENCE: 4}


def seen_by(
    now: int, records: Records, *, told: tuple[str, ...] = INSTANTS, scenario_has_a_roster: bool = False
) -> tuple[Histories, np.ndarray]:
    """What had been seen by an instant of every order that somebody ever claims for, and which rows these are."""
    facts, life = records.draws.claims, records.claims
    rows = np.flatnonzero(facts["paid"] <= now)
    instants = {"paid": facts["paid"][rows]}
    for column, name in TOLD_AS.items():
        instants[column] = _by(now, life[name][rows])
    asked = np.where(
        life["cancellation_opened_at"][rows] < NEVER, life["cancellation_opened_at"][rows], life["asked_at"][rows]
    )
    instants["requested"] = _by(now, asked)
    instants["closed"] = _by(now, life["cancellation_settled_at"][rows])
    instants["viewed"] = _by(now, life["cancellation_joined_at"][rows])
    instants["taken_up"] = _by(now, life["cancellation_started_at"][rows])
    how = np.array([UNKNOWN, *(HOW[settled] for settled in list(Settled)[1:])])[
        life["cancellation_settled_by"][rows]
    ]
    agreed = (life["route"][rows] == Route.CANCELLATION) & (
        life["refund_due_at"][rows] == life["cancellation_settled_at"][rows]
    )
    sent = life["dispatched_at"][rows] == life["cancellation_settled_at"][rows]
    status = np.where(how == 1, np.where(agreed, 0, np.where(sent, 2, 1)), how)
    seen = {
        "kind": np.where(instants["requested"] < NEVER, life["claim"][rows], UNKNOWN),
        "status": np.where(instants["closed"] < NEVER, status, UNKNOWN),
        "value": facts["value"][rows],
        "seller": facts["seller"][rows],
        "type": facts["seller_type"][rows],
        "method": facts["payment_method"][rows],
    }
    late = (life["claim"][rows] == ClaimKind.REGRET) & (asked < life["dispatched_at"][rows])
    buttonless = late & (life["cancellation_opened_at"][rows] >= NEVER) & (life["refund_due_at"][rows] != asked)
    kept = {name: column for name, column in instants.items() if name in told or name == "paid"}
    known = np.flatnonzero(~(buttonless & (instants["requested"] < NEVER)))
    if scenario_has_a_roster:
        del seen["type"]
    return Histories(np.full(len(rows), now), kept, seen).of(known), rows[known]


def before_a_dispute(histories: Histories) -> np.ndarray:
    """Which of them have not come to a dispute, nor begun as one."""
    asked = histories.asked < NEVER
    beyond = histories.has("mediation_opened") | histories.has("return_posted")
    beyond |= histories.at("dispatched") == histories.at("requested")  # sent in the second of the asking
    beyond |= histories.has("refund_due") & histories.has("dispatched")
    regrets = histories.kind == ClaimKind.REGRET
    return np.asarray(~beyond & ~histories.has("dispute_opened") & (~asked | regrets))


def _by(now: int, at: np.ndarray) -> np.ndarray:
    return np.where(at <= now, at, NEVER)

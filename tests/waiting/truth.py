"""Cases whose future is known: what a simulated market had shown of its claims by some instant."""

from __future__ import annotations

import numpy as np

from sim.arrays import Columns, Ints
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Disposition, Party, Route, Settled
from sim.waiting.history import INSTANTS, TOLD_AS, UNKNOWN, Histories

HOW = {Settled.ANSWERED: 1, Settled.INTERRUPTED: 2, Settled.WITHDRAWN: 3, Settled.SILENCE: 4}


def seen_by(
    until: int | Ints, records: Records, *, told: tuple[str, ...] = INSTANTS, scenario_has_a_roster: bool = False
) -> tuple[Histories, np.ndarray]:
    """What had been seen by an instant of every order that somebody ever claims for, and which rows these are.

    Each order may have an instant of its own. A claim is one of goods not received once it has turned to that, and
    no sooner.
    """
    facts, life = records.draws.claims, records.claims
    every = np.broadcast_to(np.int64(until), len(facts["paid"]))
    rows = np.flatnonzero(facts["paid"] <= every)
    now = every[rows]
    instants = {"paid": facts["paid"][rows]}
    for column, name in TOLD_AS.items():
        instants[column] = _by(now, life[name][rows])
    instants["arranged"] = _by(now, _arranged(facts, life)[rows])
    instants |= _of_the_offer(facts, life, rows, now)
    kind = np.where(life["missed_at"][rows] <= now, life["claim"][rows], facts["claim"][rows])
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
        "dispute_status": _of_the_dispute(facts, life, rows, now),
        "ruling": _of_the_ruling(facts, life, rows, now),
        "kind": np.where(instants["requested"] < NEVER, kind, UNKNOWN),
        "status": np.where(instants["closed"] < NEVER, status, UNKNOWN),
        "value": facts["value"][rows],
        "seller": facts["seller"][rows],
        "group": facts["product_group"][rows],
        "type": facts["seller_type"][rows],
        "method": facts["payment_method"][rows],
    }
    late = (kind == ClaimKind.REGRET) & (asked < life["dispatched_at"][rows])
    buttonless = (
        late & (life["cancellation_opened_at"][rows] >= NEVER) & (life["route"][rows] != Route.FREE_CANCELLATION)
    )
    kept = {name: column for name, column in instants.items() if name in told or name == "paid"}
    known = np.flatnonzero(~(buttonless & (instants["requested"] < NEVER)))
    if scenario_has_a_roster:
        del seen["type"]
    return Histories(now, kept, seen).of(known), rows[known]


def _arranged(facts: Columns, life: Columns) -> Ints:
    """When shipment was arranged: also of parcels that were stopped later, which the engines leave out."""
    planned = np.where(facts["arranges_at"] < life["refund_due_at"], facts["arranges_at"], NEVER)
    return np.where(life["arranged_at"] < NEVER, life["arranged_at"], planned)


def _of_the_offer(facts: Columns, life: Columns, rows: Ints, now: Ints) -> dict[str, Ints]:
    """The latest offer by then: each is answered as soon as the first, or not at all, and the next one follows."""
    last, first = life["offer_opened_at"][rows], life["dispute_settled_at"][rows]
    since, takes = np.where(last < NEVER, last - np.minimum(first, last), 0), facts["offer.notice"][rows]
    rounds = np.where((takes > 0) & (since % np.maximum(takes, 1) == 0), since // np.maximum(takes, 1), 1)
    each = since // np.maximum(rounds, 1)
    before = (since > 0) & (first <= now) & (now < last)
    opened = first + (now - np.minimum(first, now)) // np.maximum(each, 1) * each
    opened = np.where(before, opened, _by(now, last))
    return {
        "offer_opened": opened,
        "offer_closed": np.where(before, NEVER, _by(now, life["offer_settled_at"][rows])),
    }


def _of_the_dispute(facts: Columns, life: Columns, rows: Ints, now: Ints) -> Ints:
    """What the answer was, or why there was none; an offer is a no until it is taken."""
    how = np.array([UNKNOWN, *(HOW[settled] for settled in list(Settled)[1:])])[life["dispute_settled_by"][rows]]
    says = np.where(
        life["answered_by"] == Party.PLATFORM, facts["mediation.disposition"], facts["dispute.disposition"]
    )
    how = np.where(how == 1, np.where(says[rows] == Disposition.ACCEPT, 0, 1), how)
    return np.where(life["dispute_settled_at"][rows] <= now, how, UNKNOWN)


def _of_the_ruling(facts: Columns, life: Columns, rows: Ints, now: Ints) -> Ints:
    """For whom the platform decided, in mediation or in answer to the dispute."""
    words = np.full(len(Disposition), UNKNOWN)
    words[[Disposition.ACCEPT, Disposition.REFUSE, Disposition.SPLIT]] = 0, 1, 2
    by_platform = life["answered_by"] == Party.PLATFORM
    ruled = (life["mediation_settled_by"] == Settled.ANSWERED) & (life["mediation_settled_at"] < NEVER)
    ruled |= by_platform & (life["dispute_settled_by"] == Settled.ANSWERED)
    at = np.minimum(life["mediation_settled_at"], np.where(by_platform, life["dispute_settled_at"], NEVER))
    told = ruled[rows] & (at[rows] <= now)
    return np.where(told, words[facts["mediation.disposition"]][rows], UNKNOWN)


def told_fully(histories: Histories, records: Records, rows: Ints) -> np.ndarray:
    """Whose columns tell all that has happened to them.

    They do not where a claim has turned to one of goods not received by then, or where the parcel left in the
    second of the asking.
    """
    life = records.claims
    turned = (life["missed_at"][rows] <= histories.now) & (histories.asked < NEVER)
    at_once = histories.has("requested") & (histories.at("dispatched") == histories.at("requested"))
    return np.asarray(~turned & ~at_once)


def before_a_dispute(histories: Histories) -> np.ndarray:
    """Which of them have not come to a dispute, nor begun as one."""
    asked = histories.asked < NEVER
    beyond = histories.has("mediation_opened") | histories.has("return_posted")
    beyond |= histories.at("dispatched") == histories.at("requested")  # sent in the second of the asking
    beyond |= histories.has("refund_due") & histories.has("dispatched")
    regrets = histories.kind == ClaimKind.REGRET
    return np.asarray(~beyond & ~histories.has("dispute_opened") & (~asked | regrets))


def _by(now: Ints, at: np.ndarray) -> np.ndarray:
    return np.where(at <= now, at, NEVER)

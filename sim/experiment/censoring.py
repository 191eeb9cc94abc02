"""What is known at a cut: a run is played to its end; what lies after the cut has not happened (rulebook §3)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.chance.facts import Ints
from sim.records.journal import Journal
from sim.records.life import INSTANTS, SETTLEMENTS, WORK
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Route, Stage
from sim.vocabulary.stages import OF_PATHS, STAGES

KNOWN_FROM = {
    "outcome": "ended_at",
    "refund": "refunded_at",
    "failed_because": "failed_at",
    "limit_used": "refunded_at",
    "on_record": "refund_due_at",
    "answered_by": "dispute_opened_at",
    "buyer_cost": "return_posted_at",
    "seller_cost": "return_posted_at",
    "platform_cost": "return_posted_at",
    **{
        column: f"{stage.word}_settled_at"
        for columns in (SETTLEMENTS, WORK)
        for stage, column in zip(Stage, columns, strict=True)
    },
}
"""Column → the instant that fills it; until then it is 0, which is also the number of the outcome `open`."""


def cut(records: Records, at: int) -> Records:
    """The records as somebody would find them at instant `at` (s since the start), the cut itself included.

    A claim not ended by then is `open`, its refund 0 even when it has fallen due. A mind that changes later has
    not changed: that row is not there. The desks' `queue_seconds` remain those of the whole run.
    """
    asked = records.claims["asked_at"] <= at
    table = {name: column[asked] for name, column in records.claims.items()}
    table |= {name: np.where(table[name] <= at, table[name], NEVER) for name in INSTANTS}
    for name, instant in KNOWN_FROM.items():
        table[name] = np.where(table[instant] < NEVER, table[name], 0)
    table["route"] = _route_so_far(table)
    disputes = (table[f"{step}_at"] for step in ("dispute_opened", "withdrawn", "mediation_opened"))
    table["claimed"] = np.where(np.minimum.reduce([*disputes]) < NEVER, table["claimed"], 0)
    began_as = records.draws.claims["claim"][np.searchsorted(records.draws.claims["order"], table["order"])]
    table["claim"] = np.where(table["missed_at"] < NEVER, ClaimKind.NOT_RECEIVED, began_as)
    return replace(records, claims=table, journal=_told_by(records.journal, at))


def as_seen(scenario: Scenario, records: Records) -> Records:
    """The records at the scenario's cut, if it has one."""
    at = scenario.experiment.cut
    return records if at is None else cut(records, at)


def _route_so_far(table: dict[str, Ints]) -> Ints:
    """The last stage that decided; before anything is decided, the stage that was asked last."""
    stage = np.full_like(table["route"], Route.NONE)
    for one in OF_PATHS:
        for came in (f"{one.word}_opened_at", *STAGES[one].seen_by):
            stage = np.where(table[came] < NEVER, Route[one.name], stage)
    is_decided = np.minimum(table["refund_due_at"], table["ended_at"]) < NEVER
    return np.where(is_decided, table["route"], stage)


def _told_by(journal: Journal, at: int) -> Journal:
    told = Journal()
    for entry in journal.rows():
        if entry.at <= at:
            told.note(*entry)
    return told

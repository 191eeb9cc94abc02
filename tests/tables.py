"""Tables made by hand: records of orders whose luck is told, and claims whose fate is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from sim.chance.facts import ASKS, PLAIN, Ask, Bought, ClaimFacts, Draws, OrderFacts
from sim.experiment.replication import calendars_of
from sim.market.engine import run_simpy
from sim.records.table import Records
from sim.scenario.model import Scenario

START = date(2018, 10, 1)
MIDNIGHT = pd.Timestamp(START)
"""When the hand-made world begins, and all of its orders are paid."""
NOT_YET = pd.NaT


def records_of(scenario: Scenario, *orders: ClaimFacts) -> Records:
    """What becomes of orders (ascending by number) in a scenario, with the journal."""
    columns = {name: [getattr(order, name) for order in orders] for name in PLAIN}
    for ask in ASKS:
        columns |= {
            f"{ask}.{field}": [getattr(getattr(one, ask), field) for one in orders] for field in Ask._fields
        }
    claims = {name: np.array(column, dtype=np.int64) for name, column in columns.items()}
    facts = OrderFacts(
        claims["paid"],
        lambda some: Bought(*(claims[name][some] for name in Bought._fields)),
        lambda some: claims["seller_type"][some],
    )
    draws = Draws(facts, claims, refunded_unasked=np.array([], dtype=np.int64))
    return run_simpy(scenario, draws, calendars_of(scenario), with_journal=True)


def claim(
    outcome: str, days: float | None = None, *, replication: int = 0, hours: float = 0, **more: Any
) -> dict[str, Any]:
    """One claim as the study's tables have it: asked so many hours after payment, ended so many days later.

    It is for 100.00, never shipped, and gets all of it back where it is refunded; `more` says what is different.
    """
    asked_at = MIDNIGHT + pd.Timedelta(hours=hours)
    ended_at = NOT_YET if days is None else asked_at + pd.Timedelta(days=days)
    is_paid = outcome in ("refunded", "partly_refunded")
    plain = {
        "replication": replication,
        "paid_at": MIDNIGHT,
        "asked_at": asked_at,
        "ended_at": ended_at,
        "refunded_at": ended_at if is_paid else NOT_YET,
        "refund_days": days if is_paid else np.nan,
        "dispatched_at": NOT_YET,
        "return_posted_at": NOT_YET,
        "mediation_opened_at": NOT_YET,
        "hours_to_ask": hours,
        "value": 100.0,
        "refund": 100.0 if outcome == "refunded" else 0.0,
        "buyer_cost": 0.0,
        "saving": 0.0,
        "reason": "not_needed",
        "outcome": outcome,
        "route": "none",
        "limit_used": False,
        "on_record": False,
        "found_cheaper": False,
    }
    return plain | more


def claims_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Hand-made claims as a table."""
    table = pd.DataFrame(rows)
    instants = [name for name in table if name.endswith("_at")]
    return table.assign(**{name: table[name].astype("datetime64[s]") for name in instants})

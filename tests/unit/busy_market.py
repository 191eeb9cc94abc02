"""A market of finite desks in which everything occurs, for tests of what is always true."""

from __future__ import annotations

from functools import cache

from sim.market.engine import run_simpy
from sim.records.evidence import Evidence
from tests.worlds import calendars_of, drawn, world

MIXED = {"accept": 0.5, "refuse": 0.25, "silent": 0.25}
SELLER = {
    "share": 1,
    "arrange": {"exponential": {"mean": "1 d"}},
    "dispatch": {"exponential": {"mean": "3 d"}},
    "cancellation": MIXED | {"notice": {"exponential": {"mean": "1 d"}}, "handling": "2 h of work"},
    "dispute": MIXED | {"handling": "1 h of work"},
    "inspection": MIXED | {"handling": "1 h of work"},
}
OFFICE_HOURS = {"hours": {"mon-sat": "09:00-18:00"}}
BUSY = {
    "experiment.cohort": "20 d",
    "calendars": {"seller": OFFICE_HOURS, "platform": OFFICE_HOURS},
    "market.orders_per_day": 17,
    "market.sellers": {"count": 4, "staff": 1, "types": {"plain": SELLER}},
    "buyers.regret": {"probability": 0.9, "after": {"exponential": {"mean": "2 d"}}},
    "buyers.return_delay": {"exponential": {"mean": "2 d"}},
    "buyers.patience": {
        kind: {"exponential": {"mean": "9 d"}} for kind in ("cancellation", "dispute", "mediation")
    },
    "policy.dispatch.limit": "7 d",
    "policy.cancellation.clock": "3 d",
    "policy.dispute.default.on_silence": "escalate",
    "policy.mediation": {
        "staff": 1,
        "handling": "2 h of work",
        "rulings": {"buyer": 0.4, "seller": 0.3, "split": 0.3},
    },
    "policy.return.default": {
        "payer": "buyer",
        "post_within": "4 d",
        "refund_on": "inspected",
        "inspection": {"clock": "5 d", "on_silence": "approve"},
    },
    "policy.refund.posting.card": "2 d",
    "policy.refund.within": "3 d",
}
"""Some three hundred claims: every stage, outcome and way of being settled occurs."""


@cache
def busy_market() -> Evidence:
    """One replication of it, with its journal."""
    scenario = world(BUSY)
    calendars = calendars_of(scenario)
    return Evidence(scenario, run_simpy(scenario, drawn(scenario), calendars, with_journal=True), calendars)

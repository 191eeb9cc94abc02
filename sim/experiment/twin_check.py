"""A marketplace with something of everything: machine code is believed once it tells its stories as SimPy does."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance.draws import draw_replication
from sim.errors import InternalError
from sim.experiment.engines import COMPILED, SIMPY, live, source_of
from sim.experiment.replication import calendars_of
from sim.records.table import Records
from sim.scenario.model import Scenario

_SELLER = {"arrange": {"exponential": {"mean": "1 d"}}, "dispatch": {"uniform": {"low": "0", "high": "2 d"}}}
_ANSWERS = {"accept": 0.3, "refuse": 0.3, "silent": 0.4, "handling": "20 min of work"}
_DISPUTE = {
    "opens": {"after": "delivered"}, "closes": {"after": "delivered", "within": "15 d"}, "clock": "5 bd",
    "on_silence": "approve",
}  # fmt: skip
_MARKET = {
    "orders_per_day": 60,
    "order_value": {"lognormal": {"median": 24, "p95": 160}},
    "payment_methods": {"card": 0.6, "wallet": 0.4},
    "sellers": {
        "count": 5,
        "staff": 1,
        "types": {
            "prompt": _SELLER | {"share": 0.8, "cancellation": _ANSWERS, "dispute": _ANSWERS},
            "absent": {
                "share": 0.2, "arrange": "6 d", "dispatch": "never", "cancellation": {"silent": 1},
                "dispute": {"silent": 1},
            },
        },
    },
    "carrier": {"transit": {"gamma": {"mean": "20 d", "sd": "8 d"}}},
}  # fmt: skip
_POLICY = {
    "promise": {"after": "paid", "within": "60 d"},
    "cancellation": {
        "window": {"within": "9 d"}, "free_until": {"after": "paid", "within": "24 h"}, "clock": "3 bd",
        "on_silence": "may_escalate",
    },
    "dispute": {"default": _DISPUTE},
    "mediation": {"staff": 2, "handling": "40 min of work", "rulings": {"buyer": 0.6, "seller": 0.4}},
    "return": {"default": {"payer": "buyer", "post_within": "10 d"}},
    "refund": {"within": "9 d", "posting": {"card": {"uniform": {"low": "1 bd", "high": "7 bd"}}, "wallet": "0"}},
}  # fmt: skip
PROOF: dict[str, Any] = {
    "name": "proof",
    "start": "2018-10-01",
    "experiment": {"warm_up": "0", "cohort": "14 d", "run_out": "30 d", "replications": 1},
    "calendars": {
        "seller": {"hours": {"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": "09:00-12:00"}},
        "platform": {"hours": {"mon-fri": "09:00-18:00"}},
    },
    "market": _MARKET,
    "buyers": {
        "regret": {"probability": 0.5, "after": {"exponential": {"mean": "2 d"}}},
        "not_received": {"probability": 0.5, "after": "1 d"},
    },
    "policy": _POLICY,
}


def prove() -> None:
    """Live through a small marketplace on both engines. Raises InternalError where one order's luck or story
    differs."""
    scenario = Scenario.model_validate(PROOF)
    calendars = calendars_of(scenario)
    sources = source_of(SIMPY), source_of(COMPILED)._replace(many=0)
    draws, same = (draw_replication(scenario, 0, calendars, source) for source in sources)
    if not all(np.array_equal(column, same.claims[name]) for name, column in draws.claims.items()):
        raise InternalError("the machine code draws other luck than NumPy")
    simpy, compiled = (live(engine, scenario, draws, calendars) for engine in (SIMPY, COMPILED))
    if not _are_equal(simpy, compiled):
        raise InternalError("the machine code tells other stories than SimPy")


def _are_equal(one: Records, other: Records) -> bool:
    same = (np.array_equal(column, other.claims[name]) for name, column in one.claims.items())
    return all(same) and np.array_equal(one.queue_seconds, other.queue_seconds)

"""Buyers' decisions that a scenario fixes, laid over what luck had settled: nobody else's luck is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Columns, TableOfClaims
from sim.chance.facts import Draws, Ints
from sim.rules.claims import LEFT_ALONE
from sim.scenario.buyers import Choice
from sim.scenario.durations import NEVER
from sim.vocabulary import Disposition

MILLION = 1_000_000
WORTH_ANYTHING = -(10**15)
"""Cents of hassle of a buyer who goes on whatever it costs."""
_MEANS: dict[tuple[str, bool], dict[str, int]] = {
    ("cancel", True): {},
    ("cancel", False): {"window_ends": LEFT_ALONE},
    ("dispute", True): {"goes_on": 1, "hassle": WORTH_ANYTHING},
    ("dispute", False): {"goes_on": 0, "dispute_after": NEVER, "dispute_after_if_not_received": NEVER},
    ("take_offer", True): {"offer.disposition": int(Disposition.ACCEPT), "reservation": 0},
    ("take_offer", False): {"offer.disposition": int(Disposition.ACCEPT), "reservation": MILLION + 1},
    ("escalate", True): {"escalates": 1},
    ("escalate", False): {"escalates": 0},
    ("charge_back", True): {"charges_back": 1},
    ("charge_back", False): {"charges_back": 0},
}
"""Which facts a decision settles, and how. How long it takes stays with luck."""


def with_choices(draws: Draws, choices: list[Choice], replication: int) -> Draws:
    """The draws of one replication with the decisions that are fixed in it; of two on one case the later counts."""
    mine = [choice for choice in choices if choice.replication in (None, replication)]
    return replace(draws, claims=settled_by(mine, draws.claims)) if mine else draws


def settled_by(choices: Sequence[Choice], facts: TableOfClaims) -> Columns:
    """The facts of some claims with these decisions, whatever replication they are of."""
    claims = dict(facts)
    for choice in choices:
        chosen = np.ones(len(claims["order"]), dtype=bool)
        if choice.order is not None:
            chosen = claims["order"] == choice.order
        for (decision, yes), means in _MEANS.items():
            if getattr(choice, decision) is yes:
                claims |= {name: _settled(claims[name], chosen, value) for name, value in means.items()}
    return claims


def _settled(fact: Ints, chosen: NDArray[np.bool_], value: int) -> Ints:
    return np.where(chosen, np.int64(value), fact)

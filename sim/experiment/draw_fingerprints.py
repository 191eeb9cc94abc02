"""Fingerprints of luck, decision by decision and fact by fact, so that it can be said which draw has changed.

They are taken of one replication: a draw that is made otherwise is made otherwise in every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from sim.chance.decisions import Decision
from sim.chance.draws import draw_with
from sim.chance.facts import Draws
from sim.chance.streams import EDITION, Floats, Luck, Numbers
from sim.experiment import fingerprints
from sim.experiment.pairing import cohort_orders
from sim.experiment.replication import calendars_of
from sim.scenario.model import Scenario

DIGITS = 16
"""Hexadecimal digits that are kept of each: by chance, two agree once in 10¹⁹ times."""
LOOKED_AT = 256
"""Uniforms of each decision that its fingerprint is taken of."""
_WHO_ASKS = (
    *(Decision.REGRETS, Decision.REGRETS_AFTER, Decision.MISSES_THE_PARCEL, Decision.MISSES_THE_PARCEL_AFTER),
    *(Decision.FINDS_A_DEFECT, Decision.FINDS_A_DEFECT_AFTER, Decision.ARRANGING, Decision.DISPATCHING),
    *(Decision.TRANSIT, Decision.LOST),
)
_SETTLES = {
    "paid": (Decision.ARRIVAL_GAP,),
    "value": (Decision.ORDER_VALUE,),
    "order": _WHO_ASKS,
    "refunded_unasked": _WHO_ASKS,
    "claim": _WHO_ASKS,
    "asked": _WHO_ASKS,
    "arranges_at": (Decision.ARRANGING,),
    "ships_at": (Decision.ARRANGING, Decision.DISPATCHING),
    "window_ends": (Decision.CANCELLATION_WINDOW,),
    "dispute_after": (Decision.DISPUTES_AFTER,),
    "closes_plus": (Decision.DISPUTE_WINDOW,),
    "free_return": (Decision.FREE_RETURN_LISTING,),
    "ruling_if_not_received": (Decision.MEDIATION_ANSWER,),
    "asked_to_change": (Decision.ASKS_TO_CHANGE_REASON,),
    "agrees_to_change": (Decision.AGREES_TO_CHANGE_REASON,),
}
"""Facts that do not bear the name of the decision that settles them."""


class DrawFingerprints(NamedTuple):
    """What luck is drawn of, in the first replication."""

    orders: str
    """Of who buys when of whom, in the cohort: two experiments that agree in it are the same orders."""
    decisions: dict[str, str]
    """By name of the decision: of its uniforms."""
    facts: dict[str, str]
    """By column of `Draws`: of what the uniforms were turned into."""
    edition: int = EDITION
    """Of luck (`chance.streams`): with another one, every draw is another."""


class _Ledger(Luck):
    """Luck that keeps a fingerprint of each decision it hands luck out for: of that of the first orders.

    As many for each, whoever asks: otherwise one more order would change them all.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed, 0)
        self.seen: dict[str, str] = {}

    def of(self, decision: Decision, numbers: Numbers) -> Floats:
        if decision.name not in self.seen:
            # The bits of a uniform are the same on every machine: it is a whole number over 2⁵³.
            first = np.ascontiguousarray(super().of(decision, range(LOOKED_AT)), dtype="<f8")
            self.seen[decision.name] = sha256(first.tobytes()).hexdigest()[:DIGITS]
        return super().of(decision, numbers)


def fingerprint_draws(scenario: Scenario) -> DrawFingerprints:
    """Draw the first replication once more, and look at it decision by decision."""
    ledger = _Ledger(scenario.experiment.seed)
    draws = draw_with(ledger, scenario, calendars_of(scenario))
    facts = {name: fingerprints.of_columns([(name, column)])[:DIGITS] for name, column in _columns(draws)}
    names = ("order", "paid", "seller")
    orders = fingerprints.of_columns(zip(names, cohort_orders(scenario), strict=True))[:DIGITS]
    return DrawFingerprints(f"{scenario.start} {orders}", dict(sorted(ledger.seen.items())), dict(facts))


def _columns(draws: Draws) -> Iterator[tuple[str, np.ndarray]]:
    yield "orders.paid", draws.orders.paid
    yield "refunded_unasked", draws.refunded_unasked
    yield from ((f"claims.{name}", column) for name, column in sorted(draws.claims.items()))


def redrawn(before: DrawFingerprints, now: DrawFingerprints) -> list[str]:
    """The decisions (by name) of which luck is drawn otherwise than before, or turned into other facts.

    Empty where nothing is; a fact that no decision is known for stands for itself. Luck that only one of the two
    fetches, and that no fact comes of, has decided nothing: the same draws may be made with less of it.
    """
    known = before.decisions, now.decisions
    all_known = now.facts.items() <= before.facts.items()
    names = known[0].keys() & known[1].keys() if all_known else known[0].keys() | known[1].keys()
    found = [name for name in sorted(names) if known[0].get(name) != known[1].get(name)]
    return found or list(dict.fromkeys(name for fact in _other_facts(before, now) for name in _settled_by(fact)))


def _other_facts(before: DrawFingerprints, now: DrawFingerprints) -> list[str]:
    """Where other orders are paid or claimed for, everything about them differs, and says nothing of its own."""
    differ = [fact for fact in now.facts if before.facts.get(fact, now.facts[fact]) != now.facts[fact]]
    of_orders = [fact for fact in differ if fact.startswith("orders.")]
    if of_orders:
        return of_orders
    return ["claims.order"] if "claims.order" in differ else differ


def _settled_by(fact: str) -> list[str]:
    """`claims.dispute.notice_share` → DISPUTE_NOTICE."""
    name = fact.removeprefix("orders.").removeprefix("claims.")
    if name in _SETTLES:
        return [decision.name for decision in _SETTLES[name]]
    spoken = name.replace(".disposition", "_answer").removesuffix("_share").replace(".", "_").upper()
    candidates = (spoken, name.replace(".", "_").upper())
    return [next((each for each in candidates if each in Decision.__members__), fact)]

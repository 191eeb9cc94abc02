"""Do two scenarios share their luck? Only then is an order of the one the same order in the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.chance.facts import Ints
from sim.chance.orders import draw_orders
from sim.chance.shared import AFRESH, Known, Memory
from sim.chance.streams import Luck
from sim.experiment import fingerprints
from sim.experiment.cohort import in_cohort
from sim.scenario.model import Scenario

_WHO_BUYS_WHEN_OF_WHOM = {
    "start": "the first day",
    "experiment.seed": "the seed",
    "experiment.warm_up": "the warm-up",
    "experiment.cohort": "the cohort window",
    "market.orders_per_day": "orders per day",
    "market.hours": "the hours of the day at which orders come",
    "market.weekdays": "the weekdays on which orders come",
    "market.peaks": "the peaks",
    "market.sellers.count": "the number of sellers",
    "market.sellers.concentration": "how orders spread over the sellers",
    "market.sellers.roster": "the roster of sellers",
}
"""What in a scenario settles which orders there are: path, and how a sentence calls it."""


class Pairing(NamedTuple):
    """How another scenario can be held against the base."""

    apart: tuple[str, ...]
    """In words, what keeps the two from being compared order by order; nothing where they share their luck."""
    is_the_same: bool
    """Whether it is one and the same scenario, luck included."""

    @property
    def is_paired(self) -> bool:
        """Whether they share their luck, replication by replication and order by order."""
        return not self.apart


def pairs_of(base: Scenario, others: Sequence[Scenario]) -> dict[str, Pairing]:
    """Whether each of the others shares its luck with the base, by name; orders are drawn once where they agree."""
    known = Memory()
    return {other.name: pair_of(base, other, known) for other in others}


def pair_of(base: Scenario, other: Scenario, known: Known = AFRESH) -> Pairing:
    """Whether two scenarios share their luck: both with the replications and the seed that are used.

    They do where every cohort order is paid at the same instant to the same seller: everything else about an order
    is then drawn from the same uniform numbers. The orders themselves decide (of the first replication: the others
    are made alike); the scenarios only say why.
    """
    return Pairing(_apart(base, other, known), fingerprints.of_scenario(base) == fingerprints.of_scenario(other))


def _apart(base: Scenario, other: Scenario, known: Known) -> tuple[str, ...]:
    counts = (base.experiment.replications, other.experiment.replications)
    if counts[0] != counts[1]:
        return (f"the number of replications ({counts[0]} and {counts[1]})",)
    if _have_the_same_orders(base, other, known):
        return ()
    return tuple(_differing(base, other)) or ("the orders themselves",)


def _have_the_same_orders(base: Scenario, other: Scenario, known: Known) -> bool:
    if base.start != other.start:
        return False
    mine, its = (known.of("orders of the cohort", one, cohort_orders) for one in (base, other))
    return mine is its or all(np.array_equal(*columns) for columns in zip(mine, its, strict=True))


def cohort_orders(scenario: Scenario) -> tuple[Ints, Ints, Ints]:
    """Number, instant of payment and seller of each order in the cohort of the first replication."""
    orders = draw_orders(scenario, Luck(scenario.experiment.seed, 0))
    chosen = in_cohort(scenario, orders.paid)
    numbers = np.flatnonzero(chosen)
    return numbers, orders.paid[chosen], orders.of(numbers).seller


def _differing(base: Scenario, other: Scenario) -> list[str]:
    described = [one.model_dump(mode="json") for one in (base, other)]
    found = []
    for path, name in _WHO_BUYS_WHEN_OF_WHOM.items():
        values = [_at(document, path) for document in described]
        if values[0] != values[1]:
            found.append(name + _told(*values))
    return found


def _at(document: Any, path: str) -> Any:
    for step in path.split("."):
        document = document.get(step)
    return document


def _told(base: Any, other: Any) -> str:
    """Both values where they are short enough for a sentence."""
    if isinstance(base, float):
        return f" ({base:.10g} and {other:.10g})"
    return f" ({base} and {other})" if isinstance(base, str | int) else ""

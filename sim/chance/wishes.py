"""Why a buyer wants the money back, and when: at most one claim per order, whichever comes first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance.decisions import Decision
from sim.chance.drawer import Drawer
from sim.chance.facts import Ints, OrderFacts
from sim.chance.instants import instants_after
from sim.chance.orders import Calendars, Dispatching
from sim.chance.rates import chances
from sim.chance.streams import Luck
from sim.rules.terms import kind_of
from sim.scenario.buyers import Notices
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party


class Wishes(NamedTuple):
    """For some orders: the kind of claim, and the instant at which the buyer wants the money back (or NEVER)."""

    claim: Ints
    asked: Ints

    def only(self, some: NDArray[np.bool_]) -> Wishes:
        """Those of some of them."""
        return Wishes(self.claim[some], self.asked[some])


def some_depend_on_delivery(scenario: Scenario) -> bool:
    """Whether buyers ask because a parcel did not come, or because of what came."""
    return scenario.buyers.not_received is not None or scenario.buyers.defect is not None


def mind_changes(scenario: Scenario, luck: Luck, orders: OrderFacts) -> tuple[Ints, Ints]:
    """Whose mind changes (numbers of orders, ascending), and when."""
    regret = scenario.buyers.regret
    everybody = Drawer(luck, len(orders), np.arange(len(orders)))
    chance = chances(regret.probability, scenario.market, everybody)
    regretful = np.flatnonzero(luck.of(Decision.REGRETS, len(orders)) < chance)
    after = Drawer(luck, len(orders), regretful).duration(Decision.REGRETS_AFTER, regret.after)
    changes = later(orders.paid[regretful], after)
    some = changes < NEVER
    return regretful[some], changes[some]


def first_wishes(
    scenario: Scenario, drawer: Drawer, regretted: Ints, plan: Dispatching, calendars: Calendars
) -> Wishes:
    """The first reason of each picked order. In the same second: regret, then not received, then a defect."""
    if not some_depend_on_delivery(scenario):
        return Wishes(drawer.all_alike(ClaimKind.REGRET), regretted)
    delivered = delivered_at(scenario, drawer, plan, calendars)
    missed = _not_received(scenario, drawer, plan.promised, delivered)
    reasons = np.stack([regretted, missed, _defect(scenario, drawer, delivered)])
    return Wishes(ClaimKind.REGRET + np.argmin(reasons, axis=0), np.min(reasons, axis=0))


def _not_received(scenario: Scenario, drawer: Drawer, promised: Ints, delivered: Ints) -> Ints:
    """When buyers notice that the promised date has passed, and the parcel is still not there."""
    decisions = Decision.MISSES_THE_PARCEL, Decision.MISSES_THE_PARCEL_AFTER
    noticed = _noticed(scenario, scenario.buyers.not_received, drawer, promised, *decisions)
    return np.where(delivered > noticed, noticed, NEVER)


def _defect(scenario: Scenario, drawer: Drawer, delivered: Ints) -> Ints:
    """When buyers notice that what they were sent is faulty."""
    decisions = Decision.FINDS_A_DEFECT, Decision.FINDS_A_DEFECT_AFTER
    return _noticed(scenario, scenario.buyers.defect, drawer, delivered, *decisions)


def _noticed(
    scenario: Scenario, terms: Notices | None, drawer: Drawer, since: Ints, whether: Decision, after: Decision
) -> Ints:
    if terms is None:
        return drawer.all_alike(NEVER)
    noticed = later(since, drawer.duration(after, terms.after))
    chance = chances(terms.probability, scenario.market, drawer)
    return np.where(drawer.happens(whether, chance) == 1, noticed, NEVER)


def delivered_at(scenario: Scenario, drawer: Drawer, plan: Dispatching, calendars: Calendars) -> Ints:
    """When each parcel would arrive; NEVER for the lost ones."""
    carrier = scenario.market.carrier
    transit = drawer.duration(Decision.TRANSIT, carrier.transit)
    arrives = instants_after(plan.ships_at, kind_of(carrier.transit), transit, calendars[Party.CARRIER])
    return np.where(drawer.happens(Decision.LOST, carrier.lost) == 1, NEVER, arrives)


def later(since: Ints, after: Ints) -> Ints:
    """On the wall clock; NEVER where either never comes."""
    return np.where((since < NEVER) & (after < NEVER), since + after, NEVER)

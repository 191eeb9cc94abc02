"""Why a buyer wants the money back, and when: at most one claim per order, whichever comes first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Bools
from sim.chance.decisions import Decision
from sim.chance.facts import Ints, OrderFacts
from sim.chance.instants import instants_after
from sim.chance.lateness import lateness_of
from sim.chance.orders import Dispatching, Openings
from sim.chance.rates import chances, most
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck, pieces
from sim.rules.terms import kind_of, refunds_at_dispatch_limit
from sim.scenario.buyers import Notices
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party


class ClaimOnsets(NamedTuple):
    """For some orders: the kind of claim, and the instant at which the buyer wants the money back (or NEVER)."""

    claim: Ints
    asked: Ints

    def only(self, some: Bools) -> ClaimOnsets:
        """Those of some of them."""
        return ClaimOnsets(self.claim[some], self.asked[some])


def who_may_ask(scenario: Scenario, luck: Luck, orders: OrderFacts, calendars: Openings) -> Ints:
    """Numbers of the orders, ascending, to which anything may happen; to the others nothing does, for certain.

    Somebody's mind changes, finds a fault, or would complain of a parcel that may be late; and the platform may
    refund what is not sent in time.
    """
    found = [np.empty(0, dtype=np.int64)]
    for piece in pieces(len(orders)):
        some = _asks_anyway(scenario, luck, piece)
        some |= _is_left(scenario, luck, piece, orders, calendars)
        some[_complain(scenario, luck, piece, orders, calendars) - piece.start] = True
        found.append(piece.start + np.flatnonzero(some))
    return np.concatenate(found)


def _asks_anyway(scenario: Scenario, luck: Luck, piece: range) -> Bools:
    """Whose mind changes, or who finds a fault: whenever that is."""
    some: Bools = luck.of(Decision.REGRETS, piece) < most(scenario.buyers.regret.probability)
    defect = scenario.buyers.defect
    return some if defect is None else some | (luck.of(Decision.FINDS_A_DEFECT, piece) < most(defect.probability))


def _is_left(scenario: Scenario, luck: Luck, piece: range, orders: OrderFacts, calendars: Openings) -> Bools:
    """What the platform may refund because it was not sent in time."""
    if not refunds_at_dispatch_limit(scenario):
        return np.zeros(len(piece), dtype=np.bool_)
    paid = orders.paid[piece.start : piece.stop]
    return lateness_of(scenario, calendars).may_leave_late(luck, piece, paid, orders.type_of)


def _complain(scenario: Scenario, luck: Luck, piece: range, orders: OrderFacts, calendars: Openings) -> Ints:
    """Who would complain of a parcel that does not come, and may have to."""
    terms = scenario.buyers.not_received
    if terms is None:
        return np.empty(0, dtype=np.int64)
    would = piece.start + np.flatnonzero(luck.of(Decision.MISSES_THE_PARCEL, piece) < most(terms.probability))
    late = lateness_of(scenario, calendars).may_arrive_late(luck, would, orders.paid[would], orders.type_of)
    return would[late]


def first_onsets(
    scenario: Scenario,
    sampler: OrderSampler,
    paid: Ints,
    plan: Dispatching,
    calendars: Openings,
    seen_delivered: Ints | None = None,
) -> ClaimOnsets:
    """The first reason of each picked order. In the same second: regret, then not received, then a defect.

    What was seen to arrive arrived then.
    """
    regretted = _mind_changes(scenario, sampler, paid)
    buyers = scenario.buyers
    if buyers.not_received is None and buyers.defect is None:
        return ClaimOnsets(sampler.all_alike(ClaimKind.REGRET), regretted)
    delivered = delivered_at(scenario, sampler, plan, calendars)
    if seen_delivered is not None:
        delivered = np.where(seen_delivered < NEVER, seen_delivered, delivered)
    missed = _not_received(scenario, sampler, plan.promised, delivered)
    reasons = np.stack([regretted, missed, _defect(scenario, sampler, delivered)])
    return ClaimOnsets(ClaimKind.REGRET + np.argmin(reasons, axis=0), np.min(reasons, axis=0))


def _mind_changes(scenario: Scenario, sampler: OrderSampler, paid: Ints) -> Ints:
    """When minds change; NEVER for buyers who keep what they ordered."""
    regret = scenario.buyers.regret
    changes = later(paid, sampler.duration(Decision.REGRETS_AFTER, regret.after))
    chance = chances(regret.probability, scenario.market, sampler)
    return np.where(sampler.happens(Decision.REGRETS, chance) == 1, changes, NEVER)


def _not_received(scenario: Scenario, sampler: OrderSampler, promised: Ints, delivered: Ints) -> Ints:
    """When buyers notice that the promised date has passed, and the parcel is still not there."""
    decisions = Decision.MISSES_THE_PARCEL, Decision.MISSES_THE_PARCEL_AFTER
    noticed = _noticed(scenario, scenario.buyers.not_received, sampler, promised, *decisions)
    return np.where(delivered > noticed, noticed, NEVER)


def _defect(scenario: Scenario, sampler: OrderSampler, delivered: Ints) -> Ints:
    """When buyers notice that what they were sent is faulty."""
    decisions = Decision.FINDS_A_DEFECT, Decision.FINDS_A_DEFECT_AFTER
    return _noticed(scenario, scenario.buyers.defect, sampler, delivered, *decisions)


def _noticed(
    scenario: Scenario,
    terms: Notices | None,
    sampler: OrderSampler,
    since: Ints,
    whether: Decision,
    after: Decision,
) -> Ints:
    if terms is None:
        return sampler.all_alike(NEVER)
    noticed = later(since, sampler.duration(after, terms.after))
    chance = chances(terms.probability, scenario.market, sampler)
    return np.where(sampler.happens(whether, chance) == 1, noticed, NEVER)


def delivered_at(scenario: Scenario, sampler: OrderSampler, plan: Dispatching, calendars: Openings) -> Ints:
    """When each parcel would arrive; NEVER for the lost ones."""
    carrier = scenario.market.carrier
    transit = sampler.duration(Decision.TRANSIT, carrier.transit)
    arrives = instants_after(plan.ships_at, kind_of(carrier.transit), transit, calendars[Party.CARRIER])
    return np.where(sampler.happens(Decision.LOST, carrier.lost) == 1, NEVER, arrives)


def later(since: Ints, after: Ints) -> Ints:
    """On the wall clock; NEVER where either never comes."""
    return np.where((since < NEVER) & (after < NEVER), since + after, NEVER)

"""Why a buyer wants the money back, and when: at most one claim per order, whichever comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Columns
from sim.chance.decisions import Decision
from sim.chance.drawings import DrawnBy, duration, happens
from sim.chance.facts import Ints, OrderFacts
from sim.chance.instants import instants_after
from sim.chance.lateness import TimeLimits, lateness_of
from sim.chance.orders import Dispatching, Openings
from sim.chance.rates import groups_in, groups_of, methods_in, methods_of, most, occurs
from sim.chance.sampler import OrderSampler, said_once
from sim.chance.streams import Luck, pieces
from sim.rules.terms import kind_of, refunds_at_dispatch_limit
from sim.scenario.buyers import Buyers
from sim.scenario.durations import NEVER
from sim.scenario.market import Market
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party


class ClaimOnsets(NamedTuple):
    """For some orders: the kind of claim, and the instant at which the buyer wants the money back (or NEVER)."""

    claim: Ints
    asked: Ints

    def only(self, some: Bools | slice) -> ClaimOnsets:
        """Those of some of them."""
        return ClaimOnsets(self.claim[some], self.asked[some])

    def among(self, some: Bools) -> ClaimOnsets:
        """These are those of some of many; the others have none."""
        claim, asked = np.full(len(some), ClaimKind.REGRET, dtype=np.int64), np.full(len(some), NEVER)
        claim[some], asked[some] = self
        return ClaimOnsets(claim, asked)


class Suspects(NamedTuple):
    """Orders to which something may happen; to the others nothing does, for certain."""

    numbers: Ints
    """Ascending."""
    may_wish: Bools
    """Whose buyers may want their money back; the others may be refunded without being asked."""


def who_may_ask(scenario: Scenario, luck: Luck, orders: OrderFacts, calendars: Openings) -> Suspects:
    """Somebody's mind changes, finds a fault, or would complain of a parcel that may be late; and the platform may
    refund what is not sent in time."""
    bounds, found = _most_likely(scenario.buyers), [Suspects(np.empty(0, np.int64), np.empty(0, np.bool_))]
    refunds = refunds_at_dispatch_limit(scenario)
    anybody_late = refunds or Decision.MISSES_THE_PARCEL in bounds
    lateness = lateness_of(scenario, calendars) if anybody_late else None
    for piece in pieces(len(orders)):
        below = {decision: luck.below(decision, bound, piece) for decision, bound in bounds.items()}
        complains = below.pop(Decision.MISSES_THE_PARCEL, None)
        wish = np.logical_or.reduce(list(below.values()))
        if lateness and complains is not None:
            _add(wish, complains, lateness.arriving, luck, piece, orders)
        some = wish.copy()
        if lateness and refunds:
            _add(some, ~some, lateness.leaving, luck, piece, orders)
        places = np.flatnonzero(some)
        found.append(Suspects(piece.start + places, wish[places]))
    return Suspects(*map(np.concatenate, zip(*found, strict=True)))


def _most_likely(buyers: Buyers) -> dict[Decision, float]:
    """What may make a buyer ask, and the highest chance that any order has of it."""
    notices = {Decision.MISSES_THE_PARCEL: buyers.not_received, Decision.FINDS_A_DEFECT: buyers.defect}
    told = {decision: most(terms.probability) for decision, terms in notices.items() if terms is not None}
    return {Decision.REGRETS: most(buyers.regret.probability)} | told


def _add(some: Bools, others: Bools, limit: TimeLimits, luck: Luck, piece: range, orders: OrderFacts) -> None:
    """To some of a piece, of these others those who may miss a limit."""
    places = np.flatnonzero(others & ~some)
    numbers = piece.start + places
    some[places[limit.may_be_missed(luck, numbers, orders.paid_at(numbers), orders.type_of)]] = True


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
    buyers, market, wishes = scenario.buyers, scenario.market, _wishes(scenario)
    groups = {by: _GROUPED[by](market, sampler) for by in wishes.groupings}
    drawn = sampler.columns(wishes, groups)
    regretted = _noticed(paid, drawn, Decision.REGRETS)
    if buyers.not_received is None and buyers.defect is None:
        return ClaimOnsets(sampler.all_alike(ClaimKind.REGRET), regretted)
    delivered = delivered_at(scenario, sampler, plan, calendars)
    if seen_delivered is not None:
        delivered = np.where(seen_delivered < NEVER, seen_delivered, delivered)
    noticed = _noticed(plan.promised, drawn, Decision.MISSES_THE_PARCEL)
    missed = np.where(delivered > noticed, noticed, NEVER)
    reasons = np.stack([regretted, missed, _noticed(delivered, drawn, Decision.FINDS_A_DEFECT)])
    return ClaimOnsets(ClaimKind.REGRET + np.argmin(reasons, axis=0), np.min(reasons, axis=0))


_GROUPED: dict[str, Callable[[Market, OrderSampler], Ints]] = {
    "payment_method": lambda market, sampler: methods_of(methods_in(market), sampler),
    "product_group": lambda market, sampler: groups_of(groups_in(market), sampler),
}


@said_once
def _wishes(scenario: Scenario) -> dict[str, DrawnBy]:
    """Whether buyers come to want their money back, for each reason, and how long that takes."""
    buyers, drawings = scenario.buyers, dict[str, DrawnBy]()
    for whether, terms in (
        (Decision.REGRETS, buyers.regret),
        (Decision.MISSES_THE_PARCEL, buyers.not_received),
        (Decision.FINDS_A_DEFECT, buyers.defect),
    ):
        after = Decision[whether.name + _AFTER]
        drawings[whether.name] = occurs(whether, terms.probability, scenario.market) if terms else 0
        drawings[after.name] = duration(after, terms.after) if terms else 0
    return drawings


_AFTER = "_AFTER"


def _noticed(since: Ints, drawn: Columns, whether: Decision) -> Ints:
    """When buyers notice, who would; NEVER for the others."""
    return np.where(drawn[whether.name] == 1, later(since, drawn[whether.name + _AFTER]), NEVER)


@said_once
def _travelling(scenario: Scenario) -> dict[str, DrawnBy]:
    carrier = scenario.market.carrier
    return {"transit": duration(Decision.TRANSIT, carrier.transit), "lost": happens(Decision.LOST, carrier.lost)}


def delivered_at(scenario: Scenario, sampler: OrderSampler, plan: Dispatching, calendars: Openings) -> Ints:
    """When each parcel would arrive; NEVER for the lost ones."""
    carrier = scenario.market.carrier
    drawn = sampler.columns(_travelling(scenario))
    arrives = instants_after(plan.ships_at, kind_of(carrier.transit), drawn["transit"], calendars[Party.CARRIER])
    return np.where(drawn["lost"] == 1, NEVER, arrives)


def later(since: Ints, after: Ints) -> Ints:
    """On the wall clock; NEVER where either never comes."""
    return np.where((since < NEVER) & (after < NEVER), since + after, NEVER)

"""Facts about every order: when it was paid, for how much, to whom, and whether it ships in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance.arrivals import paid_instants
from sim.chance.decisions import Decision
from sim.chance.drawings import SECONDS, ByLaw, DrawnBy, cents
from sim.chance.facts import Bought, Ints, OrderFacts
from sim.chance.instants import earlier_or_later, instants_after
from sim.chance.rates import chosen, groups_in, methods_in
from sim.chance.sampler import OrderSampler, said_once
from sim.chance.streams import Choosing, Floats, Luck, choice, choosing
from sim.rules.terms import Since, kind_of, since_of
from sim.scenario.calendars import Calendar
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import DAY, NEVER
from sim.scenario.market import Sellers
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, kinds_on_the_roster, parties_of_kinds
from sim.vocabulary import Anchor, Party

Openings = dict[Party, Calendar]
Instants = dict[int, Ints]
"""By anchor: a named instant of some orders."""


@dataclass(frozen=True)
class TypesOf:
    """The seller's type of some orders, by number."""

    luck: Luck
    of_sellers: Ints
    """By seller."""
    among: Choosing
    """How orders fall to sellers."""

    def __call__(self, some: Ints) -> Ints:
        return self.of_sellers[self.among.chosen(self.luck.of(Decision.SELLER, some))]


def draw_orders(scenario: Scenario, luck: Luck) -> OrderFacts:
    """All orders of one replication, in the order of payment."""
    market = scenario.market
    paid = paid_instants(scenario, luck)
    of_sellers, weights = _sellers(market.sellers, luck)
    among = choosing(tuple(weights))
    drawings = _bought(scenario)

    def bought(some: Ints) -> Bought:
        sampler = OrderSampler(luck, some)
        seller = among.chosen(sampler.luck(Decision.SELLER))
        return Bought(seller=seller, seller_type=of_sellers[seller], **sampler.columns(drawings))

    return OrderFacts(paid, bought, TypesOf(luck, of_sellers, among))


@said_once
def _bought(scenario: Scenario) -> dict[str, DrawnBy]:
    """For how much, how paid, and of which product group."""
    return {
        "value": cents(Decision.ORDER_VALUE, scenario.market.order_value),
        "payment_method": chosen(Decision.PAYMENT_METHOD, methods_in(scenario.market)),
        "product_group": chosen(Decision.PRODUCT_GROUP, groups_in(scenario.market)),
    }


def _sellers(sellers: Sellers, luck: Luck) -> tuple[Ints, Sequence[float]]:
    """By seller: of which kind it is, and its weight among them; by luck, or as a roster says."""
    if sellers.roster is not None:
        return np.array(kinds_on_the_roster(sellers)), weights_of(sellers)
    of_types = [kind.share for kind in sellers.types.values()]
    drawn = choice(luck.of(Decision.SELLER_TYPE, range(sellers.count)), of_types)
    return drawn, weights_of(sellers)


def weights_of(sellers: Sellers) -> Sequence[float]:
    """By seller: how many orders it gets, relative to the others."""
    if sellers.roster is not None:
        return [one.share for one in sellers.roster]
    return zipf(sellers.count, sellers.concentration)


@lru_cache(maxsize=64)
def zipf(count: int, concentration: float) -> Sequence[float]:
    """Relative weights of `count` sellers: the k-th weighs k to the minus `concentration`."""
    return tuple(1.0 / k**concentration for k in range(1, count + 1))


class SeenDispatch(NamedTuple):
    """When some orders were arranged and dispatched; NEVER where neither has been seen."""

    arranged: Ints
    dispatched: Ints


@dataclass(frozen=True)
class Dispatching:
    """The seller's plan for some orders, if nothing stops it: instants, NEVER where it does not happen."""

    arranges_at: Ints
    ships_at: Ints
    due: Ints
    """The last instant of the dispatch limit; NEVER without one."""
    promised: Ints
    """The delivery date that the platform shows; NEVER without one."""

    def instants(self, paid: Ints) -> Instants:
        """What a cancellation may be counted from."""
        return {
            Anchor.PAID: paid,
            Anchor.DISPATCH_DUE: self.due,
            Anchor.ARRANGED: self.arranges_at,
            Anchor.DISPATCHED: self.ships_at,
            Anchor.PROMISED: self.promised,
        }

    def only(self, some: NDArray[np.bool_] | slice) -> Dispatching:
        """The plan for some of the orders."""
        return Dispatching(self.arranges_at[some], self.ships_at[some], self.due[some], self.promised[some])


class DispatchClocks(NamedTuple):
    """What dispatch is planned by, laid out for machine code."""

    parties: Ints
    """By type of seller: whose calendar it keeps, by its place among all."""
    counted_in: Ints
    """What arranging and dispatching are counted in: a row for each, by type of seller."""
    stretch: Floats
    """By day of payment."""
    limit: Ints
    """Of the dispatch limit: the anchor, the kind and the seconds of its span, a last second, and whether the later
    end counts."""
    promise: Ints
    """Of the promised date."""
    platform: int
    """Its place."""


def draw_dispatching(
    scenario: Scenario,
    paid: Ints,
    kinds: Ints,
    sampler: OrderSampler,
    calendars: Openings,
    seen: SeenDispatch | None = None,
) -> Dispatching:
    """When the seller of each picked order would arrange and dispatch it, in the seller's calendar; and by when.

    Given the picked orders' instants of payment and their sellers' types; what was `seen` to happen happens then.
    """
    types = kinds_of(scenario.market.sellers)
    arranging, dispatching = [kind.arrange for kind in types], [kind.dispatch for kind in types]
    drawn = sampler.columns(_handling(scenario), {"seller_type": kinds})
    lengths = drawn["arranging"], drawn["dispatching"]
    if sampler.source.dispatched and seen is None:
        terms = _terms(scenario, arranging, dispatching, calendars)
        return Dispatching(*sampler.source.dispatched(paid, kinds, np.array(lengths), terms, calendars))
    parties, stretch = np.array(parties_of_kinds(scenario))[kinds], stretches(scenario, paid)
    arranged_in, dispatched_in = (stretched_by(each, stretch) for each in lengths)
    arranges_at = _later(paid, kinds, arranging, arranged_in, parties, calendars)
    if seen is not None:
        arranges_at = np.where(seen.arranged < NEVER, seen.arranged, np.minimum(arranges_at, seen.dispatched))
    ships_at = _later(arranges_at, kinds, dispatching, dispatched_in, parties, calendars)
    if seen is not None:
        ships_at = np.where(seen.dispatched < NEVER, seen.dispatched, ships_at)
    known: Instants = {Anchor.PAID: paid, Anchor.ARRANGED: arranges_at, Anchor.DISPATCHED: ships_at}
    return Dispatching(arranges_at, ships_at, *due_and_promised(scenario, known, parties, calendars))


@said_once
def _handling(scenario: Scenario) -> dict[str, DrawnBy]:
    """How long sellers take over it, by their type."""
    types = kinds_of(scenario.market.sellers)
    return {
        "arranging": ByLaw(Decision.ARRANGING, [kind.arrange for kind in types], SECONDS, "seller_type"),
        "dispatching": ByLaw(Decision.DISPATCHING, [kind.dispatch for kind in types], SECONDS, "seller_type"),
    }


def _terms(
    scenario: Scenario, arranging: list[DurationLaw], dispatching: list[DurationLaw], calendars: Openings
) -> DispatchClocks:
    places: dict[int, int] = {party: place for place, party in enumerate(sorted(calendars))}
    limit, promise = _limit_and_promise(scenario)
    return DispatchClocks(
        np.array([places[party] for party in parties_of_kinds(scenario)]),
        np.array([[kind_of(law) for law in laws] for laws in (arranging, dispatching)]),
        stretches(scenario, np.arange(0, scenario.experiment.arrivals_end, DAY)),
        np.array([limit.anchor, *limit.span, limit.until, limit.later]),
        np.array([promise.anchor, *promise.span, promise.until, promise.later]),
        places[Party.PLATFORM],
    )


def _limit_and_promise(scenario: Scenario) -> tuple[Since, Since]:
    policy = scenario.policy
    return since_of(policy.dispatch.limit, scenario.start), since_of(policy.promise, scenario.start)


def due_and_promised(scenario: Scenario, known: Instants, parties: Ints, calendars: Openings) -> tuple[Ints, Ints]:
    """The dispatch limit and the promised date; either may be counted from the other."""
    limit, promise = _limit_and_promise(scenario)
    if limit.anchor == Anchor.PROMISED:
        promised = _after(promise, known, calendars[Party.PLATFORM])
        return _on_own_clocks(limit, {Anchor.PROMISED: promised}, parties, calendars), promised
    due = _on_own_clocks(limit, known, parties, calendars)
    return due, _after(promise, {**known, Anchor.DISPATCH_DUE: due}, calendars[Party.PLATFORM])


def _after(since: Since, known: Instants, calendar: Calendar) -> Ints:
    """So long after a named instant, on this calendar."""
    ends = instants_after(known[since.anchor], since.span.kind, np.array(since.span.seconds), calendar)
    return earlier_or_later(ends, since.until, since.later)


def _on_own_clocks(since: Since, known: Instants, parties: Ints, calendars: Openings) -> Ints:
    """So long after a named instant, on each seller's calendar."""
    instants, begun = np.empty_like(parties), known[since.anchor]
    for party in _occurring(parties):
        some = parties == party
        instants[some] = _after(since, {since.anchor: begun[some]}, calendars[party])
    return instants


def _occurring(codes: Ints) -> Any:
    """Which of some small numbers there are."""
    return np.flatnonzero(np.bincount(codes)).tolist()


def stretched_by(lengths: Ints, stretch: Floats) -> Ints:
    """Each so many times as long, in whole seconds; NEVER stays what it is."""
    longer = (stretch != 1.0) & (lengths < NEVER)
    return np.where(longer, np.rint(np.where(longer, lengths, 0) * stretch).astype(np.int64), lengths)


def stretches(scenario: Scenario, paid: Ints) -> Floats:
    """By how much the handling of each order is stretched."""
    stretches = np.ones(len(paid), dtype=np.float64)
    for day, factor in scenario.market.dispatch_stretch.items():
        stretches[paid // DAY == (day - scenario.start).days] = factor
    return stretches


def _later(
    since: Ints, kinds: Ints, laws: list[DurationLaw], lengths: Ints, parties: Ints, calendars: Openings
) -> Ints:
    """Each counted in the kind of its seller type's law, on that type's calendar."""
    counted_in = np.array([kind_of(law) for law in laws])[kinds]
    instants = np.empty_like(since)
    of_parties = int(parties.max(initial=0)) + 1
    clocks = counted_in * of_parties + parties
    for clock in _occurring(clocks):
        some, (kind, party) = clocks == clock, divmod(clock, of_parties)
        instants[some] = instants_after(since[some], kind, lengths[some], calendars[party])
    return instants

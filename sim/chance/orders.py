"""Facts about every order: when it was paid, for how much, to whom, and whether it ships in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.chance.arrivals import paid_instants
from sim.chance.decisions import Decision
from sim.chance.drawer import Drawer
from sim.chance.facts import Ints, OrderFacts
from sim.chance.streams import Luck, choice
from sim.rules.clocks import instant_after
from sim.rules.terms import kind_of, span
from sim.scenario.calendars import Calendar
from sim.scenario.distributions import DurationLaw
from sim.scenario.durations import DAY, NEVER
from sim.scenario.model import Scenario


def draw_orders(scenario: Scenario, luck: Luck) -> OrderFacts:
    """All orders of one replication, in the order of payment."""
    market = scenario.market
    paid = paid_instants(scenario, luck)
    count = len(paid)
    everyone = Drawer(luck, count, np.arange(count))
    seller = choice(everyone.luck(Decision.SELLER), zipf(market.sellers.count, market.sellers.concentration))
    shares = [kind.share for kind in market.sellers.types.values()]
    seller_types = choice(luck.of(Decision.SELLER_TYPE, market.sellers.count), shares)
    methods = list(market.payment_methods.values())
    return OrderFacts(
        paid=paid,
        value=everyone.cents(Decision.ORDER_VALUE, market.order_value),
        seller=seller,
        seller_type=seller_types[seller],
        payment_method=choice(everyone.luck(Decision.PAYMENT_METHOD), methods),
    )


def zipf(count: int, concentration: float) -> list[float]:
    """Relative weights of `count` sellers: the k-th weighs k to the minus `concentration`."""
    return [1.0 / k**concentration for k in range(1, count + 1)]


@dataclass(frozen=True)
class Dispatching:
    """The seller's plan for some orders, if nothing stops it: instants, NEVER where it does not happen."""

    arranges_at: Ints
    ships_at: Ints
    due: Ints
    """The last instant of the dispatch limit; NEVER without one."""


def draw_dispatching(scenario: Scenario, orders: OrderFacts, drawer: Drawer, calendar: Calendar) -> Dispatching:
    """When the seller of each picked order would arrange and dispatch it, in the seller's calendar."""
    types = list(scenario.market.sellers.types.values())
    paid, kinds = orders.paid[drawer.numbers], orders.seller_type[drawer.numbers]
    stretch = _stretches(scenario, paid)
    arranging = [kind.arrange for kind in types]
    dispatching = [kind.dispatch for kind in types]
    arranges_at = _later(
        paid, kinds, arranging, _stretched(drawer, Decision.ARRANGING, kinds, arranging, stretch), calendar
    )
    ships_at = _later(
        arranges_at,
        kinds,
        dispatching,
        _stretched(drawer, Decision.DISPATCHING, kinds, dispatching, stretch),
        calendar,
    )
    limit = span(scenario.policy.dispatch.limit)
    due = [instant_after(t, limit.kind, limit.seconds, calendar) for t in paid.tolist()]
    return Dispatching(arranges_at, ships_at, np.array(due, dtype=np.int64))


def _stretched(
    drawer: Drawer, decision: Decision, kinds: Ints, laws: list[DurationLaw], stretch: list[float]
) -> list[int]:
    """Handling times, longer for orders paid on the days that the scenario names."""
    drawn = drawer.by_group(kinds, lambda some, kind: some.duration(decision, laws[kind])).tolist()
    return [
        t if factor == 1.0 or t >= NEVER else round(t * factor) for t, factor in zip(drawn, stretch, strict=True)
    ]


def _stretches(scenario: Scenario, paid: Ints) -> list[float]:
    by_day = {(day - scenario.start).days: factor for day, factor in scenario.market.dispatch_stretch.items()}
    return [by_day.get(day, 1.0) for day in (paid // DAY).tolist()]


def _later(since: Ints, kinds: Ints, laws: list[DurationLaw], lengths: list[int], calendar: Calendar) -> Ints:
    counted_in = [kind_of(law) for law in laws]
    instants = [
        instant_after(t, counted_in[kind], length, calendar)
        for t, kind, length in zip(since.tolist(), kinds.tolist(), lengths, strict=True)
    ]
    return np.array(instants, dtype=np.int64)

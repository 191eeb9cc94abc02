"""From uniforms to facts: everything left to luck in one replication, settled before an engine runs."""

from __future__ import annotations

import numpy as np

from sim.chance.choices import with_choices
from sim.chance.claims import draw_claims
from sim.chance.drawer import Drawer
from sim.chance.facts import Draws, Ints
from sim.chance.orders import draw_dispatching, draw_orders
from sim.chance.streams import Luck
from sim.chance.wishes import first_wishes, mind_changes, some_depend_on_delivery
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def draw_replication(scenario: Scenario, replication: int, calendars: dict[Party, Calendar]) -> Draws:
    """All facts of one replication. Pure: the same arguments give the same facts, to the bit."""
    draws = draw_with(Luck(scenario.experiment.seed, replication), scenario, calendars)
    return with_choices(draws, scenario.buyers.choices, replication)


def draw_with(luck: Luck, scenario: Scenario, calendars: dict[Party, Calendar]) -> Draws:
    """All facts that this luck comes to.

    Dispatch is planned for the orders that it matters for: all of them where the platform refunds what is not
    sent, or where delivery makes buyers ask; else those whose buyers change their minds.
    """
    orders = draw_orders(scenario, luck)
    planned, regretted = mind_changes(scenario, luck, orders)
    refunds_itself = refunds_at_dispatch_limit(scenario)
    if refunds_itself or some_depend_on_delivery(scenario):
        planned, regretted = _of_all(len(orders), planned, regretted)
    drawer = Drawer(luck, len(orders), planned)
    paid, bought = orders.paid[planned], orders.of(planned)
    plan = draw_dispatching(scenario, paid, bought.seller_type, drawer, calendars)
    wishes = first_wishes(scenario, drawer, regretted, plan, calendars)
    missed = refunds_itself & (plan.ships_at > plan.due)
    asks = (wishes.asked < NEVER) & ~(missed & (plan.due < wishes.asked))
    claimants = Drawer(luck, len(orders), planned[asks])
    columns = draw_claims(scenario, claimants, paid[asks], bought.only(asks), wishes.only(asks), plan.only(asks))
    unasked = missed & ~asks
    return Draws(orders, columns, planned[unasked], plan.due[unasked])


def _of_all(count: int, regretful: Ints, regretted: Ints) -> tuple[Ints, Ints]:
    """The same of all orders: NEVER for those whose buyers keep what they ordered."""
    of_each = np.full(count, NEVER, dtype=np.int64)
    of_each[regretful] = regretted
    return np.arange(count), of_each

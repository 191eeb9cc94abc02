"""From uniforms to facts: everything left to luck in one replication, settled before an engine runs."""

from __future__ import annotations

from sim.chance.choices import with_choices
from sim.chance.claims import draw_claims
from sim.chance.drawer import Drawer
from sim.chance.facts import Draws
from sim.chance.orders import draw_dispatching, draw_orders
from sim.chance.streams import Fill, Luck, drawn_by_numpy
from sim.chance.wishes import first_wishes, who_may_ask
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def draw_replication(
    scenario: Scenario, replication: int, calendars: dict[Party, Calendar], fill: Fill = drawn_by_numpy
) -> Draws:
    """All facts of one replication. Pure: the same arguments give the same facts to the bit, whoever draws them."""
    draws = draw_with(Luck(scenario.experiment.seed, replication, fill), scenario, calendars)
    return with_choices(draws, scenario.buyers.choices, replication)


def draw_with(luck: Luck, scenario: Scenario, calendars: dict[Party, Calendar]) -> Draws:
    """All facts that this luck comes to; dispatch is planned for the orders to which something may happen."""
    orders = draw_orders(scenario, luck)
    suspects = Drawer(luck, who_may_ask(scenario, luck, orders, calendars))
    paid, bought = orders.paid[suspects.numbers], orders.of(suspects.numbers)
    plan = draw_dispatching(scenario, paid, bought.seller_type, suspects, calendars)
    wishes = first_wishes(scenario, suspects, paid, plan, calendars)
    missed = refunds_at_dispatch_limit(scenario) & (plan.ships_at > plan.due)
    asks = (wishes.asked < NEVER) & ~(missed & (plan.due < wishes.asked))
    claimants = Drawer(luck, suspects.numbers[asks])
    columns = draw_claims(scenario, claimants, paid[asks], bought.only(asks), wishes.only(asks), plan.only(asks))
    unasked = missed & ~asks
    return Draws(orders, columns, suspects.numbers[unasked], plan.due[unasked])

"""From uniforms to facts: everything left to luck in one replication, settled before an engine runs."""

from __future__ import annotations

from typing import NamedTuple

from sim.chance.choices import with_choices
from sim.chance.claim_onset import first_onsets, who_may_ask
from sim.chance.claims import Claimants, draw_claims
from sim.chance.facts import Draws, Ints, OrderFacts
from sim.chance.orders import draw_dispatching, draw_orders
from sim.chance.sampler import OrderSampler
from sim.chance.shared import AFRESH, Known
from sim.chance.streams import Fill, Luck, drawn_by_numpy
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def draw_replication(
    scenario: Scenario,
    replication: int,
    calendars: dict[Party, Calendar],
    fill: Fill = drawn_by_numpy,
    known: Known = AFRESH,
) -> Draws:
    """All facts of one replication. Pure: the same arguments give the same facts to the bit, whoever draws them.

    `known` is what was drawn of the same replication for other scenarios.
    """

    def draw(part: Scenario) -> Draws:
        luck = known.of("luck", part, lambda part: Luck(part.experiment.seed, replication, fill), fill)
        return draw_with(luck, part, calendars, known)

    draws = known.of("draws", scenario, draw, fill, *calendars.values())
    return with_choices(draws, scenario.buyers.choices, replication)


def draw_with(luck: Luck, scenario: Scenario, calendars: dict[Party, Calendar], known: Known = AFRESH) -> Draws:
    """All facts that this luck comes to; dispatch is planned for the orders to which something may happen."""
    orders = known.of("orders", scenario, lambda part: draw_orders(part, luck), luck)
    found = known.of(
        "claimants",
        scenario,
        lambda part: _found(part, luck, orders, calendars, known),
        orders,
        *calendars.values(),
    )
    columns = draw_claims(scenario, found.claimants, known)
    return Draws(orders, columns, found.unasked, found.unasked_due)


class _Found(NamedTuple):
    """Of all orders, those that something happens to."""

    claimants: Claimants
    unasked: Ints
    unasked_due: Ints


def _found(
    scenario: Scenario, luck: Luck, orders: OrderFacts, calendars: dict[Party, Calendar], known: Known
) -> _Found:
    days = calendars.values()
    suspects = known.of(
        "suspects",
        scenario,
        lambda part: OrderSampler(luck, who_may_ask(part, luck, orders, calendars)),
        orders,
        *days,
    )
    bought = known.of("bought", scenario, lambda _: orders.of(suspects.numbers), suspects)
    paid = orders.paid[suspects.numbers]
    plan = known.of(
        "plan",
        scenario,
        lambda part: draw_dispatching(part, paid, bought.seller_type, suspects, calendars),
        bought,
        *days,
    )
    onsets = first_onsets(scenario, suspects, paid, plan, calendars)
    missed = refunds_at_dispatch_limit(scenario) & (plan.ships_at > plan.due)
    asks = (onsets.asked < NEVER) & ~(missed & (plan.due < onsets.asked))
    sampler, unasked = OrderSampler(luck, suspects.numbers[asks]), missed & ~asks
    return _Found(
        Claimants(sampler, paid[asks], bought.only(asks), onsets.only(asks), plan.only(asks)),
        suspects.numbers[unasked],
        plan.due[unasked],
    )

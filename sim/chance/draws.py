"""From uniforms to facts: everything left to luck in one replication, settled before an engine runs."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import Bools
from sim.chance.choices import with_choices
from sim.chance.claim_onset import ClaimOnsets, first_onsets, who_may_ask
from sim.chance.claims import Claimants, draw_claims
from sim.chance.facts import Draws, Ints, OrderFacts
from sim.chance.orders import Dispatching, draw_dispatching, draw_orders
from sim.chance.sampler import OrderSampler
from sim.chance.shared import AFRESH, Known
from sim.chance.streams import BY_NUMPY, Luck, LuckSource
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def draw_replication(
    scenario: Scenario,
    replication: int,
    calendars: dict[Party, Calendar],
    source: LuckSource = BY_NUMPY,
    known: Known = AFRESH,
) -> Draws:
    """All facts of one replication. Pure: the same arguments give the same facts to the bit, whoever draws them.

    `known` is what was drawn of the same replication for other scenarios.
    """

    def draw(part: Scenario) -> Draws:
        luck = known.of("luck", part, lambda part: Luck(part.experiment.seed, replication, source), source)
        return draw_with(luck, part, calendars, known)

    draws = known.of("draws", scenario, draw, source, *calendars.values())
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
        "suspects", scenario, lambda part: who_may_ask(part, luck, orders, calendars), orders, *days
    )
    everybody = known.of("everybody", scenario, lambda _: OrderSampler(luck, suspects.numbers), suspects)
    types = known.of("types", scenario, lambda _: orders.type_of(suspects.numbers), suspects)
    paid = orders.paid_at(suspects.numbers)
    plan = known.of(
        "plan",
        scenario,
        lambda part: draw_dispatching(part, paid, types, everybody, calendars),
        suspects,
        *days,
    )
    onsets = _onsets(scenario, everybody, suspects.may_wish, paid, plan, calendars)
    missed = refunds_at_dispatch_limit(scenario) & (plan.ships_at > plan.due)
    asks = (onsets.asked < NEVER) & ~(missed & (plan.due < onsets.asked))
    sampler, unasked = everybody.only(asks), missed & ~asks
    bought = orders.of(sampler.numbers)
    return _Found(
        Claimants(sampler, paid[asks], bought, onsets.only(asks), plan.only(asks)),
        suspects.numbers[unasked],
        plan.due[unasked],
    )


def _onsets(
    scenario: Scenario,
    everybody: OrderSampler,
    some: Bools,
    paid: Ints,
    plan: Dispatching,
    calendars: dict[Party, Calendar],
) -> ClaimOnsets:
    """Of all suspects; only for those who may have one it is worked out when a parcel would arrive."""
    if some.all():
        return first_onsets(scenario, everybody, paid, plan, calendars)
    return first_onsets(scenario, everybody.only(some), paid[some], plan.only(some), calendars).among(some)

"""From uniforms to facts: everything left to luck in one replication, settled before an engine runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.chance.claims import draw_claims
from sim.chance.decisions import Decision
from sim.chance.drawer import Drawer
from sim.chance.facts import Draws, Ints, OrderFacts
from sim.chance.orders import Dispatching, draw_dispatching, draw_orders
from sim.chance.streams import Luck
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def draw_replication(scenario: Scenario, replication: int, calendars: dict[Party, Calendar]) -> Draws:
    """All facts of one replication. Pure: the same arguments give the same facts, to the bit."""
    luck = Luck(scenario.experiment.seed, replication)
    orders = draw_orders(scenario, luck)
    asked = _mind_changes(scenario, luck, orders)
    seller_works = calendars[Party.SELLER]
    refunds_itself = refunds_at_dispatch_limit(scenario)
    planned = np.arange(len(orders)) if refunds_itself else np.flatnonzero(asked < NEVER)
    plan = draw_dispatching(scenario, orders, Drawer(luck, len(orders), planned), seller_works)
    missed = refunds_itself & (plan.ships_at > plan.due)
    asks = (asked[planned] < NEVER) & ~(missed & (plan.due < asked[planned]))
    drawer = Drawer(luck, len(orders), planned[asks])
    columns = draw_claims(scenario, orders, drawer, asked[planned[asks]], _only(plan, asks))
    return Draws(orders, columns, planned[missed & ~asks])


def _mind_changes(scenario: Scenario, luck: Luck, orders: OrderFacts) -> Ints:
    """When each buyer's mind changes; NEVER for those who keep what they ordered."""
    regret = scenario.buyers.regret
    everyone = Drawer(luck, len(orders), np.arange(len(orders)))
    regretful = np.flatnonzero(everyone.happens(Decision.REGRETS, regret.probability))
    asked = np.full(len(orders), NEVER, dtype=np.int64)
    after = Drawer(luck, len(orders), regretful).duration(Decision.REGRETS_AFTER, regret.after)
    asked[regretful] = np.where(after < NEVER, orders.paid[regretful] + after, NEVER)
    return asked


def _only(plan: Dispatching, some: NDArray[np.bool_]) -> Dispatching:
    return Dispatching(plan.arranges_at[some], plan.ships_at[some], plan.due[some])

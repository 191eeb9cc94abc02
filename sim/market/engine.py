"""The marketplace at work in SimPy: every order whose buyer wants the money back lives in one world."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from simpy.events import Event

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.market.order import Order
from sim.market.world import World
from sim.records.journal import Journal, NoJournal
from sim.records.life import Life
from sim.records.table import Records, record
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def run_simpy(
    scenario: Scenario,
    draws: Draws,
    calendars: dict[Party, Calendar],
    *,
    with_journal: bool = False,
    past: Past = NO_PAST,
) -> Records:
    """One replication in SimPy: the facts in, the records out."""
    journal = Journal() if with_journal else NoJournal()
    with _no_garbage_collection():
        world = World(scenario, calendars, journal, draws, past)
        return record(live_through(world, draws), draws, [desk.queue_seconds for desk in world.desks], journal)


def live_through(world: World, draws: Draws) -> list[Life]:
    """Let every buyer ask when the time comes, and play all that follows to its end."""
    lives: list[Life] = []
    world.clock.process(_buyers_ask(world, draws, lives))
    world.clock.run()
    return lives


def _buyers_ask(world: World, draws: Draws, lives: list[Life]) -> Generator[Event, None, None]:
    """Some hundred stories begin when the first of their buyers asks: each has a time of its own."""
    for buyers in draws.in_turn():
        yield world.clock.timeout(buyers[0].asked - world.clock.now)
        for facts in buyers:
            order = Order(facts, world)
            lives.append(order.life)
            world.clock.process(order.live())


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A replication makes no cycles worth collecting; looking for them costs a tenth to a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

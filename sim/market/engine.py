"""The marketplace at work in SimPy: every order whose buyer wants the money back lives in one world.

One order's story can be told again by itself: its desks take it up when a whole market's did. Orders meet only at
desks; who knows when staff took up an order's requests knows all that others did to it, so its story can be told
without them: exactly, and in a thousandth of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from simpy.events import Event

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.market.desk import Desk, Request
from sim.market.order import LifeStory, Order
from sim.market.turns import CHOOSES
from sim.market.world import World
from sim.records.journal import Journal, NoJournal
from sim.records.life import BLANK, Life
from sim.records.table import Records, record
from sim.rules.clocks import working_time
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party, Stage


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


class RememberedDesk(Desk):
    """Staff who take up each request of one order when they are known to have done so, if they have."""

    def remember(self, started_at: Mapping[int, int]) -> RememberedDesk:
        """By stage; NEVER where a request left before anybody took it up."""
        self._started_at = started_at
        return self

    def join(self, request: Request, now: int) -> None:
        """It waits until its turn came."""
        at = self._started_at[request.stage]
        if at < NEVER:
            self.clock.at(at, CHOOSES, self.number, partial(self._its_turn_comes, request))

    def _its_turn_comes(self, request: Request) -> None:
        if not request.is_settled:
            self._take_up(request, self.clock.now)

    def leave(self, request: Request) -> None:
        """Nobody else waits for the staff."""
        if request.is_started:
            request.work = working_time(request.started_at, request.settled_at, self.calendar)


def live_alone(
    scenario: Scenario, draws: Draws, calendars: dict[Party, Calendar], place: int, row: Mapping[str, int]
) -> tuple[Life, Journal]:
    """The life and the journal of the claim at a place, of which the outcome table of its market says `row`.

    Where the life says anything else than the row, the two were not of one market.
    """
    facts, journal = draws.row(place), Journal()
    world = World(scenario, calendars, journal, draws)
    started_at = {int(stage): row[f"{stage.word}_started_at"] for stage in Stage}
    world.seller_desks[facts.seller] = _remembered(world.seller_desks[facts.seller], started_at)
    world.mediation_desk = _remembered(world.mediation_desk, started_at)
    order = Order(facts, world)
    world.clock.process(_begins(order))
    world.clock.run()
    return order.life, journal


def is_as_told(life: Life, row: Mapping[str, int]) -> bool:
    """Whether a life is what the outcome table says of it, column by column."""
    return dict(zip(BLANK, life.row(), strict=True)) == dict(row)


def _remembered(desk: Desk, started_at: Mapping[int, int]) -> RememberedDesk:
    return RememberedDesk(desk.clock, desk.number, 1, 0, desk.calendar).remember(started_at)


def _begins(order: Order) -> LifeStory:
    """When its buyer asks."""
    yield order.world.clock.timeout(order.facts.asked)
    yield from order.live()

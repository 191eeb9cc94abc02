"""The marketplace at work: the clock, the desks, and every order whose buyer wants the money back."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from simpy.events import Event

from sim.chance.facts import ClaimFacts, Draws
from sim.market.desk import Desk
from sim.market.order import Order
from sim.market.turns import HAPPENS, Clock, Moment
from sim.records.journal import Journal, NoJournal
from sim.records.table import Records, record
from sim.rules.clocks import instant_after
from sim.rules.terms import Span, terms_of
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Discipline, Party

UNLIMITED = 1 << 40
"""A staff so large that nobody waits; not another path."""


class World:
    """Everything an order meets."""

    def __init__(self, scenario: Scenario, calendars: dict[Party, Calendar], journal: Journal) -> None:
        self.clock = Clock()
        self.journal = journal
        self.terms = terms_of(scenario, ClaimKind.REGRET)
        self._calendars = calendars
        sellers, mediation = scenario.market.sellers, scenario.policy.mediation
        self.seller_desks = [
            self._desk(number, sellers.staff, sellers.discipline, Party.SELLER) for number in range(sellers.count)
        ]
        staff, discipline = (mediation.staff, mediation.discipline) if mediation else ("unlimited", Discipline.FIFO)
        self.mediation_desk = self._desk(sellers.count, staff, discipline, Party.PLATFORM)

    def _desk(self, number: int, staff: int | str, discipline: Discipline, party: Party) -> Desk:
        members = UNLIMITED if isinstance(staff, str) else staff
        return Desk(self.clock, number, members, discipline, self._calendars[party])

    @property
    def now(self) -> int:
        """Whole seconds since the start."""
        return self.clock.now

    def later(self, party: Party, since: int, span: Span) -> int:
        """So long after an instant, on this party's clock; NEVER where there is no limit."""
        return instant_after(since, span.kind, span.seconds, self._calendars[party])

    def live_through(self, claims: list[ClaimFacts]) -> list[Order]:
        """Let every buyer change their mind when the time comes, and play all that follows to its end."""
        orders = [Order(facts, self) for facts in claims]
        self.clock.process(self._minds_change(sorted(orders, key=lambda order: order.facts.asked)))
        with _no_garbage_collection():
            self.clock.run()
        return orders

    def _minds_change(self, orders: list[Order]) -> Generator[Event, None, None]:
        for order in orders:
            yield Moment(self.clock, order.facts.asked, HAPPENS, order.facts.order)
            self.clock.process(order.live())


def run_simpy(
    scenario: Scenario, draws: Draws, calendars: dict[Party, Calendar], *, with_journal: bool = False
) -> Records:
    """One replication in SimPy: the facts in, the records out."""
    journal = Journal() if with_journal else NoJournal()
    world = World(scenario, calendars, journal)
    orders = world.live_through(draws.rows())
    desks = [*world.seller_desks, world.mediation_desk]
    return record([order.life for order in orders], draws, [desk.queue_seconds for desk in desks], journal)


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

"""The marketplace at work: the clock, the desks, and every order whose buyer wants the money back."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from simpy.events import Event

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.market.desk import Desk
from sim.market.order import Order
from sim.market.turns import Clock
from sim.records.journal import Journal, NoJournal
from sim.records.life import Life
from sim.records.table import Records, record
from sim.rules.clocks import instant_after, next_opening
from sim.rules.terms import Span, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.opening import parties_of_kinds
from sim.scenario.selling import staff_of
from sim.vocabulary import ClaimKind, Discipline, Party

UNLIMITED = 1 << 40
"""A staff so large that nobody waits; not another path."""


class World:
    """Everything an order meets."""

    def __init__(
        self,
        scenario: Scenario,
        calendars: dict[Party, Calendar],
        journal: Journal,
        draws: Draws,
        past: Past = NO_PAST,
    ) -> None:
        self.clock = Clock()
        then = past.then or scenario
        self.in_force_from, self._staffed_from = past.until if past.then else NEVER, past.until
        self.journal = None if isinstance(journal, NoJournal) else journal
        self.terms = {int(kind): terms_of(scenario, kind) for kind in ClaimKind}
        self.terms_then = {int(kind): terms_of(then, kind) for kind in ClaimKind} if past.then else self.terms
        known = calendars | {Party.BUYER: round_the_clock(scenario.experiment.calendar_days)}
        self.calendars = [calendar for _, calendar in sorted(known.items())]
        sellers, mediation = scenario.market.sellers, then.policy.mediation
        parties = draws.parties_of_sellers(parties_of_kinds(scenario), sellers.count).tolist()
        self.seller_desks = [
            self._desk(number, members, sellers.discipline, party)
            for number, (members, party) in enumerate(zip(staff_of(sellers), parties, strict=True))
        ]
        staff, discipline = (mediation.staff, mediation.discipline) if mediation else ("unlimited", Discipline.FIFO)
        self.mediation_desk = self._desk(sellers.count, staff, discipline, Party.PLATFORM)
        self.buyers_desk = self._desk(sellers.count + 1, "unlimited", Discipline.FIFO, Party.BUYER)
        self.bank_desk = self._desk(sellers.count + 2, "unlimited", Discipline.FIFO, Party.BANK)

    @property
    def desks(self) -> list[Desk]:
        """By number."""
        return [*self.seller_desks, self.mediation_desk, self.buyers_desk, self.bank_desk]

    def _desk(self, number: int, staff: int | str, discipline: Discipline, party: Party) -> Desk:
        members = UNLIMITED if isinstance(staff, str) else staff
        return Desk(self.clock, number, members, discipline, self.calendars[party], self._staffed_from)

    def later(self, party: Party, since: int, kind: int, seconds: int) -> int:
        """So long after an instant, on this party's clock; NEVER where there is no limit."""
        return instant_after(since, kind, seconds, self.calendars[party])

    def after(self, party: Party, since: int, span: Span) -> int:
        """So long after an instant, as the policy says."""
        return instant_after(since, span.kind, span.seconds, self.calendars[party])

    def next_run(self, runs: int, since: int) -> int:
        """The first payment run from an instant on."""
        return next_opening(since, self.calendars[runs])

    def live_through(self, draws: Draws) -> list[Life]:
        """Let every buyer ask when the time comes, and play all that follows to its end."""
        lives: list[Life] = []
        self.clock.process(self._buyers_ask(draws, lives))
        self.clock.run_out()
        return lives

    def _buyers_ask(self, draws: Draws, lives: list[Life]) -> Generator[Event, None, None]:
        """Some hundred stories begin when the first of their buyers asks: each has a time of its own."""
        for buyers in draws.in_turn():
            yield self.clock.timeout(buyers[0].asked - self.clock.now)
            for facts in buyers:
                order = Order(facts, self)
                lives.append(order.life)
                self.clock.tell(order.live())


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
        return record(world.live_through(draws), draws, [desk.queue_seconds for desk in world.desks], journal)


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

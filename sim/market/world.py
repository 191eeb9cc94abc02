"""The world that orders meet: the clock, the desks, calendars and the policy."""

from __future__ import annotations

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.market.desk import Desk
from sim.market.turns import Clock
from sim.records.journal import Journal, NoJournal
from sim.rules.clocks import instant_after, next_opening
from sim.rules.terms import Span, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds, staff_of
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
        self.in_force_from, self._staffed_from = past.in_force_from, past.staffed_from
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

    def later(self, party: int, since: int, kind: int, seconds: int) -> int:
        """So long after an instant, on this party's clock; NEVER where there is no limit."""
        return instant_after(since, kind, seconds, self.calendars[party])

    def after(self, party: int, since: int, span: Span) -> int:
        """So long after an instant, as the policy says."""
        return instant_after(since, span.kind, span.seconds, self.calendars[party])

    def next_run(self, runs: int, since: int) -> int:
        """The first payment run from an instant on."""
        return next_opening(since, self.calendars[runs])

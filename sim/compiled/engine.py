"""The compiled engine: the same scenario, draws and calendars in, the same records out as from SimPy."""

from __future__ import annotations

from sim.chance.facts import Draws
from sim.chance.past import NO_PAST, Past
from sim.compiled.books import books_of, market_of, world_of
from sim.compiled.layout import OUTCOMES_OF_AN_ORDER
from sim.compiled.machine_code import Entrance
from sim.errors import BadUsage
from sim.records.journal import NoJournal
from sim.records.life import COLUMNS
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party

enter = Entrance("sim.compiled.loop", "enter")


def run_compiled(
    scenario: Scenario,
    draws: Draws,
    calendars: dict[Party, Calendar],
    *,
    with_journal: bool = False,
    past: Past = NO_PAST,
) -> Records:
    """One replication over arrays: the facts in, the records out, equal to those of `run_simpy` to the last second.

    Where no machine code is at hand the first call compiles, which takes some seconds.
    Raises BeyondCalendar as SimPy does, and BadUsage for a journal, which only the SimPy engine writes.
    """
    if with_journal:
        raise BadUsage("the compiled engine writes no journal; the simpy engine does")
    books, world = books_of(draws), world_of(scenario, calendars, past)
    market = market_of(past.then or scenario, draws, books, world)
    enter(world, market, books)
    told = dict(zip(OUTCOMES_OF_AN_ORDER, books.outcomes, strict=True))
    claims = {column: told[column] for column in COLUMNS}
    return Records(draws, claims, market.desks["queue_seconds"].copy(), NoJournal())

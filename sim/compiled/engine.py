"""The compiled engine: the same scenario, draws and calendars in, the same records out as from SimPy."""

from __future__ import annotations

from sim.arrays import TableOfClaims
from sim.chance.facts import Draws
from sim.chance.narrow import NarrowColumns, give_back
from sim.chance.past import NO_PAST, Past
from sim.chance.sampler import alike
from sim.compiled.books import KNOWN_BEFORE, Books, books_of, facts_of, market_of, told_by_width, world_of
from sim.compiled.machine_code import Entrance
from sim.errors import BadUsage
from sim.records.journal import NoJournal
from sim.records.life import BLANK, COLUMNS, INSTANTS
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
    world, is_large = world_of(scenario, calendars, past), isinstance(draws.claims, NarrowColumns)
    if is_large:
        give_back()
    facts = facts_of(draws.claims)  # kept: the books say where they lie
    for narrow in (True, False) if is_large else (False,):
        books = books_of(facts, draws, narrow=narrow)
        market = market_of(past.then or scenario, draws, books, world)
        enter(world, market, books)
        if not books.does_not_fit[0]:
            break
    return Records(
        draws, _told(books, draws.claims, narrow=narrow), market.desks["queue_seconds"].copy(), NoJournal()
    )


def _told(books: Books, facts: TableOfClaims, *, narrow: bool) -> TableOfClaims:
    """The outcome table."""
    names, count = told_by_width(narrow=narrow), len(books.turns)
    told = (books.outcomes_1, books.outcomes_4, books.instants_4, books.outcomes_8)
    stacks = [stack.reshape(len(some), count) for some, stack in zip(names, told, strict=True)]
    if narrow:
        return NarrowColumns(names, stacks, {}, later=INSTANTS)
    blanks = {nothing: alike(nothing, count) for nothing in set(BLANK.values())}
    columns = {column: facts[fact] for column, fact in KNOWN_BEFORE.items()}
    for column, told_8, is_told in zip(names[-1], stacks[-1], books.is_told.tolist(), strict=True):
        columns[column] = told_8 if is_told else blanks[BLANK[column]]
    return {column: columns[column] for column in COLUMNS}

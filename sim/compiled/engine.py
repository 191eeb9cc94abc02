"""The compiled engine: the same scenario, draws and calendars in, the same records out as from SimPy."""

from __future__ import annotations

from collections.abc import Callable

from sim.chance.facts import Draws
from sim.compiled.books import Books, books_of, market_of, world_of
from sim.compiled.desk import CHOOSES, HAPPENS, JOINS, NUMBER, choose, is_opened, is_to_leave, joins, settles
from sim.compiled.heap import drop_first
from sim.compiled.jit import edition, kept, step
from sim.compiled.layout import OUTCOMES_OF_AN_ORDER, Market, World
from sim.compiled.order import live
from sim.compiled.reference import reference_to
from sim.compiled.rows import comes_into_play, is_over
from sim.errors import BadUsage
from sim.records.journal import NoJournal
from sim.records.life import COLUMNS
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


def run_compiled(
    scenario: Scenario, draws: Draws, calendars: dict[Party, Calendar], *, with_journal: bool = False
) -> Records:
    """One replication over arrays: the facts in, the records out, equal to those of `run_simpy` to the last second.

    The first call on a machine compiles, which takes some seconds; the machine code is kept on disk after that.
    Raises BeyondCalendar as SimPy does, and BadUsage for a journal, which only the SimPy engine writes.
    """
    if with_journal:
        raise BadUsage("the compiled engine writes no journal; the simpy engine does")
    books, world = books_of(draws), world_of(scenario, calendars)
    market = market_of(scenario, draws, books, world)
    enter(world, market, books)
    told = dict(zip(OUTCOMES_OF_AN_ORDER, books.outcomes, strict=True))
    claims = {column: told[column] for column in COLUMNS}
    return Records(draws, claims, market.desks["queue_seconds"].copy(), NoJournal())


@step
def begins(market: Market, books: Books, begun: int) -> None:
    """A buyer's mind changes, or a fault is noticed."""
    number = books.turns[begun]
    if live(market.world, comes_into_play(market, books, begun)):
        is_opened(market, number)
    else:
        is_over(market, books, number)


@step
def goes_on(market: Market, books: Books) -> None:
    """The next thing on the agenda happens."""
    agenda = market.agenda[0]
    entry = market.entries[agenda.begins]
    at, turn, number, what = entry.first, entry.second & ~NUMBER, entry.second & NUMBER, entry.third
    drop_first(market.entries, agenda)
    if turn == CHOOSES:
        choose(market, number, at)
    elif what >= JOINS:
        joins(market, number, what - JOINS, at)
    elif (turn == HAPPENS or is_to_leave(market, number, what, at)) and not settles(market, number, what, turn, at):
        is_over(market, books, number)


@step
def with_world(market: Market, world: World) -> Market:
    """The market, with its world by address."""
    return Market(world, market.orders, market.row_of, market.desks, market.agenda, market.entries)


@step
def live_through(market: Market, books: Books) -> None:
    """Let every buyer ask when the time comes, and play all that follows to its end."""
    agenda, begun, count = market.agenda[0], 0, len(books.turns)
    while begun < count or agenda.size:
        next_is = market.entries[agenda.begins].first if agenda.size else NEVER
        if begun < count and books.asked[begun] <= next_is:
            begins(market, books, begun)
            begun += 1
        else:
            goes_on(market, books)


def _entrance(edition: int) -> Callable[[World, Market, Books], None]:
    @kept
    def enter(world: World, market: Market, books: Books) -> None:
        """What Python calls: everything is handed over once, and by its address from here on."""
        edition  # noqa: B018  # part of the name under which the machine code is kept
        live_through(reference_to(with_world(market, reference_to(world))), reference_to(books))

    return enter


enter = _entrance(edition())

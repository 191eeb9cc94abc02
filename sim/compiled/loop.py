"""The event loop: every buyer asks when the time comes, and what is on the agenda happens in its turn.

Only what compiles imports this page (`compiling`); who runs the engine finds its machine code at hand (`engine`).
"""

from __future__ import annotations

from sim.compiled.books import Books
from sim.compiled.desk import CHOOSES, HAPPENS, JOINS, NUMBER, choose, is_opened, is_to_leave, joins, settles
from sim.compiled.heap import drop_first
from sim.compiled.jit import kept, step
from sim.compiled.layout import MarketRules, MarketState
from sim.compiled.order import live
from sim.compiled.reference import reference_to
from sim.compiled.rows import comes_into_play, is_over, write_down
from sim.scenario.durations import NEVER


@step
def begins(market: MarketState, books: Books, begun: int) -> None:
    """A buyer's mind changes, or a fault is noticed."""
    number = books.turns[begun]
    if live(market.world, comes_into_play(market, books, begun)):
        is_opened(market, number)
    else:
        is_over(market, books, number)


@step
def goes_on(market: MarketState, books: Books) -> None:
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
def with_world(market: MarketState, world: MarketRules) -> MarketState:
    """The market, with its world by address."""
    return MarketState(world, market.orders, market.row_of, market.desks, market.agenda, market.entries)


@step
def live_through(market: MarketState, books: Books) -> None:
    """Let every buyer ask when the time comes, and play all that follows to its end."""
    agenda, begun, count = market.agenda[0], 0, len(books.turns)
    while begun < count or agenda.size:
        next_is = market.entries[agenda.begins].first if agenda.size else NEVER
        if begun < count and books.asked[begun] <= next_is:
            begins(market, books, begun)
            begun += 1
        else:
            goes_on(market, books)
    write_down(books)


@kept
def enter(world: MarketRules, market: MarketState, books: Books) -> None:
    """What Python calls: everything is handed over once, and by its address from here on."""
    live_through(reference_to(with_world(market, reference_to(world))), reference_to(books))

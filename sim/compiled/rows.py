"""Orders in play: each has a row while its story is told, and the row is another's afterwards.

So the memory in use is that of the orders in play, not of all; it stays close to the processor.
"""

from __future__ import annotations

import numpy as np

from sim.chance.narrow import NarrowInts, never_in
from sim.compiled.books import AT_A_TIME, Books
from sim.compiled.jit import step
from sim.compiled.layout import BLANK, GIVEN, OUT_OF_PLAY, WORDS, Codes, MarketState, Record
from sim.scenario.durations import NEVER

NEVER_1, NEVER_2, NEVER_4 = (never_in(width) for width in (np.uint8, np.uint16, np.uint32))


@step
def order_of(market: MarketState, number: int) -> Record:
    """A claim in play."""
    return market.orders[market.row_of[number]]


@step
def look_up(books: Books, begun: int) -> None:
    """Turn the columns of facts into rows, for the claims whose turn is next."""
    claims = books.turns[begun : begun + AT_A_TIME]
    done = widen(books, claims, 0, books.facts_1, NEVER_1)
    done = widen(books, claims, done, books.facts_2, NEVER_2)
    done = widen(books, claims, done, books.facts_4, NEVER_4)
    widen(books, claims, done, books.facts_8, NEVER)


@step
def widen(books: Books, claims: Codes, done: int, facts: NarrowInts, never: int) -> int:
    """Facts of one width. How many are looked up then, with those `done` before."""
    for fact in range(len(facts)):
        place, column = books.places[done + fact], facts[fact]
        for row in range(len(claims)):
            value = np.int64(column[claims[row]])
            books.next[row, place] = NEVER if value == never else value
    return done + len(facts)


@step
def comes_into_play(market: MarketState, books: Books, begun: int) -> Record:
    """Luck has settled everything about this order, and nothing has happened to it."""
    if begun % AT_A_TIME == 0:
        look_up(books, begun)
    books.free[0] -= 1
    row = books.free[books.free[0] + 1]
    market.row_of[books.turns[begun]] = row
    words, facts = books.words[row], books.next[begun % AT_A_TIME]
    for place in range(GIVEN):
        words[place] = facts[place]
    for place in range(GIVEN, WORDS):
        words[place] = BLANK[place]
    order = market.orders[row]
    order.life.order = order.facts.order
    order.life.claim = order.facts.claim
    order.life.saving = order.facts.saving
    order.life.paid_at = order.facts.paid
    order.parcel.ships_at = order.facts.ships_at
    order.parcel.dispatch_due = order.facts.dispatch_due
    order.now = order.facts.asked
    return order


@step
def is_over(market: MarketState, books: Books, number: int) -> None:
    """What happened is to be written down, with that of some more claims: column by column, which lie far apart."""
    over = books.over
    over[0] += 1
    over[over[0]] = number
    over[AT_A_TIME + over[0]] = market.row_of[number]
    market.row_of[number] = OUT_OF_PLAY
    if over[0] == AT_A_TIME:
        write_down(books)


@step
def write_down(books: Books) -> None:
    """What happened to the claims that are over, and their rows are free."""
    over = books.over
    done = tell(books, 0, books.outcomes_1, NEVER_1, 0)
    done = tell(books, done, books.outcomes_4, NEVER_4, 0)
    done = tell(books, done, books.instants_4, NEVER_4, 1)
    for outcome in range(len(books.outcomes_8)):
        place, column = GIVEN + books.told[done + outcome], books.outcomes_8[outcome]
        for one in range(over[0]):
            column[over[1 + one]] = books.words[over[1 + AT_A_TIME + one], place]
    for one in range(over[0]):
        books.free[0] += 1
        books.free[books.free[0]] = over[1 + AT_A_TIME + one]
    over[0] = 0


@step
def tell(books: Books, done: int, outcomes: NarrowInts, never: int, later: int) -> int:
    """Outcomes of one width, over zeros, all so much `later`. How many are told then, with those `done` before."""
    over = books.over
    for outcome in range(len(outcomes)):
        place, column = GIVEN + books.told[done + outcome], outcomes[outcome]
        for one in range(over[0]):
            value = books.words[over[1 + AT_A_TIME + one], place]
            if value == NEVER:
                value = 0 if later else never
            elif 0 <= value < never - later:
                value += later
            else:
                books.does_not_fit[0] = 1
            if value:
                column[over[1 + one]] = value
    return done + len(outcomes)

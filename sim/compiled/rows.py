"""Orders in play: each has a row while its story is told, and the row is another's afterwards.

So the memory in use is that of the orders in play, not of all; it stays close to the processor.
"""

from __future__ import annotations

from sim.compiled.books import AT_A_TIME, Books
from sim.compiled.jit import step
from sim.compiled.layout import BLANK, GIVEN, OUT_OF_PLAY, TOLD, WORDS, MarketState, Record


@step
def order_of(market: MarketState, number: int) -> Record:
    """A claim in play."""
    return market.orders[market.row_of[number]]


@step
def look_up(books: Books, begun: int) -> None:
    """Turn the columns of facts into rows, for the claims whose turn is next."""
    rows, claims = books.next, books.turns[begun : begun + AT_A_TIME]
    for fact, place in enumerate(books.places):
        column = books.facts[fact]
        for row in range(len(claims)):
            rows[row, place] = column[claims[row]]


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
    """What happened is written down, and the row is free."""
    row = market.row_of[number]
    words, outcomes = books.words[row], books.outcomes
    for place in range(TOLD):
        outcomes[place, number] = words[GIVEN + place]
    market.row_of[number] = OUT_OF_PLAY
    books.free[0] += 1
    books.free[books.free[0]] = row

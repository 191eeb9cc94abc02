"""Orders in play: each has a row while its story is told, and the row is another's afterwards.

So the memory in use is that of the orders in play, not of all; it stays close to the processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance.narrow import never_in
from sim.compiled.books import AT_A_TIME, Books
from sim.compiled.jit import inlined, step
from sim.compiled.layout import BLANK, GIVEN, OF_LIFE, OUT_OF_PLAY, STEPS, WORDS, Codes, MarketState, Record
from sim.compiled.reference import column_at
from sim.scenario.durations import NEVER
from sim.vocabulary import Stage

NEVER_1, NEVER_2, NEVER_4 = (never_in(width) for width in (np.uint8, np.uint16, np.uint32))
REQUESTS, STAGES = GIVEN + OF_LIFE, len(Stage)
"""Where an order's requests begin among its words, and how many it has."""


@inlined
def order_of(market: MarketState, number: int) -> Record:
    """A claim in play."""
    return market.orders[market.row_of[number]]


@step
def look_up(market: MarketState, books: Books, begun: int) -> None:
    """Rows for the claims whose turn is next: nothing has happened to them, and their facts are in columns."""
    words, blank, begins = books.words, books.blank, books.begins
    count = min(AT_A_TIME, len(books.turns) - begun)
    for one in range(count):
        books.free[0] -= 1
        row = books.free[books.free[0] + 1]
        market.row_of[books.turns[begun + one]] = row
        begins[one] = WORDS * row
        for place in range(WORDS):
            words[WORDS * row + place] = blank[place]
    done = widen(books, begun, count, 0, books.facts_1, np.uint8, NEVER_1)
    done = widen(books, begun, count, done, books.facts_2, np.uint16, NEVER_2)
    done = widen(books, begun, count, done, books.facts_4, np.uint32, NEVER_4)
    widen(books, begun, count, done, books.facts_8, np.int64, NEVER)


@step
def widen(books: Books, begun: int, count: int, done: int, facts: Codes, width: Any, never: int) -> int:
    """Facts of one width. How many are looked up then, with those `done` before."""
    words, begins, turns = books.words, books.begins, books.turns
    for fact in range(len(facts)):
        place, column = books.places[done + fact], column_at(facts[fact], width)
        for one in range(count):
            value = np.int64(column[turns[begun + one]])
            words[begins[one] + place] = NEVER if value == never else value
    return done + len(facts)


@step
def comes_into_play(market: MarketState, books: Books, begun: int) -> Record:
    """Luck has settled everything about this order, and nothing has happened to it."""
    if begun % AT_A_TIME == 0:
        look_up(market, books, begun)
    order = order_of(market, books.turns[begun])
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
    one = books.counts[0]
    books.over[one] = number
    books.over[AT_A_TIME + one] = WORDS * market.row_of[number]
    books.counts[0] += 1
    market.row_of[number] = OUT_OF_PLAY
    if one + 1 == AT_A_TIME:
        write_down(books)


@step
def write_down(books: Books) -> None:
    """What happened to the claims that are over, and their rows are free."""
    if not books.counts[0]:
        return
    pick_by_stage(books)
    done = tell(books, 0, books.outcomes_1, NEVER_1, 0)
    done = tell(books, done, books.outcomes_4, NEVER_4, 0)
    done = tell(books, done, books.instants_4, NEVER_4, 1)
    tell_as_it_is(books, done, books.outcomes_8)
    for one in range(books.counts[0]):
        books.free[0] += 1
        books.free[books.free[0]] = books.over[AT_A_TIME + one] // WORDS
    books.counts[0] = 0


@step
def pick_by_stage(books: Books) -> None:
    """Who put a request in which stage: all others have nothing but blanks there."""
    words, over, picked = books.words, books.over, books.picked
    for stage in range(STAGES):
        count, opened_at = 0, REQUESTS + len(STEPS) * stage
        for one in range(books.counts[0]):
            picked[AT_A_TIME * (1 + stage) + count] = one
            count += words[over[AT_A_TIME + one] + opened_at] < NEVER
        books.counts[1 + stage] = count


@step
def picked_for(outcome: int) -> int:
    """All claims have outcomes of their own, and those of requests the claims that put them."""
    return 0 if outcome < OF_LIFE else 1 + (outcome - OF_LIFE) // len(STEPS)


@step
def tell_as_it_is(books: Books, done: int, outcomes: Codes) -> None:
    """Outcomes of 64 bits, beginning with the one numbered `done`: what is not blank, over blanks."""
    words, over, picked, claims = books.words, books.over, books.picked, len(books.turns)
    for begins in range(0, len(outcomes), claims):
        outcome = books.told[done]
        who, blank = picked_for(outcome), BLANK[GIVEN + outcome]
        for place in range(AT_A_TIME * who, AT_A_TIME * who + books.counts[who]):
            one = picked[place]
            value = words[over[AT_A_TIME + one] + GIVEN + outcome]
            if value != blank:
                if not books.is_told[done]:
                    books.is_told[done] = True
                    for claim in range(begins, begins + claims):
                        outcomes[claim] = blank
                outcomes[begins + over[one]] = value
        done += 1


@step
def tell(books: Books, done: int, outcomes: Any, never: int, later: int) -> int:
    """Outcomes of one width, over zeros, all so much `later`. How many are told then, with those `done` before."""
    words, over, picked, claims = books.words, books.over, books.picked, len(books.turns)
    for begins in range(0, len(outcomes), claims):
        outcome = books.told[done]
        who = picked_for(outcome)
        for place in range(AT_A_TIME * who, AT_A_TIME * who + books.counts[who]):
            one = picked[place]
            value = words[over[AT_A_TIME + one] + GIVEN + outcome]
            if value == NEVER:
                value = 0 if later else never
            elif 0 <= value < never - later:
                value += later
            else:
                books.does_not_fit[0] = 1
            if value:
                outcomes[begins + over[one]] = value
        done += 1
    return done

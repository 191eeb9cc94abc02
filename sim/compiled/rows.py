"""Orders in play: each has a row while its story is told, and the row is another's afterwards.

So the memory in use is that of the orders in play, not of all; it stays close to the processor.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.books import Books
from sim.compiled.jit import step
from sim.compiled.layout import (
    ORDER,
    OUT_OF_PLAY,
    PLACES_OF_FACTS,
    PLACES_OF_OUTCOMES,
    Market,
    Record,
    Words,
)
from sim.records.life import INSTANTS
from sim.scenario.durations import NEVER


def _blank() -> Words:
    order = np.zeros(1, dtype=ORDER)
    words: Words = order.view(np.int64)
    words[[PLACES_OF_OUTCOMES[instant] for instant in INSTANTS]] = NEVER
    order["parcel"]["waits_since"] = NEVER
    for instant in ("decided_at", "taken_over_at", "comes_after_refusal_at", "buyer_may_call_at"):
        order[instant] = NEVER
    return words


BLANK = _blank()
"""An order to which nothing has happened."""
FACTS_GO_TO = np.array(list(PLACES_OF_FACTS.values()))
OUTCOMES_COME_FROM = np.array(list(PLACES_OF_OUTCOMES.values()))


@step
def order_of(market: Market, number: int) -> Record:
    """A claim in play."""
    return market.orders[market.row_of[number]]


@step
def comes_into_play(market: Market, books: Books, number: int) -> Record:
    """Luck has settled everything about this order, and nothing has happened to it."""
    books.free[0] -= 1
    row = books.free[books.free[0] + 1]
    market.row_of[number] = row
    words, facts = books.words[row], books.facts[number]
    for place in range(len(BLANK)):
        words[place] = BLANK[place]
    for column in range(len(FACTS_GO_TO)):
        words[FACTS_GO_TO[column]] = facts[column]
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
def is_over(market: Market, books: Books, number: int) -> None:
    """What happened is written down, and the row is free."""
    row = market.row_of[number]
    words, outcomes = books.words[row], books.outcomes[number]
    for column in range(len(OUTCOMES_COME_FROM)):
        outcomes[column] = words[OUTCOMES_COME_FROM[column]]
    market.row_of[number] = OUT_OF_PLAY
    books.free[0] += 1
    books.free[books.free[0]] = row

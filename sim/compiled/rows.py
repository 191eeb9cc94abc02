"""Orders in play: each has a row while its story is told, and the row is another's afterwards.

So the memory in use is that of the orders in play, not of all; it stays close to the processor.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.books import Books
from sim.compiled.jit import step
from sim.compiled.layout import (
    FACTS_OF_AN_ORDER,
    ORDER,
    OUT_OF_PLAY,
    OUTCOMES_OF_AN_ORDER,
    Market,
    Record,
    Words,
)
from sim.scenario.durations import NEVER

GIVEN, TOLD = len(FACTS_OF_AN_ORDER), len(OUTCOMES_OF_AN_ORDER)
"""How many words of an order are facts, and how many are outcomes; the rest is nobody else's business."""


def _blank() -> Words:
    order = np.zeros(1, dtype=ORDER)
    for part in ("life", "requests"):
        for field in order[part].dtype.names or ():
            if field.endswith("_at"):
                order[part][field] = NEVER
    order["parcel"]["waits_since"] = NEVER
    for instant in ("decided_at", "taken_over_at", "comes_after_refusal_at", "buyer_may_call_at"):
        order[instant] = NEVER
    return order.view(np.int64)[GIVEN:]


BLANK = _blank()
"""All but the facts of an order to which nothing has happened."""


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
    for place in range(GIVEN):
        words[place] = facts[place]
    for place in range(len(BLANK)):
        words[GIVEN + place] = BLANK[place]
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
    for place in range(TOLD):
        outcomes[place] = words[GIVEN + place]
    market.row_of[number] = OUT_OF_PLAY
    books.free[0] += 1
    books.free[books.free[0]] = row

"""Luck of some orders, one after the other, as machine code.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.types.containers import UniTuple
from numba.extending import intrinsic, overload, register_jitable

from sim.arrays import Bools
from sim.chance import philox
from sim.chance.arrivals import ExpectedOrders
from sim.chance.facts import Ints
from sim.chance.lateness import STEP, STEPS, TimeLimits
from sim.chance.narrow import NarrowInts
from sim.chance.streams import TINY, UPPER_16, UPPER_53, Floats
from sim.compiled.jit import kept, step
from sim.scenario.durations import DAY

_NONE = np.uint64(0)


@intrinsic
def product_of(_: Any, one: Any, other: Any) -> Any:
    """Both halves of the 128 bits of a product, which a processor has at hand together."""

    def multiply(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        wide = builder.mul(*(builder.zext(value, ir.IntType(128)) for value in values))
        halves = wide, builder.lshr(wide, ir.IntType(128)(64))
        return context.make_tuple(
            builder, signature.return_type, [builder.trunc(half, ir.IntType(64)) for half in halves]
        )

    return UniTuple(types.uint64, 2)(types.uint64, types.uint64), multiply


@overload(philox.product)
def _product(a: Any, b: Any) -> Any:
    return both_halves


def both_halves(a: Any, b: Any) -> Any:
    """As `philox.product` is called."""
    return product_of(a, b)


for _function in (philox.next_round, philox.next_key):
    register_jitable(_function)
_next_round, _next_key, _ROUNDS = philox.next_round, philox.next_key, philox.ROUNDS


@step
def _counter(number: int) -> Any:
    return np.uint64(number), _NONE, _NONE, _NONE


@step
def uniform(word: Any) -> float:
    """The uniform in [0, 1) that a word stands for."""
    return np.float64(np.int64(word >> UPPER_53)) * TINY


@kept
def fill(numbers: Ints, key: Any, luck: Floats) -> None:
    """Four uniforms of each number, a row for each word of its block: what `streams.drawn_by_numpy` draws."""
    draw_block(numbers, key, luck)


@step
def draw_block(numbers: Ints, key: Any, luck: Floats) -> None:
    """As `fill`, from whatever is compiled.

    Two numbers at a time: while a processor waits for one of them it goes on with the other.
    """
    for place in range(0, len(numbers), 2):
        beside = min(place + 1, len(numbers) - 1)
        counter, further, round_key = _counter(numbers[place]), _counter(numbers[beside]), (key[0], key[1])
        for _ in range(_ROUNDS):
            counter, further = _next_round(counter, round_key), _next_round(further, round_key)
            round_key = _next_key(round_key)
        put(luck, place, counter)
        put(luck, beside, further)


@step
def put(luck: Floats, place: int, words: Any) -> None:
    """The uniforms of one block."""
    luck[0, place] = uniform(words[0])
    luck[1, place] = uniform(words[1])
    luck[2, place] = uniform(words[2])
    luck[3, place] = uniform(words[3])


@kept
def fill_roughly(first: int, key: Any, luck: Floats, rough: Any) -> None:
    """Of numbers in turn, the first uniform of each, and the upper 16 bits of the other three."""
    for place in range(0, len(luck), 2):
        beside = min(place + 1, len(luck) - 1)
        counter, further, round_key = _counter(first + place), _counter(first + beside), (key[0], key[1])
        for _ in range(_ROUNDS):
            counter, further = _next_round(counter, round_key), _next_round(further, round_key)
            round_key = _next_key(round_key)
        put_roughly(luck, rough, place, counter)
        put_roughly(luck, rough, beside, further)


@step
def put_roughly(luck: Floats, rough: Any, place: int, words: Any) -> None:
    """Those of one block."""
    luck[place] = uniform(words[0])
    rough[0, place] = words[1] >> UPPER_16
    rough[1, place] = words[2] >> UPPER_16
    rough[2, place] = words[3] >> UPPER_16


@kept
def arrive(negative_gaps: Floats, rate: ExpectedOrders, last: int, paid: NarrowInts, reached: Floats) -> None:
    """When orders are paid, as `arrivals.arrivals` finds; `reached` is how far one has come, before and after, and
    then how many are paid."""
    total, hour, known, pace, count = -reached[0], 0, -1, 0.0, 0
    for place in range(len(negative_gaps)):
        total += negative_gaps[place]
        if -total < rate.expected[-1]:
            while rate.expected[hour + 1] <= -total:
                hour += 1
            if hour != known:
                known, pace = hour, pace_of(rate, hour)
            # As `np.interp` reckons: a product, then a sum, so that it is rounded in the same way.
            paid[count] = min(int(pace * (-total - rate.expected[hour]) + rate.hours[hour]), last)
            count += 1
    reached[0], reached[1] = -total, count


@step
def pace_of(rate: ExpectedOrders, hour: int) -> float:
    """Seconds from one order to the next, in an hour in which some are expected."""
    return (rate.hours[hour + 1] - rate.hours[hour]) / (rate.expected[hour + 1] - rate.expected[hour])


@kept
def late(
    numbers: Ints, paid: Ints, keys: Any, limits: TimeLimits, sellers: Any, luck: Floats, unsure: Ints, found: Bools
) -> None:
    """Who may miss a limit, as `lateness.TimeLimits` finds: first as if sold by the slowest of sellers, then by
    their own. Given the keys of the legs' luck and of the sellers', and room for that of some orders at a time."""
    legs, of_sellers, slowest = luck[0], luck[1], len(limits.spare) - 1
    for first in range(0, len(numbers), legs.shape[1]):
        some, count = numbers[first : first + legs.shape[1]], 0
        draw_block(some, keys[0], legs)
        for place in range(len(some)):
            found[first + place] = legs[3, place] < limits.lost
            unsure[0, count], unsure[1, count] = some[place], place
            count += int(lacks(limits, slowest, legs, place, paid[first + place] // DAY))
        draw_block(unsure[0, :count], keys[1], of_sellers)
        for one in range(count):
            place, kind = unsure[1, one], type_of(sellers, of_sellers[0, one])
            found[first + place] |= lacks(limits, kind, legs, place, paid[first + place] // DAY)


@step
def lacks(limits: TimeLimits, kind: int, legs: Floats, place: int, day: int) -> bool:
    """Whether the time may not do if such a seller sold it."""
    cells = len(limits.transit)
    handling = limits.arranging[kind, int(legs[0, place] * cells)]
    handling += limits.dispatching[kind, int(legs[1, place] * cells)]
    spare = limits.spare[kind, day, min(handling // STEP + 1, STEPS - 1)]
    short: bool = spare < limits.transit[int(legs[2, place] * cells)]
    return short


@step
def type_of(sellers: Any, luck: float) -> int:
    """The type of the seller that luck falls to, as `orders.TypesOf` finds."""
    of_sellers, lowest, bounds = sellers
    seller = lowest[int(luck * len(lowest))]
    while seller < len(bounds) and bounds[seller] <= luck:
        seller += 1
    found: int = of_sellers[seller]
    return found

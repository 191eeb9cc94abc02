"""Luck of some orders, one after the other, as machine code.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload, register_jitable

from sim.arrays import Bools
from sim.chance import philox
from sim.chance.arrivals import ExpectedOrders
from sim.chance.facts import Ints
from sim.chance.lateness import STEP, STEPS, TimeLimits
from sim.chance.law_tables import CELLS, IN_AN_OCTAVE, IN_DOUBT, LOWEST, LawTables
from sim.chance.streams import TINY, UPPER_16, UPPER_53, Floats
from sim.compiled.jit import kept, step
from sim.scenario.durations import DAY, NEVER

_NONE = np.uint64(0)
_INTO_A_CELL = 52 - int(np.log2(IN_AN_OCTAVE))
"""Bits of a float's fraction that say where in a cell it is, from -1 to 1; those above say in which."""
_WHICH, _PART = (1 << _INTO_A_CELL) - 1, 2.0 ** (1 - _INTO_A_CELL)
_FIRST_CELL = (int(np.float64(LOWEST).view(np.int64)) >> _INTO_A_CELL) - 1
_TO_WHOLE = 1.5 * 2.0**52
"""Added to a float and taken away again it rounds that to a whole number, halves to even."""
_CERTAIN = 0.5 - IN_DOUBT


@intrinsic
def product_above(_: Any, one: Any, other: Any) -> Any:
    """The upper 64 of the 128 bits of a product, which a processor has at hand."""

    def multiply(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        wide = [builder.zext(value, ir.IntType(128)) for value in values]
        return builder.trunc(builder.lshr(builder.mul(*wide), ir.IntType(128)(64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), multiply


@overload(philox.high_word)
def _high_word(a: Any, b: Any) -> Any:
    return product_above_of


def product_above_of(a: Any, b: Any) -> Any:
    """As `philox.high_word` is called."""
    return product_above(a, b)


for _function in (philox.next_round, philox.next_key, philox.block):
    register_jitable(_function)
_block, _next_round, _next_key, _ROUNDS = philox.block, philox.next_round, philox.next_key, philox.ROUNDS


@intrinsic
def bits_of(_: Any, number: Any) -> Any:
    """A float's sign, exponent and fraction as one word."""

    def cast(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.IntType(64))

    return types.int64(types.float64), cast


@step
def words_of(key: Any, number: int) -> Any:
    """The four words that belong to a number: those of four decisions."""
    return _block(_counter(number), (key[0], key[1]))


@step
def words_of_two(key: Any, one: int, other: int) -> Any:
    """Those of two numbers, round by round: while a processor waits for one of them it goes on with the other."""
    counter, further, round_key = _counter(one), _counter(other), (key[0], key[1])
    for _ in range(_ROUNDS):
        counter, further = _next_round(counter, round_key), _next_round(further, round_key)
        round_key = _next_key(round_key)
    return counter, further


@step
def _counter(number: int) -> Any:
    return np.uint64(number), _NONE, _NONE, _NONE


@step
def uniform(word: Any) -> float:
    """The uniform in [0, 1) that a word stands for."""
    return np.float64(np.int64(word >> UPPER_53)) * TINY


@step
def cell(word: Any, cells: int) -> int:
    """Which of so many equal parts of [0, 1) it falls into."""
    return int(uniform(word) * cells)


@kept
def fill(numbers: Ints, key: Any, luck: Floats) -> None:
    """Four uniforms of each number, a row for each word of its block: what `streams.drawn_by_numpy` draws."""
    for place in range(0, len(numbers), 2):
        beside = min(place + 1, len(numbers) - 1)
        words, further = words_of_two(key, numbers[place], numbers[beside])
        put(luck, place, words)
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
        words, further = words_of_two(key, first + place, first + beside)
        put_roughly(luck, rough, place, words)
        put_roughly(luck, rough, beside, further)


@step
def put_roughly(luck: Floats, rough: Any, place: int, words: Any) -> None:
    """Those of one block."""
    luck[place] = uniform(words[0])
    rough[0, place] = words[1] >> UPPER_16
    rough[1, place] = words[2] >> UPPER_16
    rough[2, place] = words[3] >> UPPER_16


@kept
def arrive(negative_gaps: Floats, rate: ExpectedOrders, instants: Ints, reached: Floats, count: Ints) -> None:
    """When orders are paid, as `arrivals.arrivals` finds; `reached` is how far one has come before and after."""
    total, hour = -reached[0], 0
    for place in range(len(negative_gaps)):
        total += negative_gaps[place]
        if -total < rate.expected[-1]:
            while rate.expected[hour + 1] <= -total:
                hour += 1
            instants[place] = int(instant_in(rate, hour, -total))
            count[0] += 1
    reached[0] = -total


@step
def instant_in(rate: ExpectedOrders, hour: int, reached: float) -> float:
    """Within an hour, as `np.interp` reckons: a product, then a sum, so that it is rounded in the same way."""
    seconds, orders = rate.hours[hour + 1] - rate.hours[hour], rate.expected[hour + 1] - rate.expected[hour]
    return seconds / orders * (reached - rate.expected[hour]) + rate.hours[hour]


@kept
def late(numbers: Ints, paid: Ints, legs: Any, seller: Any, limits: TimeLimits, sellers: Any, found: Bools) -> None:
    """Who may miss a limit, as `lateness.TimeLimits` finds: one after the other, given the keys of their luck."""
    for place in range(len(numbers)):
        words, day = words_of(legs, numbers[place]), paid[place] // DAY
        needed = limits.transit[cell(words[2], len(limits.transit))]
        found[place] = uniform(words[3]) < limits.lost
        if lacks(limits, len(limits.spare) - 1, words, day, needed):
            kind = type_of(sellers, uniform(words_of(seller, numbers[place])[0]))
            found[place] |= lacks(limits, kind, words, day, needed)


@step
def lacks(limits: TimeLimits, kind: int, words: Any, day: int, needed: int) -> bool:
    """Whether the time may not do if such a seller sold it."""
    arranging = limits.arranging[kind, cell(words[0], limits.arranging.shape[1])]
    handling = arranging + limits.dispatching[kind, cell(words[1], limits.dispatching.shape[1])]
    short: bool = limits.spare[kind, day, min(handling // STEP + 1, STEPS - 1)] < needed
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


@kept
def by_tables(luck: Floats, groups: Ints, laws: LawTables, values: Ints, asked: Ints) -> None:
    """What luck comes to by the law of each one's group, as `law_tables` has it. First of `asked` is how many the
    laws themselves must be asked about, then come their places."""
    asked[0] = 0
    for place in range(len(luck)):
        from_the_end = min(luck[place], 1 - luck[place])
        bits = bits_of(from_the_end)
        cell = min(max((bits >> _INTO_A_CELL) - _FIRST_CELL, 0), CELLS - 1)
        law, side = laws.of_groups[groups[place]], int(luck[place] >= 0.5)
        value = polynomial(laws.tables, law, side, cell, (bits & _WHICH) * _PART - 1)
        whole = (value + _TO_WHOLE) - _TO_WHOLE
        if abs(value - whole) < _CERTAIN:
            values[place] = int(whole)
        elif value == np.inf:
            values[place] = NEVER
        else:
            asked[0] += 1
            asked[asked[0]] = place


@step
def polynomial(tables: Floats, law: int, side: int, cell: int, at: float) -> float:
    """The value of a law somewhere in a cell."""
    value = tables[law, side, cell, 7]
    for term in range(6, -1, -1):
        value = value * at + tables[law, side, cell, term]
    return value

"""Luck of some orders, one after the other, as machine code.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, register_jitable

from sim.arrays import Bools
from sim.chance import philox
from sim.chance.facts import Ints
from sim.chance.lateness import STEP, STEPS, TimeLimits
from sim.chance.law_tables import CELLS, IN_AN_OCTAVE, IN_DOUBT, LOWEST, LawTables
from sim.chance.streams import TINY, UPPER_53, Floats
from sim.compiled.jit import kept, step
from sim.scenario.durations import DAY, NEVER

register_jitable(philox.high_word)
register_jitable(philox.block)
_block, _NONE = philox.block, np.uint64(0)
_INTO_A_CELL = 52 - int(np.log2(IN_AN_OCTAVE))
"""Bits of a float's fraction that say where in a cell it is, from -1 to 1; those above say in which."""
_WHICH, _PART = (1 << _INTO_A_CELL) - 1, 2.0 ** (1 - _INTO_A_CELL)
_FIRST_CELL = (int(np.float64(LOWEST).view(np.int64)) >> _INTO_A_CELL) - 1
_TO_WHOLE = 1.5 * 2.0**52
"""Added to a float and taken away again it rounds that to a whole number, halves to even."""
_CERTAIN = 0.5 - IN_DOUBT


@intrinsic
def bits_of(_: Any, number: Any) -> Any:
    """A float's sign, exponent and fraction as one word."""

    def cast(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.IntType(64))

    return types.int64(types.float64), cast


@step
def words_of(key: Any, number: int) -> Any:
    """The four words that belong to a number: those of four decisions."""
    return _block((np.uint64(number), _NONE, _NONE, _NONE), (key[0], key[1]))


@step
def uniform(word: Any) -> float:
    """The uniform in [0, 1) that a word stands for."""
    return np.float64(word >> UPPER_53) * TINY


@step
def cell(word: Any, cells: int) -> int:
    """Which of so many equal parts of [0, 1) it falls into."""
    return int(uniform(word) * cells)


@kept
def fill(numbers: Ints, key: Any, luck: Floats) -> None:
    """Four uniforms of each number, a row for each word of its block: what `streams.drawn_by_numpy` draws."""
    for place in range(len(numbers)):
        first, second, third, fourth = words_of(key, numbers[place])
        luck[0, place] = uniform(first)
        luck[1, place] = uniform(second)
        luck[2, place] = uniform(third)
        luck[3, place] = uniform(fourth)


@kept
def below(first: int, key: Any, bounds: Floats, found: Bools) -> None:
    """Of numbers in turn, which of their four uniforms lie below a bound (`streams.LuckSource`)."""
    for place in range(found.shape[1]):
        words = words_of(key, first + place)
        found[0, place] = uniform(words[0]) < bounds[0]
        found[1, place] = uniform(words[1]) < bounds[1]
        found[2, place] = uniform(words[2]) < bounds[2]
        found[3, place] = uniform(words[3]) < bounds[3]


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

"""Luck of some orders, one after the other, as machine code.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import register_jitable

from sim.arrays import Bools
from sim.chance import philox
from sim.chance.facts import Ints
from sim.chance.lateness import STEP, STEPS, TimeLimits
from sim.chance.streams import TINY, UPPER_53, Floats
from sim.compiled.jit import kept, step
from sim.scenario.durations import DAY

register_jitable(philox.high_word)
register_jitable(philox.block)
_block, _NONE = philox.block, np.uint64(0)


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

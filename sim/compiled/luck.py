"""Luck of some orders, one after the other, as machine code.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import register_jitable

from sim.chance import philox
from sim.chance.facts import Ints
from sim.chance.streams import TINY, UPPER_53, Floats
from sim.compiled.jit import kept

register_jitable(philox.high_word)
register_jitable(philox.block)
_block, _NONE = philox.block, np.uint64(0)


@kept
def fill(numbers: Ints, key: Any, luck: Floats) -> None:
    """Four uniforms of each number, a row for each word of its block: what `streams.drawn_by_numpy` draws."""
    for place in range(len(numbers)):
        counter = np.uint64(numbers[place])
        first, second, third, fourth = _block((counter, _NONE, _NONE, _NONE), (key[0], key[1]))
        luck[0, place] = np.float64(first >> UPPER_53) * TINY
        luck[1, place] = np.float64(second >> UPPER_53) * TINY
        luck[2, place] = np.float64(third >> UPPER_53) * TINY
        luck[3, place] = np.float64(fourth >> UPPER_53) * TINY

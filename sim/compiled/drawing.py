"""Columns of facts from the luck of some orders, as machine code: a block of luck at a time, while it is near.

Only what compiles imports this page (`compiling`); who draws finds its machine code at hand (`filling`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from sim.chance.facts import Ints
from sim.chance.law_tables import CELLS, IN_AN_OCTAVE, LOWEST, DrawingPlan
from sim.chance.streams import TOGETHER, Floats
from sim.compiled.jit import kept, step
from sim.compiled.luck import draw_block
from sim.scenario.durations import NEVER

_INTO_A_CELL = 52 - int(np.log2(IN_AN_OCTAVE))
"""Bits of a float's fraction that say where in a cell it is, from -1 to 1; those above say in which."""
_WHICH, _PART = (1 << _INTO_A_CELL) - 1, 2.0 ** (1 - _INTO_A_CELL)
_FIRST_CELL = (int(np.float64(LOWEST).view(np.int64)) >> _INTO_A_CELL) - 1
_TO_WHOLE = 1.5 * 2.0**52
"""Added to a float and taken away again it rounds that to a whole number, halves to even."""


@intrinsic
def bits_of(_: Any, number: Any) -> Any:
    """A float's sign, exponent and fraction as one word."""

    def cast(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.IntType(64))

    return types.int64(types.float64), cast


@kept
def draw(numbers: Ints, key: Any, plan: DrawingPlan, groups: Ints, luck: Floats, values: Ints, left: Ints) -> None:
    """What `OrderSampler.columns` draws, as many numbers at a time as there is room for their `luck`."""
    for first in range(0, len(numbers), luck.shape[1]):
        some, block = numbers[first : first + luck.shape[1]], -1
        for column in range(len(plan.columns)):
            decision = plan.columns[column, 0]
            if decision // TOGETHER != block:
                block = decision // TOGETHER
                draw_block(some, (key[0], key[1] | np.uint64(block)), luck)
            turn(plan, column, groups, luck[decision % TOGETHER, : len(some)], first, values, left)


@step
def turn(plan: DrawingPlan, column: int, groups: Ints, luck: Floats, first: int, values: Ints, left: Ints) -> None:
    """The luck of some into a column. What is the same for all of them is looked up once."""
    grouping, group = plan.columns[column, 1], plan.columns[column, 2]
    into, table = values[column, first : first + len(luck)], plan.groups[group, 0]
    begins, ends = plan.groups[group, 1], plan.groups[group, 2]
    if grouping >= 0:
        theirs = groups[grouping, first : first + len(luck)]
        for place in range(len(luck)):
            if not by_group(plan, group + theirs[place], luck[place], into, place):
                leave(left, column, first + place, luck[place], values)
    elif table >= 0:
        for place in range(len(luck)):
            if not by_table(plan, table, luck[place], into, place):
                leave(left, column, first + place, luck[place], values)
    else:
        for place in range(len(luck)):
            into[place] = by_steps(plan, begins, ends, luck[place])


@step
def leave(left: Ints, column: int, place: int, luck: float, values: Ints) -> None:
    """The law is to be asked."""
    values[column, place] = bits_of(luck)
    left[column, 0] += 1
    left[column, left[column, 0]] = place


@step
def by_group(plan: DrawingPlan, group: int, luck: float, values: Ints, place: int) -> bool:
    """Whether it is told what luck comes to by the law of a group; it is written down then."""
    table, begins, ends = plan.groups[group, 0], plan.groups[group, 1], plan.groups[group, 2]
    if table >= 0:
        return by_table(plan, table, luck, values, place)
    values[place] = by_steps(plan, begins, ends, luck)
    return True


@step
def by_steps(plan: DrawingPlan, begins: int, ends: int, luck: float) -> int:
    """What luck comes to by a law of a few steps: compared with all of them, so that no way is guessed wrong."""
    found = begins
    for bound in range(begins, ends):
        found += int(luck >= plan.bounds[bound])
    value: int = plan.values[found]
    return value


@step
def by_table(plan: DrawingPlan, law: int, luck: float, values: Ints, place: int) -> bool:
    """Whether the table of a law tells."""
    from_the_end, side = min(luck, 1 - luck), int(luck >= 0.5)
    bits = bits_of(from_the_end)
    cell = min(max((bits >> _INTO_A_CELL) - _FIRST_CELL, 0), CELLS - 1)
    value = polynomial(plan.tables, law, side, cell, (bits & _WHICH) * _PART - 1)
    whole = whole_of(value)
    if abs(value - whole) < plan.certain[law, side, cell]:
        values[place] = int(whole)
        return True
    values[place] = NEVER
    return value == np.inf


@step
def whole_of(value: float) -> float:
    """The next whole number, of two that are as near the even one."""
    return (value + _TO_WHOLE) - _TO_WHOLE


@step
def polynomial(tables: Floats, law: int, side: int, cell: int, at: float) -> float:
    """The value of a law somewhere in a cell."""
    value = tables[law, side, cell, 7]
    for term in range(6, -1, -1):
        value = value * at + tables[law, side, cell, term]
    return value

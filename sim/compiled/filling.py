"""Drawing luck by machine code, and looking through it: what NumPy finds, to the bit, and many times as fast."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arrays import Bools
from sim.chance.arrivals import ExpectedOrders
from sim.chance.facts import Ints
from sim.chance.lateness import TimeLimits
from sim.chance.law_tables import LawTables
from sim.chance.streams import TOGETHER, Floats, Key, LuckSource, Numbers, Rough, drawn_by_numpy
from sim.compiled.machine_code import Entrance

_fill = Entrance("sim.compiled.luck", "fill")
_fill_roughly = Entrance("sim.compiled.luck", "fill_roughly")
_late = Entrance("sim.compiled.luck", "late")
_arrive = Entrance("sim.compiled.luck", "arrive")
_by_tables = Entrance("sim.compiled.luck", "by_tables")


def drawn_by_machine_code(key: Key, numbers: Numbers) -> Floats:
    """Four uniforms in [0, 1) for each number. Of numbers in turn NumPy's own generator draws them."""
    if isinstance(numbers, range):
        return drawn_by_numpy(key, numbers)
    luck = np.empty((TOGETHER, len(numbers)))
    _fill(np.ascontiguousarray(numbers), _words(key), luck)
    return luck


def drawn_roughly(key: Key, numbers: range) -> tuple[Floats, Rough]:
    """As `LuckSource.rough` says."""
    luck, rough = np.empty(len(numbers)), np.empty((TOGETHER - 1, len(numbers)), dtype=np.uint16)
    _fill_roughly(numbers.start, _words(key), luck, rough)
    return luck, rough


def late_by_machine_code(
    numbers: Ints, paid: Ints, legs: Key, seller: Key, limits: TimeLimits, sellers: Any
) -> Bools:
    """As `TimeLimits.may_be_missed` says."""
    found = np.empty(len(numbers), dtype=np.bool_)
    _late(numbers, paid, _words(legs), _words(seller), limits, sellers, found)
    return found


def values_by_machine_code(luck: Floats, groups: Ints, laws: LawTables) -> tuple[Ints, Ints]:
    """As `LuckSource.by_tables` says."""
    values, asked = np.empty(len(luck), dtype=np.int64), np.empty(len(luck) + 1, dtype=np.int64)
    _by_tables(luck, groups, laws, values, asked)
    return values, asked[1 : asked[0] + 1]


def arrivals_by_machine_code(negative_gaps: Floats, latest: float, rate: ExpectedOrders) -> tuple[Ints, float]:
    """As `arrivals.arrivals` says."""
    instants, reached = np.empty(len(negative_gaps), dtype=np.int64), np.array([latest])
    count = np.zeros(1, dtype=np.int64)
    _arrive(negative_gaps, rate, instants, reached, count)
    return instants[: count[0]], float(reached[0])


def _words(key: Key) -> Ints:
    return np.array(key, dtype=np.uint64)


BY_MACHINE_CODE = LuckSource(
    fill=drawn_by_machine_code,
    rough=drawn_roughly,
    late=late_by_machine_code,
    by_tables=values_by_machine_code,
    arrivals=arrivals_by_machine_code,
)

"""Drawing luck by machine code, and looking through it: what NumPy finds, to the bit, and many times as fast."""

from __future__ import annotations

from collections import deque
from operator import is_
from typing import Any

import numpy as np

from sim.arrays import Bools
from sim.chance.arrivals import ExpectedOrders, arrivals
from sim.chance.facts import Ints
from sim.chance.lateness import TimeLimits
from sim.chance.law_tables import DrawingPlan
from sim.chance.narrow import NarrowInts
from sim.chance.orders import DispatchClocks, Dispatching, Openings
from sim.chance.streams import TOGETHER, Floats, Key, LuckSource, Numbers, Rough
from sim.compiled.almanac import almanac_of
from sim.compiled.machine_code import Entrance, laid
from sim.scenario.calendars import Calendar

_fill = Entrance("sim.compiled.luck", "fill")
_fill_roughly = Entrance("sim.compiled.luck", "fill_roughly")
_late = Entrance("sim.compiled.luck", "late")
_plan = Entrance("sim.compiled.dispatching", "plan_dispatch")
_arrive = Entrance("sim.compiled.luck", "arrive")
_draw = Entrance("sim.compiled.drawing", "draw")
AT_ONCE = 256
"""Numbers whose luck is turned into columns together: it stays where the processor reads it first."""


def drawn_by_machine_code(key: Key, numbers: Numbers) -> Floats:
    """Four uniforms in [0, 1) for each number."""
    some = np.arange(numbers.start, numbers.stop) if isinstance(numbers, range) else np.ascontiguousarray(numbers)
    luck = np.empty((TOGETHER, len(some)))
    _fill(some, _words(key), luck)
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
    found, keys = np.empty(len(numbers), dtype=np.bool_), np.array([legs, seller], dtype=np.uint64)
    luck, unsure = np.empty((2, TOGETHER, AT_ONCE)), np.empty((2, AT_ONCE), dtype=np.int64)
    _late(numbers, paid, keys, laid(limits), sellers, luck, unsure, found)
    return found


def columns_by_machine_code(key: Key, numbers: Ints, plan: DrawingPlan, groups: Ints) -> tuple[Ints, Ints]:
    """As `LuckSource.columns` says."""
    values, near = np.empty((len(plan.columns), len(numbers)), dtype=np.int64), np.empty((TOGETHER, AT_ONCE))
    left = np.empty((len(plan.columns), len(numbers) + 1), dtype=np.int64)
    left[:, 0] = 0
    _draw(np.ascontiguousarray(numbers), _words(key), laid(plan), groups, near, values, left)
    return values, left


def dispatched_by_machine_code(
    paid: Ints, kinds: Ints, lengths: Ints, terms: DispatchClocks, calendars: Openings
) -> Ints:
    """As `LuckSource.dispatched` says."""
    plan = np.empty((len(Dispatching.__annotations__), len(paid)), dtype=np.int64)
    almanac = _almanac(calendars)
    _plan(paid, kinds, lengths, terms, almanac.ctypes.data, plan)
    return plan


_ALMANACS: deque[tuple[tuple[Calendar, ...], Ints]] = deque(maxlen=16)
"""Of the latest calendars, which all replications share."""


def _almanac(calendars: Openings) -> Ints:
    these = tuple(calendars[party] for party in sorted(calendars))
    for known, almanac in _ALMANACS:
        if len(known) == len(these) and all(map(is_, known, these)):
            return almanac
    _ALMANACS.append((these, almanac_of(calendars)))
    return _ALMANACS[-1][1]


def arrivals_by_machine_code(
    negative_gaps: Floats, latest: float, rate: ExpectedOrders, last: int, paid: NarrowInts
) -> tuple[int, float]:
    """As `arrivals.arrivals` says."""
    if paid.dtype == np.int64:  # decades of orders: rare, and would have to be compiled for
        return arrivals(negative_gaps, latest, rate, last, paid)
    reached = np.array([latest, 0.0])
    _arrive(negative_gaps, laid(rate), last, paid, reached)
    return int(reached[1]), float(reached[0])


def _words(key: Key) -> Ints:
    return np.array(key, dtype=np.uint64)


BY_MACHINE_CODE = LuckSource(
    fill=drawn_by_machine_code,
    rough=drawn_roughly,
    late=late_by_machine_code,
    columns=columns_by_machine_code,
    dispatched=dispatched_by_machine_code,
    arrivals=arrivals_by_machine_code,
)

"""Uniform numbers, found by (seed, replication, decision) and by order number, never by order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from sim.arrays import Floats as Floats
from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.philox import block

EDITION = 2
"""Of luck: raised whenever the same seed gives other numbers. 1 was a stream of PCG64 for each decision."""
TOGETHER = 4
"""Decisions whose luck comes in one block: those with codes 4k to 4k + 3."""
AT_A_TIME = 1 << 14
"""Orders whose luck is drawn together: few enough to stay near the processor."""
UPPER_53, TINY = np.uint64(11), 2.0**-53

Numbers: TypeAlias = "Ints | range"
"""Of some orders: any of them, or all from one number to before another."""
Key: TypeAlias = tuple[np.uint64, np.uint64]
Fill: TypeAlias = Callable[[Key, Numbers], Floats]
"""Draws the four uniforms of each number: a row for each decision of a block."""


def key_of(seed: int, replication: int, group: int) -> Key:
    """Of a group of decisions: every word is another for another seed, replication or group."""
    return np.uint64(seed), np.uint64(replication << 32 | group)


def drawn_by_numpy(key: Key, numbers: Numbers) -> Floats:
    """Four uniforms in [0, 1) for each number, order k's from the counter k: the upper 53 bits of each word."""
    if isinstance(numbers, range):
        return _in_turn(key, numbers)
    luck = np.empty((TOGETHER, len(numbers)))
    for begins in range(0, len(numbers), AT_A_TIME):
        here = slice(begins, begins + AT_A_TIME)
        counters = numbers[here].astype(np.uint64)
        first = np.zeros_like(counters)
        words = block((counters, first, first, first), (first + key[0], first + key[1]))
        for row, word in zip(luck, words, strict=True):
            np.multiply(word >> UPPER_53, TINY, out=row[here])
    return luck


def _in_turn(key: Key, numbers: range) -> Floats:
    """The same of consecutive numbers, by NumPy's own generator. It counts on before it draws."""
    before = (numbers.start - 1) % (1 << 256)
    generator = np.random.Generator(np.random.Philox(key=_as_one(key), counter=before))
    return generator.random((len(numbers), TOGETHER)).T


def _as_one(key: Key) -> int:
    return int(key[0]) | int(key[1]) << 64


class _Drawn(NamedTuple):
    group: int
    numbers: Numbers
    luck: Floats


class Luck:
    """All the luck of one replication. `fill` draws it: any two that are right give the same bits."""

    def __init__(self, seed: int, replication: int, fill: Fill = drawn_by_numpy) -> None:
        self._seed, self._replication, self._fill = seed, replication, fill
        self._latest: list[_Drawn] = []

    def of(self, decision: Decision, numbers: Numbers) -> Floats:
        """One uniform for each of these numbers: of orders, or of sellers for a decision about sellers.

        A block serves four decisions, so the blocks drawn last are remembered.
        """
        group, place = divmod(int(decision), TOGETHER)
        for known in self._latest:
            if known.group == group and known.numbers is numbers:
                return _row(known.luck, place)
        luck = self._fill(key_of(self._seed, self._replication, group), numbers)
        self._latest = [_Drawn(group, numbers, luck), *self._latest[:1]]
        return _row(luck, place)


def _row(luck: Floats, place: int) -> Floats:
    row: Floats = luck[place]
    return row


def pieces(count: int) -> list[range]:
    """The numbers from 0 to before `count`, so many at a time that their luck stays near the processor."""
    return [range(begins, min(begins + AT_A_TIME, count)) for begins in range(0, count, AT_A_TIME)]


def said(luck: Floats, bounds: tuple[float, ...], in_turn: tuple[int, ...]) -> Ints:
    """What is said with each luck: `in_turn[k]` below `bounds[k]`, the last of them where no bound is above.

    A luck on a bound belongs to what comes next.
    """
    return np.array(in_turn, dtype=np.int64)[np.searchsorted(bounds, luck, side="right")]


CELLS = 4096
"""Equal parts of [0, 1), a power of two, so that luck is told apart by them without rounding."""


def choice(luck: Floats, weights: list[float]) -> Ints:
    """Which of several, by inverse transform: the k-th where the luck falls into the k-th weight.

    The last weight above zero takes what is left.
    """
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    bounds = (sums / sums[-1])[: np.flatnonzero(weights)[-1]]
    edges = np.arange(CELLS + 1) / CELLS
    lowest, highest = np.searchsorted(bounds, edges[:-1], side="right"), np.searchsorted(bounds, edges[1:])
    cell = (luck * CELLS).astype(np.int64)
    picked: Ints = lowest[cell]
    # Most cells lie between two bounds. Only where one divides a cell is there something to search for.
    unsure = np.flatnonzero((lowest < highest)[cell])
    picked[unsure] = np.searchsorted(bounds, luck[unsure], side="right")
    return picked

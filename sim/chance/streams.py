"""Uniform numbers, found by (seed, replication, decision) and by order number, never by order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools
from sim.arrays import Floats as Floats
from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.law_tables import DrawingPlan
from sim.chance.philox import block

EDITION = 2
"""Of luck: raised whenever the same seed gives other numbers. 1 was a stream of PCG64 for each decision."""
TOGETHER = 4
"""Decisions whose luck comes in one block: those with codes 4k to 4k + 3."""
AT_A_TIME = 1 << 14
"""Orders whose luck is drawn together: few enough to stay near the processor."""
UPPER_53, TINY = np.uint64(11), 2.0**-53
UPPER_16, ROUGHLY = np.uint64(48), 1 << 16
"""Of a word, its upper 16 bits: which of so many equal parts of [0, 1) its uniform lies in."""
MOST_REMEMBERED = 1 << 22
"""Orders of whom some luck is remembered roughly."""

Numbers: TypeAlias = "Ints | range"
"""Of some orders: any of them, or all from one number to before another."""
Key: TypeAlias = tuple[np.uint64, np.uint64]
Rough: TypeAlias = NDArray[np.uint16]
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


class LuckSource(NamedTuple):
    """What draws luck, and looks through it. Any two that are right give the same bits."""

    fill: Fill
    rough: Callable[[Key, range], tuple[Floats, Rough]] | None = None
    """The first uniform of each number, and in which of `ROUGHLY` parts of [0, 1) the other three lie, a row for
    each; None: only what is asked for is drawn."""
    late: Callable[..., Bools] | None = None
    """What `lateness.TimeLimits` finds; None: as it says there."""
    columns: Callable[[Key, Ints, DrawingPlan, Ints], tuple[Ints, Ints]] | None = None
    """Some columns of facts about these numbers, given the key of the first block and to which group each belongs
    (a row for each grouping). Where a law is to be asked the bits of the luck stand: by column how many such places
    there are, then where. None: each column is drawn by itself."""
    dispatched: Callable[..., Ints] | None = None
    """The plan that `orders.draw_dispatching` makes, a row for each of its instants, given what was drawn for it;
    None: as it says there."""
    arrivals: Callable[..., tuple[int, float]] | None = None
    """What `arrivals.arrivals` finds; None: as it says there."""
    many: int = 1024
    """How many draws of one decision it takes for tables to be worth their making."""


BY_NUMPY = LuckSource(drawn_by_numpy)


class _Drawn(NamedTuple):
    group: int
    numbers: Numbers
    luck: Floats


class Luck:
    """All the luck of one replication."""

    source = BY_NUMPY

    def __init__(self, seed: int, replication: int, source: LuckSource = BY_NUMPY) -> None:
        self._seed, self._replication, self.source = seed, replication, source
        self._latest: list[_Drawn] = []
        self._rough: dict[tuple[int, int], Rough] = {}

    def of(self, decision: Decision, numbers: Numbers) -> Floats:
        """One uniform for each of these numbers: of orders, or of sellers for a decision about sellers.

        A block serves four decisions, so the blocks drawn last are remembered.
        """
        group, place = divmod(int(decision), TOGETHER)
        for known in self._latest:
            if known.group == group and known.numbers is numbers:
                return _row(known.luck, place)
        luck = self.source.fill(self.key(decision), numbers)
        self._latest = [_Drawn(group, numbers, luck), *self._latest[:1]]
        return _row(luck, place)

    def first_of(self, decision: Decision, numbers: range) -> Floats:
        """As `of`, for the first decision of a block; the others are remembered roughly, for `below`."""
        if self.source.rough is None or numbers.stop > MOST_REMEMBERED:
            return self.of(decision, numbers)
        luck, self._rough[decision, numbers.start] = self.source.rough(self.key(decision), numbers)
        return luck

    def below(self, decision: Decision, bound: float, numbers: range) -> Bools:
        """For whom luck lies below a bound."""
        place = decision % TOGETHER
        rough = self._rough.get((decision - place, numbers.start))
        if rough is None or rough.shape[1] < len(numbers):
            return self.of(decision, numbers) < bound
        parts, bound_in = rough[place - 1, : len(numbers)], int(bound * ROUGHLY)
        found: Bools = parts < bound_in
        unsure = np.flatnonzero(parts == bound_in)
        if len(unsure):
            found[unsure] = self.of(decision, numbers.start + unsure) < bound
        return found

    def columns(self, plan: DrawingPlan, numbers: Ints, groups: Ints) -> tuple[Ints, Ints]:
        """As `LuckSource.columns` says, which this source must have."""
        assert self.source.columns
        return self.source.columns(key_of(self._seed, self._replication, 0), numbers, plan, groups)

    def key(self, decision: Decision) -> Key:
        """Of the block that a decision is of."""
        return key_of(self._seed, self._replication, decision // TOGETHER)


def _row(luck: Floats, place: int) -> Floats:
    row: Floats = luck[place]
    return row


def pieces(count: int) -> list[range]:
    """The numbers from 0 to before `count`, so many at a time that their luck stays near the processor."""
    return [range(begins, min(begins + AT_A_TIME, count)) for begins in range(0, count, AT_A_TIME)]


def said(luck: Floats, groups: Ints, bounds: Sequence[tuple[float, ...]], in_turn: tuple[int, ...]) -> Ints:
    """What is said with each luck: `in_turn[k]` below the k-th of its group's bounds, the last where none is above.

    A luck on a bound belongs to what comes next.
    """
    which = np.zeros(len(luck), dtype=np.intp)
    for of_groups in np.array(bounds).T:
        which += luck >= (of_groups[0] if len(bounds) == 1 else of_groups[groups])
    return np.array(in_turn, dtype=np.int64)[which]


CELLS = 4096
"""Equal parts of [0, 1), a power of two, so that luck is told apart by them without rounding."""


class Choosing(NamedTuple):
    """Several, of which one is chosen by luck: the k-th where it falls into the k-th weight."""

    bounds: Floats
    """Where all but the last of them end."""
    lowest: Ints
    """By cell, the first that luck may come to."""
    is_divided: Bools
    """By cell, whether it may come to another one as well."""

    def chosen(self, luck: Floats) -> Ints:
        """Which of them, by inverse transform."""
        cell = (luck * CELLS).astype(np.int64)
        picked: Ints = self.lowest[cell]
        # Most cells lie between two bounds. Only where one divides a cell is there something to search for.
        unsure = np.flatnonzero(self.is_divided[cell])
        picked[unsure] = np.searchsorted(self.bounds, luck[unsure], side="right")
        return picked


@lru_cache(maxsize=64)
def choosing(weights: tuple[float, ...]) -> Choosing:
    """The last weight above zero takes what is left."""
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    bounds = (sums / sums[-1])[: np.flatnonzero(weights)[-1]]
    edges = np.arange(CELLS + 1) / CELLS
    lowest, highest = np.searchsorted(bounds, edges[:-1], side="right"), np.searchsorted(bounds, edges[1:])
    return Choosing(bounds, lowest, lowest < highest)


def choice(luck: Floats, weights: Sequence[float]) -> Ints:
    """Which of several that have these weights."""
    return choosing(tuple(weights)).chosen(luck)

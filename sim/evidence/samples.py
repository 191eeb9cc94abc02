"""Durations that estimators are given, and the cells in which many of them are counted.

Those of a log's orders may be too many for memory: they are counted as they go by, and gone through again where
each of them matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.evidence.log import LongTable
from sim.evidence.log_tables import Table

GRID = 250
"""Cells per factor of e that many durations are counted in: four tenths of a per cent."""
MANY = 4_000
"""Durations above which they are counted in cells first."""
CELL = "cell"
FIRST, SPAN = -int(np.ceil(-np.log(0.5) * GRID)), int(np.ceil(np.log(np.finfo(np.float64).max) * GRID)) + 200
"""The cell of the shortest duration, and how many there are up to the longest number."""
NEARLY = 0.1
"""Ends no farther apart, as a share of a duration, are one: the middle is off by less than a thousandth."""
StandsFor = Callable[[Floats, Floats], Floats]
"""How many cases one stands for, by the ends of its duration."""
Scores = Callable[["Sample"], Floats]
"""By parameter (rows) what each case says of it."""


def nearly(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Durations between the ends that coarse stamps tell: the middle of those that are as good as known."""
    middle = (low + high) / 2
    known = high - low <= NEARLY * middle
    return np.where(known, middle, low), np.where(known, middle, high)


class Sample(NamedTuple):
    """Durations in seconds, one for each of some cases."""

    low: Floats
    high: Floats
    seller: Ints
    """Whose case it is: cases of one seller are alike."""
    weight: Floats
    recall: dict[bytes, Any] | None = None
    """Where what is estimated from them is remembered, for a refit of the same cases weighed anew."""

    @classmethod
    def of(
        cls,
        low: Floats,
        high: Floats,
        seller: Ints,
        weight: Floats | None = None,
        recall: dict[bytes, Any] | None = None,
    ) -> Sample:
        """Cases that may have lasted no time at all count as half a second: laws are of what is above 0."""
        low, high = np.maximum(low, 0.5), np.maximum(high, 0.5)
        return cls(low, high, seller, np.ones_like(low) if weight is None else weight, recall)

    @property
    def ended(self) -> Bools:
        """Which of them were seen to end."""
        return np.isfinite(self.high)

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.low)

    @property
    def ends(self) -> int:
        """How many were seen to end."""
        return int(self.ended.sum())

    @property
    def censored(self) -> float:
        """The share of them that were not over."""
        return 1 - self.ends / self.n if self.n else 0.0

    def only(self, some: Bools) -> Sample:
        """Some of them."""
        return Sample(self.low[some], self.high[some], self.seller[some], self.weight[some])

    def standing_for(self, others: StandsFor) -> Sample:
        """Each weighed by how many it stands for, by its ends."""
        return self._replace(weight=self.weight * others(self.low, self.high))

    def known_by(self, asked: str) -> bytes:
        """A digest of the durations, and of what is asked of them."""
        return blake2b(self.low.tobytes() + self.high.tobytes() + asked.encode()).digest()

    def cells(self) -> DurationCells | None:
        """The cells that many of them are counted in."""
        if self.n < MANY:
            return None
        return DurationCells.of([(np.ones(self.n, dtype=np.bool_), self)])

    def counted(self, cells: DurationCells | None = None) -> Sample:
        """Many durations counted in cells four tenths of a per cent wide."""
        cells = cells or self.cells()
        return self if cells is None else cells.weighed([self.weight])[0]

    def halves(self) -> Iterator[tuple[Sample, int]]:
        """Every other one, and those in between, counted; and how many of them ended."""
        even = np.arange(self.n) % 2 == 0
        for half in (self.only(even), self.only(~even)):
            yield half.counted(), half.ends

    def spread_of(self, scores: Scores, size: int) -> tuple[Floats, int]:
        """As `_spread_of`, of so many parameters."""
        return _spread_of([self], scores, size, int(self.seller.max()) + 1)


def _spread_of(pieces: Iterable[Sample], scores: Scores, size: int, sellers: int) -> tuple[Floats, int]:
    """Products of weighed scores, summed by seller, and how many sellers there are; by case where only one."""
    by_seller, of_cases, n = np.zeros((size, sellers)), np.zeros((size, size)), 0
    there = np.zeros(sellers, dtype=np.bool_)
    for piece in pieces:
        told = scores(piece) * piece.weight
        for sums, one in zip(by_seller, told, strict=True):
            np.add.at(sums, piece.seller, one)
        there[piece.seller] = True
        of_cases, n = of_cases + told @ told.T, n + piece.n
    if there.sum() == 1:  # nobody to differ from: cases are the unit
        return of_cases, n
    by_seller = by_seller[:, there]
    return by_seller @ by_seller.T, int(there.sum())


@dataclass(frozen=True)
class DurationCells:
    """The cell of each of so many durations, as good as alike, gone through one piece at a time.

    Cells of what ended come first, by duration; then those of what was not over; then one each for what ended
    between two instants.
    """

    table: LongTable
    """A row for each order; −1 where it is none of the cases."""
    n: int
    ends: int
    there: Ints
    """Cells with a case in them, and the ends of its duration."""
    low: Floats
    high: Floats

    @classmethod
    def of(cls, pieces: Iterable[tuple[Bools, Sample]]) -> DurationCells:
        """Of orders piece by piece: which are among the cases, and these."""
        table, there, n, ends = LongTable(), np.zeros(2 * SPAN, dtype=np.bool_), 0, 0
        low, high = [np.empty(0)], [np.empty(0)]
        for among, sample in pieces:
            cell, other = _cell_of(sample, 2 * SPAN + sum(map(len, low)))
            there[cell[~other]] = True
            low.append(sample.low[other])
            high.append(sample.high[other])
            of_order = np.full(len(among), -1, dtype=np.int64)
            of_order[among] = cell
            table.append(Table({}, {}, {CELL: of_order}, {}, len(among)))
            n, ends = n + sample.n, ends + sample.ends
        cells = np.flatnonzero(there)
        seen = np.exp((cells % SPAN + FIRST) / GRID)
        low, high = [seen, *low], [np.where(cells < SPAN, seen, np.inf), *high]
        others = 2 * SPAN + np.arange(sum(map(len, low[1:])))
        return cls(table, n, ends, np.append(cells, others), np.concatenate(low), np.concatenate(high))

    def weighed(
        self, weights: Iterable[Floats], others: StandsFor | None = None, half: int | None = None
    ) -> tuple[Sample, int]:
        """One case for each cell, and how many cases ended, where orders weigh so much and stand for so many.

        Of a half, every other case counts, from the first (0) or the second (1) on.
        """
        size, before = 2 * SPAN + len(self.there), 0
        together, cases, stands_for = np.zeros(size), np.zeros(size, dtype=np.int64), np.ones(size)
        if others is not None:
            stands_for[self.there] = others(self.low, self.high)
        for piece, weight in zip(self.table.pieces(), weights, strict=True):
            cell = piece.words[CELL]
            some = np.flatnonzero(cell >= 0)
            before, chosen = before + len(some), some if half is None else some[(half - before) % 2 :: 2]
            np.add.at(together, cell[chosen], weight[chosen] * stands_for[cell[chosen]])
            np.add.at(cases, cell[chosen], 1)
        here = cases[self.there] > 0
        low, high, at = self.low[here], self.high[here], self.there[here]
        return Sample(low, high, np.zeros_like(at), together[at]), int(cases[at][np.isfinite(high)].sum())


def _cell_of(sample: Sample, next_one: int) -> tuple[Ints, Bools]:
    """The cell of each duration, and which of them have one of their own, from the next one on."""
    logs = np.rint(np.log(sample.low) * GRID).astype(np.int64) - FIRST
    cell, other = np.where(sample.ended, logs, logs + SPAN), sample.ended & (sample.low != sample.high)
    cell[other] = next_one + np.arange(int(other.sum()))
    return cell, other


@dataclass(frozen=True)
class LongSample:
    """Durations of more orders than need be held at once; as `Sample` to those who estimate from them."""

    name: str
    """Of what they are: the same durations have the same name, however they are weighed."""
    counts: DurationCells
    pieces: Callable[[], Iterator[tuple[Bools, Sample]]]
    """Worked out again, piece by piece: which orders are among the cases, and these."""
    weights: Callable[[], Iterator[Floats]]
    """Of all orders, piece by piece."""
    sellers: int
    """How many there are in the log."""
    recall: dict[bytes, Any] | None = None
    others: StandsFor | None = None

    @property
    def n(self) -> int:
        return self.counts.n

    @property
    def ends(self) -> int:
        return self.counts.ends

    @property
    def censored(self) -> float:
        return 1 - self.ends / self.n if self.n else 0.0

    def standing_for(self, others: StandsFor) -> LongSample:
        return replace(self, others=others)

    def known_by(self, asked: str) -> bytes:
        """Of what they are, and what is asked of them."""
        return f"{self.name} {asked}".encode()

    def cells(self) -> None:
        """They are counted as they are."""

    def counted(self, _: DurationCells | None = None) -> Sample:
        return self._all

    @cached_property
    def _all(self) -> Sample:
        return self.counts.weighed(self.weights(), self.others)[0]

    def halves(self) -> Iterator[tuple[Sample, int]]:
        return (self.counts.weighed(self.weights(), self.others, half) for half in (0, 1))

    def spread_of(self, scores: Scores, size: int) -> tuple[Floats, int]:
        """As `_spread_of`, of so many parameters."""
        pieces = (piece if self.others is None else piece.standing_for(self.others) for _, piece in self.pieces())
        return _spread_of(pieces, scores, size, self.sellers)


AnySample = Sample | LongSample

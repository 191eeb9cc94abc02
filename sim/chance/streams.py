"""Uniform numbers, found by (seed, replication, decision) and by order number, never by order of arrival."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.chance.decisions import Decision

Floats = NDArray[np.float64]


def uniforms(seed: int, replication: int, decision: Decision, count: int, into: Floats | None = None) -> Floats:
    """The first `count` uniforms in [0, 1) of one decision in one replication; `into` memory that is there already.

    Asking for more leaves the first ones as they were. The key has a fixed length and every word is below 2³²,
    because `SeedSequence` reads longer words and longer keys as other keys.
    """
    key = np.random.SeedSequence(entropy=seed, spawn_key=(replication, int(decision)))
    return np.random.Generator(np.random.PCG64(key)).random(count, out=into)


class Luck:
    """All the luck of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed, self._replication = seed, replication
        self._drawn: tuple[Decision, Floats] | None = None

    def of(self, decision: Decision, count: int, into: Floats | None = None) -> Floats:
        """One uniform for each of the numbers 0 … count − 1."""
        return uniforms(self._seed, self._replication, decision, count, into)

    def picked(self, decision: Decision, count: int, numbers: NDArray[np.int64]) -> Floats:
        """The same for some of the numbers below `count`, ascending, each at most once.

        What was drawn last is remembered: groups that draw by laws of their own pick from one and the same luck,
        one after the other. The next decision's luck takes its place in memory. For nobody nothing is drawn.
        """
        if not len(numbers):
            return np.empty(0)
        if self._drawn is None or self._drawn[0] is not decision or len(self._drawn[1]) != count:
            memory = self._drawn[1] if self._drawn and len(self._drawn[1]) == count else None
            self._drawn = decision, self.of(decision, count, memory)
        return self._drawn[1][numbers]


def said(luck: Floats, bounds: tuple[float, ...], in_turn: tuple[int, ...]) -> NDArray[np.int64]:
    """What is said with each luck: `in_turn[k]` below `bounds[k]`, the last of them where no bound is above.

    A luck on a bound belongs to what comes next.
    """
    return np.array(in_turn, dtype=np.int64)[np.searchsorted(bounds, luck, side="right")]


CELLS = 4096
"""Equal parts of [0, 1), a power of two, so that luck is told apart by them without rounding."""


def choice(luck: Floats, weights: list[float]) -> NDArray[np.int64]:
    """Which of several, by inverse transform: the k-th where the luck falls into the k-th weight.

    The last weight above zero takes what is left.
    """
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    bounds = (sums / sums[-1])[: np.flatnonzero(weights)[-1]]
    edges = np.arange(CELLS + 1) / CELLS
    lowest, highest = np.searchsorted(bounds, edges[:-1], side="right"), np.searchsorted(bounds, edges[1:])
    cell = (luck * CELLS).astype(np.int64)
    picked: NDArray[np.int64] = lowest[cell]
    # Most cells lie between two bounds. Only where one divides a cell is there something to search for.
    unsure = np.flatnonzero((lowest < highest)[cell])
    picked[unsure] = np.searchsorted(bounds, luck[unsure], side="right")
    return picked

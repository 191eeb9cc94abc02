"""Uniform numbers, found by (seed, replication, decision) and by order number, never by order of arrival."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.chance.decisions import Decision

Floats = NDArray[np.float64]


def uniforms(seed: int, replication: int, decision: Decision, count: int) -> Floats:
    """The first `count` uniforms in [0, 1) of one decision in one replication.

    Asking for more leaves the first ones as they were. The key has a fixed length and every word is below 2³²,
    because `SeedSequence` reads longer words and longer keys as other keys.
    """
    key = np.random.SeedSequence(entropy=seed, spawn_key=(replication, int(decision)))
    return np.random.Generator(np.random.PCG64(key)).random(count)


class Luck:
    """All the luck of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed, self._replication = seed, replication

    def of(self, decision: Decision, count: int) -> Floats:
        """One uniform for each of the numbers 0 … count − 1."""
        return uniforms(self._seed, self._replication, decision, count)


def choice(luck: Floats, weights: list[float]) -> NDArray[np.int64]:
    """Which of several, by inverse transform: the k-th where the luck falls into the k-th weight."""
    bounds = np.cumsum(np.asarray(weights, dtype=np.float64))
    picked = np.searchsorted(bounds / bounds[-1], luck, side="right").astype(np.int64)
    # The last bound is 1 only up to rounding; a luck beyond it belongs to the last weight above zero.
    last = int(np.flatnonzero(np.asarray(weights) > 0)[-1])
    return np.minimum(picked, last)

"""Shares of what is counted one by one: so many of so many, with Wilson's score interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.experiment.number import Number

Z = 1.959963984540054
"""The normal law's 97.5 % point."""


def share_of(count: int, n: int) -> Number:
    """So many of `n`: without any the share may be anything."""
    if not n:
        return Number(math.nan, 0.0, 1.0)
    low, high = wilson(np.float64(count / n), n)
    return Number(count / n, float(low), float(high), n=n)


def wilson(value: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 95 % score interval (Wilson 1927) of a share of `n` cases: needs no spread, stays within 0 and 1."""
    value = np.asarray(value, dtype=np.float64)
    square = Z**2 / np.maximum(n, 1)
    centre = (value + square / 2) / (1 + square)
    half = np.sqrt(value * (1 - value) * square + square**2 / 4) / (1 + square)
    return np.where(value == 0, 0.0, centre - half), np.where(value == 1, 1.0, centre + half)

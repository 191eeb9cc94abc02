"""Shares that have ended by an instant, or at last, without a law: Kaplan and Meier, Aalen and Johansen."""

from __future__ import annotations

import numpy as np

from sim.evidence.families import Floats
from sim.evidence.log import Ints
from sim.evidence.survival import Sample


def kaplan_meier(sample: Sample) -> tuple[Floats, Floats]:
    """The share that had ended by each instant at which something ended (Kaplan & Meier 1958).

    A duration known to lie in an interval counts at its upper end.
    """
    at = np.where(sample.ended, sample.high, sample.low)
    order = np.lexsort((~sample.ended, at))
    at, ended, weight = at[order], sample.ended[order], sample.weight[order]
    times, first = np.unique(at, return_index=True)
    at_risk = np.cumsum(weight[::-1])[::-1][first]
    ends = np.add.reduceat(np.where(ended, weight, 0.0), first)
    over = ends > 0
    return np.asarray(times[over]), np.asarray(1 - np.cumprod(1 - ends[over] / at_risk[over]))


def incidence_at_the_end(low: Floats, cause: Ints, causes: int, weight: Floats | None = None) -> Floats:
    """The share that ends by each cause, as far as was watched (Aalen & Johansen 1978); −1 is not over yet."""
    weight = np.ones_like(low) if weight is None else weight
    order = np.lexsort((cause < 0, low))
    at, cause, weight = low[order], cause[order], weight[order]
    _, first = np.unique(at, return_index=True)
    at_risk = np.cumsum(weight[::-1])[::-1][first]
    ends = np.array([np.add.reduceat(np.where(cause == one, weight, 0.0), first) for one in range(causes)])
    survived = np.cumprod(1 - ends.sum(axis=0) / at_risk)
    before = np.concatenate([[1.0], survived[:-1]])
    return np.asarray((before * ends / at_risk).sum(axis=1), dtype=np.float64)

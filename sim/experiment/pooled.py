"""By when a share of all claims, pooled over replications, had their money: with whole replications weighed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats as Floats


class Others(NamedTuple):
    """What is known of the claims that had no money by a cut, in seconds since asking."""

    ended: Floats
    """When each of those ended that came to something else."""
    watched: Floats
    """For how long each of those was watched that are open."""
    until: float
    """Nothing is said of later times: too few claims were watched for so long."""


class Times(NamedTuple):
    """The times of one replication's claims: those that ended, ascending (whole seconds), and how many there are.

    A claim that never had its money is among the `claims` and not among the times: it is infinitely late.
    """

    seconds: NDArray[np.int64]
    claims: int
    others: Others | None = None
    """None: all were watched to their end."""


class PooledTimes(list[Times]):
    """Those of all replications, which remember what resampling them came to."""

    def __init__(self, times: Iterable[Times]) -> None:
        super().__init__(times)
        self.resamples: dict[float, tuple[float, Floats]] = {}
        """By the quantile that was looked for."""


def first_seconds(times: Sequence[Times], weights: Floats, q: float) -> Floats:
    """For each row of weights (one per replication): the q-quantile in seconds; inf where it is not reached."""
    is_cut = any(one.others for one in times)
    return _censored(times, weights, q) if is_cut else _plain(times, weights, q)


AT_ONCE = 4_000_000
"""Numbers in one array: tens of megabytes."""
_CENSORED, _OVER, _BACK = range(3)


def _censored(times: Sequence[Times], weights: Floats, q: float) -> Floats:
    """Of claims watched for different times: where Aalen and Johansen's incidence (`aalen_johansen`) reaches q."""
    seconds, what, of, until = _seen(times)
    order = np.argsort(seconds, kind="stable")
    distinct, starts = np.unique(seconds[order], return_index=True)
    found = np.full(len(weights), inf)
    if not len(distinct):
        return found
    what, of = what[order], of[order]
    rows = max(AT_ONCE // len(order), 1)
    for first in range(0, len(weights), rows):
        weighed = weights[first : first + rows][:, of]
        incidence = _incidence(weighed, what, starts)
        reached = (incidence >= q - 1e-9) & (distinct <= until)
        is_there = reached.any(axis=1)
        found[first : first + rows][is_there] = distinct[reached.argmax(axis=1)[is_there]]
    return found


def _incidence(weighed: Floats, what: NDArray[np.int64], starts: NDArray[np.intp]) -> Floats:
    """By row, the incidence of refunds at each distinct time; claims stand in the order of their times."""
    gone, over, back = (
        np.add.reduceat(weighed * chosen, starts, axis=1)
        for chosen in (np.ones(len(what)), what != _CENSORED, what == _BACK)
    )
    at_risk = weighed.sum(axis=1, keepdims=True) - np.cumsum(gone, axis=1) + gone
    one_over = np.divide(1.0, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0.5)
    left = np.cumprod(1 - np.minimum(over * one_over, 1.0), axis=1)
    before = np.concatenate([np.ones((len(left), 1)), left[:, :-1]], axis=1)
    return np.asarray(np.cumsum(before * back * one_over, axis=1))


def _seen(times: Sequence[Times]) -> tuple[Floats, NDArray[np.int64], NDArray[np.intp], float]:
    """All claims below each other: for how long each was seen, what ended it, its replication, and the horizon."""
    parts = []
    until = inf
    for number, one in enumerate(times):
        others = one.others or Others(np.empty(0), np.empty(0), inf)
        until = min(until, others.until)
        for what, seconds in ((_CENSORED, others.watched), (_OVER, others.ended), (_BACK, one.seconds)):
            parts.append((seconds.astype(np.float64), np.full(len(seconds), what), np.full(len(seconds), number)))
    seconds, whats, numbers = zip(*parts, strict=True)
    return np.concatenate(seconds), np.concatenate(whats), np.concatenate(numbers), until


def _plain(times: Sequence[Times], weights: Floats, q: float) -> Floats:
    """Of claims that were all watched to their end.

    All times are put in order once. They are counted in blocks, by replication, which tells for all rows at once
    the block in which they get there; within that block the times are weighed one by one. There are as many blocks
    as times in each, which makes for the least to weigh.
    """
    claims = weights @ [one.claims for one in times]
    # A product such as 0.9 × 20 may come out a hair above the whole number that it is.
    needed = q * claims - 1e-9
    seconds, of = _in_order(times)
    length = isqrt(len(seconds)) + 1
    blocks = len(seconds) // length + 1
    counts = np.bincount(of * blocks + np.arange(len(of)) // length, minlength=len(times) * blocks)
    until = weights @ counts.reshape(len(times), blocks).cumsum(axis=1)
    rows = np.flatnonzero((claims > 0) & (until[:, -1] >= needed))
    block = (until[rows] < needed[rows, None]).sum(axis=1)
    before = np.where(block > 0, until[rows, block - 1], 0.0)
    # Beyond the last time of the last block it is that time again, which the search never comes to.
    inside = np.minimum(block[:, None] * length + np.arange(length), len(seconds) - 1)
    counted = before[:, None] + weights[rows[:, None], of[inside]].cumsum(axis=1)
    place = (counted < needed[rows, None]).sum(axis=1)
    found = np.full(len(weights), np.inf)
    found[rows] = seconds[inside[np.arange(len(rows)), place]]
    return found


def _in_order(times: Sequence[Times]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The times of all replications, ascending, and which replication each is of."""
    seconds = np.concatenate([one.seconds for one in times])
    order = np.argsort(seconds, kind="stable")
    return seconds[order], np.repeat(np.arange(len(times)), [len(one.seconds) for one in times])[order]

"""What instants alone tell of a desk: when each case was taken up, how long it was worked on, how many at once."""

from __future__ import annotations

import heapq

import numpy as np

from sim.evidence.log import Floats, Ints


def taken_up_in_turn(came: Floats, left: Floats, staff: int) -> Floats:
    """When each case was begun at a desk that takes them in the order in which they came.

    With so many staff a case is begun when it comes, or as soon as all but `staff − 1` of those before it have left
    (Larson, *Management Science* 36 (1990), for one server). `left` is NaN of cases that are still there; those
    behind them that were not begun yet are infinite, and those of which it is not known when they came, NaN.
    """
    begun = np.full(len(came), np.nan)
    latest: list[float] = []
    """The last departures of those before, as many as there are staff."""
    for case in np.argsort(came, kind="stable")[: int(np.count_nonzero(~np.isnan(came)))].tolist():
        free = latest[0] if len(latest) == staff else -np.inf
        begun[case] = max(came[case], free)
        leaves = np.inf if np.isnan(left[case]) else left[case]
        if len(latest) < staff:
            heapq.heappush(latest, leaves)
        else:
            heapq.heappushpop(latest, leaves)
    return begun


def most_at_once(since: Floats, until: Floats, desk: Ints) -> Floats:
    """Of each case, how many its desk worked on just after it was taken up, itself among them."""
    order = np.lexsort((since, desk))
    told = np.zeros(len(since))
    ends: list[float] = []
    at = -1
    for case in order.tolist():
        if desk[case] != at:
            at, ends = int(desk[case]), []
        while ends and ends[0] <= since[case]:
            heapq.heappop(ends)
        heapq.heappush(ends, float(until[case]))
        told[case] = len(ends)
    return told

"""Two aims at once: the policies of which none is better in one aim without being worse in the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from sim.arrays import Bools as Bools
from sim.worlds.bench import MORE, Candidate, PolicyBench
from sim.worlds.designs import Floats
from sim.worlds.selecting import FIRST

STEP = 5
"""Replications between two looks at who is surely worse."""


def frontier(bench: PolicyBench, feasible: Sequence[Candidate]) -> tuple[list[Candidate], bool]:
    """The frontier by means, by its first aim; and whether all others are surely worse than one of it, all of that
    together but for the `error` of the plan.

    Those that are not surely worse are looked at again, up to `MORE` replications.
    """
    left, looks = list(feasible), len(range(FIRST, MORE + 1, STEP))
    for number in range(FIRST, MORE + 1):
        if (number - FIRST) % STEP == 0:
            worse = _surely_worse(_on_common_luck(bench, left), bench.plan.error / (len(feasible) ** 2 * looks))
            left = [one for one, is_worse in zip(left, worse, strict=True) if not is_worse]
        best = best_by(np.stack([aims.mean(axis=1) for aims in _on_common_luck(bench, left)], axis=1))
        if best.all() or number == MORE:
            break
        missing = [one for one in left if len(one.seen) <= number]
        bench.expected += len(missing)
        bench.live(missing, number)
    found = sorted((one for one, stays in zip(left, best, strict=True) if stays), key=bench.mean)
    return found, bool(best.all())


def best_by(values: Floats) -> Bools:
    """Of rows with two values that are to be least: which no other row beats in one without losing in the other."""
    at_most = (values[:, None] <= values[None]).all(axis=2)
    below = (values[:, None] < values[None]).any(axis=2)
    return np.asarray(~(at_most & below).any(axis=0))


def _on_common_luck(bench: PolicyBench, left: Sequence[Candidate]) -> list[Floats]:
    """By aim: policies × replications that all of them have lived through."""
    common = min(len(one.seen) for one in left)
    return [np.array([bench.aims(one, which)[:common] for one in left]) for which in (0, 1)]


def _surely_worse(aims: Sequence[Floats], error: float) -> Bools:
    """Which are worse than another, or as good, in both aims by the whole interval of the paired difference.

    `error` is how often one such interval may miss: it is looked at every pair, time and again (Bonferroni).
    """
    count, n = aims[0].shape
    worse = np.zeros(count, dtype=bool)
    for one in range(count):
        beaten, by_some = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
        for values in aims:
            apart = values[one] - values
            half = float(stdtrit(n - 1, 1 - error / 2)) * apart.std(axis=1, ddof=1) / np.sqrt(n)
            low = apart.mean(axis=1) - half
            beaten, by_some = beaten & (low >= 0), by_some | (low > 0)
        worse[one] = (beaten & by_some).any()
    return worse

"""Ranking and selection: the best of a finite set with a stated probability (Kim & Nelson 2001); of two aims the
frontier, those policies of which none is better in one aim without being worse in the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from sim.arrays import Bools, Floats
from sim.worlds.bench import FIRST, MORE, Candidate, PolicyBench

Sampler = Callable[[Sequence[int], int], Floats]
"""What some candidates come to in one replication, the same luck for all of them."""


class Selected(NamedTuple):
    """The best, and how it was found."""

    best: int
    is_settled: bool
    """Whether all others were dropped; without it the budget was spent first, and nothing is guaranteed."""
    replications: int
    """Of those that stayed to the end."""
    seen: list[list[float]]
    """By candidate: what each replication came to."""


def select_least(
    sample: Sampler, count: int, *, indifference: float, error: float = 0.05, most: int = 500
) -> Selected:
    """The candidate with the least mean: with probability 1 − `error`, whenever it is better than every other by
    `indifference` or more; else one that is within it of the best, as often.

    The procedure KN of Kim & Nelson (2001), *A fully sequential procedure for indifference-zone selection in
    simulation*: first-stage variances of paired differences, then one replication at a time of those that stay.
    """
    seen: list[list[float]] = [[] for _ in range(count)]
    for number in range(FIRST):
        _take(sample, range(count), number, seen)
    if count == 1:
        return Selected(0, True, FIRST, seen)
    values = np.array(seen)
    spread = ((values[:, None] - values[None]) - (values.mean(1)[:, None] - values.mean(1)[None])[:, :, None]) ** 2
    variance = spread.sum(axis=2) / (FIRST - 1)
    eta = ((2 * error / (count - 1)) ** (-2 / (FIRST - 1)) - 1) / 2
    reach = 2 * eta * (FIRST - 1) * variance
    left, number = list(range(count)), FIRST
    while True:
        means = np.array([np.mean(seen[one]) for one in left])
        allowed = np.maximum(0, (reach[np.ix_(left, left)] / indifference - indifference * number) / (2 * number))
        stays = (means[:, None] <= means[None] + allowed).all(axis=1)
        left = [one for one, stay in zip(left, stays, strict=True) if stay]
        # Once no doubt is allowed for any pair, what is left is as good as the best.
        is_settled = len(left) == 1 or not allowed[np.ix_(stays, stays)].any()
        if is_settled or number >= most:
            best = min(left, key=lambda one: float(np.mean(seen[one])))
            return Selected(best, is_settled, number, seen)
        _take(sample, left, number, seen)
        number += 1


def _take(sample: Sampler, candidates: Sequence[int], number: int, seen: list[list[float]]) -> None:
    for candidate, value in zip(candidates, sample(candidates, number), strict=True):
        seen[candidate].append(float(value))


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

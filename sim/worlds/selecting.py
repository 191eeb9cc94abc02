"""Ranking and selection: the best of a finite set, with a stated probability (Kim & Nelson 2001)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sim.arrays import Floats as Floats

FIRST = 10
"""Replications of each candidate before any is dropped."""
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

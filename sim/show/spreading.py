"""Words beside a picture, moved apart where they would lie on each other."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Positions as near as can be to the wanted ones (ascending), at least so far apart from each other.

    Least squares: neighbours that would come too close are pooled around their mean (pool adjacent violators;
    Barlow et al. 1972).
    """
    pools: list[list[float]] = []
    for number, position in enumerate(wanted):
        pools.append([position - number * apart])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    levels = [fmean(pool) for pool in pools for _ in pool]
    return [level + number * apart for number, level in enumerate(levels)]

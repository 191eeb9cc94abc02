"""Time to money: the cumulative incidence of every ending, over the time since asking."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.aalen_johansen import AalenJohansen, by_then, horizon, is_cut, seen_of
from sim.experiment.estimates import Floats, share
from sim.experiment.on_demand import Rows
from sim.experiment.predicates import every, summed
from sim.scenario.durations import DAY, HOUR
from sim.vocabulary.endings import ENDINGS as ENDINGS

_ENDED = ENDINGS[:-1]
GRID = np.unique(
    np.concatenate(
        [
            np.arange(0, DAY, HOUR // 2),
            np.arange(DAY, 7 * DAY, 3 * HOUR),
            np.arange(7 * DAY, 14 * DAY, 6 * HOUR),
            np.arange(14 * DAY, 90 * DAY + 1, DAY),
        ]
    )
)
"""Times since asking, in seconds: every half hour on the first day, then ever more coarsely up to 90 days."""


def incidence(claims: Rows, replications: int) -> pd.DataFrame:
    """The share of *all* claims that had ended so by each time, with its interval; see `Result.curves`.

    The endings compete: at every time their shares sum to 1. (1 − Kaplan-Meier with refusals as censored would
    not     be a share of anything: Satagopan et al. 2004, Andersen et al. 2013.)
    They end where too few were watched.
    """
    grid = watched_grid(claims)
    ended = _ended_by(claims, replications, grid)
    everybody = summed(every(claims), claims, replications)
    still_open = everybody[:, None, None] - ended.sum(axis=2, keepdims=True)
    so_far = np.concatenate([ended, still_open], axis=2)
    shares = share(so_far, everybody[:, None, None], len(claims))
    return pd.DataFrame(
        {
            "days": np.repeat(grid / DAY, len(ENDINGS)),
            "ending": pd.Categorical(list(ENDINGS) * len(grid), categories=list(ENDINGS)),
            "share": shares.value.ravel(),
            "low": shares.low.ravel(),
            "high": shares.high.ravel(),
        }
    )


def watched_grid(claims: Rows) -> NDArray[np.int64]:
    """The times of the grid that enough claims were watched for: all of them without a follow-up."""
    return GRID[horizon(claims) >= GRID]


def _ended_by(claims: Rows, replications: int, grid: NDArray[np.int64]) -> Floats:
    """Claims that had ended by each time of the grid, the time itself included: replication × time × ending.

    Where not all were watched for so long, as many as had by Aalen and Johansen's estimate.
    """
    if is_cut(claims):
        known = AalenJohansen(seen_of(claims, replications))
        return np.stack([[known.parts(ending, by_then(time)) for ending in _ENDED] for time in grid]).transpose(
            2, 0, 1
        )
    lasted = (claims["ended_at"] - claims["asked_at"]).dt.total_seconds().to_numpy()
    ending = pd.Index(_ENDED).get_indexer(pd.Index(claims["outcome"].astype(object)))
    is_over = ending >= 0
    first: NDArray[np.intp] = np.searchsorted(GRID, lasted[is_over], side="left")
    # One place beyond the grid takes those that ended after its last time.
    counts = np.zeros((replications, len(GRID) + 1, len(_ENDED)))
    np.add.at(counts, (claims["replication"].to_numpy()[is_over], first, ending[is_over]), 1)
    return np.asarray(counts.cumsum(axis=1)[:, :-1])

"""Time to money, compared: who has more of it back by when, and whether the curves cross."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.aalen_johansen import AalenJohansen, by_then, is_cut, seen_of
from sim.experiment.curves import watched_grid
from sim.experiment.differences import is_the_same
from sim.experiment.estimates import CONFIDENCE
from sim.experiment.influence import Deviating, paired, ratio_of, unpaired
from sim.experiment.predicates import times_to_money
from sim.experiment.result import Comparable, claims_of_result
from sim.experiment.verdicts import simultaneous
from sim.scenario.durations import DAY

CROSSING = ["after", "before", "first_ahead", "first_lead", "then_lead"]
"""Columns of the table of crossings, in order."""


def curve_difference(base: Comparable, other: Comparable, *, is_paired: bool) -> pd.DataFrame:
    """Shares of all claims refunded by each time, their difference, and its band; see `Comparison.curves`."""
    grid = min(watched_grid(claims_of_result(base)), watched_grid(claims_of_result(other)), key=len)
    mine, its = _refunded_by(base, grid), _refunded_by(other, grid)
    difference = (paired if is_paired else unpaired)(mine, its)
    n = np.inf if is_the_same(base, other) else min(len(claims_of_result(base)), len(claims_of_result(other)))
    low, high = difference.interval(CONFIDENCE, limit=1.0, n=n)
    lowest, highest = difference.interval(simultaneous(len(grid)), limit=1.0, n=n)
    return pd.DataFrame(
        {
            "days": grid / DAY,
            "base": mine.value,
            "other": its.value,
            "difference": difference.value,
            "low": low,
            "high": high,
            "low_simultaneous": lowest,
            "high_simultaneous": highest,
        }
    )


def _refunded_by(result: Comparable, grid: NDArray[np.int64]) -> Deviating:
    """The share of all claims refunded in full by each time of the grid, the time itself included."""
    if is_cut(claims_of_result(result)):
        known = AalenJohansen(seen_of(claims_of_result(result), result.about["replications"]))
        parts = np.array([known.parts("refunded", by_then(time)) for time in grid]).T
        return ratio_of(parts, np.broadcast_to(known.claims()[:, None], parts.shape))
    times = times_to_money(claims_of_result(result), result.about["replications"])
    refunded = np.array([np.searchsorted(one.seconds, grid, side="right") for one in times])
    claims = np.array([one.claims for one in times])
    return ratio_of(refunded, np.broadcast_to(claims[:, None], refunded.shape))


def crossings_of(curve: pd.DataFrame) -> pd.DataFrame:
    """Where the curves of `curve_difference` cross for sure, as `Comparison.crossings` has it.

    Only where the whole band lies on one side of zero at some time, and on the other side at a later one.
    """
    is_above, is_below = curve["low_simultaneous"] > 0, curve["high_simultaneous"] < 0
    sure = curve[is_above | is_below]
    # Stretches of time over which one and the same policy is surely ahead, whatever is unsure in between.
    turns = is_above[sure.index].astype(int).diff().ne(0).cumsum()
    stretches = [rows for _, rows in sure.groupby(turns)]
    return pd.DataFrame([_crossing(*two) for two in pairwise(stretches)], columns=CROSSING)


def _crossing(first: pd.DataFrame, then: pd.DataFrame) -> tuple[float, float, str, float, float]:
    first_lead, then_lead = (float(rows["difference"].abs().max()) for rows in (first, then))
    ahead = "other" if first["difference"].iloc[0] > 0 else "base"
    return float(first["days"].iloc[-1]), float(then["days"].iloc[0]), ahead, first_lead, then_lead

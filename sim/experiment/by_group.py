"""Success and time to money for each kind of claim: by route, reason, seller, payment method, product group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.aalen_johansen import UNTIL, is_finished
from sim.experiment.estimates import quantile, share
from sim.experiment.on_demand import Rows, frame_of
from sim.experiment.predicates import every, is_refunded, summed, times_to_money
from sim.scenario.durations import DAY

GROUPS = ("route", "claim", "reason", "seller_type", "payment_method", "product_group")
"""Columns of the claims by which they are grouped, in the order of the table."""
READ = ("replication", "outcome", "asked_at", "refunded_at", "ended_at", UNTIL)
"""Columns that tell success and time, those there are; parts of a table are quicker made of few."""


def success_by_group(rows: Rows, replications: int) -> pd.DataFrame:
    """One row per group and value that occurs, as `Result.by_group` has them."""
    claims = frame_of(rows)
    found = [
        {"group": group, "value": value, **success_and_time(members, replications)}
        for group in GROUPS
        for value, members in claims[[group, *read_of(claims)]].groupby(group, observed=True)
    ]
    return pd.DataFrame(found, columns=["group", "value", *success_and_time(claims[:0], replications)])


def read_of(claims: pd.DataFrame) -> list[str]:
    """Those of `READ` that these claims have."""
    return [name for name in READ if name in claims]


def success_and_time(claims: pd.DataFrame, replications: int) -> dict[str, float]:
    """How many claims, the share of them refunded in full, and by when half of them were; each with its interval.

    Neither is said beyond what was watched: success in the end is known once all have ended.

    Keys: `n`; `success`, `low`, `high`; `median_days`, `median_low`, `median_high` (NaN: not reached);
    `median_open`, whether nothing can be said of how late it may be: it was not reached, or may well not be.
    """
    refunded = summed(is_refunded(claims), claims, replications)
    success = share(
        refunded if is_finished(claims) else np.full_like(refunded, np.nan),
        summed(every(claims), claims, replications),
        len(claims),
    )
    median = quantile(times_to_money(claims, replications), 0.5)
    return {
        "n": len(claims),
        "success": float(success.value),
        "low": float(success.low),
        "high": float(success.high),
        "median_days": float(median.value) / DAY,
        "median_low": float(median.low) / DAY,
        "median_high": float(median.high) / DAY,
        "median_open": len(claims) > 0 and bool(np.isnan(median.high)) and _are_several(claims),
    }


def _are_several(claims: pd.DataFrame) -> bool:
    """Whether there is more than one replication to tell an interval from."""
    return bool(np.ptp(claims["replication"].to_numpy()) > 0)

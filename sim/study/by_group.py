"""Success and time to money for each kind of claim: by route, reason, seller, payment method."""

from __future__ import annotations

import pandas as pd

from sim.scenario.durations import DAY
from sim.study.counted import every, is_refunded, summed, times_to_money
from sim.study.estimates import quantile, share

GROUPS = ("route", "claim", "reason", "seller_type", "payment_method")
"""Columns of the claims by which they are grouped, in the order of the table."""
READ = ("replication", "outcome", "asked_at", "refunded_at")
"""Columns that tell success and time; parts of a table are quicker made of few."""


def success_by_group(claims: pd.DataFrame, replications: int) -> pd.DataFrame:
    """One row per group and value that occurs, as `Result.by_group` has them."""
    rows = [
        {"group": group, "value": value, **success_and_time(members, replications)}
        for group in GROUPS
        for value, members in claims[[group, *READ]].groupby(group, observed=True)
    ]
    return pd.DataFrame(rows, columns=["group", "value", *success_and_time(claims[:0], replications)])


def success_and_time(claims: pd.DataFrame, replications: int) -> dict[str, float]:
    """How many claims, the share of them refunded in full, and by when half of them were; each with its interval.

    Keys: `n`; `success`, `low`, `high`; `median_days`, `median_low`, `median_high` (NaN: not reached).
    """
    success = share(
        summed(is_refunded(claims), claims, replications), summed(every(claims), claims, replications), len(claims)
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
    }

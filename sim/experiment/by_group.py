"""Success and time to money for each kind of claim: by route, reason, seller, payment method, product group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.experiment.aalen_johansen import is_finished
from sim.experiment.estimates import quantile, share
from sim.experiment.on_demand import OnDemand, Rows, numbers_in, on_demand
from sim.experiment.predicates import every, is_refunded, summed, times_to_money
from sim.scenario.durations import DAY

GROUPS = ("route", "claim", "reason", "seller_type", "payment_method", "product_group")
"""Columns of the claims by which they are grouped, in the order of the table."""


def success_by_group(claims: Rows, replications: int) -> pd.DataFrame:
    """One row per group and value that occurs, as `Result.by_group` has them."""
    table = on_demand(claims)
    rows = [
        {"group": group, "value": value, **success_and_time(members, replications)}
        for group in GROUPS
        for value, members in _by_word(table, group)
    ]
    nobody = success_and_time(table.only(np.zeros(0, np.int64)), replications)
    return pd.DataFrame(rows, columns=["group", "value", *nobody])


def _by_word(table: OnDemand, column: str) -> Iterator[tuple[str, OnDemand]]:
    """The rows of each word that occurs, in the order of the words."""
    words = pd.Categorical(table.values(column))
    for code in np.unique(words.codes[words.codes >= 0]):
        yield words.categories[code], table.only(words.codes == code)


def success_and_time(claims: Rows, replications: int) -> dict[str, float]:
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


def _are_several(claims: Rows) -> bool:
    """Whether there is more than one replication to tell an interval from."""
    return bool(np.ptp(numbers_in(claims, "replication")) > 0)

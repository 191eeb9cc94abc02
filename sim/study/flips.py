"""Which orders end otherwise under another policy: how many, where their stories part, and what it comes to.

An order keeps its luck under every policy, so it can be asked what became of this very order under the other one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.study.partings import ASKING, LIMIT, NEVER_PART, PARTINGS, parted_at
from sim.study.result import Comparable

REFUNDED, UNASKED, NO_CLAIM = "refunded", "refunded_unasked", "no_claim"
ENDINGS = (REFUNDED, "partly_refunded", "refused", "gave_up", "expired", "open", UNASKED, NO_CLAIM)
"""What may have become of any order of the cohort, claim or not, in the order of tables."""
EXAMPLES = 3
_ORDER = ["replication", "order"]
_KEYS = ["base_outcome", "other_outcome", "parts_at"]


def flips_of(base: Comparable, other: Comparable) -> pd.DataFrame:
    """Every order of the cohort by how it ended under each of two policies; see `Comparison.flips`.

    The two must share their luck.
    """
    orders = _side_by_side(base, other)
    table = orders.groupby(_KEYS, sort=False, observed=True).agg(
        orders=("example", "size"),
        time_change=("time_change", "mean"),
        money_change=("money_change", "mean"),
        examples=("example", lambda some: list(some.iloc[:EXAMPLES])),
    )
    table = pd.concat([table.reset_index(), _all_others(base.about["orders"] - len(orders))], ignore_index=True)
    return _in_order(table, base.about["replications"])


def no_flips() -> pd.DataFrame:
    """The same table without any rows: of scenarios whose orders are other orders."""
    return _in_order(_all_others(0), 1)


def _in_order(table: pd.DataFrame, replications: int) -> pd.DataFrame:
    table = table[table["orders"] > 0].reset_index(drop=True)
    table.insert(4, "per_replication", table["orders"] / replications)
    for column, words in zip(_KEYS, (ENDINGS, ENDINGS, PARTINGS), strict=True):
        table[column] = pd.Categorical(table[column], categories=words, ordered=True)
    return table.sort_values(
        [*_KEYS[:2], "orders"], ascending=[True, True, False], kind="stable", ignore_index=True
    )


def _all_others(orders: int) -> pd.DataFrame:
    """Those that nobody wanted the money back for under either policy, and that were sent in time."""
    return pd.DataFrame(
        {
            "base_outcome": [NO_CLAIM],
            "other_outcome": [NO_CLAIM],
            "parts_at": [NEVER_PART],
            "orders": [orders],
            "time_change": [np.nan],
            "money_change": [0.0],
            "examples": [[]],
        }
    )


def _side_by_side(base: Comparable, other: Comparable) -> pd.DataFrame:
    """One row per order that was a claim, or was refunded unasked, under either policy."""
    tables = [table.set_index(_ORDER).index for one in (base, other) for table in (one.orders, one.unasked)]
    everybody = tables[0].append(tables[1:]).unique().sort_values()
    mine, its = _fates(base, everybody), _fates(other, everybody)
    return pd.DataFrame(
        {
            "base_outcome": mine["outcome"],
            "other_outcome": its["outcome"],
            "parts_at": _partings(base, other, mine["outcome"], its["outcome"]),
            "time_change": its["days"] - mine["days"],
            "money_change": its["money"] - mine["money"],
            "example": everybody.to_list(),
        }
    )


def _fates(result: Comparable, everybody: pd.Index[Any]) -> pd.DataFrame:
    """What became of each order: its outcome, days until all the money, and what the buyer is left with."""
    claims, unasked = result.orders.set_index(_ORDER), result.unasked.set_index(_ORDER)
    fates = pd.DataFrame(
        {
            "outcome": claims["outcome"].astype(object),
            "days": claims["refund_days"].where(claims["outcome"] == REFUNDED),
            "money": claims["refund"] - claims["buyer_cost"],
        }
    ).reindex(everybody)
    fates.loc[unasked.index, "outcome"] = UNASKED
    fates.loc[unasked.index, "money"] = unasked["refund"]
    return fates.fillna({"outcome": NO_CLAIM, "money": 0.0})


def _partings(base: Comparable, other: Comparable, mine: pd.Series[str], its: pd.Series[str]) -> pd.Series[str]:
    """Where the stories part; one that is a claim under one policy alone has parted before there was a claim."""
    is_unasked = (mine == UNASKED) | (its == UNASKED)
    partings = pd.Series(np.where(mine == its, NEVER_PART, np.where(is_unasked, LIMIT, ASKING)), mine.index, object)
    claims = base.orders.set_index(_ORDER), other.orders.set_index(_ORDER)
    both = claims[0].index.intersection(claims[1].index)
    partings[both] = parted_at(claims[0].loc[both], claims[1].loc[both])
    return partings

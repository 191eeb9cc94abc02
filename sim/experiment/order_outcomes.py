"""What became of each order under either of two policies: order by order, since an order keeps its luck.

Replications can be looked at a few at a time, and what is left of each order then is some forty bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.experiment.first_divergence import ASKING, LIMIT, NEVER_PART, PARTINGS, diverged_at
from sim.experiment.observation import Observation
from sim.vocabulary import endings

REFUNDED, UNASKED, NO_CLAIM = "refunded", "refunded_unasked", "no_claim"
ENDINGS = (*endings.ENDINGS, UNASKED, NO_CLAIM)
"""What may have become of any order of the cohort, claim or not, in the order of tables."""
WORDS = {"base_outcome": ENDINGS, "other_outcome": ENDINGS, "parts_at": PARTINGS}
"""The words that a column may hold, in their order."""
_ORDER = ["replication", "order"]


class Side(NamedTuple):
    """What happened under one policy, in some replications."""

    claims: pd.DataFrame
    """As `Result.orders` has them."""
    unasked: pd.DataFrame
    """As `Result.unasked` has them."""


def side_of(seen: Sequence[Observation]) -> Side:
    """Of these replications."""
    tables = [[one.claims for one in seen], [one.unasked for one in seen]]
    return Side(*(pd.concat(some, ignore_index=True) for some in tables))


def outcomes_by_order(base: Side, other: Side) -> pd.DataFrame:
    """One row per order that was a claim, or was refunded unasked, under either of two policies that share luck.

    - `replication`, `order`: which one; ascending.
    - `base_outcome`, `other_outcome`: words of `ENDINGS`; `parts_at`: a word of `PARTINGS`.
    - `time_change`: days from asking to the money, other − base, where both refund in full; else NaN.
    - `money_change`: change in what the buyer is left with, refund less postage, in the currency.
    """
    indices = [table.set_index(_ORDER).index for side in (base, other) for table in side]
    everybody = indices[0].append(indices[1:]).unique().sort_values()
    mine, its = _outcomes(base, everybody), _outcomes(other, everybody)
    outcomes = pd.DataFrame(
        {
            "base_outcome": mine["outcome"],
            "other_outcome": its["outcome"],
            "parts_at": _divergences(base, other, mine["outcome"], its["outcome"]),
            "time_change": its["days"] - mine["days"],
            "money_change": its["money"] - mine["money"],
        }
    )
    return in_words(outcomes.reset_index())


def no_outcomes() -> pd.DataFrame:
    """The same table without any rows."""
    columns = ("replication", "order", *WORDS, "time_change", "money_change")
    kinds = dict.fromkeys(columns, "float64") | {"replication": "int64", "order": "int64"}
    return in_words(pd.DataFrame(columns=columns).astype(kinds))


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its columns of words as ordered categories, which sort as tables do and take a byte."""
    words = {
        name: pd.Categorical(table[name], categories=some, ordered=True)
        for name, some in WORDS.items()
        if name in table
    }
    return table.assign(**words)


def _outcomes(side: Side, everybody: pd.Index[Any]) -> pd.DataFrame:
    """What became of each order: its outcome, days until all the money, and what the buyer is left with."""
    claims, unasked = side.claims.set_index(_ORDER), side.unasked.set_index(_ORDER)
    outcomes = pd.DataFrame(
        {
            "outcome": claims["outcome"].astype(object),
            "days": claims["refund_days"].where(claims["outcome"] == REFUNDED),
            "money": claims["refund"] - claims["buyer_cost"],
        }
    ).reindex(everybody)
    outcomes.loc[unasked.index, "outcome"] = UNASKED
    outcomes.loc[unasked.index, "money"] = unasked["refund"]
    return outcomes.fillna({"outcome": NO_CLAIM, "money": 0.0})


def _divergences(base: Side, other: Side, mine: pd.Series[str], its: pd.Series[str]) -> pd.Series[str]:
    """Where the stories part; one that is a claim under one policy alone has parted before there was a claim."""
    is_unasked = (mine == UNASKED) | (its == UNASKED)
    diverged = pd.Series(np.where(mine == its, NEVER_PART, np.where(is_unasked, LIMIT, ASKING)), mine.index, object)
    claims = base.claims.set_index(_ORDER), other.claims.set_index(_ORDER)
    both = claims[0].index.intersection(claims[1].index)
    diverged[both] = diverged_at(claims[0].loc[both], claims[1].loc[both])
    return diverged

"""What became of each order under either of two policies: order by order, since an order keeps its luck.

Replications can be looked at a few at a time, and what is left of each order then is some forty bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Floats, Ints
from sim.experiment.first_divergence import ASKING, LIMIT, NEVER_PART, PARTINGS, differ, diverged_at
from sim.experiment.observation import Observation
from sim.experiment.on_demand import Rows, numbers_in, on_demand, one_below_the_other, values_of
from sim.experiment.predicates import is_refunded
from sim.vocabulary import endings

REFUNDED, UNASKED, NO_CLAIM = "refunded", "refunded_unasked", "no_claim"
ENDINGS = (*endings.ENDINGS, UNASKED, NO_CLAIM)
"""What may have become of any order of the cohort, claim or not, in the order of tables."""
WORDS = {"base_outcome": ENDINGS, "other_outcome": ENDINGS, "parts_at": PARTINGS}
"""The words that a column may hold, in their order."""


class Side(NamedTuple):
    """What happened under one policy, in some replications."""

    claims: Rows
    """As `Result.orders` has them."""
    unasked: Rows
    """As `Result.unasked` has them."""


def side_of(seen: Sequence[Observation]) -> Side:
    """Of these replications."""
    return Side(
        one_below_the_other([one.claims for one in seen]), one_below_the_other([one.unasked for one in seen])
    )


def outcomes_by_order(base: Side, other: Side) -> pd.DataFrame:
    """One row per order that was a claim, or was refunded unasked, under either of two policies that share luck.

    - `replication`, `order`: which one; ascending.
    - `base_outcome`, `other_outcome`: words of `ENDINGS`; `parts_at`: a word of `PARTINGS`.
    - `time_change`: days from asking to the money, other − base, where both refund in full; else NaN.
    - `money_change`: change in what the buyer is left with, refund less postage, in the currency.
    """
    base, other = (Side(*map(on_demand, side)) for side in (base, other))
    beyond = 1 + max(int(numbers_in(table, "order").max(initial=0)) for side in (base, other) for table in side)
    everybody = np.unique(np.concatenate([_keys(table, beyond) for side in (base, other) for table in side]))
    mine, its = (_outcomes(side, everybody, beyond) for side in (base, other))
    return pd.DataFrame(
        {
            "replication": everybody // beyond,
            "order": everybody % beyond,
            "base_outcome": as_words("base_outcome", mine.outcome),
            "other_outcome": as_words("other_outcome", its.outcome),
            "parts_at": as_words("parts_at", _divergences(base, other, mine, its)),
            "time_change": its.days - mine.days,
            "money_change": its.money - mine.money,
        }
    )


def no_outcomes() -> pd.DataFrame:
    """The same table without any rows."""
    nothing = np.empty(0, dtype=np.int64)
    words = {name: as_words(name, nothing) for name in WORDS}
    changes = dict.fromkeys(("time_change", "money_change"), nothing.astype(np.float64))
    return pd.DataFrame({"replication": nothing, "order": nothing} | words | changes)


class _Outcomes(NamedTuple):
    """What became of some orders, one row each."""

    outcome: Ints
    """By number in `ENDINGS`."""
    days: Floats
    """Until all the money; NaN where that never came."""
    money: Floats
    """What the buyer is left with."""
    claim: Ints
    """Its row in the table of claims; −1 where there is none."""


def _outcomes(side: Side, everybody: Ints, beyond: int) -> _Outcomes:
    """Of each of these orders, told by `_keys`."""
    claims, unasked = side
    rows, freed = (np.searchsorted(everybody, _keys(table, beyond)) for table in side)
    known = _Outcomes(
        np.full(len(everybody), ENDINGS.index(NO_CLAIM)),
        np.full(len(everybody), np.nan),
        np.zeros(len(everybody)),
        np.full(len(everybody), -1),
    )
    known.outcome[rows] = pd.Categorical(values_of(claims, "outcome"), categories=ENDINGS).codes
    known.days[rows] = np.where(is_refunded(claims), numbers_in(claims, "refund_days"), np.nan)
    known.money[rows] = np.nan_to_num(numbers_in(claims, "refund") - numbers_in(claims, "buyer_cost"), nan=0.0)
    known.claim[rows] = np.arange(len(claims))
    known.outcome[freed], known.money[freed] = ENDINGS.index(UNASKED), numbers_in(unasked, "refund")
    return known


def _divergences(base: Side, other: Side, mine: _Outcomes, its: _Outcomes) -> Ints:
    """Where the stories part, by number in `PARTINGS`; one that is a claim under one policy alone has parted before
    there was a claim."""
    never, limit, asking = map(PARTINGS.index, (NEVER_PART, LIMIT, ASKING))
    unasked = ENDINGS.index(UNASKED)
    is_unasked = (mine.outcome == unasked) | (its.outcome == unasked)
    diverged = np.where(mine.outcome == its.outcome, never, np.where(is_unasked, limit, asking))
    both = np.flatnonzero((mine.claim >= 0) & (its.claim >= 0))
    rows = mine.claim[both], its.claim[both]
    diverged[both] = never
    parted = differ(base.claims, other.claims, *rows)
    sides = (
        on_demand(table).only(some[parted]) for table, some in zip((base.claims, other.claims), rows, strict=True)
    )
    diverged[both[parted]] = [PARTINGS.index(place) for place in diverged_at(*sides)]
    return diverged


def _keys(table: Rows, beyond: int) -> Ints:
    """Each order by one number, ascending as replication and order do; `beyond` is above every order's number."""
    replication, order = (numbers_in(table, name).astype(np.int64) for name in ("replication", "order"))
    return np.asarray(replication * beyond + order)


def as_words(name: str, codes: Ints) -> pd.Categorical[Any]:
    """A column of words by their numbers in `WORDS`: they sort as tables do, and take a byte."""
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype([*WORDS[name]], ordered=True))

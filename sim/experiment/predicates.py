"""What the measures count: yes or no, or a number, for each row of a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.experiment.aalen_johansen import horizon, is_cut, seen_of
from sim.experiment.columns import CAME_TO
from sim.experiment.estimates import Floats
from sim.experiment.on_demand import OnDemand
from sim.experiment.on_demand import Rows as Rows
from sim.experiment.pooled import Others, Times

Of = Callable[[Rows], ArrayLike]
"""One number, or yes/no, per row of a table."""


def every(rows: Rows) -> ArrayLike:
    """Each row counts as one."""
    return np.ones(len(rows))


@cache
def reads(column: str) -> Of:
    """What the column holds."""
    return lambda rows: rows[column]


@cache
def scaled(column: str, times: int) -> Of:
    """So many times what the column holds."""
    return lambda rows: times * rows[column].to_numpy()


@cache
def says(column: str, word: str) -> Of:
    """Whether the column has this word."""
    return lambda rows: rows[column] == word


@cache
def is_known(column: str) -> Of:
    """Whether the column holds anything."""
    return lambda rows: rows[column].notna()


def is_refunded(claims: Rows) -> pd.Series[bool]:
    """The buyer has all the money back."""
    return claims["outcome"] == "refunded"


def has_money_back(claims: Rows) -> pd.Series[bool]:
    """Some money came back: all of it, or a part."""
    return claims["outcome"].isin(["refunded", "partly_refunded"])


def is_refunded_within(days: int) -> Of:
    """The buyer had all the money back within so many days of asking, the last instant included."""
    return lambda claims: is_refunded(claims) & (claims["refund_days"] <= days)


def days_with_the_money(days: int) -> Of:
    """How long each had all the money back, of the first so many days since asking; 0 for who never had it then.

    Their mean is the area under the curve of refunds up to that day. Unlike a median, it is always there; unlike
    the mean time of those refunded, it does not prefer a policy for refunding fewer. Source: the time lost to one
    of several competing endings, Andersen (2013), Statistics in Medicine 32.
    """
    return lambda claims: (days - claims["refund_days"]).clip(lower=0).where(is_refunded(claims), 0)


def days_until_refunded(claims: Rows) -> ArrayLike:
    """From asking to all the money; 0 for those who never had it."""
    return claims["refund_days"].where(is_refunded(claims), 0)


def postage(claims: Rows) -> pd.Series[float]:
    """What sending it back cost, whoever paid."""
    return claims["buyer_cost"] + claims["seller_cost"] + claims["platform_cost"]


def has_waited_at(desk: str) -> Of:
    """Whether the request waited at this desk, and its waiting is over."""
    return lambda requests: (requests["desk"] == desk) & requests["wait"].notna()


def changed_their_mind(claims: Rows) -> pd.Series[bool]:
    """Whether it began with a changed mind, which has a reason; it may have turned to goods not received since."""
    return claims["reason"].notna()


NOT_SHIPPED = 1 << 7
"""The bit of `CAME_TO` that says so."""


def is_not_shipped(claims: Rows) -> pd.Series[bool]:
    """The parcel had not left when the mind changed (one that left in the same second had)."""
    if CAME_TO in claims:
        return claims[CAME_TO] >= NOT_SHIPPED
    return claims["dispatched_at"].isna() | (claims["dispatched_at"] > claims["asked_at"])


def gain(claims: Rows) -> pd.Series[float]:
    """What trying to get the money back brought, against keeping the order: refund + saving − costs − price.

    The price is lost only where the goods are gone (cancelled, or posted back), and the saving is made only by
    those who then have all their money to buy elsewhere. So who cancels gains the saving; who returns it gains the
    saving less the postage; who returns it in vain loses goods and postage. An open claim counts as it stands.
    Source: the article's opening ("only to find it somewhere else, but MUCH cheaper").
    """
    is_cancelled = is_refunded(claims) & claims["dispatched_at"].isna()
    are_gone = is_cancelled | claims["return_posted_at"].notna()
    price = claims["value"].where(are_gone, 0)
    saving = claims["saving"].where(are_gone & is_refunded(claims), 0)
    return claims["refund"] + saving - claims["buyer_cost"] - price


def was_worth_it(claims: Rows) -> pd.Series[bool]:
    """It brought something, if only a cent (half a cent, since amounts are floats here)."""
    return gain(claims) > 0.005


# ------------------------------------------------------------------------------- by replication


def numbers(of: Of, rows: Rows) -> Floats:
    """What is counted of each row."""
    return rows.once(of) if isinstance(rows, OnDemand) else np.asarray(of(rows), dtype=np.float64)


def some_of(rows: Rows, chosen: NDArray[np.bool_]) -> Rows:
    """Some of the rows."""
    return rows.only(chosen) if isinstance(rows, OnDemand) else rows[chosen]


def summed(values: ArrayLike, rows: Rows, replications: int) -> Floats:
    """Sums by replication; 0 for one without rows."""
    weights = np.asarray(values, dtype=np.float64)
    return np.bincount(rows["replication"].to_numpy(), weights=weights, minlength=replications).astype(np.float64)


def times_to_money(claims: Rows, replications: int) -> list[Times]:
    """Per replication: the seconds from asking to a full refund, ascending, and the number of claims."""
    refunded = is_refunded(claims).to_numpy()
    asked, back, of = (claims[name].to_numpy()[refunded] for name in ("asked_at", "refunded_at", "replication"))
    seconds = (back - asked).astype("timedelta64[s]").astype(np.int64)[np.argsort(of, kind="stable")]
    by_replication = np.split(seconds, np.cumsum(np.bincount(of, minlength=replications))[:-1])
    claimants = summed(every(claims), claims, replications).astype(np.int64).tolist()
    times = [Times(np.sort(one), count) for one, count in zip(by_replication, claimants, strict=True)]
    return _as_watched(times, claims) if is_cut(claims) else times


def _as_watched(times: list[Times], claims: Rows) -> list[Times]:
    """The same times, beside what else ended the claims of each replication, and how long the open were watched."""
    seen, until = seen_of(claims, len(times)), horizon(claims)
    is_open = seen.outcome == "open"
    is_over = ~is_open & (seen.outcome != "refunded")

    def of(number: int, chosen: NDArray[np.bool_]) -> Floats:
        return np.asarray(seen.seconds[chosen & (seen.replication == number)])

    return [
        one._replace(others=Others(of(number, is_over), of(number, is_open), until))
        for number, one in enumerate(times)
    ]

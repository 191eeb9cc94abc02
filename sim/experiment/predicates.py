"""What the measures count: yes or no, or a number, for each row of a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.arrays import Bools
from sim.experiment.aalen_johansen import horizon, is_cut, seen_of
from sim.experiment.columns import CAME_TO
from sim.experiment.estimates import Floats
from sim.experiment.on_demand import OnDemand, numbers_in, values_of
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
    return lambda rows: values_of(rows, column)


@cache
def scaled(column: str, times: int) -> Of:
    """So many times what the column holds."""
    return lambda rows: times * numbers_in(rows, column)


@cache
def says(column: str, word: str) -> Of:
    """Whether the column has this word."""
    return lambda rows: has_word(rows, column, word)


@cache
def is_known(column: str) -> Of:
    """Whether the column holds anything."""
    return lambda rows: has_any(rows, column)


def has_word(rows: Rows, column: str, word: str) -> Bools:
    """In which rows the column has this word; words are told apart by their codes."""
    words = values_of(rows, column)
    if not isinstance(words, pd.Categorical):
        return np.asarray(words == word, dtype=bool)
    known = words.categories
    return np.asarray(words.codes == known.get_loc(word)) if word in known else np.zeros(len(words), dtype=bool)


def has_any(rows: Rows, column: str) -> Bools:
    """In which rows the column holds anything."""
    values = values_of(rows, column)
    return np.asarray(values.codes >= 0 if isinstance(values, pd.Categorical) else pd.notna(values))


def is_refunded(claims: Rows) -> Bools:
    """The buyer has all the money back."""
    return has_word(claims, "outcome", "refunded")


def has_money_back(claims: Rows) -> Bools:
    """Some money came back: all of it, or a part."""
    return is_refunded(claims) | has_word(claims, "outcome", "partly_refunded")


def is_refunded_within(days: int) -> Of:
    """The buyer had all the money back within so many days of asking, the last instant included."""
    return lambda claims: is_refunded(claims) & (numbers_in(claims, "refund_days") <= days)


def days_with_the_money(days: int) -> Of:
    """How long each had all the money back, of the first so many days since asking; 0 for who never had it then.

    Their mean is the area under the curve of refunds up to that day. Unlike a median, it is always there; unlike
    the mean time of those refunded, it does not prefer a policy for refunding fewer. Source: the time lost to one
    of several competing endings, Andersen (2013), Statistics in Medicine 32.
    """
    return lambda claims: np.where(
        is_refunded(claims), np.maximum(days - numbers_in(claims, "refund_days"), 0.0), 0.0
    )


def days_until_refunded(claims: Rows) -> ArrayLike:
    """From asking to all the money; 0 for those who never had it."""
    return np.where(is_refunded(claims), numbers_in(claims, "refund_days"), 0.0)


def postage(claims: Rows) -> Floats:
    """What sending it back cost, whoever paid."""
    buyer, seller, platform = (numbers_in(claims, f"{who}_cost") for who in ("buyer", "seller", "platform"))
    return np.asarray(buyer + seller + platform)


def has_waited_at(desk: str) -> Of:
    """Whether the request waited at this desk, and its waiting is over."""
    return lambda requests: has_word(requests, "desk", desk) & has_any(requests, "wait")


def changed_their_mind(claims: Rows) -> Bools:
    """Whether it began with a changed mind, which has a reason; it may have turned to goods not received since."""
    return has_any(claims, "reason")


NOT_SHIPPED = 1 << 7
"""The bit of `CAME_TO` that says so."""


def is_not_shipped(claims: Rows) -> Bools:
    """The parcel had not left when the mind changed (one that left in the same second had)."""
    if CAME_TO in claims:
        return np.asarray(numbers_in(claims, CAME_TO) >= NOT_SHIPPED)
    dispatched = numbers_in(claims, "dispatched_at")
    return np.asarray(np.isnat(dispatched) | (dispatched > numbers_in(claims, "asked_at")))


def gain(claims: Rows) -> Floats:
    """What trying to get the money back brought, against keeping the order: refund + saving − costs − price.

    The price is lost only where the goods are gone (cancelled, or posted back), and the saving is made only by
    those who then have all their money to buy elsewhere. So who cancels gains the saving; who returns it gains the
    saving less the postage; who returns it in vain loses goods and postage. An open claim counts as it stands.
    Source: the article's opening ("only to find it somewhere else, but MUCH cheaper").
    """
    is_cancelled = is_refunded(claims) & ~has_any(claims, "dispatched_at")
    are_gone = is_cancelled | has_any(claims, "return_posted_at")
    price = np.where(are_gone, numbers_in(claims, "value"), 0.0)
    saving = np.where(are_gone & is_refunded(claims), numbers_in(claims, "saving"), 0.0)
    return np.asarray(numbers_in(claims, "refund") + saving - numbers_in(claims, "buyer_cost") - price)


def was_worth_it(claims: Rows) -> Bools:
    """It brought something, if only a cent (half a cent, since amounts are floats here)."""
    return np.asarray(gain(claims) > 0.005)


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
    return np.bincount(numbers_in(rows, "replication"), weights, replications).astype(np.float64)


def all_summed(of: Of, rows: Rows, replications: int) -> Floats:
    """The sums by replication of what is counted of each row, for all who ask for the same."""
    if not isinstance(rows, OnDemand):
        return summed(numbers(of, rows), rows, replications)
    return rows.sums(of, lambda: summed(numbers(of, rows), rows, replications))


def times_to_money(claims: Rows, replications: int) -> list[Times]:
    """Per replication: the seconds from asking to a full refund, ascending, and the number of claims."""
    refunded = is_refunded(claims)
    asked, back, of = (numbers_in(claims, name)[refunded] for name in ("asked_at", "refunded_at", "replication"))
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

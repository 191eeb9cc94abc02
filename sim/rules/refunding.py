"""The money on its way back: who pays the postage, how much comes back, when it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MILLION = 1_000_000
Whole = TypeVar("Whole", int, "NDArray[np.int64]")


def share_of(amount: Whole, share: Whole) -> Whole:
    """`share` parts per million of `amount` cents, half a cent rounded up; of one amount or of an array."""
    return (amount * share + MILLION // 2) // MILLION


def paid_by(party: int, payer: int, cost: int) -> int:
    """What this party pays of a cost that the policy puts on one of them."""
    return cost if party == payer else 0


def limit_of(limit: int, due: int) -> int:
    """A limit that has run since the refund was decided, or earlier, does not end before the refund falls due.

    Source: Directive 2011/83/EU, art. 13: fourteen days from notice, or later, once the goods or their proof of
    posting are there.
    """
    return max(limit, due)


def arrives_at(bank_posts_at: int, limit: int) -> int:
    """The bank's posting, or the policy's limit where that is enforced and comes first.

    Source: the article ("the money will be refunded within NINE DAYS").
    """
    return min(bank_posts_at, limit)


def is_limit_used(bank_posts_at: int, limit: int) -> bool:
    """Whether the money arrived only because the limit was enforced."""
    return limit < bank_posts_at

"""What goes back: the goods, must they and who pays the postage; the money, how much and when it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sim.scenario.durations import NEVER
from sim.vocabulary import Party

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.rules.terms import PayerAt

MILLION = 1_000_000
Whole = TypeVar("Whole", int, "NDArray[np.int64]")
BUYER, SELLER = int(Party.BUYER), int(Party.SELLER)


def must_go_back(needs_return: bool, value: int, returnless_below: int) -> bool:
    """The goods go back where the policy wants them, unless they are worth less than it bothers about (cents).

    Source: "instant or returnless refund" by the item's value (Temu's text, copied on permalling.com).
    """
    return needs_return and value >= returnless_below


def is_there_to_go_back(delivered_at: int, now: int, waits_no_longer: bool) -> bool:
    """A parcel that never came needs no return; nor one that is not here, for a buyer who waits no longer."""
    return delivered_at <= now if waits_no_longer else delivered_at < NEVER


def money_waits_for_the_parcel(while_in_transit: bool, goes_back: bool, on_notice: bool) -> bool:
    """What is on its way comes before the money does, unless the claim could be made in transit.

    Then the money waits only for goods that have to go back first.
    """
    return not while_in_transit or (goes_back and not on_notice)


def who_pays_the_postage(payers: tuple[PayerAt, ...], value: int, free_return: bool) -> int:
    """By the price (cents): rows are read in order. Sellers who list with free returns pay what is the buyer's.

    Source: AliExpress, "Free Return" items (lilianshops.com).
    """
    row = 0
    while value >= payers[row].below:
        row += 1
    payer = payers[row].payer
    return SELLER if free_return and payer == BUYER else payer


def share_of(amount: Whole, share: Whole) -> Whole:
    """`share` parts per million of `amount` cents, half a cent rounded up; of one amount or of an array.

    Whole millions of cents first: a price may be so high that the product has more digits than the compiled engine.
    """
    return amount // MILLION * share + (amount % MILLION * share + MILLION // 2) // MILLION


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

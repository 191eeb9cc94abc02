"""What goes back: must it, is it here to go, who pays, and what if it gets lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.scenario.durations import NEVER
from sim.vocabulary import Party

if TYPE_CHECKING:
    from sim.rules.terms import PayerAt

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

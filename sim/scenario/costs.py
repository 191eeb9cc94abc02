"""What the trouble itself costs: the hours of desks, and what a bank asks for a chargeback."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.scenario.base import Described, Named, Sparse
from sim.vocabulary import Party

Amount = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
"""Money, in units of the market's currency."""


class HourlyCosts(Described):
    """What an hour of working time costs whom the desk belongs to."""

    seller: Amount = 0
    """At a seller's desk."""
    mediation: Amount = 0
    """At the platform's mediation desk, disputes that the platform answers included."""


class ChargebackCosts(Described):
    """What the bank asks for each chargeback that is filed, whoever wins it."""

    fee: Amount = 0
    """For each, in units of the currency."""
    payer: Annotated[Party, Named(only=(Party.SELLER, Party.PLATFORM))] = Party.SELLER
    """Who is charged."""


class Costs(Described):
    """What the accounts of a claim need to know beside prices and postage; nothing costs anything unless said."""

    hour: HourlyCosts = HourlyCosts()
    chargeback: ChargebackCosts = ChargebackCosts()


# ------------------------------------------------------------------------------- what is added up of them

PAID = (
    *("price", "refund", "refund_by_platform", "goods_kept_with_money", "goods_kept", "goods_lost"),
    "goods_under_way",
    *("postage", "seller_postage", "platform_postage", "seller_work", "mediation_work"),
    *("seller_chargeback_fee", "platform_chargeback_fee"),
)
"""What passes from one account to another; `records.accounts.PAYMENTS` says from whom to whom."""
LEFT = tuple(f"{account}_account" for account in (*(party.word for party in Party), "staff"))
"""What everybody is left with."""
HOURS = ("seller_hours", "mediation_hours")
PER_CLAIM, PER_1000_ORDERS = "_per_claim", "_per_1000_orders"
COST_MEASURES = tuple(name + per for per in (PER_CLAIM, PER_1000_ORDERS) for name in (*PAID, *LEFT, *HOURS))
"""The names of the measures made of them."""


# ------------------------------------------------------------------------------- who pays the postage of a return


MOST_ROWS = 8
PayingParty = Annotated[Party, Named(only=(Party.BUYER, Party.SELLER, Party.PLATFORM))]


class PayerRow(Sparse):
    """Who pays for orders below a price; the last row is for all others."""

    below: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """In units of the currency; an order of exactly this price belongs to the next row."""
    payer: PayingParty
    """Who pays the postage of such an order."""


def _in_order(rows: list[PayerRow]) -> list[PayerRow]:
    prices = [row.below for row in rows]
    if None in prices[:-1] or prices[-1] is not None:
        raise ValueError("expected a price ('below') in every row but the last, which is for all other orders")
    known = [price for price in prices if price is not None]
    if sorted(set(known)) != known:
        raise ValueError(f"found below {', '.join(f'{price:g}' for price in known)}; expected rising prices")
    return rows


PayerRows = Annotated[list[PayerRow], Field(min_length=1, max_length=MOST_ROWS), AfterValidator(_in_order)]
Payer = PayingParty | PayerRows
"""One party, or rows that are read in order: `[{below: 20, payer: platform}, {payer: buyer}]`."""


def payer_rows(payer: Payer) -> list[PayerRow]:
    """The rows; one party alone is one row."""
    return payer if isinstance(payer, list) else [PayerRow(payer=payer)]

"""Who pays the postage of a return: one party, or one by the order's value."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer

from sim.scenario.base import Described, Named
from sim.vocabulary import Party

MOST_ROWS = 8
PayingParty = Annotated[Party, Named(only=(Party.BUYER, Party.SELLER, Party.PLATFORM))]


class PayerRow(Described):
    """Who pays for orders below a price; the last row is for all others."""

    below: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """In units of the currency; an order of exactly this price belongs to the next row."""
    payer: PayingParty
    """Who pays the postage of such an order."""

    @model_serializer(mode="wrap")
    def _the_last_has_no_price(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if value is not None}


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

"""Rates that may differ by how an order was paid, or by what was bought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from sim.scenario.base import Share
from sim.scenario.market import Market, Name

ByName = Annotated[dict[Name, Share], Field(min_length=1)]
Rate = Share | ByName
"""One chance for all orders, or one for each payment method, or for each product group."""


def names_of(rate: Rate, market: Market) -> tuple[str, ...]:
    """The names that a rate goes by, in the market's order: payment methods, or product groups."""
    methods, groups = tuple(market.payment_methods), tuple(market.product_groups)
    return groups if isinstance(rate, dict) and not set(rate) & set(methods) else methods


def complaints_about(rate: Rate, market: Market) -> Iterator[tuple[str, str]]:
    """What is wrong with a rate by name, with the key it concerns: it has to name all methods, or all groups."""
    if not isinstance(rate, dict):
        return
    names = names_of(rate, market)
    what = "market.payment_methods" if names == tuple(market.payment_methods) else "market.product_groups"
    for name in rate:
        if name not in names:
            known = f" ({', '.join(names)})" if names else ", which are not given"
            yield f".{name}", f"'{name}' is not among {what}{known}"
    for name in names:
        if name not in rate:
            yield "", f"'{name}' of {what} has no rate"

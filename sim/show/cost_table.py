"""Who pays what, in the terminal: each number over its interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from sim.experiment.number import Shown
from sim.experiment.result import Result
from sim.scenario.costs import PER_1000_ORDERS, PER_CLAIM
from sim.scenario.wording import printable
from sim.show.costs import COMPARED_HEADS, HEADS, HOW_TO_READ, ComparedRow, CostRow, costs_of
from sim.show.measured import Finished, measured
from sim.show.plain import plain_table

SIDE_BY_SIDE = {
    "refund": "refunds",
    "goods_kept_with_money": "goods kept\nwith money",
    "goods_lost": "goods\nlost",
    "postage": "postage\nby buyer",
    "seller_postage": "postage\nby seller",
    "platform_postage": "postage\nplatform",
    "seller_account": "seller\nleft with",
    "platform_account": "platform\nleft with",
}
"""What a table of several scenarios has room for, and its headings."""

NAMES_WIDE = 24
"""Columns of words, so that the tables of all scenarios line up."""


def costs_table(results: Sequence[Result | Finished]) -> Table:
    """Of one scenario everything, of several what differs most between policies: a row for each."""
    return _of_one(costs_of(results[0])) if len(results) == 1 else _of_many(results)


def _of_one(rows: Sequence[CostRow]) -> Table:
    table = _table(HEADS, words=2)
    for row in rows:
        table.add_row(row.what, row.who, *map(_over, (row.per_claim, row.per_1000_orders)))
    return table


def compared_table(rows: Sequence[ComparedRow], is_wide: bool) -> Table:
    """What one of the others changes for everybody; where it is not wide, words go on below."""
    table = _table(COMPARED_HEADS, words=1, least=NAMES_WIDE if is_wide else None)
    for row in rows:
        what = f"{row.what}, {row.who}" if row.who else row.what
        table.add_row(what, row.base, row.other, *map(_over, (row.per_claim, row.per_1000_orders)))
    return table


def _of_many(results: Sequence[Result | Finished]) -> Table:
    items = [item for item in SIDE_BY_SIDE if any(_is_something(result, item) for result in results)]
    table = _table(("scenario", *(SIDE_BY_SIDE[item] for item in items)), words=1)
    for result in results:
        table.add_row(printable(result.scenario.name), *(_both(result, item) for item in items))
    return table


def _is_something(result: Result | Finished, item: str) -> bool:
    value = measured(result, item + PER_CLAIM).value
    return value != 0 and not isnan(value)


def _both(result: Result | Finished, item: str) -> Text:
    claim, orders = (measured(result, item + per).shown().value for per in (PER_CLAIM, PER_1000_ORDERS))
    return Text.assemble(claim, "\n", (orders, "dim"))


def _table(heads: Sequence[str], *, words: int, least: int | None = None) -> Table:
    table = plain_table()
    for number, head in enumerate(heads):
        is_words = number < words
        side: JustifyMethod = "left" if is_words else "right"
        table.add_column(
            head, justify=side, no_wrap=not is_words, overflow="fold", min_width=least if is_words else None
        )
    return table


def _over(number: Shown) -> Text:
    return Text.assemble(number.value, "  ", (number.interval, "dim")) if number.interval else Text(number.value)


def how_to_read(results: Sequence[Result | Finished]) -> str:
    """Below the table."""
    if len(results) == 1:
        return f"Who pays what: {HOW_TO_READ[:1].lower()}{HOW_TO_READ[1:]}"
    return f"Who pays what, per claim and, below it, per 1,000 orders: {HOW_TO_READ[:1].lower()}{HOW_TO_READ[1:]}"

"""Plain tables of the terminal: who pays what, whose story ends otherwise; and how wide they may be."""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterable, Sequence
from math import isnan

from rich import box
from rich.console import Console, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from sim.experiment.number import Shown
from sim.experiment.result import Result
from sim.scenario.costs import PER_1000_ORDERS, PER_CLAIM
from sim.scenario.wording import printable
from sim.show.costs import COMPARED_HEADS, HEADS, HOW_TO_READ, ComparedRow, CostRow, costs_of
from sim.show.flip_pairs import FlipPair, changes_shown
from sim.show.judged import Finished, measured

WIDTH_UNKNOWN = 100
"""Columns to fill where there is no terminal to ask."""
UNBOUNDED = 10_000
"""More columns than any table needs."""


def terminal() -> Console:
    """Stdout, as wide as the terminal; plain text where it is none or NO_COLOR is set."""
    return Console(width=shutil.get_terminal_size((WIDTH_UNKNOWN, 0)).columns, highlight=False)


def fits(table: RenderableType, console: Console) -> bool:
    """Whether nothing but a long name would have to go on below."""
    return console.measure(table, options=console.options.update(width=UNBOUNDED)).maximum <= console.width


def plain_table() -> Table:
    """A line below the heads and none elsewhere."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))


def over_its_interval(shown: Shown) -> Text:
    """A number, and its interval below."""
    return Text.assemble(shown.value, "\n", (shown.interval, "dim"))


def print_lines(*lines: str) -> None:
    """Print sentences, each on a line of its own; nothing in them turns a line round."""
    for line in lines:
        terminal().print(Text(printable(line)))


def framed_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: Container[str] = (), whole: Container[str] = ()
) -> Table:
    """Words under headings: to the right but for the first column, and those that are to stand at the `left`.

    What is to stay `whole` is not broken into lines.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if not place or heading in left else "right",
                         overflow="fold", no_wrap=heading in whole)  # fmt: skip
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table


# ------------------------------------------------------------------------------- who pays what


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
    table = _of_costs(HEADS, words=2)
    for row in rows:
        table.add_row(row.what, row.who, *map(_beside_its_interval, (row.per_claim, row.per_1000_orders)))
    return table


def compared_table(rows: Sequence[ComparedRow], is_wide: bool) -> Table:
    """What one of the others changes for everybody; where it is not wide, words go on below."""
    table = _of_costs(COMPARED_HEADS, words=1, least=NAMES_WIDE if is_wide else None)
    for row in rows:
        what = f"{row.what}, {row.who}" if row.who else row.what
        table.add_row(what, row.base, row.other, *map(_beside_its_interval, (row.per_claim, row.per_1000_orders)))
    return table


def _of_many(results: Sequence[Result | Finished]) -> Table:
    items = [item for item in SIDE_BY_SIDE if any(_is_something(result, item) for result in results)]
    table = _of_costs(("scenario", *(SIDE_BY_SIDE[item] for item in items)), words=1)
    for result in results:
        table.add_row(printable(result.scenario.name), *(_both(result, item) for item in items))
    return table


def _is_something(result: Result | Finished, item: str) -> bool:
    value = measured(result, item + PER_CLAIM).value
    return value != 0 and not isnan(value)


def _both(result: Result | Finished, item: str) -> Text:
    claim, orders = (measured(result, item + per).shown().value for per in (PER_CLAIM, PER_1000_ORDERS))
    return Text.assemble(claim, "\n", (orders, "dim"))


def _of_costs(heads: Sequence[str], *, words: int, least: int | None = None) -> Table:
    table = plain_table()
    for number, head in enumerate(heads):
        is_words = number < words
        side: JustifyMethod = "left" if is_words else "right"
        table.add_column(
            head, justify=side, no_wrap=not is_words, overflow="fold", min_width=least if is_words else None
        )
    return table


def _beside_its_interval(number: Shown) -> Text:
    return Text.assemble(number.value, "  ", (number.interval, "dim")) if number.interval else Text(number.value)


def how_to_read(results: Sequence[Result | Finished]) -> str:
    """Below the table."""
    of = "" if len(results) == 1 else ", per claim and, below it, per 1,000 orders"
    return f"Who pays what{of}: {HOW_TO_READ[:1].lower()}{HOW_TO_READ[1:]}"


MOST_FLIPS = 7
"""Kinds of flips, at most; what is left is counted below them."""
MOST_EXAMPLES = 2


def flip_table(pairs: Sequence[FlipPair], currency: str, is_wide: bool) -> RenderableType:
    """Flips by their number, and in the last line who has the money either way.

    Where it is not wide, words go on below.
    """
    if not pairs:
        return Text("Every order ends as it did, and as soon.")
    table = _columns(currency, is_wide)
    flips, refunded = ([pair for pair in pairs if pair.is_flip is flip] for flip in (True, False))
    for pair in flips[:MOST_FLIPS]:
        table.add_row(*_of_flips(pair))
    if rest := flips[MOST_FLIPS:]:
        ways = "in another way" if len(rest) == 1 else f"in {len(rest)} other ways"
        table.add_row(ways, f"{sum(pair.orders for pair in rest):,}", style="dim")
    for pair in refunded:
        table.add_row(*_of_flips(pair))
    return table


def _columns(currency: str, is_wide: bool) -> Table:
    table = plain_table()
    table.add_column("outcome: base → other", min_width=27 if is_wide else None)
    table.add_column("orders", justify="right", no_wrap=True)
    table.add_column("they part at", min_width=27 if is_wide else None)
    for heading in ("days", currency):
        table.add_column(heading, justify="right", no_wrap=True, min_width=6)
    table.add_column("examples", no_wrap=True)
    return table


def _of_flips(pair: FlipPair) -> tuple[str | Text, ...]:
    days, money = map(over_its_interval, changes_shown(pair))
    examples = "\n".join(f"{replication}/{order}" for replication, order in pair.examples[:MOST_EXAMPLES])
    return pair.outcomes, over_its_interval(pair.counted), ",\n".join(pair.place_by_place), days, money, examples

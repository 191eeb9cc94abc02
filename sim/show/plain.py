"""Plain tables of the terminal: who pays what, whose story ends otherwise; and how wide they may be."""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from sim.experiment.number import Number, Shown
from sim.experiment.result import Result
from sim.scenario.costs import PER_1000_ORDERS, PER_CLAIM
from sim.scenario.wording import printable
from sim.show.costs import COMPARED_HEADS, HEADS, HOW_TO_READ, ComparedRow, CostRow, costs_of
from sim.show.flip_pairs import FlipPair, changes_shown
from sim.show.judged import Finished, measured

WIDTH_UNKNOWN = 100
"""Columns to fill where there is no terminal to ask."""
CellRow = Sequence[str | Text]
ONE_LINE = 28
"""Letters up to which a path stands on one line of the terminal's table."""
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


def table_of(heads: Sequence[str], rows: Iterable[CellRow], *, words: int = 1, least: int | None = None) -> Table:
    """So many columns of words, at `least` so wide, which go on below where there is no room; then numbers."""
    table = plain_table()
    for number, head in enumerate(heads):
        look: dict[str, Any] = {"min_width": least} if number < words else {"justify": "right", "no_wrap": True}
        table.add_column(Text(head), overflow="fold", **look)
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return table


def in_two_lines(path: str) -> Text:
    """A long path, broken where its lines are most alike, so that what stands beside it has room."""
    steps = path.split(".")
    parts = [(".".join(steps[:count]) + ".", "  " + ".".join(steps[count:])) for count in range(1, len(steps))]
    lines = [path] if len(path) <= ONE_LINE or not parts else min(parts, key=lambda two: max(map(len, two)))
    return Text("\n".join(map(printable, lines)))


def over_its_interval(shown: Shown) -> Text:
    """A number, and its interval below."""
    return Text.assemble(shown.value, "\n", (shown.interval, "dim"))


def print_lines(*lines: str) -> None:
    """Print sentences, each on a line of its own; nothing in them turns a line round."""
    for line in lines:
        terminal().print(Text(printable(line)))


def framed_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    left: Container[str] = (),
    whole: Container[str] = (),
) -> Table:
    """Words under headings: to the right but for the first column, and those that are to stand at the `left`.

    What is to stay `whole` is not broken into lines.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if not place or heading in left else "right",
                         overflow="fold", no_wrap=heading in whole)  # fmt: skip
    for row in rows:
        table.add_row(*(Text(printable(cell)) if isinstance(cell, str) else cell for cell in row))
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
    cells: Iterable[CellRow] = ((row.what, row.who, *map(_beside_its_interval, row[3:])) for row in rows)
    return table_of(HEADS, cells, words=2)


def compared_table(rows: Sequence[ComparedRow], is_wide: bool) -> Table:
    """What one of the others changes for everybody; where it is not wide, words go on below."""
    cells: Iterable[CellRow] = (
        (row.what, row.base, row.other, *map(_beside_its_interval, row[4:])) for row in rows
    )
    return table_of(COMPARED_HEADS, cells, least=NAMES_WIDE if is_wide else None)


def _of_many(results: Sequence[Result | Finished]) -> Table:
    items = [item for item in SIDE_BY_SIDE if any(abs(_per_claim(one, item).value) > 0 for one in results)]
    rows: Iterable[CellRow] = (
        (printable(one.scenario.name), *(_both(one, item) for item in items)) for one in results
    )
    return table_of(("scenario", *(SIDE_BY_SIDE[item] for item in items)), rows)


def _per_claim(result: Result | Finished, item: str) -> Number:
    return measured(result, item + PER_CLAIM)


def _both(result: Result | Finished, item: str) -> Text:
    orders = measured(result, item + PER_1000_ORDERS).shown().value
    return Text.assemble(_per_claim(result, item).shown().value, "\n", (orders, "dim"))


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

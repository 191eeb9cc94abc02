"""The flip table in the terminal: whose orders end otherwise, each number over its interval."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sim.experiment.number import Shown
from sim.show.flip_pairs import FlipPair, changes_shown
from sim.show.plain import plain_table

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
        table.add_row(*_cells(pair))
    if rest := flips[MOST_FLIPS:]:
        ways = "in another way" if len(rest) == 1 else f"in {len(rest)} other ways"
        table.add_row(ways, f"{sum(pair.orders for pair in rest):,}", style="dim")
    for pair in refunded:
        table.add_row(*_cells(pair))
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


def _cells(pair: FlipPair) -> tuple[str | Text, ...]:
    days, money = map(_over_its_interval, changes_shown(pair))
    examples = "\n".join(f"{replication}/{order}" for replication, order in pair.examples[:MOST_EXAMPLES])
    return pair.outcomes, _over_its_interval(pair.counted), ",\n".join(pair.place_by_place), days, money, examples


def _over_its_interval(shown: Shown) -> Text:
    return Text.assemble(shown.value, "\n", (shown.interval, "dim"))

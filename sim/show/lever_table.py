"""What the policies differ in, in the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from sim.experiment.comparison import Comparison
from sim.show.plain import plain_table
from sim.show.what_differs import SAME, side_by_side

MOST = 14
"""Levers that are listed; what is left is counted, and is in the report."""


def levers_table(comparison: Comparison) -> RenderableType:
    """A row per lever, a column per scenario."""
    names, levers = side_by_side(comparison)
    if not levers:
        return Text(SAME)
    table = plain_table()
    for head in ("what differs", *names):
        table.add_column(Text(head), overflow="fold")
    for lever in levers[:MOST]:
        table.add_row(Text(lever.path), *map(Text, lever.values))
    rest = len(levers) - MOST
    more = f"and {rest} more, side by side in the report" if rest > 1 else "and one more, in the report"
    return Group(table, Text(more, style="dim")) if rest > 0 else table

"""The look of every table in the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table


def plain_table() -> Table:
    """A line below the heads and none elsewhere."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))

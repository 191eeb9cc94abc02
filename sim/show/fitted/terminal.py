"""A fit on the terminal: the answer first, then what held-out weeks say, then every input."""

from __future__ import annotations

import shutil

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.evidence.fitting import Fit
from sim.evidence.log import Reading
from sim.scenario.wording import printable
from sim.show.fitted.document import answer_of, assumed_told, readings_told, rows_of, seen_and_expected
from sim.show.table import WIDTH_UNKNOWN


def print_fit(fit: Fit) -> None:
    """Print what came of a fit."""
    console = Console(width=shutil.get_terminal_size((WIDTH_UNKNOWN, 0)).columns, highlight=False)
    console.print(Text(printable(answer_of(fit))))
    console.print()
    if fit.judged:
        console.print(_judged(fit))
    console.print(_inputs(fit))
    for path, why in assumed_told(fit):
        console.print(Text(printable(f"assumed: {path}: {why}")))


def print_readings(readings: tuple[Reading, ...]) -> None:
    """Print what became of the rows of a log."""
    console = Console(width=shutil.get_terminal_size((WIDTH_UNKNOWN, 0)).columns, highlight=False)
    for line in readings_told(readings):
        console.print(Text(printable(line)))


def _judged(fit: Fit) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("held-out weeks", "seen", "expected", "cases", "verdict"):
        table.add_column(heading, justify="left" if heading in ("held-out weeks", "verdict") else "right")
    for one in fit.judged:
        table.add_row(one.name, *seen_and_expected(one), f"{one.expected.n:,}", one.verdict)
    return table


def _inputs(fit: Fit) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("input", no_wrap=True)
    for heading in ("learnt", "95 %", "cases", "open", "of closed cases"):
        table.add_column(heading, overflow="fold", justify="right" if heading in ("cases", "open") else "left")
    for row in rows_of(fit):
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table

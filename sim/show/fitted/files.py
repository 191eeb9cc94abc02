"""The folder of a fit: the scenario, what was learnt and how, and a page to forward.

scenario.yaml   complete, runnable; its provenance says `fitted` of what was learnt
sellers.csv     the sellers one by one, which the scenario names (where there are not too many)
worlds.json     refits that the log could as well have told: what a study takes with `worlds: {fitted: bootstrap}`
fit.json        every input with its interval, what was left out and why, what held-out weeks say
report.html     the same for people
"""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from sim.evidence import refits
from sim.evidence.fitting import Fit
from sim.evidence.log_tables import Reading
from sim.scenario.resolved import described, yaml_of
from sim.scenario.roster_file import table_of
from sim.scenario.wording import printable
from sim.show.fitted.document import (
    answer_of,
    assumed_told,
    document_of,
    readings_told,
    rows_of,
    seen_and_expected,
    share_of_bar,
)
from sim.show.plain import terminal
from sim.show.rows import json_of
from sim.show.standalone import filled, page_style

PACKAGE = "sim.show.fitted"
SELLERS = "sellers.csv"
SIGN = "fit.json"
"""A folder that holds this file is a fit's, which `--force` may replace."""


def files_of_fit(fit: Fit, worlds: int) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    description = described(fit.scenario)
    sellers = description["market"]["sellers"]
    if "roster" in sellers:
        yield SELLERS, table_of(sellers["roster"]).encode()
        sellers["roster"] = SELLERS
    yield "scenario.yaml", yaml_of(description).encode()
    if worlds:
        yield refits.FILE, json_of(refits.worlds_file(fit.scenario.name, fit.refits(worlds)))
    yield SIGN, json_of(document_of(fit))
    yield "report.html", page_of(fit).encode()


def page_of(fit: Fit) -> str:
    """The whole page."""
    return filled(
        PACKAGE,
        page_style(),
        title=fit.scenario.title or fit.scenario.name,
        answer=answer_of(fit),
        judged=[(one, seen_and_expected(one), share_of_bar(one)) for one in fit.judged],
        inputs=list(rows_of(fit)),
        assumed=list(assumed_told(fit)),
        readings=list(readings_told(fit.readings)),
        identified=[(one.path, one.identified) for one in fit.findings if one.identified],
    )  # fmt: skip


# ---------------------------------- the terminal: the answer first, then what held-out weeks say, then every input


def print_fit(fit: Fit) -> None:
    """Print what came of a fit."""
    console = terminal()
    console.print(Text(printable(answer_of(fit))))
    console.print()
    if fit.judged:
        console.print(_judged(fit))
    console.print(_inputs(fit))
    for path, why in assumed_told(fit):
        console.print(Text(printable(f"assumed: {path}: {why}")))


def print_readings(readings: tuple[Reading, ...]) -> None:
    """Print what became of the rows of a log."""
    console = terminal()
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

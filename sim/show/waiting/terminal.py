"""Advice on the terminal: the sentences first, then what one could do, then what waiting does to the odds."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from sim.experiment.number import Number
from sim.scenario.wording import printable
from sim.show.plain import terminal
from sim.show.waiting import forecast_document
from sim.waiting.advice import Advice
from sim.waiting.forecasting import Forecast
from sim.waiting.words import days, sentences

WAITED = (
    ("days", "days"), ("approved", "approved"), ("parcel left first", "shipped_over"),
    ("sent as answer", "shipped_instead"), ("refused", "refused"), ("no answer", "run_out"),
    ("money at last", "money_in_the_end"),
)  # fmt: skip
"""Headings of the table by days waited, and the figures below them."""


def print_advice(advice: Advice) -> None:
    """Print what there is to say."""
    console = terminal()
    for line in sentences(advice):
        console.print(Text(printable(line)))
    for title, headings, rows in tables_of(advice):
        console.print()
        console.print(Text(title))
        console.print(_table(headings, rows))


def _table(headings: Sequence[str], rows: list[list[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table


def tables_of(advice: Advice) -> list[tuple[str, Sequence[str], list[list[str]]]]:
    """Title, headings and rows of every table that has something to show."""
    told: list[tuple[str, Sequence[str], list[list[str]]]] = []
    if advice.ways[1:]:
        rows = [
            [way.does, percent(way.paid), f"{100 * way.part:.0f} %", *map(_days, (way.days[0.5], way.days[0.9]))]
            for way in advice.ways[1:]
        ]
        told.append(
            (
                "What you could do, and what comes of it for 100 such buyers",
                ("you", "money back", "of the price", "half within", "nine in ten within"),
                rows,
            )
        )
    if advice.buyer.stage == "cancellation" and advice.by_days_waited:
        rows = [
            [f"{day}", *(percent(shares[key]) for _, key in WAITED[1:])] for day, shares in advice.by_days_waited
        ]
        told.append(
            (
                "Of 100 who asked to cancel and have heard nothing for so many days",
                [name for name, _ in WAITED],
                rows,
            )
        )
    if advice.buyer.stage == "none" and advice.by_hours:
        rows = [
            [_hours(low, high), percent(shares["cancelled"]), percent(shares["money_in_the_end"]), _days(median)]
            for low, high, shares, median in advice.by_hours
        ]
        told.append(
            (
                "Of 100 who change their mind so long after payment",
                ("since payment", "cancelled", "money in the end", "half within"),
                rows,
            )
        )
    return told


def percent(share: Number) -> str:
    """A chance, and how far its interval reaches."""
    return f"{100 * share.value:.1f} ±{50 * (share.high - share.low):.1f}"


def _days(number: float | None) -> str:
    return "–" if number is None else days(number)


def _hours(low: float, high: float) -> str:
    return f"{low:g} to {high:g} h" if high <= 48 else f"{low / 24:g} to {high / 24:g} d"


MOST_CASES = 20
"""Cases that the terminal shows."""


def print_forecast(forecast: Forecast) -> None:
    """Print what becomes of open cases: all together, then the first of them."""
    console = terminal()
    for line in forecast_document.sentences(forecast):
        console.print(Text(printable(line)))
    for title, headings, rows in forecast_document.tables_of(forecast):
        console.print()
        console.print(Text(title))
        console.print(_table(headings, [list(row) for row in rows[:MOST_CASES]]))
        if len(rows) > MOST_CASES:
            console.print(Text(f"… and {len(rows) - MOST_CASES:,} more: --out DIR writes them all"))

"""Advice and forecasts for people: on the terminal, in folders, on pages.

advice.json     sentences, odds with intervals, choices, both tables
advice.html     the same for people, with a chart

forecast.json   totals by week and by ending, under each policy
cases.csv       a row per case: odds by ending, days to money, the next deadline and what silence then means
totals.csv      by policy, figure and week: the mean, and between what nine of ten replicates lie
report.html     the same for people
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from markupsafe import Markup

from sim.experiment.number import Number
from sim.show import forecast_document
from sim.show.forecast_document import TableToShow, outlooks_of
from sim.show.plain import framed_table, print_lines, terminal
from sim.show.report.svg import SvgSheet, figure, frame, round_up, ticks_below, ticks_beside, way
from sim.show.rows import csv_of, json_of
from sim.show.standalone import filled
from sim.waiting.advice import Advice
from sim.waiting.forecasting import Forecast
from sim.waiting.outlook import Outlooks, middle_and_band
from sim.waiting.words import days, document, sentences

ADVICE, FORECAST = "advice.json", "forecast.json"
"""A folder that holds this file is one of ours, which `--force` may replace."""
POINTS, FEW_WEEKS = 120, 26
"""Of the picture of advice; weeks in those of a forecast."""
WAITED = {
    "approved": "approved",
    "shipped_over": "parcel left first",
    "shipped_instead": "sent as answer",
    "refused": "refused",
    "run_out": "no answer",
    "money_in_the_end": "money at last",
}
"""Figures of the table by days waited, and their headings."""
MOST_CASES = 20
"""Cases that the terminal shows."""


def print_advice(advice: Advice) -> None:
    """Print what there is to say: sentences, what one could do, then what waiting does to the odds."""
    print_lines(*sentences(advice))
    for title, headings, rows in tables_of(advice):
        _print_table(title, headings, rows)


def print_forecast(forecast: Forecast) -> None:
    """Print what becomes of open cases: all together, then the first of them."""
    print_lines(*forecast_document.sentences(forecast))
    for title, headings, rows in forecast_document.tables_of(forecast):
        _print_table(title, headings, rows[:MOST_CASES])
        if len(rows) > MOST_CASES:
            print_lines(f"… and {len(rows) - MOST_CASES:,} more: --out DIR writes them all")


def _print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print_lines("", title)
    terminal().print(framed_table(headings, rows))


# ------------------------------------------------------------------------------- advice


def tables_of(advice: Advice) -> Iterator[TableToShow]:
    """Every table that has something to show."""
    if ways := advice.ways[1:]:
        yield (
            "What you could do, and what comes of it for 100 such buyers",
            ("you", "money back", "of the price", "half within", "nine in ten within"),
            [
                [
                    way.does,
                    _percent(way.paid),
                    f"{100 * way.part:.0f} %",
                    _days(way.days[0.5]),
                    _days(way.days[0.9]),
                ]
                for way in ways
            ],
        )
    if advice.buyer.stage == "cancellation" and advice.by_days_waited:
        yield (
            "Of 100 who asked to cancel and have heard nothing for so many days",
            ("days", *WAITED.values()),
            [[f"{day}", *(_percent(shares[key]) for key in WAITED)] for day, shares in advice.by_days_waited],
        )
    if advice.buyer.stage == "none" and advice.by_hours:
        yield (
            "Of 100 who change their mind so long after payment",
            ("since payment", "cancelled", "money in the end", "half within"),
            [
                [_hours(low, high), _percent(by["cancelled"]), _percent(by["money_in_the_end"]), _days(median)]
                for low, high, by, median in advice.by_hours
            ],
        )


def _percent(share: Number) -> str:
    """A chance, and how far its interval reaches, which is nowhere beyond what can be."""
    value, interval = share._replace(unit="share").shown()
    return f"{value.removesuffix(' %')} ({interval})"


def _days(number: float | None) -> str:
    return "–" if number is None else days(number)


def _hours(low: float, high: float) -> str:
    return f"{low:g} to {high:g} h" if high <= 48 else f"{low / 24:g} to {high / 24:g} d"


def files_of_advice(advice: Advice) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield ADVICE, json_of(document(advice))
    yield "advice.html", _page_of_advice(advice)


def _page_of_advice(advice: Advice) -> bytes:
    """The whole page."""
    ends, reached = advice.curve
    last = float(np.max(ends[np.isfinite(ends)], initial=1.0))
    xs = np.linspace(0, last, POINTS)
    ys = 100 * np.searchsorted(ends, xs, side="right") / max(len(ends), 1)
    title = advice.scenario.title or advice.scenario.name
    what = "money, all or a part of it," if advice.buyer.stage == "offer" else "their money"
    whom = "who go on as buyers do " if advice.ways[1:] else ""
    finding = f"{ys[-1]:.0f} of 100 such buyers {whom}have {what} in the end"
    picture = curve(
        "money", finding, xs.tolist(), ys.tolist(), across="days from now", up="buyers of 100 with their money",
        most=100,
    )  # fmt: skip
    note = (
        f"Told from {len(reached):,} stories of this buyer in markets as '{advice.scenario.name}' describes them: "
        "intervals are over these stories; how right the scenario is they cannot say."
    )
    return _page(f"What now? {title}", sentences(advice), [picture], tables_of(advice), [note])


# ------------------------------------------------------------------------------- forecasts


def files_of_forecast(forecast: Forecast) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield "cases.csv", csv_of(forecast_document.cases_table(forecast))
    yield "totals.csv", csv_of(forecast_document.totals_table(forecast))
    yield FORECAST, json_of(forecast_document.document_of(forecast))
    yield "report.html", _page_of_forecast(forecast)


def _page_of_forecast(forecast: Forecast) -> bytes:
    title = forecast.scenario.title or forecast.scenario.name
    notes = [
        f"Told from {forecast.replicates:,} replicates: bands hold nine of ten of them. They do not say how right "
        f"the scenario '{forecast.scenario.name}' is.",
        "All cases are in cases.csv, all weeks in totals.csv.",
    ]
    pictures = [picture for _, outlooks in outlooks_of(forecast) for picture in _pictures(forecast, outlooks)]
    told, tables = forecast_document.sentences(forecast), forecast_document.tables_of(forecast)
    return _page(f"Open cases: {title}", told, pictures, tables, notes)


def _pictures(forecast: Forecast, outlooks: Outlooks) -> Iterator[Picture]:
    weeks = [float(week) for week in range(1, FEW_WEEKS + 1)]
    under = "" if outlooks is forecast.base else f" under '{outlooks.policy}'"
    prefix = "base" if outlooks is forecast.base else "other"
    mean, low, high = (one[:FEW_WEEKS] / 100 for one in middle_and_band(outlooks.totals.cash))
    said = f"Money paid back week by week{under}, {forecast.scenario.market.currency}"
    yield curve(
        f"{prefix}-cash", said, weeks, mean.tolist(), lows=low.tolist(), highs=high.tolist(),
        across="weeks from now", up=f"{forecast.scenario.market.currency} a week",
    )  # fmt: skip
    # Now all of them are open.
    now = [float(len(forecast.cases.names))]
    mean, low, high = (now + one[:FEW_WEEKS].tolist() for one in middle_and_band(outlooks.totals.backlog))
    yield curve(
        f"{prefix}-backlog", f"Cases still open week by week{under}", [0.0, *weeks], mean, lows=low,
        highs=high, across="weeks from now", up="open cases",
    )  # fmt: skip


# ------------------------------------- the page: sentences, pictures, tables; it stands alone and can be forwarded


HEIGHTS = 300, 260
MARGINS = (34, 16, 46, 52)

Picture = tuple[str, Markup]
"""What it shows, in a sentence, and the drawing."""


def _page(title: str, sentences: Iterable[str], pictures: Iterable[Picture], tables: Iterable[TableToShow],
          notes: Sequence[str]) -> bytes:  # fmt: skip
    told = {"heading": title, "sentences": sentences, "pictures": pictures, "tables": tables, "notes": notes}
    return filled("waiting.html.j2", ["waiting.css", "stack.css"], **told).encode()


def curve(
    name: str,
    finding: str,
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    across: str,
    up: str,
    lows: Sequence[float] = (),
    highs: Sequence[float] = (),
    most: float | None = None,
) -> Picture:
    """How something grows: a line, with a band where there is one."""
    top = most or round_up(max([1.0, *ys, *highs]), (1, 2, 4, 6, 8, 10))
    end = max(xs, default=1.0)

    def drawn(sheet: SvgSheet) -> Iterable[Markup]:
        box = frame(sheet, MARGINS, (0.0, end), (0.0, top))
        yield from ticks_beside(box, [(top * k / 4, _short(top * k / 4)) for k in range(5)], up)
        step = _step(end, 4 if sheet.is_narrow else 9)
        yield from ticks_below(box, [(step * k, f"{step * k:g}") for k in range(int(end / step) + 1)], across)
        if len(lows):
            yield way(box.band(xs, lows, highs), "band")
        yield way(box.path(xs, ys), "curve")

    return finding, figure(name, finding, "The figures are in the tables below.", HEIGHTS, drawn)


def _step(end: float, most: int) -> float:
    """A round number that goes into the end at most so often."""
    return next((step for k in range(8) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if end / step <= most), end)


def _short(number: float) -> str:
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"

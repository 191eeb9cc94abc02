"""The folders of advice and of a forecast, and their pages.

advice.json     sentences, odds with intervals, choices, both tables
advice.html     the same for people, with a chart

forecast.json   totals by week and by ending, under each policy
cases.csv       a row per case: odds by ending, days to money, the next deadline and what silence then means
totals.csv      by policy, figure and week: the mean, and between what nine of ten replicates lie
report.html     the same for people
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from sim.show.report.svg import SvgSheet, figure, frame, ticks_below, ticks_beside, way
from sim.show.rows import csv_of, json_of
from sim.show.standalone import filled, text_of
from sim.show.waiting import forecast_document
from sim.show.waiting.forecast_document import outlooks_of
from sim.show.waiting.terminal import tables_of
from sim.waiting.advice import Advice
from sim.waiting.forecasting import Forecast
from sim.waiting.tallies import Outlooks, middle_and_band
from sim.waiting.words import document, sentences

ADVICE, FORECAST = "advice.json", "forecast.json"
"""A folder that holds this file is one of ours, which `--force` may replace."""
POINTS, FEW_WEEKS = 120, 26
"""Of the picture of advice; weeks in those of a forecast."""


def files_of_advice(advice: Advice) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield ADVICE, json_of(document(advice))
    yield "advice.html", page_of_advice(advice)


def page_of_advice(advice: Advice) -> bytes:
    """The whole page."""
    days, reached = advice.curve
    last = float(np.max(days[np.isfinite(days)], initial=1.0))
    xs = np.linspace(0, last, POINTS)
    ys = 100 * np.searchsorted(days, xs, side="right") / max(len(days), 1)
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
    return page(f"What now? {title}", sentences(advice), [picture], tables_of(advice), [note])


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
    return page(
        f"Open cases: {title}",
        forecast_document.sentences(forecast),
        pictures,
        forecast_document.tables_of(forecast),
        notes,
    )


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


PACKAGE = "sim.show.waiting"
HEIGHTS = 300, 260
MARGINS = (34, 16, 46, 52)
TableToShow = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, headings, rows."""


class Picture(NamedTuple):
    """What it shows, in a sentence, and the drawing."""

    finding: str
    drawn: Markup


def page(
    title: str,
    sentences: Iterable[str],
    pictures: Sequence[Picture],
    tables: Iterable[TableToShow],
    notes: Iterable[str] = (),
) -> bytes:
    """The whole page."""
    told = filled(
        PACKAGE,
        text_of(PACKAGE, "style.css"),
        title=title,
        sentences=list(sentences),
        pictures=pictures,
        tables=list(tables),
        notes=list(notes),
    )  # fmt: skip
    return told.encode()


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
    top = most or _round_above(max([*ys, *highs], default=1.0))
    end = max(xs, default=1.0)

    def drawn(sheet: SvgSheet) -> Iterable[Markup]:
        box = frame(sheet, MARGINS, (0.0, end), (0.0, top))
        yield from ticks_beside(box, [(top * k / 4, _short(top * k / 4)) for k in range(5)], up)
        step = _step(end, 4 if sheet.is_narrow else 9)
        yield from ticks_below(box, [(step * k, f"{step * k:g}") for k in range(int(end / step) + 1)], across)
        if len(lows):
            yield way(box.band(xs, lows, highs), "band")
        yield way(box.path(xs, ys), "curve")

    return Picture(finding, figure(name, finding, "The figures are in the tables below.", HEIGHTS, drawn))


def _round_above(number: float) -> float:
    if number <= 0:
        return 1.0
    step = 10.0 ** (len(f"{int(number)}") - 1)
    return next(step * k for k in (1, 2, 4, 6, 8, 10) if step * k >= number)


def _step(end: float, most: int) -> float:
    """A round number that goes into the end at most so often."""
    return next((step for k in range(8) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if end / step <= most), end)


def _short(number: float) -> str:
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"

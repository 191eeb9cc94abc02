"""The folders of advice and of a forecast, and their pages.

advice.json     sentences, odds with intervals, choices, both tables
advice.html     the same for people, with a chart

forecast.json   totals by week and by ending, under each policy
cases.csv       a row per case: odds by ending, days to money, the next deadline and what silence then means
totals.csv      by policy, figure and week: the mean, and between what nine of ten replicates lie
report.html     the same for people
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.show.rows import csv_of, json_of
from sim.show.waiting import forecast_document
from sim.show.waiting.forecast_document import outlooks_of
from sim.show.waiting.page import Picture, curve, page
from sim.show.waiting.terminal import tables_of
from sim.waiting.advice import Advice
from sim.waiting.forecasting import Forecast, Outlooks
from sim.waiting.tallies import middle_and_band
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

"""The folder of a forecast, and what of it the terminal shows.

forecast.json   totals by week and by ending, under each policy
cases.csv       a row per case: odds by ending, days to money, the next deadline and what silence then means
totals.csv      by policy, figure and week: the mean, and between what nine of ten replicates lie
report.html     the same for people
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.disk.placing import put
from sim.show.room import expect_room, room
from sim.show.rows import csv_of, json_of
from sim.show.waiting.forecast_document import (
    FEW_WEEKS,
    cases_table,
    document_of,
    outlooks_of,
    sentences,
    totals_table,
)
from sim.show.waiting.page import Picture, TableToShow, curve, page
from sim.waiting.forecasting import Forecast, Outlooks
from sim.waiting.outlook import ENDINGS
from sim.waiting.tallies import middle_and_band

SIGN = "forecast.json"
"""A folder that holds this file is a forecast's, which `--force` may replace."""
MOST_SHOWN = 200
"""Cases on the page; all of them are in cases.csv."""


def expect_room_for_a_forecast(out: Path, *, force: bool) -> None:
    """Raises BadUsage where something is in the way."""
    expect_room(out.parent, [out.name], force=force, sign=SIGN)


def write_forecast(forecast: Forecast, out: Path, *, force: bool = False) -> Path:
    """Write the folder: complete, or not at all. Raises BadUsage where something is in the way."""
    with room(out.parent, [out.name], force=force, sign=SIGN) as sites:
        return put(sites[out.name], _files(forecast), sign=SIGN)


def _files(forecast: Forecast) -> Iterator[tuple[str, bytes]]:
    yield "cases.csv", csv_of(cases_table(forecast))
    yield "totals.csv", csv_of(totals_table(forecast))
    yield SIGN, json_of(document_of(forecast))
    yield "report.html", _page(forecast)


def _page(forecast: Forecast) -> bytes:
    title = forecast.scenario.title or forecast.scenario.name
    notes = [
        f"Told from {forecast.replicates:,} replicates: bands hold nine of ten of them. They do not say how right "
        f"the scenario '{forecast.scenario.name}' is.",
        "All cases are in cases.csv, all weeks in totals.csv.",
    ]
    pictures = [picture for _, outlooks in outlooks_of(forecast) for picture in _pictures(forecast, outlooks)]
    return page(f"Open cases: {title}", sentences(forecast), pictures, tables_of(forecast), notes)


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


def _of_100(chance: float) -> str:
    """So many of 100; what is hardly ever is not never, and what is nearly sure is not sure."""
    number = 100 * chance
    if 0 < number < 1:
        return "< 1"
    return "> 99" if 99 < number < 100 else f"{number:.0f}"


def tables_of(forecast: Forecast) -> Iterator[TableToShow]:
    """Endings, then the single cases."""
    rows: list[list[str]] = []
    columns = ("ending", "cases", "nine of ten", *(["policy"] if forecast.other else []))
    for _, outlooks in outlooks_of(forecast):
        for ending in ENDINGS:
            mean, low, high = middle_and_band(outlooks.totals.endings[ending])
            if mean:
                told = [ending.replace("_", " "), f"{mean:,.1f}", f"{low:,.0f} to {high:,.0f}", outlooks.policy]
                rows.append(told[: len(columns)])
    yield "How the cases end", columns, rows
    cases = cases_table(forecast)
    headings = ["case", "stage", "money, of 100", "half of that within", "next deadline", "silence then"]
    shown = []
    for row in cases.head(MOST_SHOWN).to_dict("records"):
        days = "–" if row["days_p50"] != row["days_p50"] else f"{row['days_p50']:.1f} d"
        odds = _of_100(row["money"])
        if forecast.other:
            odds += f" → {_of_100(row['policy_money'])}"
        shown.append(
            [
                row["order"],
                row["stage"],
                odds,
                days,
                row["deadline"].replace("T", " ") or "–",
                row["on_silence"].replace("_", " ") or "–",
            ]
        )
    title = "Case by case" if len(cases) <= MOST_SHOWN else f"The first {MOST_SHOWN} of {len(cases):,} cases"
    yield title, headings, shown

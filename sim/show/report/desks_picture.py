"""Requests waiting at the desks, day by day, drawn for a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.show.chart_titles import DESKS, highest_wait
from sim.show.phrases import day_and_month
from sim.show.report.svg import Frame, Scale, SvgSheet, linear, round_up, way, words

HEIGHTS = (360, 360)
"""Of the wide picture and of the narrow one."""
PANEL, FIRST, STEP = 118, 32, 160
"""Height of a panel, where the first one begins, and from one to the next, in pixels."""


def waiting_by_day(waiting: pd.DataFrame, scenario: Scenario, sheet: SvgSheet) -> Iterator[Markup]:
    """A panel per desk: means over replications with their intervals; `waiting` is `Result.backlog`."""
    count = int(waiting["day"].max() + 1)
    sides = 34.0, sheet.width - 8.0
    x = linear((0, count), sides)
    for number, (desk, name) in enumerate(DESKS.items()):
        edges = sides[0], float(FIRST + number * STEP), sides[1], float(FIRST + number * STEP + PANEL)
        yield from _panel(waiting[waiting["desk"] == desk], f"waiting at {name} (requests)", edges, x, scenario)
    yield from _months(scenario.start, count, x, FIRST + STEP + PANEL + 17)


def _panel(
    days: pd.DataFrame, label: str, edges: tuple[float, float, float, float], x: Scale, scenario: Scenario
) -> Iterator[Markup]:
    mean, low, high = (days[column].to_numpy(dtype=np.float64) for column in ("waiting", "low", "high"))
    most = round_up(max(1.0, float(mean.max()), highest_wait(mean, high)))
    plot = Frame(*edges, x, linear((0, most), (edges[3], edges[1])))
    yield from _phases(plot, scenario, is_first=plot.top == FIRST)
    for share in (0, 0.5, 1):
        yield plot.level(share * most)
        yield words(f"{share * most:g}", plot.left - 6, plot.y(share * most) + 4, anchor="end", class_="tick")
    yield words(label, 0, plot.top - 10, class_="axis")
    middle = (days["day"] + 0.5).tolist()
    inside = np.clip(high, None, most)
    yield way(plot.band(middle, low.tolist(), inside.tolist()), "band")
    yield way(plot.path(middle, mean.tolist()), "curve")


def _phases(plot: Frame, scenario: Scenario, *, is_first: bool) -> Iterator[Markup]:
    """The window of the cohort is shaded; each peak of orders has its line."""
    begins, ends = (instant / DAY for instant in scenario.experiment.cohort_window)
    yield plot.phase(begins, ends)
    if is_first:
        yield words("cohort", plot.x(begins) + 3, plot.top + 13, class_="faint")
    for season in scenario.market.peaks:
        day = (season.first - scenario.start).days
        if day >= 0 and plot.x(day) <= plot.right:
            yield plot.upright(day, "peak")


def _months(start: date, count: int, x: Scale, y: float) -> Iterator[Markup]:
    """The first of each month; of so many that they would touch, every other one."""
    firsts = [day for day in range(count) if (start + timedelta(days=day)).day == 1]
    apart = (x(firsts[1]) - x(firsts[0])) if len(firsts) > 1 else 100.0
    for day in firsts[:: max(1, round(52 / apart + 0.5))]:
        yield words(day_and_month(start + timedelta(days=day)), x(day), y, anchor="middle", class_="tick")

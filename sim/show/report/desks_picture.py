"""Requests waiting at the desks, day by day, drawn for a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.show.phrases import day_and_month
from sim.show.report.svg import Frame, Scale, SvgSheet, linear, tag, way, words

HEIGHTS = (360, 360)
"""Of the wide picture and of the narrow one."""
DESKS = {"sellers": "waiting at the sellers (requests)", "mediation": "waiting at mediation (requests)"}
"""Desks from top to bottom, and what is counted there."""
PANEL, FIRST, STEP = 118, 32, 160
"""Height of a panel, where the first one begins, and from one to the next, in pixels."""
BEYOND = 3
"""A panel shows a band up to so many times the highest mean; with few replications it may reach further."""


class _Span(NamedTuple):
    """The days that are shown, and the scale they share."""

    first: float
    last: float
    x: Scale


def waiting_by_day(waiting: pd.DataFrame, scenario: Scenario, sheet: SvgSheet) -> Iterator[Markup]:
    """A panel per desk: means over replications with their intervals; `waiting` is `Result.backlog`."""
    last = float(waiting["day"].max() + 1)
    span = _Span(0.0, last, linear((0, last), (34, sheet.width - 8)))
    for number, (desk, label) in enumerate(DESKS.items()):
        top = FIRST + number * STEP
        yield from _panel(waiting[waiting["desk"] == desk], label, top, span, scenario)
    yield from _months(scenario.start, span, FIRST + STEP + PANEL + 17)


def _panel(days: pd.DataFrame, label: str, top: float, span: _Span, scenario: Scenario) -> Iterator[Markup]:
    mean, low, high = (days[column].to_numpy(dtype=np.float64) for column in ("waiting", "low", "high"))
    most = _round_up(max(1.0, float(mean.max()), min(float(np.nan_to_num(high).max()), BEYOND * float(mean.max()))))
    edges = (span.x(span.first), top, span.x(span.last), top + PANEL)
    plot = Frame(*edges, span.x, linear((0, most), (edges[3], edges[1])))
    yield from _phases(plot, scenario, is_first=top == FIRST)
    for share in (0, 0.5, 1):
        yield plot.level(share * most)
        yield words(f"{share * most:g}", plot.left - 6, plot.y(share * most) + 4, anchor="end", class_="tick")
    yield words(label, 0, top - 10, class_="axis")
    middle = (days["day"] + 0.5).tolist()
    inside = np.clip(high, None, most)
    yield way(plot.band(middle, low.tolist(), inside.tolist()), "band")
    yield way(plot.path(middle, mean.tolist()), "curve")


def _phases(plot: Frame, scenario: Scenario, *, is_first: bool) -> Iterator[Markup]:
    """The window of the cohort is shaded; each peak of orders has its line."""
    begins, ends = (instant / DAY for instant in scenario.experiment.cohort_window)
    width, height = plot.x(ends) - plot.x(begins), plot.bottom - plot.top
    yield tag("rect", x=plot.x(begins), y=plot.top, width=width, height=height, class_="phase")
    if is_first:
        yield words("cohort", plot.x(begins) + 3, plot.top + 13, class_="faint")
    for season in scenario.market.peaks:
        day = (season.first - scenario.start).days
        if day >= 0 and plot.x(day) <= plot.right:
            yield plot.upright(day, "peak")


def _months(start: date, span: _Span, y: float) -> Iterator[Markup]:
    """The first of each month; of so many that they would touch, every other one."""
    firsts = [day for day in range(int(span.last)) if (start + timedelta(days=day)).day == 1]
    apart = (span.x(firsts[1]) - span.x(firsts[0])) if len(firsts) > 1 else 100.0
    for day in firsts[:: max(1, round(52 / apart + 0.5))]:
        yield words(day_and_month(start + timedelta(days=day)), span.x(day), y, anchor="middle", class_="tick")


def _round_up(number: float) -> float:
    """The next 1, 2, 4, 6 or 10 times a power of ten: an axis that ends on a number people like."""
    power = 10.0 ** np.floor(np.log10(number))
    return float(next(step * power for step in (1, 2, 4, 6, 10) if step * power >= number))

"""The backlog: how many requests wait at the desks, day by day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from sim.experiment.result import Result
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.show.chart_titles import of_the_desks
from sim.show.charts.style import DARK, FAINT, LIGHT, SHADE, caption, chart, head, note, panels
from sim.show.phrases import day_and_month

DESKS = {"sellers": ("the sellers", DARK), "mediation": ("mediation", LIGHT)}
"""Desks from top to bottom, what the chart calls them, and their colours."""
BAND = 3
"""The panel shows a band up to so many times the highest mean; with few replications it may reach further."""
LETTER = 0.0098
"""Width of a letter of a small note, as a share of the chart's width."""


@chart
def backlog(result: Result, ax: Axes) -> None:
    """Requests that wait at the sellers' desks together, and at mediation: daily means with their intervals."""
    upper, lower = panels(ax, (0.46, 0.46))
    for panel, (desk, (name, colour)) in zip((upper, lower), DESKS.items(), strict=True):
        _waiting(panel, result.backlog[result.backlog["desk"] == desk], colour)
        phases(panel, result.scenario)
        panel.set_ylabel(f"waiting at {name}\n(requests)")
        panel.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    name_the_phases(upper, result.scenario)
    upper.tick_params(axis="x", labelbottom=False)
    months = ConciseDateFormatter(lower.xaxis.get_major_locator())  # type: ignore[no-untyped-call]
    lower.xaxis.set_major_formatter(months)
    lower.set_xlabel("date (local time)")
    head(ax, of_the_desks(result.backlog), result)
    is_one = result.about["replications"] == 1
    bands = "" if is_one else "Bands: 95 % intervals over replications; one may leave its panel."
    caption(ax, f"Daily averages of requests noticed but not yet taken up. {bands}".strip())


def _waiting(ax: Axes, days: pd.DataFrame, colour: str) -> None:
    dates = days["date"].to_numpy()
    mean, low, high = (days[column].to_numpy(dtype=np.float64) for column in ("waiting", "low", "high"))
    ax.fill_between(dates, low, high, color=colour, alpha=0.22, linewidth=0)
    ax.plot(dates, mean, color=colour, linewidth=1.4)
    highest = min(np.max(np.nan_to_num(high, nan=0.0)), BAND * np.max(mean))
    ax.set_ylim(0, 1.25 * max(1.0, np.max(mean), highest))
    ax.grid(axis="y")
    if not mean.any():
        ax.text(0.5, 0.5, "nobody ever waits", transform=ax.transAxes, ha="center", color=FAINT)


def phases(ax: Axes, scenario: Scenario) -> None:
    """The cohort's window is shaded, the warm-up hatched, and each peak of orders has its line."""
    start, first, beyond, end = _borders(scenario)
    ax.axvspan(first, beyond, color=SHADE, zorder=0, linewidth=0)
    ax.axvspan(start, first, facecolor="none", edgecolor="#d8d5cc", hatch="///", zorder=0, linewidth=0)
    for day in _peaks(scenario):
        ax.axvline(_number(day), color=FAINT, linewidth=1, linestyle=(0, (3, 2)))
    ax.set_xlim(start, end)


def name_the_phases(ax: Axes, scenario: Scenario) -> None:
    """Along the upper edge; a phase, or the way to the next peak, that is too short for its name goes without."""
    start, first, beyond, end = _borders(scenario)
    phases = [("warm-up", start, first), ("cohort", first, beyond), ("run-out: orders go on", beyond, end)]
    peaks = [_number(day) for day in _peaks(scenario)]
    until = [*peaks[1:], end]
    notes = [f"{day_and_month(day)}: orders × {factor:g}" for day, factor in _peaks(scenario).items()]
    for line, row in enumerate((phases, zip(notes, peaks, until, strict=False))):
        for name, begins, ends in row:
            if (ends - begins) / (end - start) > LETTER * len(name):
                _beside(ax, begins, name, line)


def _beside(ax: Axes, day: float, text: str, line: int) -> None:
    """A note to the right of a day, in the given line from the top."""
    box = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1}
    aside, across = (4, -3 - 12 * line), ax.get_xaxis_transform()
    note(ax, text, (day, 1), aside, xycoords=across, va="top", color=FAINT, bbox=box)


def _peaks(scenario: Scenario) -> dict[date, float]:
    """The first days of the times in which orders come faster than usual, while any come, in order."""
    start, _, _, end = _borders(scenario)
    first = {season.first: factor for season, factor in sorted(scenario.market.peaks.items())}
    return {day: factor for day, factor in first.items() if start <= _number(day) < end}


def _borders(scenario: Scenario) -> tuple[float, float, float, float]:
    """Where the warm-up, the cohort and the run-out begin, and where that ends, as the axis counts days."""
    start, experiment = _number(scenario.start), scenario.experiment
    first, beyond = (start + seconds / DAY for seconds in experiment.cohort_window)
    last = experiment.arrivals_end if experiment.cut is None else min(experiment.arrivals_end, experiment.cut)
    return start, first, beyond, start + last / DAY


def _number(day: date) -> float:
    """Days since 1970, which is how matplotlib counts."""
    return float((day - date(1970, 1, 1)).days)

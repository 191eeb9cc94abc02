"""The warm-up: are the desks as busy when the cohort comes as they are ever after?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.experiment.result import Result
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.show.charts.backlog import DESKS, name_the_phases, phases
from sim.show.charts.style import FAINT, INK, caption, chart, head, panels

FORTNIGHT = 14
"""Days in which the first of the cohort come."""


@chart
def warm_up(result: Result, ax: Axes) -> None:
    """Requests waiting day by day, and their mean so far, which should have settled when the warm-up ends."""
    upper, lower = panels(ax, (0.46, 0.46))
    for panel, (desk, (name, colour)) in zip((upper, lower), DESKS.items(), strict=True):
        days = result.backlog[result.backlog["desk"] == desk]
        _waiting(panel, days, colour)
        _later(panel, days[days["day"] >= _first_day(result.scenario)])
        phases(panel, result.scenario)
        panel.set_ylabel(f"waiting at {name}\n(requests)")
        panel.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    name_the_phases(upper, result.scenario)
    upper.tick_params(axis="x", labelbottom=False)
    months = ConciseDateFormatter(lower.xaxis.get_major_locator())  # type: ignore[no-untyped-call]
    lower.xaxis.set_major_formatter(months)
    lower.set_xlabel("date (local time)")
    key = [_key(FAINT, 1, "each day"), _key(FAINT, 2.2, "mean so far")]
    key.append(_key(INK, 1.2, "mean after the warm-up", dashed=True))
    head(ax, finding(result.backlog, result.scenario), result, key)
    read = (
        "Means over replications; desks start empty. A mean so far from the dashed line asks for a longer warm-up."
    )
    caption(ax, read)


def finding(waiting: pd.DataFrame, scenario: Scenario) -> str:
    """How many wait at each desk when the cohort comes, beside a usual day later on."""
    first = _first_day(scenario)
    said: list[str] = []
    for desk, (name, _) in DESKS.items():
        days = waiting[waiting["desk"] == desk]
        came = days[(days["day"] >= first) & (days["day"] < first + FORTNIGHT)]["waiting"]
        later = days[days["day"] >= first + FORTNIGHT]["waiting"]
        if len(came) and len(later) and days["waiting"].any():
            when = " as the cohort starts" if not said else ""
            said.append(f"{came.mean():.0f} {'' if said else 'wait '}at {name}{when} (later {later.mean():.0f})")
    return ", ".join(said) or "No request ever waits for a free desk"


def _waiting(ax: Axes, days: pd.DataFrame, colour: str) -> None:
    dates, daily = days["date"].to_numpy(), days["waiting"].to_numpy(dtype=np.float64)
    so_far = np.cumsum(daily) / np.arange(1, len(daily) + 1)
    ax.plot(dates, daily, color=colour, alpha=0.55, linewidth=1)
    ax.plot(dates, so_far, color=colour, linewidth=2.2)
    ax.set_ylim(0, 1.25 * max(1.0, daily.max(initial=0)))
    ax.grid(axis="y")
    if not daily.any():
        ax.text(0.5, 0.5, "nobody ever waits", transform=ax.transAxes, ha="center", color=FAINT)


def _later(ax: Axes, days: pd.DataFrame) -> None:
    """The level that the mean so far should have come near to by then."""
    if len(days):
        ends = days["date"].to_numpy()[[0, -1]]
        ax.hlines(days["waiting"].mean(), *ends, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))


def _first_day(scenario: Scenario) -> int:
    """Of the cohort, counted from the start."""
    return scenario.experiment.cohort_window[0] // DAY


def _key(colour: str, width: float, label: str, *, dashed: bool = False) -> Line2D:
    return Line2D([], [], color=colour, linewidth=width, linestyle="--" if dashed else "-", label=label)

"""The warm-up: do those of the cohort who come first wait as long as is usual later?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.experiment.result import Result
from sim.experiment.waits import waits_listed
from sim.experiment.warm_up import WEEK, first_and_usual, moving_average
from sim.show.charts.backlog import DESKS, name_the_phases, phases
from sim.show.charts.style import FAINT, INK, caption, chart, head, panels


@chart
def warm_up(result: Result, ax: Axes) -> None:
    """Waits by the day of joining, Welch's moving average of them, and what is usual later: as the note has it."""
    upper, lower = panels(ax, (0.46, 0.46))
    for panel, (desk, (name, colour)) in zip((upper, lower), DESKS.items(), strict=True):
        _waits(panel, result, desk, colour)
        phases(panel, result.scenario)
        panel.set_ylabel(f"wait at {name}\n(h)")
        panel.yaxis.set_major_locator(MaxNLocator(4))
    name_the_phases(upper, result.scenario)
    upper.tick_params(axis="x", labelbottom=False)
    months = ConciseDateFormatter(lower.xaxis.get_major_locator())  # type: ignore[no-untyped-call]
    lower.xaxis.set_major_formatter(months)
    lower.set_xlabel("date of joining (local time)")
    key = [_key(FAINT, 1, "each day"), _key(FAINT, 2.2, "a week's average")]
    key += [_key(INK, 3.5, "first of the cohort"), _key(INK, 1.2, "usual later", dashed=True)]
    head(ax, finding(result), result, key)
    caption(
        ax,
        "Means over replications, in working time; desks start empty. Where the first wait far less, lengthen it.",
    )


def finding(result: Result) -> str:
    """How long the first of the cohort wait at each desk, beside a usual week later: the numbers of the note."""
    said: list[str] = []
    for desk, (name, _) in DESKS.items():
        first, usual = _first_and_usual(result, desk)
        if first + usual > 0:
            who = "The first wait " if not said else ""
            said.append(f"{who}{first:.1f} h at {name} ({'usually ' if not said else ''}{usual:.1f} h)")
    return ", ".join(said) or "Nobody waits for a free desk"


def _first_and_usual(result: Result, desk: str) -> tuple[float, float]:
    """NaN where nobody came then."""
    return first_and_usual(waits_listed(result.waits, desk), result.about["first_days_at_desks"][desk])


def _waits(ax: Axes, result: Result, desk: str, colour: str) -> None:
    table = result.waits[result.waits["desk"] == desk]
    dates, daily = table["date"].to_numpy(), table["wait"].to_numpy(dtype=np.float64)
    ax.plot(dates, daily, color=colour, alpha=0.55, linewidth=1)
    ax.plot(dates, moving_average(waits_listed(result.waits, desk)), color=colour, linewidth=2.2)
    ax.set_ylim(0, 1.25 * max(1.0, np.nan_to_num(daily).max(initial=0)))
    ax.grid(axis="y")
    if not np.nan_to_num(daily).any():
        ax.text(0.5, 0.5, "nobody ever waits", transform=ax.transAxes, ha="center", color=FAINT)
        return
    (first, usual), begins = _first_and_usual(result, desk), result.about["first_days_at_desks"][desk]
    week, later = dates[begins : begins + WEEK + 1], dates[begins + WEEK :]
    if len(week) and np.isfinite(first):
        ax.hlines(first, week[0], week[-1], color=INK, linewidth=3.5)
    if len(later) and np.isfinite(usual):
        ax.hlines(usual, later[0], later[-1], color=INK, linewidth=1.2, linestyle=(0, (4, 2)))


def _key(colour: str, width: float, label: str, *, dashed: bool = False) -> Line2D:
    return Line2D([], [], color=colour, linewidth=width, linestyle="--" if dashed else "-", label=label)

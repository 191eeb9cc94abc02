"""The desks by day: how many requests wait, and whether the first of the cohort wait as long as is usual."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.arrays import Floats
from sim.experiment.result import Result
from sim.experiment.waits import waits_listed
from sim.experiment.warm_up import WEEK, first_and_usual, moving_average
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.show.chart_titles import DESKS, highest_wait, of_the_desks
from sim.show.charts.style import DARK, FAINT, INK, LIGHT, SHADE, caption, chart, head, note, panels
from sim.show.phrases import day_and_month

COLOURS = {"sellers": DARK, "mediation": LIGHT}
LETTER = 0.0098
"""Width of a letter of a small note, as a share of the chart's width."""
DeskDrawing = Callable[[Axes, Result, str], None]
"""What fills the panel of a desk."""


@chart
def backlog(result: Result, ax: Axes) -> None:
    """Requests that wait at the sellers' desks together, and at mediation: daily means with their intervals."""
    _by_day(ax, result, _waiting, ("waiting at", "requests", "date"))
    head(ax, of_the_desks(result.backlog), result)
    is_one = result.about["replications"] == 1
    bands = "" if is_one else "Bands: 95 % intervals over replications; one may leave its panel."
    caption(ax, f"Daily averages of requests noticed but not yet taken up. {bands}".strip())


@chart
def warm_up(result: Result, ax: Axes) -> None:
    """Waits by the day of joining, Welch's moving average of them, and what is usual later: as the note has it."""
    _by_day(ax, result, _waits, ("wait at", "h", "date of joining"))
    key = [_key(FAINT, 1, "each day"), _key(FAINT, 2.2, "a week's average")]
    key += [_key(INK, 3.5, "first of the cohort"), _key(INK, 1.2, "usual later", dashed=True)]
    head(ax, _finding(result), result, key)
    caption(
        ax,
        "Means over replications, in working time; desks start empty. Where the first wait far less, lengthen it.",
    )


def _by_day(ax: Axes, result: Result, draw: DeskDrawing, words: tuple[str, str, str]) -> None:
    """A panel per desk over all days: what is counted, in which unit, by which day; and the phases of the run."""
    what, unit, day = words
    upper, lower = panels(ax, (0.46, 0.46))
    for panel, (desk, name) in zip((upper, lower), DESKS.items(), strict=True):
        draw(panel, result, desk)
        panel.grid(axis="y")
        _phases(panel, result.scenario)
        panel.set_ylabel(f"{what} {name}\n({unit})")
        panel.yaxis.set_major_locator(MaxNLocator(4, integer=unit == "requests"))
    _name_the_phases(upper, result.scenario)
    upper.tick_params(axis="x", labelbottom=False)
    months = ConciseDateFormatter(lower.xaxis.get_major_locator())  # type: ignore[no-untyped-call]
    lower.xaxis.set_major_formatter(months)
    lower.set_xlabel(f"{day} (local time)")


def _waiting(ax: Axes, result: Result, desk: str) -> None:
    days = result.backlog[result.backlog["desk"] == desk]
    dates = days["date"].to_numpy()
    mean, low, high = (days[column].to_numpy(dtype=np.float64) for column in ("waiting", "low", "high"))
    ax.fill_between(dates, low, high, color=COLOURS[desk], alpha=0.22, linewidth=0)
    ax.plot(dates, mean, color=COLOURS[desk], linewidth=1.4)
    _up_to(ax, np.append(mean, highest_wait(mean, high)))


def _waits(ax: Axes, result: Result, desk: str) -> None:
    table = result.waits[result.waits["desk"] == desk]
    dates, daily = table["date"].to_numpy(), table["wait"].to_numpy(dtype=np.float64)
    ax.plot(dates, daily, color=COLOURS[desk], alpha=0.55, linewidth=1)
    ax.plot(dates, moving_average(waits_listed(result.waits, desk)), color=COLOURS[desk], linewidth=2.2)
    if not _up_to(ax, np.nan_to_num(daily)):
        return
    (first, usual), begins = _first_and_usual(result, desk), result.about["first_days_at_desks"][desk]
    week, later = dates[begins : begins + WEEK + 1], dates[begins + WEEK :]
    if len(week) and np.isfinite(first):
        ax.hlines(first, week[0], week[-1], color=INK, linewidth=3.5)
    if len(later) and np.isfinite(usual):
        ax.hlines(usual, later[0], later[-1], color=INK, linewidth=1.2, linestyle=(0, (4, 2)))


def _up_to(ax: Axes, numbers: Floats) -> bool:
    """As high as these numbers, and words where they are all 0; whether there is anything to see."""
    ax.set_ylim(0, 1.25 * max(1.0, numbers.max(initial=0)))
    if not numbers.any():
        ax.text(0.5, 0.5, "nobody ever waits", transform=ax.transAxes, ha="center", color=FAINT)
    return bool(numbers.any())


def _finding(result: Result) -> str:
    """How long the first of the cohort wait at each desk, beside a usual week later: the numbers of the note."""
    said: list[str] = []
    for desk, name in DESKS.items():
        first, usual = _first_and_usual(result, desk)
        if first + usual > 0:
            who = "The first wait " if not said else ""
            said.append(f"{who}{first:.1f} h at {name} ({'usually ' if not said else ''}{usual:.1f} h)")
    return ", ".join(said) or "Nobody waits for a free desk"


def _first_and_usual(result: Result, desk: str) -> tuple[float, float]:
    """NaN where nobody came then."""
    return first_and_usual(waits_listed(result.waits, desk), result.about["first_days_at_desks"][desk])


def _key(colour: str, width: float, label: str, *, dashed: bool = False) -> Line2D:
    return Line2D([], [], color=colour, linewidth=width, linestyle="--" if dashed else "-", label=label)


# ------------------------------------------------------------------------------- the phases of the run


def _phases(ax: Axes, scenario: Scenario) -> None:
    """The cohort's window is shaded, the warm-up hatched, and each peak of orders has its line."""
    start, first, beyond, end = _borders(scenario)
    ax.axvspan(first, beyond, color=SHADE, zorder=0, linewidth=0)
    ax.axvspan(start, first, facecolor="none", edgecolor="#d8d5cc", hatch="///", zorder=0, linewidth=0)
    for day in _peaks(scenario):
        ax.axvline(_number(day), color=FAINT, linewidth=1, linestyle=(0, (3, 2)))
    ax.set_xlim(start, end)


def _name_the_phases(ax: Axes, scenario: Scenario) -> None:
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

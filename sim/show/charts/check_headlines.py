"""What moved, at a glance: every judged measure in the baseline and now, and its difference against its margin."""

from __future__ import annotations

from math import isfinite, isnan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from sim.baselines.judgement import SUSPECTED, MeasureCheck, ScenarioCheck
from sim.experiment.aalen_johansen import UNWATCHED
from sim.experiment.number import Shown
from sim.show.charts.checking import EDGE, HEAD, MARKS, WIDTH, Sheet, points, quiet
from sim.show.charts.style import FAINT, INK, SMALL, our_style
from sim.show.checked.words import CheckRow, by_size, finding, in_margins, row_of

BESIDE = 19
"""Letters of a difference and its interval that stand on one line; a longer interval goes to the verdict's line."""
ROW = 0.44
"""Inches from one measure to the next: two lines of text."""
COLUMNS = {"measure": EDGE, "baseline": 2.55, "now": 3.4}
"""Where the columns of text begin, in inches."""
PANEL, SAID = (4.3, 2.0), 6.42
"""Left edge and width of the panel; where the words behind it begin."""
BAND = "#e6e2d6"
LINEAR = 8.0
"""So many margins are drawn in proportion; what is larger would crush the rest and gets a logarithmic axis."""
THRESHOLD = 2.0
"""In margins: within it, a logarithmic axis is linear."""
ROOM = 1.15
CAPTION = (
    "Numbers: 95 % intervals over replications. Thick line: 95 % interval of the difference. Thin: simultaneous\n"
    "interval, which gives the verdict: changed if it lies wholly beyond the margin (shaded) in both blocks of\n"
    "replications, unchanged if wholly within. Largest first."
)


@our_style()
def check_headlines(check: ScenarioCheck) -> Figure:
    """A line per headline measure, the largest difference on top; all on one axis, counted in margins."""
    measures = by_size(check.headlines)
    top, height = HEAD + 0.3, ROW * max(len(measures), 1)
    sheet = Sheet(top + height + 1.3)
    sheet.heading_of(check, finding(check))
    for name, left in COLUMNS.items():
        sheet.text(left, HEAD + 0.04, name, color=FAINT)
    sheet.text(SAID, HEAD + 0.04, "difference and verdict", color=FAINT)
    ax = sheet.axes(PANEL[0], top, PANEL[1], height)
    for number, one in enumerate(measures):
        _words(sheet, top + ROW * number + 0.06, row_of(one), one)
        _line(ax, number, one)
    _dress(ax, measures)
    logarithmic = "\nThe axis is logarithmic beyond 2 margins." if reach_of(measures) > LINEAR else ""
    sheet.caption(top + height + 0.52, CAPTION + logarithmic)
    return sheet.figure


def reach_of(measures: list[MeasureCheck]) -> float:
    """The furthest end of any interval, in margins; at least a little beyond one."""
    ends = [abs(in_margins(one, end)) for one in measures for end in (*one.difference.three, *one.surely.three)]
    return max([1.5, *(end for end in ends if isfinite(end))])


def _words(sheet: Sheet, top: float, row: CheckRow, one: MeasureCheck) -> None:
    """Names, numbers and verdict of one line; below each, small, its margin or interval."""
    colour = MARKS[_verdict(one)].colour if one.verdict else INK
    columns: tuple[tuple[float, str, str, dict[str, str]], ...] = (
        (COLUMNS["measure"], row.name, f"margin {row.margin}", {"fontweight": "bold"}),
        (COLUMNS["baseline"], *_number(row.baseline), {}),
        (COLUMNS["now"], *_number(row.now), {}),
        (SAID, row.difference.value, _verdict(one), {"fontweight": "bold"}),
    )
    for left, text, small, look in columns:
        sheet.text(left, top, text, fontsize=9, **look)
        sheet.text(left, top + 0.17, small, fontsize=7.8, color=colour if left == SAID else FAINT)
    is_long = len(row.difference.value + row.difference.interval) > BESIDE
    interval = "" if is_long and one.is_suspected else row.difference.interval
    sheet.text(WIDTH - EDGE, top + 0.17 * is_long, interval, fontsize=7.8, color=FAINT, ha="right")


def _number(shown: Shown) -> tuple[str, str]:
    """A value and what stands below it; words that are longer than a column go on there."""
    return ("not watched", "long enough") if shown.value == UNWATCHED else (shown.value, shown.interval)


def _verdict(one: MeasureCheck) -> str:
    return SUSPECTED if one.is_suspected else one.verdict


def _line(ax: Axes, row: int, one: MeasureCheck) -> None:
    """One difference with both its intervals; an end that is not known, or without measure, leaves the panel."""
    mark = MARKS[_verdict(one)]
    far = 1e9
    for reading, width in ((one.surely, 1.2), (one.difference, 3.2)):
        if reading.has_interval:
            low, high = (in_margins(one, end) for end in (reading.low, reading.high))
            low, high = (-far if isnan(low) else max(low, -far)), (far if isnan(high) else min(high, far))
            ax.hlines(row, low, high, color=mark.colour, linewidth=width, zorder=3)
    value = in_margins(one, one.difference.value)
    if isfinite(value):
        points(ax, [value], [row], mark, size=7)
    elif not isnan(value):
        ax.annotate(
            "beyond any scale", (0.98 if value > 0 else 0.02, row), xycoords=ax.get_yaxis_transform(),
            ha="right" if value > 0 else "left", va="center", fontsize=SMALL, color=mark.colour,
        )  # fmt: skip


def _dress(ax: Axes, measures: list[MeasureCheck]) -> None:
    reach = ROOM * reach_of(measures)
    ax.axvspan(-1, 1, color=BAND, zorder=0, linewidth=0)
    ax.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
    if reach > ROOM * LINEAR:
        ax.set_xscale("symlog", linthresh=THRESHOLD, linscale=1.2)
        powers = [10.0**power for power in range(1, 9) if 10.0**power <= reach] or [5.0]
        ends = powers[:: -(-len(powers) // 2)]
        ax.xaxis.set_major_locator(FixedLocator([*(-end for end in ends[::-1]), -1, 0, 1, *ends]))
        ax.xaxis.set_minor_locator(FixedLocator([]))
    else:
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}".replace("-", "−")))
    ax.set(xlim=(-reach, reach), ylim=(max(len(measures), 1) - 0.5, -0.5), yticks=[])
    ax.set_xlabel("difference, now − baseline (margins)", fontsize=SMALL)
    quiet(ax)

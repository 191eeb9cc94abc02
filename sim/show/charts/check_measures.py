"""Every measure on one page: in the baseline and now, and what differs, the largest differences on top."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from math import isnan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.baselines.judgement import CHANGED, MeasureCheck, ScenarioCheck
from sim.experiment.number import NOT_REACHED, Number
from sim.scenario.wording import cut_within
from sim.show.charts.check_headlines import BAND
from sim.show.charts.checking import HEAD, MARKS, Sheet, points, quiet
from sim.show.charts.comparing import Mark, key_entry
from sim.show.charts.style import DARK, FAINT, INK, SMALL, our_style
from sim.show.checked.words import compared_of, finding

ROW = 0.2
"""Inches from one measure to the next."""
GAP = 0.66
"""Inches between one unit's panels and the next, for ticks and the axis's name."""
NAME_END = 3.2
"""Where names end, flush right; the panels follow."""
VALUES, DIFFERENCES = (3.3, 2.07), (5.77, 2.08)
"""Left edge and width of the two panels, in inches."""
NAME_LENGTH = 49
BASELINE, NOW = Mark("o", FAINT, False), Mark("o", DARK, True)
SHIFT = 0.17
"""In rows: the baseline stands so far above the middle, and now as far below, so that both are seen."""
UNITS = ("share", "d", "h")
"""Units from top to bottom; then the currency, and counts."""
UNIT_NAMES = {"share": "%"}
CAPTION = (
    "Lines: 95 % intervals over replications. Shaded: the margin of a measure that is judged (bold); the others\n"
    "are shown, not judged. Orange: changed, beyond the margin in both blocks. Largest difference first."
)


@our_style()
def check_measures(check: ScenarioCheck) -> Figure:
    """Panels by unit; in each a line per measure: baseline and now to the left, the difference to the right."""
    known = [one for one in check.measures if not (isnan(one.baseline.value) and isnan(one.now.value))]
    unknown = [compared_of(one).name for one in check.measures if one not in known]
    # The largest difference first; what cannot be compared last.
    known.sort(key=lambda one: -abs(one.difference.value) if not isnan(one.difference.value) else 1.0)
    groups = [[one for one in known if one.unit == unit] for unit in _units(known)]
    top = HEAD + 0.38
    below = top + sum(ROW * len(group) + GAP for group in groups)
    note = textwrap.wrap(f"Not measured, before or now: {', '.join(unknown)}.", 110) if unknown else []
    sheet = Sheet(below + 0.45 + 0.16 * len(note))
    sheet.heading_of(check, finding(check))
    key = [key_entry(BASELINE, "baseline"), key_entry(NOW, "now"), key_entry(MARKS[CHANGED], CHANGED)]
    sheet.key([*key, Patch(facecolor=BAND, label="margin")], VALUES[0], HEAD + 0.02, length=1)
    for group in groups:
        _group(sheet, top, group)
        top += ROW * len(group) + GAP
    sheet.caption(below, "\n".join([CAPTION, *note]))
    return sheet.figure


def _units(measures: Sequence[MeasureCheck]) -> list[str]:
    """All that occur: shares and times first, then money, then counts, of which a claim is the most telling."""
    found = list(dict.fromkeys(one.unit for one in measures))
    counts = [unit for unit in ("claims", "orders") if unit in found]
    money = [unit for unit in found if unit not in (*UNITS, *counts)]
    return [*(unit for unit in UNITS if unit in found), *money, *counts]


def _group(sheet: Sheet, top: float, group: list[MeasureCheck]) -> None:
    """The measures of one unit."""
    height = ROW * len(group)
    values, differences = (sheet.axes(left, top, width, height) for left, width in (VALUES, DIFFERENCES))
    for row, one in enumerate(group):
        sheet.text(
            NAME_END, top + ROW * (row + 0.5), cut_within(compared_of(one).name, NAME_LENGTH), ha="right",
            va="center", fontweight="bold" if one.is_headline else "normal",
        )  # fmt: skip
    scale = compared_of(group[0]).scale
    _values(values, group, scale)
    _differences(differences, group, scale)
    unit = UNIT_NAMES.get(group[0].unit, group[0].unit)
    _dress(values, len(group), f"baseline and now ({unit})")
    _dress(differences, len(group), f"difference ({compared_of(group[0]).unit_shown})")
    _around_zero(differences, group, scale)


def _values(ax: Axes, group: list[MeasureCheck], scale: float) -> None:
    """Baseline and now, close to each other."""
    changed = [row for row, one in enumerate(group) if one.verdict == CHANGED]
    others = [row for row in range(len(group)) if row not in changed]
    everybody = list(range(len(group)))
    for which, rows, mark, aside in (
        ("baseline", everybody, BASELINE, -SHIFT),
        ("now", others, NOW, SHIFT),
        ("now", changed, MARKS[CHANGED], SHIFT),
    ):
        readings: dict[float, Number] = {row + aside: getattr(group[row], which) for row in rows}
        _readings(ax, readings, mark, scale, size=3.8)
        for place in (place for place, reading in readings.items() if isnan(reading.value)):
            ax.annotate(
                group[round(place)].why or NOT_REACHED, (0.99, place), xycoords=ax.get_yaxis_transform(),
                ha="right", va="center", fontsize=6.5, color=mark.colour,
            )  # fmt: skip


def _differences(ax: Axes, group: list[MeasureCheck], scale: float) -> None:
    """Each with its margin, where it has one."""
    for row, one in enumerate(group):
        if one.is_headline and one.margin:
            reach = scale * one.margin
            ax.fill_betweenx([row - 0.5, row + 0.5], -reach, reach, color=BAND, linewidth=0)
    ax.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
    for verdict in dict.fromkeys(one.verdict for one in group):
        readings = {float(row): one.difference for row, one in enumerate(group) if one.verdict == verdict}
        _readings(ax, readings, MARKS[verdict], scale, size=4.5)


def _readings(ax: Axes, readings: Mapping[float, Number], mark: Mark, scale: float, size: float) -> None:
    """Estimates by their row, each with the known part of its interval: an open end is the estimate's."""
    known = {row: reading for row, reading in readings.items() if not isnan(reading.value)}
    ends = [[one.value if isnan(end) else end for end in (one.low, one.high)] for one in known.values()]
    ax.hlines(
        list(known), [scale * low for low, _ in ends], [scale * high for _, high in ends], color=mark.colour,
        linewidth=1.3, zorder=3,
    )  # fmt: skip
    points(ax, [scale * one.value for one in known.values()], list(known), mark, size)


def _dress(ax: Axes, rows: int, label: str) -> None:
    ax.set(ylim=(rows - 0.5, -0.5), yticks=[])
    between = [row - 0.5 for row in range(1, rows)]
    ax.hlines(between, 0, 1, transform=ax.get_yaxis_transform(), color="#eeeeee", linewidth=0.6, zorder=0.5)
    ax.margins(x=0.06)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.set_xlabel(label, fontsize=SMALL, color=INK)
    quiet(ax)


def _around_zero(ax: Axes, group: list[MeasureCheck], scale: float) -> None:
    """As far to either side, so that more and less are weighed alike; wide enough where nothing differs at all."""
    ends = [abs(end) for one in group for end in (*one.difference.three, one.margin) if not isnan(end)]
    reach = 1.08 * scale * max(ends, default=0.0) or 1.0
    ax.set_xlim(-reach, reach)

"""Differences at a glance: every headline measure of every scenario, with its intervals, margin and verdict."""

from __future__ import annotations

from math import isnan

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.experiment.comparison import Comparison
from sim.experiment.verdicts import BETTER, VERDICTS, WORSE
from sim.scenario.wording import shortened
from sim.show.charts.comparing import MARKS, NAME_LENGTH, Layout, comparison_chart, heading, key_entry
from sim.show.charts.style import FAINT, INK, SHADE, SMALL, caption, note
from sim.show.judged import JudgedRow, headlines_of

ROW = 0.23
"""Inches from one scenario to the next."""
BEYOND = 0.08
"""Room at each side of what a panel shows, as a share of it."""


def _layout(comparison: Comparison) -> Layout:
    rows = -(-len(comparison.headlines) // 2)
    return Layout(rows, 2, height=0.25 + ROW * len(comparison.others), gap=0.86, before=0.31, after=0.2)


@comparison_chart(_layout)
def differences(comparison: Comparison, ax: Axes) -> None:
    """A panel per headline; in it a line per scenario, the best on top: what it changes, and how sure that is."""
    panels = _layout(comparison).panels(ax)
    rows = {other.scenario.name: headlines_of(comparison, other.scenario.name) for other in comparison.others}
    for panel, (measure, headline) in zip(panels, comparison.headlines.items(), strict=False):
        judged = {name: row[measure] for name, row in rows.items()}
        _panel(panel, judged, more_is_better=headline.more_is_better)
    for panel in panels[len(comparison.headlines) :]:
        panel.set_axis_off()
    seen = {one.verdict for row in rows.values() for one in row.values()}
    key = [
        key_entry(MARKS[verdict], verdict.replace("_", " "), 6)
        for verdict in VERDICTS
        if verdict in seen and MARKS[verdict].marker
    ]
    heading(ax, finding(comparison), comparison, key)
    bars = "Thick: 95 % interval. Thin: simultaneous ones, which all hold together and give the verdicts."
    caption(ax, f"{bars}\nShaded: the margin, within which a difference does not matter.")


def finding(comparison: Comparison) -> str:
    """Who refunds surely more claims in full, or fewer; or that nobody does."""
    success = {
        one.scenario.name: headlines_of(comparison, one.scenario.name)["success_rate"] for one in comparison.others
    }
    sure = {name: one for name, one in success.items() if one.verdict in (BETTER, WORSE)}
    if not sure:
        return "Nobody surely refunds more claims in full, or fewer"
    name = max(sure, key=lambda name: abs(sure[name].difference.value))
    change = sure[name].shown().value.removeprefix("+").removeprefix("−")
    way = "more" if sure[name].difference.value > 0 else "fewer"
    return f"{shortened(name, NAME_LENGTH)} refunds {change} {way} of the claims in full"


def _panel(ax: Axes, judged: dict[str, JudgedRow], *, more_is_better: bool) -> None:
    one = next(iter(judged.values()))
    order = sorted(judged, key=lambda name: _goodness(judged[name], more_is_better), reverse=True)
    margin = one.scale * max(each.margin for each in judged.values())
    ax.axvspan(-margin, margin, color=SHADE, zorder=0, linewidth=0)
    ax.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
    for row, name in enumerate(order):
        _line(ax, row, judged[name])
    low, high = _reach(list(judged.values()), margin)
    ax.set(xlim=(low, high), ylim=(len(order) - 0.4, -0.6))
    ax.set_yticks(range(len(order)), [shortened(name, NAME_LENGTH) for name in order])
    ax.tick_params(axis="y", length=0, labelsize=SMALL)
    ax.tick_params(axis="x", labelsize=SMALL)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    what = f"difference ({one.unit_shown})"
    ax.set_xlabel(f"{what} · better →" if more_is_better else f"← better · {what}", fontsize=SMALL)
    ax.set_title(one.name, loc="left", fontsize=10, fontweight="bold")


def _goodness(one: JudgedRow, more_is_better: bool) -> float:
    """What cannot be compared comes last."""
    if isnan(one.difference.value):
        return -float("inf")
    return one.difference.value if more_is_better else -one.difference.value


def _reach(judged: list[JudgedRow], margin: float) -> tuple[float, float]:
    """All that is known, and the margins, with room at both sides."""
    ends = [one.scale * end for one in judged for end in one.surely.three]
    known = [end for end in (*ends, -margin, margin) if not isnan(end)]
    room = BEYOND * (max(known) - min(known)) or 1.0
    return min(known) - room, max(known) + room


def _line(ax: Axes, row: int, one: JudgedRow) -> None:
    """One scenario: an end that is not known lies beyond the panel."""
    mark = MARKS[one.verdict]
    if not isnan(one.difference.value):
        for number, width in ((one.surely, 1.0), (one.difference, 3.0)):
            low, high = (one.scale * end for end in (number.low, number.high))
            if number.has_interval:
                far = 1e6
                low, high = (-far if isnan(low) else low), (far if isnan(high) else high)
                ax.hlines(row, low, high, color=mark.colour, linewidth=width)
        at = one.scale * one.difference.value
        ax.plot(at, row, mark.marker, color=mark.colour, markerfacecolor=mark.face, markersize=7)
    look = {"va": "center", "color": mark.colour if mark.is_filled else INK, "annotation_clip": False}
    note(ax, one.word, (1, row), (5, 0), xycoords=ax.get_yaxis_transform(), **look)

"""Since when? Every judged measure over the commits of a history, with its baseline, and the changes accepted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.baselines.history import CommitEntry, TrendPoint
from sim.baselines.judgement import SUSPECTED, VERDICTS
from sim.scenario.wording import counted, shortened
from sim.show.charts.check_headlines import BAND
from sim.show.charts.checking import EDGE, HEAD, MARKS, Sheet, points
from sim.show.charts.comparing import Mark, key_entry
from sim.show.charts.style import FAINT, SMALL, note, our_style
from sim.show.checked.words import Accepted, accepted_in, short, since
from sim.show.judged import NAMES

MOST = 60
"""Commits that are drawn, the latest; more would not be told apart at this width."""
COLUMNS = ((0.72, 3.0), (4.67, 3.0))
"""Left edge and width of each column of panels, in inches."""
PANEL, GAP = 1.05, 0.62
"""Height of a panel, and what is left between one and the next."""
CLOSE = 4
"""Commits from one accepted change to the next that leave room for its number."""
TICK = 0.72
"""Inches that a commit's short id needs below an axis."""
UNITS = {"share": (100.0, "%")}
"""What numbers of a unit are multiplied by, and what they are counted in then; others stand as they are."""
REASON_LENGTH = 88
MOST_REASONS = 8
"""Accepted changes whose reasons are written below; older ones are counted."""
CAPTION = (
    "Lines: 95 % intervals over replications. Grey line and shade: the baseline in force, and its margin.\n"
    "Verdicts rest on differences between replications of equal luck, which are known better than these levels.\n"
    "Commits stand in the order in which they were made, so far as that is known."
)


@our_style()
def trend(entries: Sequence[CommitEntry]) -> Figure:
    """A panel per measure; in it a mark per commit, and a dashed line where a new baseline was accepted.

    `entries` are those of one scenario, oldest first; at least one.
    """
    shown = list(entries)[-MOST:]
    accepted = accepted_in(shown)
    names = list(dict.fromkeys(name for entry in shown for name in entry.measures))
    rows = max(1, -(-len(names) // len(COLUMNS)))
    top = HEAD + 0.5
    below = top + rows * (PANEL + GAP) - 0.1
    reasons = _reasons(accepted)
    sheet = Sheet(below + 0.7 + 0.165 * len(reasons))
    sheet.heading(f"{shown[-1].scenario}: {since(shown)}", _span(shown, len(entries)))
    _key(sheet, shown)
    for number, name in enumerate(names):
        left, width = COLUMNS[number % 2]
        ax = sheet.axes(left, top + (number // 2) * (PANEL + GAP), width, PANEL)
        _panel(ax, [entry.measures.get(name) for entry in shown], name)
        _accepted(ax, accepted)
        _commits(ax, shown, round(width / TICK))
    sheet.caption(below, "\n".join([CAPTION, *reasons]))
    return sheet.figure


def _span(shown: Sequence[CommitEntry], of: int) -> str:
    first, last = (
        f"{short(one.commit)}{f' ({one.date[:10]})' if one.date else ''}" for one in (shown[0], shown[-1])
    )
    count = counted(len(shown), "commit") + (f", {first} to {last}" if len(shown) > 1 else "")
    return count if of == len(shown) else f"the latest {count}, of {of:,}"


def _reasons(accepted: Sequence[Accepted]) -> list[str]:
    """A line for each change that was accepted, with its number in the panels."""
    lines = [
        shortened(f"{number}  {short(one.commit)}: {one.reason or 'no reason was given'}", REASON_LENGTH)
        for number, one in enumerate(accepted, 1)
    ]
    if not lines:
        return []
    left_out = len(lines) - MOST_REASONS
    said = f"Accepted changes (dashed){f', the latest {MOST_REASONS} of {len(lines)}' if left_out > 0 else ''}:"
    return [said, *lines[-MOST_REASONS:]]


def _key(sheet: Sheet, shown: Sequence[CommitEntry]) -> None:
    seen = {each.said for entry in shown for each in entry.measures.values()}
    key = [
        *(key_entry(MARKS[word], word) for word in (*VERDICTS, SUSPECTED) if word in seen),
        Patch(facecolor=BAND, label="baseline and margin"),
    ]
    if accepted_in(shown):
        key.append(Line2D([], [], color=FAINT, linestyle=(0, (3, 2)), label="change accepted"))
    sheet.key(key, EDGE, HEAD)


def _panel(ax: Axes, points: Sequence[TrendPoint | None], name: str) -> None:
    """One measure over all commits; a commit that did not measure it is left out."""
    known = [(place, each) for place, each in enumerate(points) if each is not None]
    unit, title = known[-1][1].unit, known[-1][1].title
    scale, counted = UNITS.get(unit, (1.0, unit))
    _baseline(ax, known, scale)
    for said in dict.fromkeys(each.said for _, each in known):
        _marks(ax, [one for one in known if one[1].said == said], MARKS[said], scale)
    ax.set_title(shortened(NAMES.get(name, title), 44), loc="left", fontsize=9, fontweight="bold", pad=4)
    ax.set_ylabel(counted, fontsize=SMALL)
    ax.yaxis.set_label_coords(-0.16, 0.5)
    ax.yaxis.set_major_locator(MaxNLocator(4, min_n_ticks=2))
    ax.tick_params(labelsize=7.8)
    ax.margins(y=0.14)
    ax.grid(axis="y")


def _marks(ax: Axes, known: Sequence[tuple[int, TrendPoint]], mark: Mark, scale: float) -> None:
    """Estimates of one verdict; an end of an interval that is not known is left out."""
    places = [place for place, _ in known]
    value, low, high = scale * np.array([each.now for _, each in known]).T
    lows, highs = np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
    ax.vlines(places, lows, highs, color=mark.colour, linewidth=1.1, zorder=3)
    points(ax, places, value.tolist(), mark, size=4.4)


def _baseline(ax: Axes, known: Sequence[tuple[int, TrendPoint]], scale: float) -> None:
    """The baseline in force at each commit, and its margin, as steps half-way between commits."""
    edges = np.array([[place - 0.5, place + 0.5] for place, _ in known]).ravel()
    middle, margin = (
        np.repeat(scale * np.array(numbers), 2)
        for numbers in ([each.then.value for _, each in known], [each.margin for _, each in known])
    )
    ax.fill_between(edges, middle - margin, middle + margin, color=BAND, linewidth=0, zorder=0.6)
    ax.plot(edges, middle, color=FAINT, linewidth=0.9, zorder=1)


def _accepted(ax: Axes, accepted: Sequence[Accepted]) -> None:
    """Those whose reasons stand below have their numbers, one below the other where they follow closely."""
    line, reached = 0, -np.inf
    for number, one in enumerate(accepted, 1):
        ax.axvline(one.place - 0.5, color=FAINT, linewidth=1, linestyle=(0, (3, 2)), zorder=1.5)
        if number <= len(accepted) - MOST_REASONS:
            continue
        line, reached = (line + 1 if one.place < reached else 0), one.place + CLOSE
        look = {"va": "top", "fontsize": 7.5, "color": FAINT, "fontweight": "bold"}
        across = ax.get_xaxis_transform()
        note(ax, str(number), (one.place - 0.5, 1), (2.5, -9 * (line % 6)), xycoords=across, **look)


def _commits(ax: Axes, shown: Sequence[CommitEntry], room: int) -> None:
    """As many ids as there is room for: the last one, and others evenly before it."""
    count = len(shown)
    step = max(1, -(-count // room))
    places = np.arange(count - 1, -1, -step)[::-1]
    ax.set_xticks(places, [short(shown[place].commit) for place in places])
    ax.set_xlim(-0.6, count - 0.4)
    if count <= room // 2:
        ax.set_xlim(-0.6, max(count - 0.4, room // 2))

"""Time to money: what has become of all claims by each day since the mind changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from sim.arrays import Floats as Floats
from sim.experiment.curves import ENDINGS, GRID
from sim.experiment.result import Result
from sim.scenario.durations import DAY
from sim.show.chart_titles import COLOURS, DAYS, MARKS, named_areas, of_the_time, spread
from sim.show.charts.style import INK, caption, chart, head, note
from sim.vocabulary.endings import WORDS

WORTH_A_NAME = 0.004
"""Share of claims from which an area gets a name."""
LINE = 0.056
"""Height of a line of text, as a share of the chart's height."""
LEADER = {"arrowstyle": "-", "linewidth": 1.5, "shrinkA": 2, "shrinkB": 0, "relpos": (0, 0.5)}
"""The line that leads from an area to its name."""
NAME_WIDTH = 11.0
"""Width of a name within the chart, in days."""


@chart
def time_to_money(result: Result, ax: Axes) -> None:
    """Stacked cumulative incidence: the share of all claims that had ended so by each day, each way of ending."""
    curves = {str(ending): curve for ending, curve in result.curves.groupby("ending", observed=True)}
    days = curves["open"]["days"].to_numpy(dtype=np.float64)
    if result.about["claims"]:
        _areas(ax, days, curves)
    last = max(float(days[-1]), 1.0)
    ax.set(xlim=(0, last), ylim=(0, 1), xlabel="days since asking (d)")
    ax.set_ylabel("share of all claims (%)")
    ax.set_xticks([day for day in DAYS if day <= last])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    head(ax, of_the_time(result), result)
    after = f"To the right: after {days[-1]:.0f} days"
    after += "." if days[-1] == GRID[-1] / DAY else ", as long as enough claims were watched."
    band = "Dark band: 95 % interval of the share refunded in full, over replications. "
    caption(ax, f"{'' if result.about['replications'] == 1 else band}{after}")


def _areas(ax: Axes, days: Floats, curves: Mapping[str, pd.DataFrame]) -> None:
    shares = {ending: curves[ending]["share"].to_numpy(dtype=np.float64) for ending in ENDINGS}
    ax.stackplot(days, *shares.values(), colors=[COLOURS[e] for e in ENDINGS], edgecolor="white", linewidth=0.6)
    low, high = (curves["refunded"][end].to_numpy(dtype=np.float64) for end in ("low", "high"))
    ax.fill_between(days, low, high, color=INK, alpha=0.35, linewidth=0)
    _marks(ax, days, shares["refunded"])
    _names(ax, {ending: float(share[-1]) for ending, share in shares.items()})
    _name_of_open(ax, days, 1 - shares["open"])


def _marks(ax: Axes, days: Floats, refunded: Floats) -> None:
    """The share with money at the marked days, written below the curve where there is room, else above."""
    for day in MARKS:
        if day > days[-1]:
            break
        share = float(refunded[np.searchsorted(days, day)])
        below = share > 2 * LINE
        ax.vlines(day, 0, share, color="white", linewidth=0.8, linestyle=(0, (2, 2)))
        ax.plot(day, share, marker="o", markersize=4.5, color="white", markeredgecolor=INK, clip_on=False)
        look = {"color": "white" if below else INK, "fontweight": "bold"}
        note(ax, f"{100 * share:.0f} %", (day, share), (5, -17 if below else 6), **look)


def _names(ax: Axes, last: Mapping[str, float]) -> None:
    """Each ending's name and its share in the end, to the right of its area."""
    named = named_areas(last, WORTH_A_NAME)
    for (ending, at), position in zip(named.items(), spread([*named.values()], LINE), strict=True):
        ax.annotate(
            f"{WORDS[ending]} {100 * last[ending]:.1f} %",
            (1, at),
            xytext=(1.025, position),
            xycoords=ax.get_yaxis_transform(),
            va="center",
            annotation_clip=False,
            arrowprops=LEADER | {"color": COLOURS[ending]},
        )


def _name_of_open(ax: Axes, days: Floats, ended: Floats) -> None:
    """Where the area of what is still open has most room for its name."""
    fits = (days >= NAME_WIDTH / 2) & (days <= days[-1] - NAME_WIDTH / 2)
    # What has ended only grows: the lowest free height under a name is the one at its right end.
    room = np.where(fits, 1 - np.interp(days + NAME_WIDTH / 2, days, ended), 0)
    best = int(np.argmax(room))
    if room[best] > 2 * LINE:
        ax.text(days[best], 1 - room[best] / 2, WORDS["open"], ha="center", va="center")

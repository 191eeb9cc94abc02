"""Time to money: what has become of all claims by each day since the mind changed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from sim.show.charts.style import COLOURS, INK, SMALL, WORDS, caption, chart, head, spread
from sim.show.figures import measured
from sim.study.curves import ENDINGS
from sim.study.result import Result

Floats = npt.NDArray[np.float64]

MARKS = (7, 14, 30)
"""Days at which the share with money is written down."""
WORTH_A_LABEL = 0.004
"""Share of claims from which an area gets a name."""
LINE = 0.052
"""Height of a line of text, as a share of the chart's height."""


@chart
def time_to_money(result: Result, ax: Axes) -> None:
    """Stacked cumulative incidence: the share of all claims that had ended so by each day, each way of ending."""
    shares = result.curves.pivot(index="days", columns="ending", values="share")[list(ENDINGS)]
    _areas(ax, shares)
    _interval(ax, result.curves)
    _marks(ax, shares)
    _names(ax, shares)
    ax.set(xlim=(0, shares.index[-1]), ylim=(0, 1), xlabel="days since the mind changed (d)")
    ax.set_ylabel("share of all claims (%)")
    ax.set_xticks([0, *MARKS, 60, 90])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    head(ax, finding(result), result)
    caption(ax, "Dark band: 95 % interval of the share refunded in full, over replications.")


def finding(result: Result) -> str:
    """When half of all claims have their money; or that they never do."""
    half = measured(result, "refund_time_median_all")
    if np.isnan(half.value):
        return "Fewer than half of all claims get their money back"
    return f"Half of all claims have their money back after {half.shown().value}"


def _areas(ax: Axes, shares: pd.DataFrame) -> None:
    columns = [shares[ending].to_numpy() for ending in ENDINGS]
    colours = [COLOURS[ending] for ending in ENDINGS]
    ax.stackplot(shares.index.to_numpy(), *columns, colors=colours, edgecolor="white", linewidth=0.6)


def _interval(ax: Axes, curves: pd.DataFrame) -> None:
    refunded = curves[curves["ending"] == "refunded"]
    days, low, high = (refunded[column].to_numpy() for column in ("days", "low", "high"))
    ax.fill_between(days, low, high, color=INK, alpha=0.35, linewidth=0)


def _marks(ax: Axes, shares: pd.DataFrame) -> None:
    """The share with money at the marked days, written below the curve."""
    for day in MARKS:
        share = float(shares.at[float(day), "refunded"])
        ax.vlines(day, 0, share, color="white", linewidth=0.8, linestyle=(0, (2, 2)))
        ax.plot(day, share, marker="o", markersize=4.5, color="white", markeredgecolor=INK)
        ax.annotate(
            f"{share:.0%}".replace("%", " %"),
            (day, share),
            xytext=(5, -17),
            textcoords="offset points",
            color="white",
            fontsize=SMALL,
            fontweight="bold",
        )


def _names(ax: Axes, shares: pd.DataFrame) -> None:
    """Each ending's name and share at the right edge, beside its area; what is still open, inside."""
    last = shares.iloc[-1]
    tops = last.cumsum()
    named = [ending for ending in ENDINGS if last[ending] >= WORTH_A_LABEL]
    wanted = [float(tops[ending] - last[ending] / 2) for ending in named]
    for ending, at, position in zip(named, wanted, spread(wanted, LINE), strict=True):
        ax.annotate(
            f"{WORDS[ending]} {last[ending]:.1%}".replace("%", " %"),
            (1, at),
            xytext=(1.025, position),
            xycoords=ax.get_yaxis_transform(),
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": COLOURS[ending], "linewidth": 1.5, "shrinkA": 1, "shrinkB": 0},
        )
    _name_of_open(ax, shares)


def _name_of_open(ax: Axes, shares: pd.DataFrame, width: float = 11.0) -> None:
    """Where the area of what is still open has most room for its name (`width` days)."""
    days, below = shares.index.to_numpy(dtype=np.float64), 1 - shares["open"].to_numpy(dtype=np.float64)
    room = [_room(days, below, day, width) for day in days]
    best = int(np.argmax(room))
    if room[best] > 2 * LINE:
        ax.text(days[best], 1 - room[best] / 2, WORDS["open"], ha="center", va="center")


def _room(days: Floats, below: Floats, day: float, width: float) -> float:
    """The height that is free above the curve over the whole width of a name centred on this day."""
    covered = np.abs(days - day) <= width / 2
    fits = width / 2 <= day <= days[-1] - width / 2
    return float(1 - below[covered].max()) if fits else 0.0

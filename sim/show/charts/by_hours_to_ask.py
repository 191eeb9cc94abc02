"""The article's main claim: how quickly the mind changed decides whether, and how soon, the money comes back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, PercentFormatter

from sim.experiment.aalen_johansen import is_finished
from sim.experiment.result import Result
from sim.show.chart_titles import FIRST_DAY, HOURS_TO_ASK, of_the_hours
from sim.show.charts.comparing import Mark, key_entry
from sim.show.charts.style import DARK, FAINT, LIGHT, SHADE, SMALL, caption, chart, head, note, panels


class AskerGroup(NamedTuple):
    """Askers that are counted together, and how they are drawn."""

    name: str
    label: str
    mark: Mark
    aside: float
    """How far beside the middle of its bin, in bins."""


GROUPS = (
    AskerGroup("all", "all who changed their mind", Mark("o", DARK, True), -0.13),
    AskerGroup("not_shipped", "not shipped yet when they did", Mark("D", LIGHT, True), 0.13),
)
NOT_REACHED = 260
"""Where the lower panel marks a median that is not reached (days, beyond all that is)."""
BEYOND = 1e6
"""More days than any panel shows."""
DAY_TICKS = {0: "0", 1: "1", 3: "3", 7: "7", 14: "14", 30: "30", 90: "90", NOT_REACHED: "not\nreached"}


@chart
def by_hours_to_ask(result: Result, ax: Axes) -> None:
    """Success rate (above) and days until half had their money (below), by hours between payment and asking."""
    bins = result.by_hours
    upper, lower = panels(ax, (0.47, 0.4))
    for group in GROUPS:
        rows = bins[(bins["group"] == group.name)].reset_index(drop=True)
        _points(upper, rows[(rows["n"] > 0) & rows["success"].notna()], ("success", "low", "high"), group)
        _medians(lower, rows, group, is_over=is_finished(result.orders))
    every_bin = bins[bins["group"] == "all"]
    for panel in (upper, lower):
        _bins(panel, every_bin["bin"].tolist(), fine=int((every_bin["hours_to"] <= FIRST_DAY).sum()))
    _dress(upper, lower)
    _sizes(upper, bins)
    head(ax, of_the_hours(bins), result, [key_entry(group.mark, group.label, 5) for group in GROUPS])
    bars = "Bars: 95 % intervals over replications; one that leaves the panel has no known end."
    if result.about["replications"] == 1:
        bars = "One replication has no intervals."
    if is_finished(result.orders):
        caption(ax, f"{bars}\nNot reached: fewer than half got all their money back.")
    else:
        caption(ax, f"{bars}\nClaims are still open: what is not known of a bin is left out.")


def _medians(ax: Axes, rows: pd.DataFrame, group: AskerGroup, *, is_over: bool) -> None:
    """A median that is not reached has a place of its own above the others; none where it still may be."""
    counted = rows[rows["n"] > 0]
    reached = counted["median_days"].notna()
    _points(ax, counted[reached], ("median_days", "median_low", "median_high"), group)
    never = counted.index[~reached & is_over].to_numpy(dtype=np.float64) + group.aside
    ax.plot(
        never, np.full(len(never), NOT_REACHED), "^", color=group.mark.colour, markersize=6, markerfacecolor="white"
    )


def _points(ax: Axes, rows: pd.DataFrame, columns: tuple[str, str, str], group: AskerGroup) -> None:
    """Estimates with their intervals, where they have one; one without an upper end leaves the panel."""
    value, low, high = (rows[column].to_numpy(dtype=np.float64) for column in columns)
    endless = np.isnan(high) & ~np.isnan(low)
    lengths = np.nan_to_num([value - low, np.where(endless, BEYOND, high - value)], nan=0.0)
    at = rows.index.to_numpy() + group.aside
    ax.errorbar(at, value, lengths, fmt=group.mark.marker, color=group.mark.colour, markersize=5, linewidth=1.2)


def _bins(ax: Axes, names: list[str], fine: int) -> None:
    """A place per bin, equally wide; the first day is shaded."""
    ax.axvspan(-0.5, fine - 0.5, color=SHADE, zorder=0, linewidth=0)
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.5, len(names) - 0.5)
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y")


def _dress(upper: Axes, lower: Axes) -> None:
    upper.set(ylim=(0, 1.04), ylabel="refunded in full (%)")
    upper.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    upper.tick_params(axis="x", labelbottom=False)
    # Logarithmic from a day on, so that hours and months are both seen; linear below, for there may be zeros.
    lower.set_yscale("symlog", linthresh=1, linscale=0.5)
    lower.set_yticks(list(DAY_TICKS), list(DAY_TICKS.values()))
    lower.yaxis.set_minor_locator(NullLocator())
    lower.get_yticklabels()[-1].set(fontsize=SMALL, linespacing=0.9)
    lower.set(ylim=(0, 1.3 * NOT_REACHED), ylabel="half refunded after (d)")
    for panel in (upper, lower):
        panel.yaxis.set_label_coords(-0.075, 0.5)
    lower.set_xlabel(HOURS_TO_ASK)


def _sizes(ax: Axes, bins: pd.DataFrame) -> None:
    """How many claims each point stands for, a line per group, between the panels."""
    for line, group in enumerate(GROUPS):
        for place, count in enumerate(bins.loc[bins["group"] == group.name, "n"]):
            _below(ax, place, f"{count:,}", line, group.mark.colour)
    _below(ax, -0.9, "claims", 0, FAINT)


def _below(ax: Axes, place: float, text: str, line: int, colour: str) -> None:
    look = {"ha": "center", "va": "top", "fontsize": 8, "color": colour, "annotation_clip": False}
    note(ax, text, (place, 0), (0, -8 - 11 * line), xycoords=ax.get_xaxis_transform(), **look)

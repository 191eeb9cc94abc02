"""Time to money, compared: how many more claims have their money by each day, and where the curves cross."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.experiment.comparison import Comparison
from sim.experiment.number import POINTS, decimals_for, signed
from sim.scenario.wording import shortened
from sim.show.chart_titles import DAYS, widest_gap
from sim.show.charts.comparing import NAME_LENGTH, Layout, comparison_chart, heading
from sim.show.charts.style import DARK, FAINT, SMALL, caption, note

CROSSING = "#54417f"
"""As the verdict that curves cross."""
WIDEST_BAND = 0.5
"""How far the light band, huge with few replications, is followed beyond all else: as a share of that."""
ROOM = 0.12
"""How far the panels reach beyond the curves, as a share of their range."""


def _layout(comparison: Comparison) -> Layout:
    if len(comparison.others) == 1:
        return Layout(1, 1, height=3.6, gap=0)
    return Layout(-(-len(comparison.others) // 2), 2, height=1.25, gap=0.5, between=0.07)


@comparison_chart(_layout)
def difference_curves(comparison: Comparison, ax: Axes) -> None:
    """A panel per scenario, all on one scale: other − base, the share of claims refunded in full by each day."""
    layout = _layout(comparison)
    panels, columns = layout.panels(ax), layout.columns
    names = [other.scenario.name for other in comparison.others]
    reach = _reach(comparison.curves)
    for place, (panel, name) in enumerate(zip(panels, names, strict=False)):
        _curve(panel, comparison.curves[comparison.curves["scenario"] == name])
        _crossings(panel, comparison.crossings[comparison.crossings["scenario"] == name])
        panel.set_title(shortened(name, 40), loc="left", fontsize=10, fontweight="bold")
        panel.set(xlim=(0, DAYS[-1]), ylim=reach, xticks=DAYS)
        _label(panel, is_left=place % columns == 0, is_last=place + columns >= len(names))
    for panel in panels[len(names) :]:
        panel.set_axis_off()
    heading(ax, finding(comparison), comparison)
    bands = (
        "Dark band: 95 % intervals. Light: holds over all days at once (and may leave its panel); "
        "where it leaves out 0, the curves differ."
    )
    purple = "\nPurple: between these days the curves cross, so that no single number names a winner."
    caption(ax, bands + (purple if len(comparison.crossings) else ""))


def finding(comparison: Comparison) -> str:
    """Where curves cross; else who is furthest ahead of the base, or behind."""
    crossing = list(dict.fromkeys(comparison.crossings["scenario"]))
    if crossing:
        more = f" and {len(crossing) - 1} more" if len(crossing) > 1 else ""
        return f"Soonest is not most: under {shortened(crossing[0], NAME_LENGTH)}{more} the curves cross"
    if (gap := widest_gap(comparison.curves)) is None:
        return "No claims to compare"
    furthest, shown = gap
    days, name = f"after {furthest['days']:.0f} d", shortened(str(furthest["scenario"]), NAME_LENGTH)
    return f"Widest gap: {shown} of claims with money {days}, under {name}"


def _reach(curves: pd.DataFrame) -> tuple[float, float]:
    """One scale for all, so that sizes can be compared; the light band may leave it."""
    plain, band = (
        100 * np.append(curves[[*ends, "difference"]].to_numpy(dtype=np.float64), 0.0)
        for ends in (("low", "high"), ("low_simultaneous", "high_simultaneous"))
    )
    lowest, highest = np.nanmin(plain), np.nanmax(plain)
    beyond = WIDEST_BAND * (highest - lowest)
    lowest = max(min(np.nanmin(band), lowest), lowest - beyond)
    highest = min(max(np.nanmax(band), highest), highest + beyond)
    room = ROOM * (highest - lowest) or 1.0
    return float(lowest - room), float(highest + room)


def _curve(ax: Axes, curve: pd.DataFrame) -> None:
    days = curve["days"].to_numpy()
    points = 100 * curve.drop(columns=["scenario", "days"])
    ax.axhline(0, color=FAINT, linewidth=0.8)
    for low, high, alpha in (("low_simultaneous", "high_simultaneous", 0.18), ("low", "high", 0.3)):
        ax.fill_between(days, points[low], points[high], color=DARK, alpha=alpha, linewidth=0, step="post")
    ax.step(days, points["difference"], where="post", color=DARK, linewidth=1.4)
    _last(ax, points.iloc[-1])


def _last(ax: Axes, last: pd.Series[float]) -> None:
    """What is left of the difference in the end, written beside the curve where there is one."""
    if np.isnan(value := float(last["difference"])):
        return
    said = signed(value, decimals_for(float(last["high"] - last["low"]) / 2))
    note(ax, said, (DAYS[-1], value), (4, 0), va="center", fontweight="bold", color=DARK, annotation_clip=False)


def _crossings(ax: Axes, crossings: pd.DataFrame) -> None:
    """Each with its days, written where there is more room."""
    for crossing in crossings.to_dict("records"):
        after, before = float(crossing["after"]), float(crossing["before"])
        ax.axvspan(after, before, color=CROSSING, alpha=0.25, linewidth=0)
        is_early = before < DAYS[-1] / 2
        at, aside, side = (before, 4, "left") if is_early else (after, -4, "right")
        look = {"xycoords": ax.get_xaxis_transform(), "ha": side, "va": "top", "color": CROSSING}
        note(ax, f"cross, {after:g} to {before:g} d", (at, 1), (aside, -3), **look)


def _label(ax: Axes, *, is_left: bool, is_last: bool) -> None:
    """Axes are named at the edge of the grid only, for all have the same."""
    ax.tick_params(labelsize=SMALL, labelbottom=is_last, labelleft=is_left)
    ax.grid(axis="y")
    if is_left:
        ax.set_ylabel(f"difference ({POINTS})", fontsize=SMALL)
    if is_last:
        ax.set_xlabel("days since asking (d)", fontsize=SMALL)

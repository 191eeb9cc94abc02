"""Time to money, in the baseline and now: both curves in one panel, and their difference below."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.baselines.judgement import ScenarioCheck
from sim.experiment.number import POINTS
from sim.show.chart_titles import DAYS, spread, widest_gap
from sim.show.charts.checking import HEAD, WIDTH, Sheet
from sim.show.charts.style import DARK, FAINT, SMALL, note, our_style

LEFT, PANELS = 0.75, (2.7, 1.35)
"""Left edge of the panels, and their heights, in inches."""
AFTER = 1.35
"""Inches behind the panels, for the names of the curves."""
LINE = 6.5
"""In points of the upper axis: what one name needs."""
CAPTION = (
    "Share of all claims refunded in full so many days after the mind changed.\n"
    "Bands: 95 % intervals over replications; each holds for its day, not for all days at once."
)


@our_style()
def check_curves(check: ScenarioCheck) -> Figure:
    """Cumulative incidence of a full refund: the baseline dashed, now solid, each with its band."""
    sheet = Sheet(HEAD + sum(PANELS) + 1.42)
    sheet.heading_of(check, finding(check))
    width = WIDTH - LEFT - AFTER
    upper = sheet.axes(LEFT, HEAD + 0.1, width, PANELS[0])
    lower = sheet.axes(LEFT, HEAD + 0.35 + PANELS[0], width, PANELS[1])
    _curves(upper, check.curves)
    _difference(lower, check.curves)
    for ax in (upper, lower):
        ax.set(xlim=(0, DAYS[-1]), xticks=DAYS)
        ax.tick_params(labelsize=SMALL)
        ax.yaxis.set_label_coords(-0.075, 0.5)
        ax.grid(axis="y")
    upper.tick_params(axis="x", labelbottom=False)
    lower.set_xlabel("days since the mind changed (d)", fontsize=SMALL)
    sheet.caption(HEAD + 0.88 + sum(PANELS), CAPTION)
    return sheet.figure


def finding(check: ScenarioCheck) -> str:
    """Where the two are furthest apart, or that they are one."""
    same = "The time to money is what it was"
    if check.is_identical:
        return same
    if (gap := widest_gap(check.curves)) is None:
        return "No claims to compare"
    furthest, moved = gap
    if not furthest["difference"]:
        return same
    return f"Furthest apart after {furthest['days']:.0f} d: {moved} have their money"


def _curves(ax: Axes, curves: pd.DataFrame) -> None:
    days = curves["days"].to_numpy()
    looks = {"baseline": (FAINT, (0, (4, 2))), "now": (DARK, "-")}
    for name, (colour, dashes) in looks.items():
        low, high, value = (100 * curves[column] for column in (f"{name}_low", f"{name}_high", name))
        ax.fill_between(days, low, high, color=colour, alpha=0.2, linewidth=0, step="post")
        ax.step(days, value, where="post", color=colour, linewidth=1.5, linestyle=dashes)
    ax.set_ylim(0, 100)
    ax.set_ylabel("refunded in full\n(% of all claims)", fontsize=SMALL)
    _names(ax, {name: 100 * float(curves[name].iloc[-1]) for name in looks}, {k: v[0] for k, v in looks.items()})


def _names(ax: Axes, last: dict[str, float], colours: dict[str, str]) -> None:
    """Each curve's name and where it ends, behind it, moved apart as little as needs be."""
    order = sorted(last, key=lambda name: last[name])
    for name, at in zip(order, spread([last[name] for name in order], LINE), strict=True):
        look = {"color": colours[name], "fontweight": "bold" if name == "now" else "normal"}
        said = f"{name} {last[name]:.1f} %"
        note(ax, said, (DAYS[-1], at), (5, 0), va="center", annotation_clip=False, **look)


def _difference(ax: Axes, curves: pd.DataFrame) -> None:
    days = curves["days"].to_numpy()
    low, high, value = (100 * curves[column] for column in ("low", "high", "difference"))
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.fill_between(days, low, high, color=DARK, alpha=0.2, linewidth=0, step="post")
    ax.step(days, value, where="post", color=DARK, linewidth=1.5)
    reach = 1.15 * float(np.nanmax(np.abs([low.fillna(value), high.fillna(value), value]), initial=0.0)) or 1.0
    ax.set_ylim(-reach, reach)
    ax.set_ylabel(f"difference\n({POINTS})", fontsize=SMALL)

"""Outcomes by route: which stage decided the claims, and how."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from sim.arrays import Floats as Floats
from sim.experiment.curves import ENDINGS
from sim.experiment.result import Result
from sim.scenario.wording import counted
from sim.show.chart_titles import COLOURS, NOBODY
from sim.show.charts.style import caption, chart, head, note
from sim.vocabulary.endings import ROUTE_TEXTS, WORDS

ROUTES = {route: text.plain for route, text in ROUTE_TEXTS.items()}
"""In the order of an order's life, and what the chart calls them."""
FEWEST_BARS = 4
"""Bars that there is room for even if there are fewer."""


@chart
def outcomes_by_route(result: Result, ax: Axes) -> None:
    """A bar per route that any claim took: its length is the share of all claims, its parts are the outcomes."""
    counts = counts_of(result.orders)
    everybody = max(len(result.orders), 1)
    ends = np.zeros(len(counts))
    for ending, claims in counts.items():
        share = claims.to_numpy() / everybody
        ax.barh(list(counts.index), share, left=ends, color=COLOURS[str(ending)], edgecolor="white", height=0.62)
        ends += share
    _lengths(ax, counts, ends)
    ax.set_ylim(max(len(counts), FEWEST_BARS) - 0.5, -0.5)
    ax.set_xticks(np.arange(11) / 10)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.tick_params(axis="y", length=0)
    ax.set(xlim=(0, 1.5 * ends.max(initial=0.1)), xlabel="share of all claims (%)", ylabel="stage that decided")
    key = [Patch(color=COLOURS[ending], label=WORDS[ending]) for ending in map(str, counts.columns)]
    head(ax, finding(counts), result, key)
    caption(ax, "Claims of all replications together. A return belongs to the stage that ordered it.")


def counts_of(orders: pd.DataFrame) -> pd.DataFrame:
    """Claims by route (rows, in words) and outcome (columns), without routes and outcomes that did not occur."""
    table = pd.crosstab(orders["route"].astype(str), orders["outcome"].astype(str))
    routes = [route for route in ROUTES if route.word in table.index]
    table = table.reindex(
        index=[route.word for route in routes], columns=[ending for ending in ENDINGS if ending in table.columns]
    )
    return table.set_axis([ROUTES[route] for route in routes])


def finding(counts: pd.DataFrame) -> str:
    """The two stages that decide most claims."""
    by_route = counts.sum(axis=1).sort_values(ascending=False, kind="stable")
    if by_route.empty:
        return NOBODY
    shares = [f"{100 * claims / by_route.sum():.0f} %" for claims in by_route]
    decided = f"{shares[0]} of claims are decided by {by_route.index[0]}"
    return decided if len(shares) == 1 else f"{decided}, {shares[1]} by {by_route.index[1]}"


def _lengths(ax: Axes, counts: pd.DataFrame, ends: Floats) -> None:
    """Behind each bar: how many claims, and how many of them were refunded in full."""
    everybody = counts.to_numpy().sum()
    refunded = counts["refunded"] if "refunded" in counts.columns else 0 * counts.sum(axis=1)
    for row, (claims, happy) in enumerate(zip(counts.sum(axis=1), refunded, strict=True)):
        said = f"{counted(claims, 'claim')} ({100 * claims / everybody:.0f} %), {_part(happy, claims)} refunded"
        note(ax, said, (float(ends[row]), row), (6, 0), va="center")


def _part(some: int, of: int) -> str:
    return {0: "none", of: "all"}.get(some, f"{100 * some / of:.0f} %")

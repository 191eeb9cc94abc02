"""Outcomes by route: which stage decided the claims, and how."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from sim.show.charts.style import COLOURS, SMALL, WORDS, caption, chart, head
from sim.study.curves import ENDINGS
from sim.study.result import Result
from sim.vocabulary import Route

ROUTES = {
    Route.FREE_CANCELLATION: "free cancellation",
    Route.CANCELLATION: "cancellation request",
    Route.NOT_DISPATCHED: "dispatch limit",
    Route.DISPUTE: "dispute",
    Route.MEDIATION: "mediation",
    Route.NONE: "nobody was asked",
}
"""In the order of an order's life, and what the chart calls them."""


@chart
def outcomes_by_route(result: Result, ax: Axes) -> None:
    """A bar per route that any claim took: its length is the share of all claims, its parts are the outcomes."""
    counts = counts_of(result.orders)
    shares = counts / max(counts.to_numpy().sum(), 1)
    start = pd.Series(0.0, index=shares.index)
    for ending in shares.columns:
        ax.barh(shares.index, shares[ending], left=start, color=COLOURS[ending], edgecolor="white", height=0.62)
        start += shares[ending]
    _lengths(ax, counts, start)
    ax.invert_yaxis()
    ax.set(xlim=(0, min(1.0, 1.4 * start.max() + 0.05)), xlabel="share of all claims (%)")
    ax.set_ylabel("stage that decided")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.tick_params(axis="y", length=0)
    head(ax, finding(counts), result)
    keys = [Patch(color=COLOURS[ending], label=WORDS[ending]) for ending in shares.columns]
    ax.legend(handles=keys, loc="lower right", title="outcome", alignment="left")
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
    """Where most claims are decided, and how often that stage refunds."""
    if counts.empty:
        return "Nobody asked for their money back"
    by_route = counts.sum(axis=1)
    route = by_route.idxmax()
    share = by_route[route] / by_route.sum()
    return f"Most often it is decided by {route}: {share:.0%} of claims".replace("%", " %")


def _lengths(ax: Axes, counts: pd.DataFrame, ends: pd.Series[float]) -> None:
    """Behind each bar: how many claims, and how many of them were refunded in full."""
    for row, (route, claims) in enumerate(counts.sum(axis=1).items()):
        refunded = int(counts.at[route, "refunded"]) if "refunded" in counts.columns else 0
        share = f"{refunded / claims:.0%}".replace("%", " %")
        ax.annotate(
            f"{claims:,} claims, {share} refunded",
            (float(ends[route]), row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
        )

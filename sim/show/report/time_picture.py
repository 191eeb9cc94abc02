"""Time to money, drawn for a page: what has become of all claims by each day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.experiment.curves import ENDINGS
from sim.show.report.svg import Frame, SvgSheet, frame, tag, ticks_below, ticks_beside, way, words
from sim.show.spreading import spread
from sim.vocabulary.endings import SHORT_WORDS, WORDS

HEIGHTS = (380, 380)
"""Of the wide picture and of the narrow one."""
DAYS = (0, 7, 14, 30, 60, 90)
MARKS = (7, 14, 30)
"""Days at which the share with money is written down."""
SHARES = (0, 0.25, 0.5, 0.75, 1)
LINE = 17
"""Pixels from one line of text to the next."""
WORTH_A_NAME = 0.002
"""Share of claims from which an ending is named beside the stack."""


def plot_of(sheet: SvgSheet, right: float) -> Frame:
    """Days to the right, the share of all claims upwards."""
    return frame(sheet, (26, right, 48, 34), (0, DAYS[-1]), (0, 1))


def axes(plot: Frame) -> Iterator[Markup]:
    """Both axes, named, with their units."""
    yield from ticks_beside(plot, [(share, f"{100 * share:.0f}") for share in SHARES], "share of all claims (%)")
    yield from ticks_below(plot, [(day, str(day)) for day in DAYS], "days since asking (d)")


def endings_by_day(curves: pd.DataFrame, sheet: SvgSheet) -> Iterator[Markup]:
    """What has become of all claims by each day: the endings compete, so at every time they add up to all."""
    plot = plot_of(sheet, right=112 if sheet.is_narrow else 170)
    by_ending = {str(ending): curve for ending, curve in curves.groupby("ending", observed=True)}
    days = by_ending["open"]["days"].tolist()
    below = np.zeros(len(days))
    for ending in ENDINGS:
        above = below + by_ending[ending]["share"].to_numpy()
        yield way(plot.band(days, below.tolist(), above.tolist()), f"fill-{ending} area")
        below = above
    yield from axes(plot)
    refunded = by_ending["refunded"]
    yield way(plot.band(days, refunded["low"].tolist(), refunded["high"].tolist()), "shade")
    yield from _marks(plot, refunded, MARKS[::2] if sheet.is_narrow else MARKS)
    last = {ending: float(by_ending[ending]["share"].iloc[-1]) for ending in ENDINGS}
    yield from _names(plot, last, SHORT_WORDS if sheet.is_narrow else WORDS)


def _marks(plot: Frame, refunded: pd.DataFrame, marks: Sequence[int]) -> Iterator[Markup]:
    """The share that has its money by some days, written beside a dot on the curve."""
    for day in marks:
        if day > refunded["days"].max():
            return  # nobody was watched for so long
        share = float(refunded["share"][refunded["days"] >= day].iloc[0])
        x, y = plot.x(day), plot.y(share)
        is_high = share > 0.15
        yield tag("circle", cx=x, cy=y, r=4, class_="mark")
        yield words(
            f"{100 * share:.0f} %", x + 6, y + (19 if is_high else -8), class_="on-area" if is_high else "value"
        )


def _names(plot: Frame, last: Mapping[str, float], called: Mapping[str, str]) -> Iterator[Markup]:
    """Each ending's name and its share in the end, beside its area."""
    tops = dict(zip(last, accumulate(last.values()), strict=True))
    named = [ending for ending, share in last.items() if share >= WORTH_A_NAME]
    # From the lowest area upwards, as `spread` wants them: in pixels below the upper edge, negative upwards.
    wanted = [-plot.y(tops[ending] - last[ending] / 2) for ending in named]
    for ending, at, place in zip(named, wanted, spread(wanted, LINE), strict=True):
        edge = plot.right
        yield tag(
            "path", d=f"M{edge + 1:.1f} {-at:.1f}L{edge + 10:.1f} {-place:.1f}h4", class_=f"leader line-{ending}"
        )
        yield words(f"{called[ending]} {100 * last[ending]:.1f} %", edge + 18, 4 - place)

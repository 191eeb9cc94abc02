"""Time to money, drawn for a page: what has become of all claims by each day, under one policy or under two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.experiment.curves import ENDINGS
from sim.experiment.number import POINTS, decimals_for, signed
from sim.show.chart_titles import DAYS, MARKS, named_areas, spread
from sim.show.report.svg import PER_CENT, Frame, SvgSheet, frame, linear, tag, ticks_below, ticks_beside, way, words
from sim.vocabulary.endings import SHORT_WORDS, WORDS

HEIGHTS = (380, 380)
"""Of the wide picture and of the narrow one."""
DAY_TICKS = [(day, str(day)) for day in DAYS]
LINE = 17
"""Pixels from one line of text to the next."""
WORTH_A_NAME = 0.002
"""Share of claims from which an ending is named beside the stack."""


def plot_of(sheet: SvgSheet, right: float) -> Frame:
    """Days to the right, the share of all claims upwards."""
    return frame(sheet, (26, right, 48, 34), (0, DAYS[-1]), (0, 1))


def axes(plot: Frame) -> Iterator[Markup]:
    """Both axes, named, with their units."""
    yield from ticks_beside(plot, PER_CENT, "share of all claims (%)")
    yield from ticks_below(plot, DAY_TICKS, "days since asking (d)")


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
        below, look = (19, "on-area") if is_high else (-8, "value")
        yield words(f"{100 * share:.0f} %", x + 6, y + below, class_=look)


def _names(plot: Frame, last: Mapping[str, float], called: Mapping[str, str]) -> Iterator[Markup]:
    """Each ending's name and its share in the end, beside its area."""
    # In pixels below the upper edge, negative upwards: `spread` wants them from the lowest on.
    wanted = {ending: -plot.y(middle) for ending, middle in named_areas(last, WORTH_A_NAME).items()}
    for (ending, at), place in zip(wanted.items(), spread([*wanted.values()], LINE), strict=True):
        edge = plot.right
        line = f"M{edge + 1:.1f} {-at:.1f}L{edge + 10:.1f} {-place:.1f}h4"
        yield tag("path", d=line, class_=f"leader line-{ending}")
        yield words(f"{called[ending]} {100 * last[ending]:.1f} %", edge + 18, 4 - place)


# ------------------------------------------------ under two policies: both curves, and below them their difference


HEIGHTS_OF_BOTH = (450, 440)
"""Of the wide picture and of the narrow one."""
UPPER, LOWER = (26, 236), (278, 398)
"""Top and bottom of the panels, in pixels."""
ROOM = 1.15
"""How far the lower panel reaches beyond the plain interval; the light band may leave it."""


def under_both(curves: pd.DataFrame, names: tuple[str, str], sheet: SvgSheet) -> Iterator[Markup]:
    """Shares of all claims refunded in full by each day, and other − base; `curves` as in `Comparison.curves`.

    `curves` are the rows of one of the other scenarios; `names` are the base's and that one's.
    """
    left, right = 40.0, sheet.width - (56.0 if sheet.is_narrow else 190.0)
    x = linear((0, DAYS[-1]), (left, right))
    upper = Frame(left, UPPER[0], right, UPPER[1], x, linear((0, 1), (UPPER[1], UPPER[0])))
    yield from ticks_beside(upper, PER_CENT, "share of all claims (%)")
    if curves["difference"].isna().all():  # nobody claims under one of them: there is nothing to draw
        yield from ticks_below(upper, DAY_TICKS, "days since asking (d)")
        yield words("no claims to compare", (left + right) / 2, (UPPER[0] + UPPER[1]) / 2, anchor="middle")
        return
    days = curves["days"].tolist()
    for side, style in (("base", "curve base"), ("other", "curve")):
        yield way(upper.path(days, curves[side].tolist()), style)
    yield from _names_of_both(upper, curves.iloc[-1], names, sheet)
    lower = _panel_of_differences(curves, (left, right))
    yield from _difference(lower, curves)
    yield from ticks_below(lower, DAY_TICKS, "days since asking (d)")


def _names_of_both(
    upper: Frame, last: pd.Series[float], names: tuple[str, str], sheet: SvgSheet
) -> Iterator[Markup]:
    """Whose curve it is, and where it ends."""
    ends = sorted((float(last[side]), name) for side, name in zip(("base", "other"), names, strict=True))
    for (share, name), place in zip(ends, spread([-upper.y(share) for share, _ in ends], LINE), strict=True):
        text = f"{100 * share:.1f} %" if sheet.is_narrow else f"{name} {100 * share:.1f} %"
        yield words(text, upper.right + 8, 4 - place, class_="value" if name == names[1] else "faint")


def _panel_of_differences(curves: pd.DataFrame, sides: tuple[float, float]) -> Frame:
    """As high as the plain intervals reach, and 0 among them."""
    ends = np.nan_to_num(100 * curves[["low", "high", "difference"]].to_numpy(dtype=np.float64))
    low, high = min(float(ends.min()), 0.0) * ROOM, max(float(ends.max()), 0.0) * ROOM
    low, high = (low, high) if high > low else (-1.0, 1.0)
    x, y = linear((0, DAYS[-1]), sides), linear((low, high), (LOWER[1], LOWER[0]))
    return Frame(sides[0], LOWER[0], sides[1], LOWER[1], x, y)


def _difference(lower: Frame, curves: pd.DataFrame) -> Iterator[Markup]:
    """The difference in points: the dark band is its 95 % interval, the light one holds at all days at once."""
    days, points = curves["days"].tolist(), 100 * curves.drop(columns=["scenario", "days"])
    for low, high, style in (("low_simultaneous", "high_simultaneous", "band"), ("low", "high", "band dark")):
        ends = [_inside(lower, points[end]) for end in (low, high)]
        yield way(lower.band(days, *ends), style)
    yield lower.level(0, "zero")
    yield words("0", lower.left - 6, lower.y(0) + 4, anchor="end", class_="tick")
    yield way(lower.path(days, points["difference"].tolist()), "curve")
    yield words(f"difference ({POINTS})", 0, lower.top - 10, class_="axis")
    last = points.iloc[-1]
    said = signed(float(last["difference"]), decimals_for(float(last["high"] - last["low"]) / 2))
    yield words(said, lower.right + 8, lower.y(float(last["difference"])) + 4, class_="value")
    yield from _extremes(lower, points)


def _extremes(lower: Frame, points: pd.DataFrame) -> Iterator[Markup]:
    """The largest gap, up or down, written on the axis."""
    widest = float(points["difference"].iloc[int(points["difference"].abs().argmax())])
    if abs(lower.y(widest) - lower.y(0)) > LINE:
        yield lower.level(widest)
        yield words(signed(widest, 1), lower.left - 6, lower.y(widest) + 4, anchor="end", class_="tick")


def _inside(lower: Frame, ends: pd.Series[float]) -> list[float]:
    """A band that leaves the panel ends at its edge."""
    at_zero, per_point = lower.y(0), lower.y(1) - lower.y(0)
    limits = sorted((edge - at_zero) / per_point for edge in (lower.top, lower.bottom))
    return [float(end) for end in ends.clip(*limits)]


def key_of_curves(names: tuple[str, str]) -> list[tuple[str, str]]:
    """What the lines mean: a class, and a name."""
    return [("key-base", names[0]), ("key-other", names[1])]

"""Time to money under two policies, drawn for a page: both curves, and below them their difference."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from markupsafe import Markup

from sim.experiment.number import POINTS, decimals_for, signed
from sim.show.report.svg import Frame, SvgSheet, linear, ticks_below, ticks_beside, way, words
from sim.show.report.time_picture import DAYS, LINE, SHARES
from sim.show.spreading import spread

HEIGHTS = (450, 440)
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
    yield from ticks_beside(upper, [(share, f"{100 * share:.0f}") for share in SHARES], "share of all claims (%)")
    if curves["difference"].isna().all():  # nobody claims under one of them: there is nothing to draw
        yield from ticks_below(upper, [(day, str(day)) for day in DAYS], "days since asking (d)")
        yield words("no claims to compare", (left + right) / 2, (UPPER[0] + UPPER[1]) / 2, anchor="middle")
        return
    days = curves["days"].tolist()
    for side, style in (("base", "curve base"), ("other", "curve")):
        yield way(upper.path(days, curves[side].tolist()), style)
    yield from _names(upper, curves.iloc[-1], names, sheet)
    lower = _panel_of_differences(curves, (left, right))
    yield from _difference(lower, curves)
    yield from ticks_below(lower, [(day, str(day)) for day in DAYS], "days since asking (d)")


def _names(upper: Frame, last: pd.Series[float], names: tuple[str, str], sheet: SvgSheet) -> Iterator[Markup]:
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
    left, right = sides
    return Frame(
        left, LOWER[0], right, LOWER[1], linear((0, DAYS[-1]), sides), linear((low, high), (LOWER[1], LOWER[0]))
    )


def _difference(lower: Frame, curves: pd.DataFrame) -> Iterator[Markup]:
    """The difference in points: the dark band is its 95 % interval, the light one holds at all days at once."""
    days, points = curves["days"].tolist(), 100 * curves.drop(columns=["scenario", "days"])
    top, bottom = (lower.top, lower.bottom)
    for low, high, style in (("low_simultaneous", "high_simultaneous", "band"), ("low", "high", "band dark")):
        ends = [_inside(lower, points[end], (top, bottom)) for end in (low, high)]
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


def _inside(lower: Frame, ends: pd.Series[float], edges: tuple[float, float]) -> list[float]:
    """A band that leaves the panel ends at its edge: by its scale, from the top edge to the bottom one."""
    at_zero, per_point = lower.y(0), lower.y(1) - lower.y(0)
    limits = sorted((edge - at_zero) / per_point for edge in edges)
    return [float(end) for end in ends.clip(*limits)]


def key_of_curves(names: tuple[str, str]) -> list[tuple[str, str]]:
    """What the lines mean: a class, and a name."""
    return [("key-base", names[0]), ("key-other", names[1])]

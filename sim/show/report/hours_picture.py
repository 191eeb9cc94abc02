"""Success by how quickly the mind was changed, drawn for a page."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from sim.show.chart_titles import FIRST_DAY, HOURS_TO_ASK
from sim.show.report.svg import PER_CENT, Frame, SvgSheet, frame, tag, ticks_beside, words

HEIGHTS = (330, 360)
"""Of the wide picture and of the narrow one."""
GROUPS = {"all": ("all who asked", -0.13), "not_shipped": ("not shipped yet when they asked", 0.13)}
"""What the picture calls them, and how far beside the middle of their bin they stand."""


def success_by_hours(bins: pd.DataFrame, sheet: SvgSheet) -> Iterator[Markup]:
    """A dot per bin and group, with its interval; `bins` are `Result.by_hours`. The first day is shaded."""
    names = bins["bin"][bins["group"] == "all"].tolist()
    plot = frame(sheet, (48, 8, 78 if sheet.is_narrow else 50, 34), (-0.5, len(names) - 0.5), (0, 1))
    fine = int((bins["hours_to"][bins["group"] == "all"] <= FIRST_DAY).sum())
    yield plot.phase(-0.5, fine - 0.5)
    yield from ticks_beside(plot, PER_CENT, "")
    yield words("refunded in full (%)", 0, 14, class_="axis")
    yield words("asked within a day", plot.left + 5, plot.bottom - 7, class_="faint")
    yield from _key(sheet)
    for group, (_, aside) in GROUPS.items():
        yield from _dots(plot, bins[bins["group"] == group].reset_index(drop=True), group, aside)
    yield from _bins(plot, names, sheet)


def _key(sheet: SvgSheet) -> Iterator[Markup]:
    places = [(0, 34), (112, 34)] if sheet.is_narrow else [(190, 14), (310, 14)]
    for (group, (label, _)), (x, y) in zip(GROUPS.items(), places, strict=True):
        yield _dot(x + 5, y - 4, group)
        yield words(label, x + 15, y)


def _dots(plot: Frame, rows: pd.DataFrame, group: str, aside: float) -> Iterator[Markup]:
    for place, row in enumerate(rows.to_dict("records")):
        if not row["n"]:
            continue
        x = plot.x(place + aside)
        if row["low"] == row["low"]:
            yield tag("line", x1=x, x2=x, y1=plot.y(row["low"]), y2=plot.y(row["high"]), class_=f"whisker {group}")
        yield _dot(x, plot.y(row["success"]), group)


def _dot(x: float, y: float, group: str) -> Markup:
    """Round, or a square on its corner: told apart without colours."""
    if group == "all":
        return tag("circle", cx=x, cy=y, r=4.5, class_=f"dot {group}")
    return tag("path", d=f"M{x - 5:.1f} {y:.1f}l5 -5 5 5 -5 5Z", class_=f"dot {group}")


def _bins(plot: Frame, names: list[str], sheet: SvgSheet) -> Iterator[Markup]:
    """The names of the bins, upright where there is no room."""
    for place, name in enumerate(names):
        x, y = plot.x(place), plot.bottom + 16
        if sheet.is_narrow:
            x, y = x + 4, y - 6
            yield words(name, x, y, anchor="end", class_="tick", transform=f"rotate(-90 {x:.1f} {y:.1f})")
        else:
            yield words(name, x, y, anchor="middle", class_="tick")
    yield words(HOURS_TO_ASK, (plot.left + plot.right) / 2, sheet.height - 10, anchor="middle", class_="axis")

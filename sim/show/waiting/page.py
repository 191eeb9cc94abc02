"""The page of a forecast or of advice: sentences, a picture, tables. It stands alone and can be forwarded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from sim.show.report.svg import SvgSheet, figure, frame, ticks_below, ticks_beside, way
from sim.show.standalone import filled, text_of

PACKAGE = "sim.show.waiting"
HEIGHTS = 300, 260
MARGINS = (34, 16, 46, 52)
TableToShow = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, headings, rows."""


class Picture(NamedTuple):
    """What it shows, in a sentence, and the drawing."""

    finding: str
    drawn: Markup


def page(
    title: str,
    sentences: Iterable[str],
    pictures: Sequence[Picture],
    tables: Iterable[TableToShow],
    notes: Iterable[str] = (),
) -> bytes:
    """The whole page."""
    told = filled(
        PACKAGE,
        text_of(PACKAGE, "style.css"),
        title=title,
        sentences=list(sentences),
        pictures=pictures,
        tables=list(tables),
        notes=list(notes),
    )  # fmt: skip
    return told.encode()


def curve(
    name: str,
    finding: str,
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    across: str,
    up: str,
    lows: Sequence[float] = (),
    highs: Sequence[float] = (),
    most: float | None = None,
) -> Picture:
    """How something grows: a line, with a band where there is one."""
    top = most or _round_above(max([*ys, *highs], default=1.0))
    end = max(xs, default=1.0)

    def drawn(sheet: SvgSheet) -> Iterable[Markup]:
        box = frame(sheet, MARGINS, (0.0, end), (0.0, top))
        yield from ticks_beside(box, [(top * k / 4, _short(top * k / 4)) for k in range(5)], up)
        step = _step(end, 4 if sheet.is_narrow else 9)
        yield from ticks_below(box, [(step * k, f"{step * k:g}") for k in range(int(end / step) + 1)], across)
        if len(lows):
            yield way(box.band(xs, lows, highs), "band")
        yield way(box.path(xs, ys), "curve")

    return Picture(finding, figure(name, finding, "The figures are in the tables below.", HEIGHTS, drawn))


def _round_above(number: float) -> float:
    if number <= 0:
        return 1.0
    step = 10.0 ** (len(f"{int(number)}") - 1)
    return next(step * k for k in (1, 2, 4, 6, 8, 10) if step * k >= number)


def _step(end: float, most: int) -> float:
    """A round number that goes into the end at most so often."""
    return next((step for k in range(8) for step in (10.0**k, 2 * 10.0**k, 5 * 10.0**k) if end / step <= most), end)


def _short(number: float) -> str:
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"

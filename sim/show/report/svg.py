"""Drawings for a page: small vector pictures whose letters are text and whose colours the page decides.

Every figure is drawn twice, for a wide page and for a narrow one, and the page shows the one that fits: a picture
that merely shrank could not be read on a phone. Colours are classes (`fill-refused`, `faint`), so that a dark page
has its own. Positions are pixels; they are written to a tenth of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import NamedTuple

from markupsafe import Markup, escape

SvgNumber = float | int


class SvgSheet(NamedTuple):
    """What is drawn on."""

    name: str
    width: int
    height: int

    @property
    def is_narrow(self) -> bool:
        return self.name == "narrow"


def tag(name: str, *inside: str, **attributes: SvgNumber | str | None) -> Markup:
    """One element; everything that is no `Markup` is escaped. `class_` is class, `stroke_width` stroke-width."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value if isinstance(value, str) else pixels(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, Markup(written), Markup("").join(inside))


def way(d: str, class_: str, **more: str) -> Markup:
    """A path; nothing at all where there is nothing to draw, for an empty one is no path."""
    return tag("path", d=d, class_=class_, **more) if d else Markup("")


def pixels(number: SvgNumber) -> str:
    """To a tenth, without a `.0`."""
    return f"{number:.1f}".removesuffix(".0")


def figure(name: str, finding: str, alternative: str, heights: tuple[int, int], draw: Drawing) -> Markup:
    """The drawing in both sizes. A screen reader hears the finding, and where to find the numbers."""
    return Markup("").join(_picture(name, finding, alternative, sheet, draw(sheet)) for sheet in sheets_of(heights))


def sheets_of(heights: tuple[int, int]) -> tuple[SvgSheet, SvgSheet]:
    """As wide as a page on a desk, and as a phone's."""
    return SvgSheet("wide", 760, heights[0]), SvgSheet("narrow", 360, heights[1])


Drawing = Callable[[SvgSheet], Iterable[Markup]]


def _picture(name: str, finding: str, alternative: str, sheet: SvgSheet, parts: Iterable[Markup]) -> Markup:
    title, described = f"{name}-{sheet.name}-title", f"{name}-{sheet.name}-about"
    return tag(
        "svg",
        tag("title", finding, id=title),
        tag("desc", alternative, id=described),
        *parts,
        class_=f"picture {sheet.name}",
        viewBox=f"0 0 {sheet.width} {sheet.height}",
        role="img",
        aria_labelledby=title,
        aria_describedby=described,
    )


# --------------------------------------------------------------------------------- scales and frames

Scale = Callable[[float], float]
"""From a quantity to pixels."""


def linear(quantities: tuple[float, float], places: tuple[float, float]) -> Scale:
    """Equal steps are equally long."""
    (first, last), (start, end) = quantities, places
    return lambda quantity: start + (end - start) * (quantity - first) / ((last - first) or 1.0)


def round_up(number: float, steps: Sequence[float] = (1, 2, 4, 6, 10)) -> float:
    """The next of these times a power of ten: an axis that ends on a number people like."""
    power = 10.0 ** floor(log10(number))
    return next(step * power for step in steps if step * power >= number)


@dataclass(frozen=True)
class Frame:
    """Where the quantities are drawn: edges in pixels, and a scale for each direction."""

    left: float
    top: float
    right: float
    bottom: float
    x: Scale
    y: Scale

    def path(self, xs: Sequence[float], ys: Sequence[float], start: str = "M") -> str:
        """The way along these points; what is not finite is left out."""
        points = [(self.x(x), self.y(y)) for x, y in zip(xs, ys, strict=True) if isfinite(y)]
        return start + "L".join(f"{pixels(x)} {pixels(y)}" for x, y in points) if points else ""

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> str:
        """The area between two ways; nothing where one of them is nowhere known."""
        there, back = self.path(xs, highs), self.path(xs[::-1], lows[::-1], start="L")
        return f"{there}{back}Z" if there and back else ""

    def level(self, y: float, class_: str = "grid") -> Markup:
        """A line from the left edge to the right one."""
        return tag("line", x1=self.left, x2=self.right, y1=self.y(y), y2=self.y(y), class_=class_)

    def phase(self, first: float, last: float) -> Markup:
        """What lies between two places, shaded from the top to the bottom."""
        left, height = self.x(first), self.bottom - self.top
        return tag("rect", x=left, y=self.top, width=self.x(last) - left, height=height, class_="phase")

    def upright(self, x: float, class_: str = "grid") -> Markup:
        """A line from the bottom to the top."""
        return tag("line", x1=self.x(x), x2=self.x(x), y1=self.top, y2=self.bottom, class_=class_)


def frame(
    sheet: SvgSheet, margins: tuple[float, float, float, float], x: tuple[float, float], y: tuple[float, float]
) -> Frame:
    """A frame with these margins (top, right, bottom, left, as in a style sheet), both scales linear."""
    top, right, bottom, left = margins
    edges = left, top, sheet.width - right, sheet.height - bottom
    return Frame(*edges, linear(x, (edges[0], edges[2])), linear(y, (edges[3], edges[1])))


# -------------------------------------------------------------------------------------------- words


def words(
    text: str, x: float, y: float, *, anchor: str = "start", class_: str | None = None, **more: str
) -> Markup:
    """Text, its baseline at y."""
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=class_, **more)


PER_CENT = [(share, f"{100 * share:.0f}") for share in (0, 0.25, 0.5, 0.75, 1)]
"""Where shares have a tick, and how it is written."""


def ticks_below(frame: Frame, ticks: Iterable[tuple[float, str]], label: str) -> Iterable[Markup]:
    """Numbers below the frame, and what they count."""
    for x, text in ticks:
        yield words(text, frame.x(x), frame.bottom + 17, anchor="middle", class_="tick")
    yield words(label, (frame.left + frame.right) / 2, frame.bottom + 36, anchor="middle", class_="axis")


def ticks_beside(frame: Frame, ticks: Iterable[tuple[float, str]], label: str) -> Iterable[Markup]:
    """Numbers to the left of the frame with their lines, and above them what they count."""
    for y, text in ticks:
        yield frame.level(y)
        yield words(text, frame.left - 6, frame.y(y) + 4, anchor="end", class_="tick")
    yield words(label, 0, frame.top - 13, class_="axis")

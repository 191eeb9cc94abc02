"""Charts as bytes: the same chart gives the same bytes, without a date or a version in them.

One drawing, two pictures: while a chart is written as SVG, the same lines and outlines are painted as dots. Drawn
for each format by itself it is worked out twice (ticks, places, letters), which takes longer than writing both.
Both pictures show the same, to the fraction of a dot: letters are the SVG's outlines, without hints. They are drawn
as they were laid out: `Figure.savefig` would lay the chart out once more each time, and listen to what a user's
configuration says of margins and backgrounds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib import rc_context
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.path import Path
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D, Bbox, Transform, TransformedPath
from numpy.typing import NDArray
from PIL import Image

from sim.show.charts.style import our_style

NAMELESS: dict[str, Any] = {"Date": None, "Creator": None}
"""What an SVG says of when and by what it was drawn."""
SALT = "refund-sim"
"""Names inside an SVG are hashed with this; left alone they are drawn at random."""


def files_of(figure: Figure, name: str) -> list[tuple[str, bytes]]:
    """A chart in both formats, drawn once, by the names of its files."""
    with our_style(), rc_context({"svg.hashsalt": SALT, "svg.fonttype": "path"}):
        pictures = TwoPictures(figure, NAMELESS)
        figure.draw(pictures)
        return [(f"{name}.svg", pictures.svg()), (f"{name}.png", pictures.png())]


def svg_of(figure: Figure, *, letters: Literal["path", "none"] = "path") -> bytes:
    """Letters as outlines: they look the same everywhere, and a title is never markup.

    With `none` they are text, which a page can search and which takes a fifth of the room.
    """
    buffer = io.BytesIO()
    with our_style(), rc_context({"svg.hashsalt": SALT, "svg.fonttype": letters}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata=NAMELESS)  # type: ignore[no-untyped-call]
    return buffer.getvalue()


# ------------------------------------------------------------------------------- both at once


POINTS, DOTS = 72, 150
"""To the inch: of the SVG, and of the picture made of dots."""
LARGER = DOTS / POINTS
COMPRESSION = 3
"""Of PNG: half the time of what is usual (6), for a thirtieth more bytes."""
REMEMBERED = 1_000
"""Texts whose measures are kept: some charts have a hundred each."""
Size = tuple[float, float, float]
"""Of a text: how wide and how high it is, and how far down it reaches."""
Heights = tuple[float | None, float | None, float | None]
Outline = tuple[NDArray[np.float64], NDArray[np.uint8]]
"""Of a letter: its corners, and of which kind each is."""
Glyph = tuple[str, float, float, float]
"""A letter's name, and where it stands: right, up, and how large."""


class Letters(TextToPath):
    """Outlines of letters, and what a text measures."""

    def __init__(self) -> None:
        super().__init__()
        self.latest: Sequence[Glyph] | None = None
        """Of the text that was laid out last, until it is taken."""
        self.outlines: dict[str, Outline] = {}

    def get_glyphs_with_font(self, *text: Any, **how: Any) -> Any:
        """As matplotlib says; and remember it."""
        found = super().get_glyphs_with_font(*text, **how)
        self.latest = found[0]
        self.outlines.update(found[1])
        return found

    def taken(self) -> Path | None:
        """The outline of the text that was laid out last; None where matplotlib did without."""
        latest, self.latest = self.latest, None
        if latest is None:
            return None
        corners, kinds = [np.empty((0, 2))], [np.empty(0, np.uint8)]
        for name, x, y, size in latest:
            outline, kind = self.outlines[name]
            corners.append(outline * size + (x, y))
            kinds.append(kind)
        return Path(np.concatenate(corners), np.concatenate(kinds))

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Size:
        """As matplotlib says, worked out once for layout and drawing."""
        return _measured(s, prop.copy(), ismath)


class TwoPictures(RendererSVG):
    """What a figure is drawn on. It is counted in points from then on, as SVG counts."""

    def __init__(self, figure: Figure, metadata: dict[str, Any] | None = None) -> None:
        figure.set_dpi(POINTS)
        width, height = figure.get_size_inches() * POINTS
        self._written = io.StringIO()
        super().__init__(width, height, self._written, image_dpi=DOTS, metadata=metadata)  # type: ignore[no-untyped-call]
        self._text2path = self._letters = Letters()

    @cached_property
    def _dots(self) -> RendererAgg:
        return RendererAgg(int(self.width * LARGER), int(self.height * LARGER), DOTS)  # type: ignore[no-untyped-call]

    def svg(self) -> bytes:
        """What was drawn, as SVG."""
        self.finalize()  # type: ignore[no-untyped-call]
        return self._written.getvalue().encode()

    def png(self) -> bytes:
        """What was drawn, as PNG: nothing can be seen through, and nothing says when and by what it was made."""
        buffer, dots = io.BytesIO(), np.asarray(self._dots.buffer_rgba())  # type: ignore[no-untyped-call]
        Image.fromarray(dots).convert("RGB").save(buffer, "png", dpi=(DOTS, DOTS), compress_level=COMPRESSION)
        return buffer.getvalue()

    # ------------------------------------------------------------- what matplotlib draws with, each twice

    def draw_path(self, gc: Any, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        """A line, or what it encloses."""
        super().draw_path(gc, path, transform, rgbFace)  # type: ignore[no-untyped-call]
        self._dots.draw_path(_enlarged(gc), path, _larger(transform), rgbFace)  # type: ignore[no-untyped-call]

    def draw_markers(
        self, gc: Any, marker_path: Any, marker_trans: Any, path: Any, trans: Any, face: Any = None
    ) -> None:
        """The same mark at several places."""
        super().draw_markers(gc, marker_path, marker_trans, path, trans, face)  # type: ignore[no-untyped-call]
        self._dots.draw_markers(_enlarged(gc), marker_path, _larger(marker_trans), path, _larger(trans), face)

    def draw_path_collection(self, *collection: Any, **how: Any) -> None:
        """Several lines, one after the other."""
        RendererBase.draw_path_collection(self, *collection, **how)

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """A line of text, by the outlines of the SVG; where matplotlib has made none, as it paints letters."""
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
        filled, outline = _enlarged(gc), self._letters.taken()
        if outline is None:
            self._dots.draw_text(filled, x * LARGER, y * LARGER, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        size = prop.get_size_in_points() / Letters.FONT_SCALE
        place = Affine2D().scale(size).rotate_deg(angle).translate(x, self.height - y)
        filled.set_linewidth(0)
        filled.set_snap(False)
        self._dots.draw_path(filled, outline, _larger(place), gc.get_rgb())  # type: ignore[no-untyped-call]

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        """An image, which comes in dots of the picture made of them."""
        super().draw_image(gc, x, y, im, transform)  # type: ignore[no-untyped-call]
        self._dots.draw_image(_enlarged(gc), x * LARGER, y * LARGER, im)

    def option_scale_image(self) -> bool:
        """Images come as they are to be seen: both pictures show the same."""
        return False


def _larger(transform: Transform) -> Transform:
    return transform + Affine2D().scale(LARGER)


def _enlarged(gc: Any) -> GraphicsContextBase:
    """The same look, within the same bounds, counted in dots."""
    look = GraphicsContextBase()
    look.copy_properties(gc)
    bounds, (path, transform) = gc.get_clip_rectangle(), gc.get_clip_path()
    if bounds is not None:
        look.set_clip_rectangle(Bbox(bounds.get_points() * LARGER))
    if path is not None:
        look.set_clip_path(TransformedPath(path, _larger(transform)))
    return look


@lru_cache(REMEMBERED)
def _measured(text: str, prop: FontProperties, ismath: Any) -> Size:
    return TextToPath().get_text_width_height_descent(text, prop, ismath)


@lru_cache(REMEMBERED)
def _heights(prop: FontProperties) -> Heights:
    """How far letters reach up and down, and what is free between lines, as a font tells."""
    font = get_font(findfont(prop))
    told, head = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")
    if told is None or head is None:  # then matplotlib measures
        return None, None, None
    size = prop.get_size_in_points() / head["unitsPerEm"]
    return told["sTypoAscender"] * size, -told["sTypoDescender"] * size, told["sTypoLineGap"] * size


if matplotlib.__version_info__[:2] == (3, 11):  # the one that asks; it would else read the font for each text
    TwoPictures._get_font_height_metrics = lambda self, prop: _heights(prop.copy())  # type: ignore[attr-defined]

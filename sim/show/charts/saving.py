"""Charts as bytes: the same chart gives the same bytes, without a date or a version in them.

Each format's canvas is told to print by itself. `Figure.savefig` would lay the chart out once more each time, and
listen to what a user's configuration says of margins and backgrounds.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.show.charts.style import our_style

DOTS_PER_INCH = 150
SALT = "refund-sim"
"""Names inside an SVG are hashed with this; left alone they are drawn at random."""


Drawn = TypeVar("Drawn")


def printed(draw: Callable[[Drawn], Mapping[str, Figure]], what: Drawn) -> list[tuple[str, bytes]]:
    """All charts of a result or a comparison in both formats, by the names of their files."""
    files = []
    with our_style():
        for name, figure in draw(what).items():
            files += [(f"charts/{name}.svg", svg_of(figure)), (f"charts/{name}.png", png_of(figure))]
    return files


def svg_of(figure: Figure, *, letters: Literal["path", "none"] = "path") -> bytes:
    """Letters as outlines: they look the same everywhere, and a title is never markup.

    With `none` they are text, which a page can search and which takes a fifth of the room.
    """
    buffer = io.BytesIO()
    with our_style(), rc_context({"svg.hashsalt": SALT, "svg.fonttype": letters}):
        FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
            buffer, metadata={"Date": None, "Creator": None}
        )
    return buffer.getvalue()


def png_of(figure: Figure) -> bytes:
    """Without the software and the date, which would make equal pictures differ."""
    buffer, dots = io.BytesIO(), figure.dpi
    figure.set_dpi(DOTS_PER_INCH)
    with our_style():
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
    figure.set_dpi(dots)
    return buffer.getvalue()

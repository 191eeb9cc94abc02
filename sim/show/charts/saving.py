"""Charts as bytes: the same chart gives the same bytes, without a date or a version in them.

Pictures are drawn as they were laid out (`two_pictures`). `Figure.savefig` would lay the chart out once more each
time, and listen to what a user's configuration says of margins and backgrounds.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.show.charts.style import our_style
from sim.show.charts.two_pictures import TwoPictures

NAMELESS: dict[str, Any] = {"Date": None, "Creator": None}
"""What an SVG says of when and by what it was drawn."""
SALT = "refund-sim"
"""Names inside an SVG are hashed with this; left alone they are drawn at random."""


Drawn = TypeVar("Drawn")


def printed(draw: Callable[[Drawn], Mapping[str, Figure]], what: Drawn) -> list[tuple[str, bytes]]:
    """All charts of a result or a comparison in both formats, by the names of their files."""
    with our_style():
        return [file for name, figure in draw(what).items() for file in files_of(figure, f"charts/{name}")]


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


def png_of(figure: Figure) -> bytes:
    """Made of dots, without a date."""
    return files_of(figure, "")[1][1]

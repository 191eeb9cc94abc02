"""Charts as bytes: the same chart gives the same bytes, without a date or a version in them."""

from __future__ import annotations

import io
from typing import Literal

from matplotlib import rc_context
from matplotlib.figure import Figure

DOTS_PER_INCH = 150
SALT = "refund-sim"
"""Names inside an SVG are hashed with this; left alone they are drawn at random."""


def svg_of(figure: Figure, *, letters: Literal["path", "none"] = "path") -> bytes:
    """Letters as outlines: they look the same everywhere, and a title is never markup.

    With `none` they are text, which a page can search and which takes a fifth of the room.
    """
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": SALT, "svg.fonttype": letters}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png_of(figure: Figure) -> bytes:
    """Without the software and the date, which would make equal pictures differ."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()

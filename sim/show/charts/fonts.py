"""Letters that pictures can show: a title in any script, in a font that has it, or left to the page."""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from matplotlib.font_manager import findfont, fontManager, get_font

OURS = "DejaVu Sans"
"""Comes with matplotlib, so charts look alike everywhere; it has the letters of Europe's scripts and some more."""


BOXES = "Last Resort"
"""A font of matplotlib's that has every letter, and shows a box for each."""
UPRIGHT = ("normal", "regular", 400)
"""Weights of a font that matplotlib finds without a word; another it would complain of."""


def families_for(text: str) -> list[str]:
    """Ours and, where that lacks a letter, the first font here that has all it lacks; none where there is none."""
    letters = {ord(letter) for letter in text if letter.isprintable() and not letter.isspace()}
    missing = letters - _letters_of(findfont(OURS))
    if not missing:
        return [OURS]
    plain = [font for font in fontManager.ttflist if font.style == "normal" and font.weight in UPRIGHT]
    others = sorted({(font.name, font.fname) for font in plain if not font.name.startswith(BOXES)})
    found = next((name for name, file in others if missing <= _letters_of(file)), None)
    return [] if found is None else [OURS, found]


def legible(title: str, name: str) -> str:
    """The title where a font here has its letters; else the scenario's name, which is ASCII by rule."""
    return title if title and families_for(title) else name


@cache
def _letters_of(file: str) -> Set[int]:
    try:
        return frozenset(get_font(file).get_charmap())
    except (OSError, RuntimeError, ValueError):  # a font that is listed but cannot be read
        return frozenset()

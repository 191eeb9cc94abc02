"""The look that all charts share: colours, sizes, headings, captions; and letters that pictures can show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, Protocol, TypeVar

from matplotlib import rc_context, rcParamsDefault
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager, get_font

from sim.experiment.result import Result
from sim.scenario.wording import counted, shortened
from sim.show.changed import changed_briefly

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


# -------------------------------------- letters: a title in any script, in a font that has it, or left to the page


INK, FAINT, SHADE = "#222222", "#6b6b6b", "#f1efe8"
DARK, LIGHT = "#17375e", "#3d85c6"
"""For two groups or desks beside each other; no ending has a blue."""
SIZE = (9.0, 5.4)
"""Inches; 900 pixels wide at 100 to the inch."""
SMALL = 8.5
STYLE: dict[Any, Any] = {
    "font.family": OURS,
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}
"""Laid over matplotlib's own defaults, whatever a user's configuration says; a `$` in a title is no formula."""
DEFAULTS: dict[Any, Any] = {name: value for name, value in rcParamsDefault.items() if name != "backend"}
"""Matplotlib's own. Its module of styles, which would lay them down too, reads thirty files as it is imported."""


@contextmanager
def our_style() -> Iterator[None]:
    """Nothing of a user's configuration (`matplotlibrc`) while a chart is drawn, laid out and printed.

    Within itself it changes nothing: it takes a hundredth of a second, and a chart asks for it four times.
    """
    if _ours:
        yield
        return
    with rc_context(DEFAULTS | STYLE):
        _ours.append(True)
        try:
            yield
        finally:
            _ours.clear()


_ours: list[bool] = []
"""Whether it is in force."""


Drawn = TypeVar("Drawn", contravariant=True)


class Chart(Protocol[Drawn]):
    """A function that draws a result or a comparison, on given axes or on a new figure, and returns the axes."""

    def __call__(self, shown: Drawn, /, ax: Axes | None = None) -> Axes: ...


ChartSize = tuple[float, float]


def sized(size: Callable[[Drawn], ChartSize]) -> Callable[[Callable[[Drawn, Axes], None]], Chart[Drawn]]:
    """Give a drawing the common style, and a figure of its own, of this size, where it is given no axes."""

    def decorate(draw: Callable[[Drawn, Axes], None]) -> Chart[Drawn]:
        @wraps(draw)
        def drawn(shown: Drawn, /, ax: Axes | None = None) -> Axes:
            with our_style():
                if ax is None:
                    ax = Figure(figsize=size(shown), layout="constrained").add_subplot()
                draw(shown, ax)
            return ax

        return drawn

    return decorate


def _usual(_: Result) -> ChartSize:
    return SIZE


chart = sized(_usual)
"""The same for a result."""
LONGEST, BRIEF = 60, 24
"""Letters of the line below a title; of a scenario's own title, where it says too what was changed."""


def head(ax: Axes, finding: str, result: Result, key: Sequence[Artist] = ()) -> None:
    """The finding as the title, below it whose finding it is, and a key of labelled artists where one is needed."""
    about = result.about
    over = counted(about["replications"], "replication")
    changed, title = changed_briefly(result), legible(result.scenario.title, result.scenario.name)
    if changed:
        title = f"{shortened(title, max(BRIEF, LONGEST - len(changed) - 1))} {changed}"
    scenario = shortened(title, LONGEST)
    headed(ax, finding, f"{scenario} · {counted(about['claims'], 'claim')} in {over}", key)


def headed(ax: Axes, finding: str, whose: str, key: Sequence[Artist] = ()) -> None:
    """Title, the line below it, and the key."""
    rise = 20 if key else 0
    ax.set_title(finding, loc="left", fontsize=12.5, fontweight="bold", y=1, pad=26 + rise)
    look = {"fontsize": 9.5, "color": FAINT, "fontfamily": families_for(whose) or [OURS]}
    note(ax, whose, (0, 1), (0, 11 + rise), xycoords="axes fraction", **look)
    if key:
        gaps: dict[str, Any] = {"borderaxespad": 0.4, "borderpad": 0, "handlelength": 1.2, "handletextpad": 0.5}
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": len(key)}
        ax.legend(handles=list(key), fontsize=9, columnspacing=1.4, **place, **gaps)


def caption(ax: Axes, text: str, below: float = 42) -> None:
    """How to read the chart, so many points below the axes."""
    note(ax, text, (0, 0), (0, -below), xycoords="axes fraction", va="top", color=FAINT)


def note(ax: Axes, text: str, at: tuple[float, float], aside: tuple[float, float], **look: Any) -> None:
    """Small letters, so many points beside a place of the axes."""
    ax.annotate(text, at, xytext=aside, textcoords="offset points", **{"fontsize": SMALL} | look)


def panels(ax: Axes, heights: Sequence[float]) -> list[Axes]:
    """Panels within axes, the first on top; heights are shares of the whole, what is left is between them."""
    ax.set_axis_off()
    gap = (1 - sum(heights)) / max(len(heights) - 1, 1)
    bottoms = [1 - sum(heights[: k + 1]) - k * gap for k in range(len(heights))]
    return [ax.inset_axes((0.0, bottom, 1.0, height)) for bottom, height in zip(bottoms, heights, strict=True)]

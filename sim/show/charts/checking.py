"""What charts of a check share: a sheet as wide as a comment on a pull request, verdicts, heading and caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.baselines.judgement import CHANGED, SUSPECTED, UNCHANGED, ScenarioCheck
from sim.experiment.verdicts import INCONCLUSIVE
from sim.scenario.wording import shortened
from sim.show.charts.comparing import Mark
from sim.show.charts.style import DARK, FAINT, INK, OURS, SMALL, families_for, legible
from sim.show.checked.words import size_of

WIDTH = 8.0
"""Inches; 800 pixels at 100 to the inch, which is what a comment on a pull request has room for."""
EDGE = 0.15
"""Inches of white around everything."""
HEAD = 0.72
"""Inches that the heading takes."""
TITLE_LENGTH, WHOSE_LENGTH = 68, 100
"""Letters that fit on a line of the heading."""
MARKS = {
    CHANGED: Mark("D", "#d55e00", True),
    INCONCLUSIVE: Mark("o", DARK, False),
    UNCHANGED: Mark("o", DARK, True),
    SUSPECTED: Mark("D", "#d55e00", False),
    "": Mark("o", FAINT, True),
}
"""How a verdict is drawn: told apart by shape and filling alone; blue and orange by the colour-blind, too."""


class Sheet:
    """A figure whose parts are placed in inches from its upper left corner."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH, height))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes whose upper left corner is there."""
        bottom = self.height - top - height
        return self.figure.add_axes((left / WIDTH, bottom / self.height, width / WIDTH, height / self.height))

    def text(self, left: float, top: float, text: str, **look: Any) -> None:
        """A text there; it hangs down from that point unless `va` says otherwise."""
        look = dict[str, Any](va="top", fontsize=SMALL) | look
        self.figure.text(left / WIDTH, 1 - top / self.height, text, **look)

    def heading(self, finding: str, whose: str) -> None:
        """The finding as the title, and below it whose finding it is."""
        self.text(EDGE, EDGE, shortened(finding, TITLE_LENGTH), fontsize=12, fontweight="bold")
        fonts = families_for(whose) or [OURS]
        self.text(EDGE, EDGE + 0.27, shortened(whose, WHOSE_LENGTH), fontsize=9, color=FAINT, fontfamily=fonts)

    def heading_of(self, check: ScenarioCheck, finding: str) -> None:
        """Of a check of one scenario."""
        whose = f"{legible(check.title, check.scenario)} · {size_of(check)}"
        self.heading(f"{check.scenario}: {finding}", whose)

    def key(self, entries: Sequence[Artist], left: float, top: float, length: float = 1.3) -> None:
        """Labelled artists side by side, from there on; `length` of a line, in letters."""
        gaps: dict[str, Any] = {"borderaxespad": 0, "borderpad": 0, "handletextpad": 0.4, "columnspacing": 1.2}
        look: dict[str, Any] = gaps | {"fontsize": SMALL, "handlelength": length, "ncols": len(entries)}
        place = left / WIDTH, 1 - top / self.height
        self.figure.legend(handles=entries, loc="upper left", bbox_to_anchor=place, **look)

    def caption(self, top: float, text: str) -> None:
        """How to read it."""
        self.text(EDGE, top, text, color=FAINT, linespacing=1.35)


def points(ax: Axes, xs: Sequence[float], ys: Sequence[float], mark: Mark, size: float = 5.5) -> None:
    """Estimates that are drawn alike."""
    look: dict[str, Any] = {"color": mark.colour, "markerfacecolor": mark.face, "markersize": size}
    ax.plot(xs, ys, mark.marker, zorder=4, clip_on=False, **look)


def quiet(ax: Axes) -> None:
    """Small labels, and no line at the left: rows have names there."""
    ax.tick_params(labelsize=SMALL, labelcolor=INK)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)

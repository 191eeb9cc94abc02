"""What charts of a comparison share: a figure as large as it needs, panels in a grid, verdicts, the heading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.experiment.comparison import Comparison
from sim.experiment.verdicts import BETTER, CURVES_CROSS, EQUIVALENT, INCONCLUSIVE, NOT_REACHED, WORSE
from sim.scenario.wording import counted, shortened
from sim.show.charts.style import FAINT, SIZE, Chart, ChartSize, headed, sized

AROUND = 1.75
"""Inches above and below the panels, for title, key and caption."""
TITLE = 0.3
"""And above the first row, for the titles of its panels."""
NAME_LENGTH = 22
"""Letters of a scenario's name that a panel has room for."""


class Mark(NamedTuple):
    """How a verdict is drawn: told apart by its shape alone."""

    marker: str
    colour: str
    is_filled: bool

    @property
    def face(self) -> str:
        """What it is filled with."""
        return self.colour if self.is_filled else "white"


MARKS = {
    BETTER: Mark("^", "#17375e", True),
    WORSE: Mark("v", "#d55e00", True),
    EQUIVALENT: Mark("s", FAINT, True),
    INCONCLUSIVE: Mark("o", FAINT, False),
    CURVES_CROSS: Mark("X", "#54417f", True),
    NOT_REACHED: Mark("", FAINT, False),
}
"""Blue and orange are told apart by the colour-blind, and dark beside light in grey."""


class Layout(NamedTuple):
    """Panels in rows and columns: how many, and how large in inches."""

    rows: int
    columns: int
    height: float
    gap: float
    """Between one row and the next, for ticks and titles."""
    before: float = 0.0
    """Share of a column's width that is left for names before its panel."""
    after: float = 0.0
    """And for words behind it."""
    between: float = 0.04
    """Share of the whole width between columns."""

    @property
    def size(self) -> ChartSize:
        """The figure's width and height, in inches."""
        return SIZE[0], AROUND + self.inside

    @property
    def inside(self) -> float:
        """Height of what the axes hold: panels, and what is above and between them."""
        return TITLE + self.rows * self.height + (self.rows - 1) * self.gap

    def panels(self, ax: Axes) -> list[Axes]:
        """Panels within axes, from the upper left, row by row."""
        ax.set_axis_off()
        height, step = self.height / self.inside, (self.height + self.gap) / self.inside
        column = (1 - self.between * (self.columns - 1)) / self.columns
        width = column * (1 - self.before - self.after)
        lefts = [k * (column + self.between) + column * self.before for k in range(self.columns)]
        tops = [1 - TITLE / self.inside - k * step for k in range(self.rows)]
        return [ax.inset_axes((left, top - height, width, height)) for top in tops for left in lefts]


def comparison_chart(
    layout: Callable[[Comparison], Layout],
) -> Callable[[Callable[[Comparison, Axes], None]], Chart[Comparison]]:
    """A drawing of a comparison, on a figure as large as it needs."""

    def size(comparison: Comparison) -> ChartSize:
        return layout(comparison).size

    return sized(size)


def heading(ax: Axes, finding: str, comparison: Comparison, key: Sequence[Artist] = ()) -> None:
    """The finding as the title, below it what was compared, and a key of labelled artists where one is needed."""
    base, count = comparison.base, comparison.base.about["replications"]
    names = [shortened(other.scenario.name, 40) for other in comparison.others]
    others = names[0] if len(names) == 1 else f"{len(names)} scenarios"
    over = counted(count, "replication")
    headed(ax, finding, f"{others} against {shortened(base.scenario.name, 40)} · {over} of each", key)


def key_entry(mark: Mark, label: str, size: float = 5.5) -> Line2D:
    """A mark's entry in the key."""
    look: dict[str, Any] = {"color": mark.colour, "markerfacecolor": mark.face, "markersize": size}
    return Line2D([], [], linestyle="", marker=mark.marker, label=label, **look)

"""Charts of a result or a comparison, one file each. Without pyplot: nothing is left behind, nothing pops up."""

from __future__ import annotations

import sim.show.charts.importing  # noqa: F401  (before matplotlib, for the backend's sake)

# isort: split

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox, BboxBase

from sim.experiment.comparison import Comparison
from sim.experiment.result import Result
from sim.show.charts.by_hours_to_ask import by_hours_to_ask
from sim.show.charts.desks import backlog, warm_up
from sim.show.charts.difference_curves import difference_curves
from sim.show.charts.differences import differences
from sim.show.charts.flips import flips
from sim.show.charts.outcomes_by_route import outcomes_by_route
from sim.show.charts.saving import TwoPictures, files_of
from sim.show.charts.style import Chart, our_style
from sim.show.charts.time_to_money import time_to_money

CHARTS: dict[str, Chart[Result]] = {
    "time_to_money": time_to_money,
    "outcomes_by_route": outcomes_by_route,
    "by_hours_to_ask": by_hours_to_ask,
    "backlog": backlog,
    "warm_up": warm_up,
}
"""Every chart of a result, by the name of its file. To add one, write its file and name it here."""
COMPARISON_CHARTS: dict[str, Chart[Comparison]] = {
    "differences": differences,
    "difference_curves": difference_curves,
    "flips": flips,
}
"""Every chart of a comparison, likewise."""


EDGE = 3 / 72
"""Inches that stay free around a chart."""
ROUGHLY = Bbox.from_extents(0.08, 0.14, 0.99, 0.9)
"""Where a chart stands in its figure, about: as many numbers fit along its axes as in the end."""


def printed(shown: Result | Comparison) -> list[tuple[str, bytes]]:
    """All charts of a result or a comparison in both formats, by the names of their files."""
    with our_style():
        return [file for name, figure in draw_all(shown).items() for file in files_of(figure, f"charts/{name}")]


def draw_all(shown: Result | Comparison) -> dict[str, Figure]:
    """A new figure for each of its charts, by name, laid out once so that it looks the same in every format."""
    if isinstance(shown, Comparison):
        axes = {name: draw(shown) for name, draw in COMPARISON_CHARTS.items()}
    else:
        axes = {name: draw(shown) for name, draw in CHARTS.items()}
    return {name: _laid_out(ax) for name, ax in axes.items()}


def _laid_out(ax: Axes) -> Figure:
    """A chart fills its figure, as by matplotlib's constrained layout, which measures everything twice."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure), "a chart that was given no axes has a figure of its own"
    figure.set_layout_engine("none")
    with our_style():
        ax.set_position(ROUGHLY)
        around: BboxBase | None = ax.get_tightbbox(TwoPictures(figure), for_layout_only=True)
    assert around is not None, "a chart is to be seen"
    around = around.transformed(figure.transFigure.inverted())
    chart, (wide, high) = ax.get_position(), EDGE / figure.get_size_inches()
    left, bottom = chart.x0 - around.x0 + wide, chart.y0 - around.y0 + high
    right, top = around.x1 - chart.x1 + wide, around.y1 - chart.y1 + high
    ax.set_position(Bbox.from_extents(left, bottom, 1 - right, 1 - top))
    return figure

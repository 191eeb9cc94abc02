"""Charts from Python: `result.plot.time_to_money()`, `comparison.plot.difference(ax=ax)`. And cards for notebooks.

What the study layer returns knows nothing of charts. Here it is given them: the same tables, with `plot`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from sim.experiment.comparison import Comparison
from sim.experiment.result import Result
from sim.scenario.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Arguments = ParamSpec("Arguments")


class ResultPlots:
    """Charts of a result. Each draws on `ax`, or on a figure of its own, and returns the axes.

    Matplotlib is imported with the first chart, and not before.
    """

    def __init__(self, result: Result) -> None:
        self._result = result

    def _draw(self, chart: str, ax: Axes | None) -> Axes:
        from sim.show.charts import CHARTS

        return CHARTS[chart](self._result, ax)

    def time_to_money(self, ax: Axes | None = None) -> Axes:
        """What has become of all claims by each day since the mind changed."""
        return self._draw("time_to_money", ax)

    def outcomes(self, ax: Axes | None = None) -> Axes:
        """Outcomes by the stage that decided."""
        return self._draw("outcomes_by_route", ax)

    def by_hours_to_ask(self, ax: Axes | None = None) -> Axes:
        """Success, and time to money, by how quickly the mind was changed."""
        return self._draw("by_hours_to_ask", ax)

    def backlog(self, ax: Axes | None = None) -> Axes:
        """How many requests wait at the desks, day by day."""
        return self._draw("backlog", ax)

    def warm_up(self, ax: Axes | None = None) -> Axes:
        """Whether the desks are as busy when the cohort comes as they are ever after."""
        return self._draw("warm_up", ax)


class ComparisonPlots:
    """Charts of a comparison, likewise."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def _draw(self, chart: str, ax: Axes | None) -> Axes:
        from sim.show.charts import COMPARISON_CHARTS

        return COMPARISON_CHARTS[chart](self._comparison, ax)

    def difference(self, ax: Axes | None = None) -> Axes:
        """Every headline measure of every scenario: difference, intervals, margin, verdict."""
        return self._draw("differences", ax)

    def curves(self, ax: Axes | None = None) -> Axes:
        """How many more claims have their money by each day, and where the curves cross."""
        return self._draw("difference_curves", ax)

    def flips(self, ax: Axes | None = None) -> Axes:
        """Orders by how they ended under the base and under each other scenario."""
        return self._draw("flips", ax)


@dataclass(frozen=True, repr=False)
class PlottedResult(Result):
    """A result with its charts."""

    def __repr__(self) -> str:
        """On one line: what was run, how often, and what that came to."""
        about = self.about
        size = f"{counted(about['replications'], 'replication')}, {counted(about['claims'], 'claim')}"
        return f"<{about['scenario']}: {size}>"

    @property
    def plot(self) -> ResultPlots:
        """`result.plot.time_to_money()`"""
        return ResultPlots(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from sim.show.notebook import card_of_result

        return card_of_result(self)


@dataclass(frozen=True, repr=False)
class PlottedComparison(Comparison):
    """A comparison with its charts; the results in it have theirs."""

    base: PlottedResult
    others: tuple[PlottedResult, ...]

    def __repr__(self) -> str:
        """On one line: what was compared with what."""
        against = ", ".join(other.scenario.name for other in self.others)
        return f"<{against} against {self.base.scenario.name}>"

    @property
    def plot(self) -> ComparisonPlots:
        """`comparison.plot.difference()`"""
        return ComparisonPlots(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from sim.show.notebook import card_of_comparison

        return card_of_comparison(self)


def with_plots(run: Callable[Arguments, Result]) -> Callable[Arguments, PlottedResult]:
    """The same function, whose result has charts."""

    @wraps(run)
    def plotted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> PlottedResult:
        return _result(run(*args, **kwargs))

    return plotted


def with_plots_of_all(compare: Callable[Arguments, Comparison]) -> Callable[Arguments, PlottedComparison]:
    """The same function, whose comparison has charts."""

    @wraps(compare)
    def plotted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> PlottedComparison:
        tables = _tables(compare(*args, **kwargs))
        base, others = tables.pop("base"), tables.pop("others")
        return PlottedComparison(base=_result(base), others=tuple(map(_result, others)), **tables)

    return plotted


def _result(result: Result) -> PlottedResult:
    return PlottedResult(**_tables(result))


def _tables(whole: Result | Comparison) -> dict[str, Any]:
    return dict(vars(whole))  # as they are: what is worked out when it is asked for stays so

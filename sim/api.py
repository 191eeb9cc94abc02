"""The Python interface: what `import sim` gives.

>>> import sim
>>> scenario = sim.load("aliexpress")                       # a file, or a preset by its name
>>> fast = scenario.with_changes({"policy.cancellation.clock": "3 d"})
>>> result = sim.run(fast, replications=2, seed=1)
>>> round(result.summary.loc["success_rate", "value"], 1)
0.8
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.disk.placing import put_file
from sim.errors import BadUsage
from sim.evidence.fitting import fit
from sim.experiment import comparing, experiment
from sim.experiment.comparison import Comparison
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.experiment import Progress
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers
from sim.experiment.kept_replications import Take
from sim.experiment.making import warm
from sim.experiment.on_demand import frame_of
from sim.experiment.precision import MOST
from sim.experiment.result import Result
from sim.experiment.sweep import sweep
from sim.scenario.loading import AScenario, as_scenario, kind_of, load
from sim.scenario.model import Scenario
from sim.show import story
from sim.show.files import report_page
from sim.show.notebook import bar, card_of_scenario
from sim.show.plots import PlottedComparison, PlottedResult, with_plots, with_plots_of_all
from sim.show.story import Story
from sim.what_ifs import expect_name, title_of
from sim.worlds.whole import whole_in

__all__ = ["bar", "compare", "fit", "load", "report", "run", "trace", "warm"]

TakesTables = Callable[[pd.DataFrame, pd.DataFrame | None], None]
"""Takes the cohort's claims of one replication, and its journal if there is one; in the order of replications."""
MOST_REPLICATIONS, SEEDS = 100_000, 2**32
Scenario._repr_html_ = card_of_scenario  # what a notebook shows; a scenario itself knows no markup


def run(
    scenario: AScenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    precision: Mapping[str, float | str] | None = None,
    max_replications: int = MOST,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    with_journal: bool = False,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
    take: TakesTables | None = None,
    store: str | Path | None = None,
) -> PlottedResult:
    """Simulate a scenario and estimate what became of the claims of its cohort.

    `scenario` is a `Scenario`, a file, or the name of a preset. `replications` (independent executions) and `seed`
    take the place of the scenario's own. With `precision`, replications go on until each named measure is known so
    well, `{"success_rate": 0.005, "refund_time_median_all": "2%"}` (half-widths of 95 % intervals, in the measure's
    unit or as a share of it), and no further than `max_replications`. `jobs` is how many processes share the work,
    `engine` one of auto, simpy and compiled; neither changes a number. `with_journal` keeps every event, `progress`
    is told how many replications are done of how many, `tell` hears lines that a user may want to read, and `take`
    gets the claims of each replication instead of the result (memory then hardly grows). With `store`, a folder,
    none is lived through again that is kept there (docs/studies.md), and every other is kept.

    Returns a `Result` with pandas tables: `summary` (a row per measure: `value`, `low`, `high` with the 95 %
    interval over replications, `unit`, `n`), `orders` (a row per claim; columns, units and meanings in
    `sim.experiment.columns.COLUMNS`), `curves` (cumulative incidence by ending and day), `by_hours`, `by_group`,
    `backlog`, `waits`, `journal`; and `result.plot.time_to_money()` and other charts.

    Raises BadScenario for a faulty file, BadUsage for numbers or words that make no sense, BeyondCalendar when a
    claim outlives its calendars.

    >>> import sim
    >>> result = sim.run("aliexpress", replications=2)
    >>> list(result.summary.columns)[:4]
    ['value', 'low', 'high', 'unit']
    """
    _expect_numbers(replications, seed)
    return _run(
        as_scenario(scenario), replications=replications, seed=seed, precision=precision,
        max_replications=max_replications, jobs=jobs, engine=engine, with_journal=with_journal, progress=progress,
        tell=tell, take=_as_tables(take) if take else None, kept=whole_in(store),
    )  # fmt: skip


def compare(
    base: AScenario,
    *others: AScenario,
    what_if: Mapping[str, Mapping[str, Any]] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    precision: Mapping[str, float | str] | None = None,
    max_replications: int = MOST,
    progress: Progress | None = None,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    margins: Mapping[str, float] | None = None,
    with_journal: bool = False,
    tell: Tell = to_stderr,
    take: Mapping[str, TakesTables] | None = None,
    store: str | Path | None = None,
) -> PlottedComparison:
    """Simulate a base and other policies with the same luck, and say what changes and how sure one can be of it.

    Scenarios are as for `run`. `what_if` names changes of the base that need no file of their own:
    `{"three-days": {"policy.cancellation.clock": "3 d"}}`. With `precision`, all go on until the *difference* from
    the base is known so well. `margins` says up to where a difference does not matter, in the measure's unit:
    `{"success_rate": 0.01}`. The other arguments are as for `run`; `take` is by the scenario's name.

    Returns a `Comparison`: `differences` (a row per scenario and measure, with simultaneous and plain intervals and
    a verdict), `flips` and `flip_pairs` (which claims end differently, counted and with examples), `parted`,
    `base` and `others` (the results), and `cmp.plot.difference()` and other charts.

    Raises BadUsage for nothing to compare with, for two scenarios of one name, and what `run` raises.

    >>> import sim
    >>> three_days = {"policy.cancellation.clock": "3 d"}
    >>> cmp = sim.compare("aliexpress", what_if={"three-days": three_days}, replications=2)
    >>> cmp.others[0].scenario.name
    'three-days'
    """
    _expect_numbers(replications, seed)
    first = as_scenario(base)
    what_ifs = [with_named_changes(first, name, changes) for name, changes in (what_if or {}).items()]
    return _compare(
        first, *map(as_scenario, others), *what_ifs, replications=replications, seed=seed, precision=precision,
        max_replications=max_replications, progress=progress, jobs=jobs, engine=engine, margins=margins,
        with_journal=with_journal, tell=tell, take={name: _as_tables(one) for name, one in (take or {}).items()},
        kept=whole_in(store),
    )  # fmt: skip


def report(
    shown: Result | Comparison,
    to: str | Path = "report.html",
    *,
    what_if: bool = False,
    jobs: Jobs = None,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Path:
    """Write a result or a comparison as one page that can be forwarded, and return its path.

    With `what_if` the page has a control for the seller's clock and for what silence means: every combination is
    run first (`experiment.sweep`), which takes several times as long as the result did; `jobs`, `engine` and
    `progress` are as for `run`. A file that is there is replaced. Raises UserError where it cannot be written, and
    BadUsage for what is neither a result nor a comparison.
    """
    if not isinstance(shown, Result | Comparison):
        raise BadUsage(f"report: found {kind_of(shown)}, expected what sim.run or sim.compare returns")
    base = shown.base if isinstance(shown, Comparison) else shown
    points = sweep(base.scenario, jobs=jobs, engine=engine, progress=progress) if what_if else None
    return put_file(Path(to), report_page(shown, points))


def trace(scenario: AScenario, order: int, replication: int = 0) -> Story:
    """The story of one order, in plain sentences with times; `str` and `lines` give its text.

    Orders are numbered from 0 by payment within a replication; the number is the same under every policy.
    `scenario` is as for `run`. Raises BadUsage where there is no such order or replication.
    """
    scenario = as_scenario(scenario)
    for what, number in (("order", order), ("replication", replication)):
        if isinstance(number, bool) or not isinstance(number, int):
            raise BadUsage(f"trace: found the {what} {number!r}, expected a whole number from 0")
    return story.trace(scenario, order, replication)


def with_named_changes(base: Scenario, name: str, changes: Mapping[str, Any]) -> Scenario:
    """A what-if of the base. Raises BadUsage for its name and BadScenario for its changes."""
    expect_name(name, "what_if")
    changed = base.with_changes({**changes, "name": name})
    return changed.model_copy(update={"title": title_of(f"{path}={value}" for path, value in changes.items())})


def _as_tables(take: TakesTables) -> Take:
    """Claims travel as whole numbers until somebody looks at them as a table."""
    return lambda claims, journal: take(frame_of(claims), journal)


def expect_whole(what: str, number: object, least: int, most: int | None = None) -> None:
    """Raises BadUsage for anything but a whole number within these bounds."""
    bounds = (least, float("inf") if most is None else most)
    if isinstance(number, bool) or not isinstance(number, int) or not bounds[0] <= number <= bounds[1]:
        upward = "" if most is None else f" to {most:,}"
        raise BadUsage(f"{what}: found {number!r}, expected a whole number from {least}{upward}")


def _expect_numbers(replications: int | None, seed: int | None) -> None:
    if replications is not None:
        expect_whole("replications", replications, 1, MOST_REPLICATIONS)
    if seed is not None:
        expect_whole("seed", seed, 0, SEEDS - 1)


_run = with_plots(experiment.run)
_compare = with_plots_of_all(comparing.compare)

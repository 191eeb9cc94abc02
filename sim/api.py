"""The Python interface: `sim.load`, `sim.run`, `sim.compare`, `sim.trace`, `sim.report`, `sim.warm`.

import sim
scenario = sim.load("scenarios/aliexpress.yaml")
fast = scenario.with_changes({"policy.cancellation.clock": "3 d"})
result = sim.run(scenario, replications=20, seed=1)
result.plot.time_to_money()
comparison = sim.compare(scenario, sim.load("scenarios/three-day-clock.yaml"))
comparison.plot.difference()
print(sim.trace(scenario, order=17))
sim.report(comparison, "report.html")
"""

from __future__ import annotations

from pathlib import Path

from sim.evidence.fitting import fit
from sim.scenario.loading import load
from sim.show.atomic import put_file
from sim.show.bar import bar
from sim.show.files import report_page
from sim.show.plots import with_plots, with_plots_of_all
from sim.show.tracing import trace
from sim.study import comparing, experiment
from sim.study.comparison import Comparison
from sim.study.engines import AUTO
from sim.study.experiment import Progress
from sim.study.making import warm
from sim.study.result import Result
from sim.study.sweep import sweep

__all__ = ["bar", "compare", "fit", "load", "report", "run", "trace", "warm"]

run = with_plots(experiment.run)
compare = with_plots_of_all(comparing.compare)


def report(
    shown: Result | Comparison,
    to: str | Path = "report.html",
    *,
    what_if: bool = False,
    jobs: int | None = None,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Path:
    """Write a result or a comparison as one page that can be forwarded, and return its path.

    With `what_if` the page has a control for the seller's clock and for what silence means: every combination is
    run first (`study.sweep`), which takes several times as long as the result did; `jobs`, `engine` and `progress`
    are as for `run`. A file that is there is replaced. Raises UserError where it cannot be written.
    """
    base = shown.base if isinstance(shown, Comparison) else shown
    points = sweep(base.scenario, jobs=jobs, engine=engine, progress=progress) if what_if else None
    return put_file(Path(to), report_page(shown, points))

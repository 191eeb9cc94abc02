"""The Python interface: `sim.load`, `sim.run`, `sim.compare`, `sim.trace`.

import sim
scenario = sim.load("scenarios/aliexpress.yaml")
fast = scenario.with_changes({"policy.cancellation.clock": "3 d"})
result = sim.run(scenario, replications=20, seed=1)
result.plot.time_to_money()
comparison = sim.compare(scenario, sim.load("scenarios/three-day-clock.yaml"))
comparison.plot.difference()
print(sim.trace(scenario, order=17))
"""

from __future__ import annotations

from sim.errors import BadUsage
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.show.bar import bar
from sim.show.plots import with_plots, with_plots_of_all
from sim.show.story import Story, story_of
from sim.study import comparison, experiment
from sim.study.replication import calendars_of, replicate

__all__ = ["bar", "compare", "load", "run", "trace"]

run = with_plots(experiment.run)
compare = with_plots_of_all(comparison.compare)


def trace(scenario: Scenario, order: int, replication: int = 0) -> Story:
    """The story of one order, in plain sentences with times; `str` and `lines` give its text.

    Orders are numbered from 0 by payment within a replication; the number is the same under every policy.
    Raises BadUsage where there is no such order or replication.
    """
    if not 0 <= replication < scenario.experiment.replications:
        last = scenario.experiment.replications - 1
        raise BadUsage(f"there is no replication {replication} in this experiment, expected one from 0 to {last}")
    calendars = calendars_of(scenario)
    records = replicate(scenario, replication, calendars, with_journal=True)
    return story_of(records, scenario, calendars, order)

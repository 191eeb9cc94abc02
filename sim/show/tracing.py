"""One order's story, from the scenario it happens in."""

from __future__ import annotations

from sim.errors import BadUsage
from sim.experiment.replication import calendars_of, replicate_for
from sim.scenario.model import Scenario
from sim.show.story import Story, story_of


def trace(scenario: Scenario, order: int, replication: int = 0) -> Story:
    """The story of one order, in plain sentences with times; `str` and `lines` give its text.

    Orders are numbered from 0 by payment within a replication; the number is the same under every policy.
    Raises BadUsage where there is no such order or replication.
    """
    if not 0 <= replication < scenario.experiment.replications:
        last = scenario.experiment.replications - 1
        raise BadUsage(f"there is no replication {replication} in this experiment, expected one from 0 to {last}")
    calendars = calendars_of(scenario)
    return story_of(replicate_for(scenario, replication, calendars, order), scenario, calendars, order)

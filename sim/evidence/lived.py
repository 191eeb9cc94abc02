"""Fitted worlds lived through: their claims, without the estimates that a whole result would take the time for."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sim.experiment.choosing import chosen
from sim.experiment.engines import AUTO
from sim.experiment.experiment import Underway
from sim.experiment.jobs import workers_of
from sim.scenario.model import Scenario


class Lived(NamedTuple):
    """One replication of a world."""

    claims: pd.DataFrame
    """The cohort's, one row each, as `Result.orders` has them."""
    orders: float
    """How many the cohort had, claimed for or not."""


def lived_through(scenario: Scenario, jobs: int | None) -> list[Lived]:
    """Every replication that the scenario asks for."""
    with workers_of(jobs) as workers:
        underway = Underway(scenario, workers, chosen(AUTO, [scenario]), tell=lambda _: None)
        underway.carry_on(scenario.experiment.replications)
    return [Lived(one.claims, one.totals["orders"]) for one in underway.seen]

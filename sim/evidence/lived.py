"""Fitted worlds lived through: their claims, and nothing else that a run would take the time for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from sim.experiment.censoring import cut
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, to_stderr
from sim.experiment.frame import claims_frame, in_cohort
from sim.experiment.jobs import Workers
from sim.experiment.light import calendars_at_hand, scenario_of
from sim.experiment.replication import play
from sim.scenario.model import Scenario
from sim.scenario.moving import Document


class Lived(NamedTuple):
    """One replication of a world."""

    claims: pd.DataFrame
    """The cohort's, one row each, as `Result.orders` has them."""
    orders: int
    """How many the cohort had, claimed for or not."""


class LivedTask(NamedTuple):
    """A task: one replication to be lived through."""

    document: str
    """The scenario as JSON."""
    replication: int
    engine: str

    def __str__(self) -> str:
        return f"replication {self.replication} of a fit"

    def __call__(self) -> Lived:
        """Pure, so it does not matter in which process."""
        scenario = scenario_of(json.loads(self.document))
        records = play(scenario, self.replication, calendars_at_hand(scenario), engine=self.engine)
        at = scenario.experiment.cut
        claims = claims_frame(scenario, self.replication, records if at is None else cut(records, at))
        return Lived(claims, int(in_cohort(scenario, records.draws.orders.paid).sum()))


def engine_for(scenario: Scenario, replications: int) -> str:
    """The quicker engine for so many replications in all, ready to run."""
    return made_ready(chosen(AUTO, [scenario], replications), "fit", to_stderr).engine


def lived_through(document: Document, replications: int, engine: str, workers: Workers) -> list[Lived]:
    """So many replications of a scenario that is written out."""
    text = json.dumps(document, allow_nan=False)
    lives: Iterator[Any] = (LivedTask(text, number, engine) for number in range(replications))
    return list(workers.answers(lives))

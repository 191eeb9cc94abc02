"""Fitted worlds lived through: their claims, and nothing else that a run would take the time for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Floats
from sim.chance.orders import draw_dispatching
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck
from sim.experiment.censoring import as_seen
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, to_stderr
from sim.experiment.frame import claims_frame, in_cohort
from sim.experiment.jobs import Workers
from sim.experiment.light import calendars_at_hand, scenario_of
from sim.experiment.replication import play
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.moving import Document


class Lived(NamedTuple):
    """One replication of a world."""

    claims: pd.DataFrame
    """The cohort's, one row each, as `Result.orders` has them."""
    paid: Floats
    """When each order of the cohort was paid, claimed for or not, in seconds."""
    sent: Floats
    """When it was sent; infinite where it never was."""


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
        claims = claims_frame(scenario, self.replication, as_seen(scenario, records))
        return Lived(claims, *_sent(scenario, self.replication, records))


def _sent(scenario: Scenario, replication: int, records: Records) -> tuple[Floats, Floats]:
    """When the cohort's orders were paid, and sent: those without a claim as the seller had planned."""
    orders, numbers = records.draws.orders, np.arange(len(records.draws.orders))
    sampler = OrderSampler(Luck(scenario.experiment.seed, replication), numbers)
    kinds = orders.of(numbers).seller_type
    plan = draw_dispatching(scenario, orders.paid, kinds, sampler, calendars_at_hand(scenario))
    sent = plan.ships_at.astype(np.int64)
    sent[records.draws.refunded_unasked] = NEVER
    sent[records.claims["order"]] = records.claims["dispatched_at"]
    ours = in_cohort(scenario, orders.paid)
    return np.asarray(orders.paid[ours], dtype=np.float64), np.where(sent == NEVER, np.inf, sent)[ours]


def engine_for(scenario: Scenario, replications: int) -> str:
    """The quicker engine for so many replications in all, ready to run."""
    return made_ready(chosen(AUTO, [scenario], replications), "fit", to_stderr).engine


def lived_through(worlds: Sequence[Document], engine: str, workers: Workers) -> Iterator[Lived]:
    """One replication in each of these worlds, scenarios that are written out; each as it is asked for."""
    texts = (json.dumps(one, allow_nan=False) for one in worlds)
    lives: Iterator[Any] = (LivedTask(text, number, engine) for number, text in enumerate(texts))
    return workers.answers(lives)

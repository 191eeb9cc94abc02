"""Fitted worlds lived through: their claims, and nothing else that a run would take the time for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Floats, Ints
from sim.chance.orders import draw_dispatching
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck
from sim.experiment.censoring import as_seen
from sim.experiment.cohort import in_cohort
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, to_stderr
from sim.experiment.frame import claims_frame
from sim.experiment.jobs import Workers
from sim.experiment.light import calendars_at_hand, scenario_of
from sim.experiment.replication import play
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.moving import Document

AT_A_TIME = 50_000
"""Orders that are looked at together."""


class SimulatedWorld(NamedTuple):
    """One replication of a world."""

    claims: pd.DataFrame
    """The cohort's, one row each, as `Result.orders` has them."""
    orders: int
    """The cohort's, claimed for or not."""
    sent_within: list[float]
    """By limit: the share of them sent within so long, of those paid so long before the cut."""


class SimulationTask(NamedTuple):
    """A task: one replication to be lived through."""

    document: str
    """The scenario as JSON."""
    replication: int
    engine: str
    limits: Sequence[float]
    """Seconds from payment on."""

    def __str__(self) -> str:
        return f"replication {self.replication} of a fit"

    def __call__(self) -> SimulatedWorld:
        """Pure, so it does not matter in which process."""
        scenario = scenario_of(json.loads(self.document))
        records = play(scenario, self.replication, calendars_at_hand(scenario), engine=self.engine)
        claims = claims_frame(scenario, self.replication, as_seen(scenario, records))
        return SimulatedWorld(claims, *_sent(scenario, self.replication, records, np.array(self.limits)))


def _sent(scenario: Scenario, replication: int, records: Records, limits: Floats) -> tuple[int, list[float]]:
    """How many orders the cohort has, and how many of them were sent within the limits, as shares."""
    orders, hits, n = 0, np.zeros(len(limits)), np.zeros(len(limits))
    cut = scenario.experiment.cut or np.inf
    for first in range(0, len(records.draws.orders), AT_A_TIME):
        numbers = np.arange(first, min(first + AT_A_TIME, len(records.draws.orders)))
        paid = records.draws.orders.paid_at(numbers)
        ours = in_cohort(scenario, paid)
        orders += int(ours.sum())
        if not len(limits):
            continue
        waited = (_sent_at(scenario, replication, records, numbers) - paid)[ours, None]
        watched = paid[ours, None] + limits < cut
        hits += (watched & (waited <= limits)).sum(axis=0)
        n += watched.sum(axis=0)
    return orders, np.divide(hits, n, out=np.full(len(limits), np.nan), where=n > 0).tolist()


def _sent_at(scenario: Scenario, replication: int, records: Records, numbers: Ints) -> Floats:
    """When orders that follow one another were sent, infinite where never: those without a claim as was planned."""
    orders, claimed = records.draws.orders, records.claims["order"]
    sampler = OrderSampler(Luck(scenario.experiment.seed, replication), numbers)
    kinds = orders.of(numbers).seller_type
    plan = draw_dispatching(scenario, orders.paid_at(numbers), kinds, sampler, calendars_at_hand(scenario))
    sent = plan.ships_at.astype(np.int64)
    sent[np.isin(numbers, records.draws.refunded_unasked)] = NEVER
    here = (claimed >= numbers[0]) & (claimed <= numbers[-1])
    sent[claimed[here] - numbers[0]] = records.claims["dispatched_at"][here]
    return np.where(sent == NEVER, np.inf, sent)


def engine_for(scenario: Scenario, replications: int) -> str:
    """The quicker engine for so many replications in all, ready to run."""
    return made_ready(chosen(AUTO, [scenario], replications), "fit", to_stderr).engine


def simulated_worlds(
    worlds: Sequence[Document], engine: str, workers: Workers, limits: Sequence[float] = ()
) -> Iterator[SimulatedWorld]:
    """One replication in each of these worlds, scenarios that are written out; each as it is asked for.

    `limits` are the times from payment within which orders may be sent, in seconds, that are looked at.
    """
    texts = (json.dumps(one, allow_nan=False) for one in worlds)
    lives: Iterator[Any] = (
        SimulationTask(text, number, engine, tuple(limits)) for number, text in enumerate(texts)
    )
    return workers.answers(lives)

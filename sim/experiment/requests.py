"""The requests of one replication, all stages in one list: when each came to a desk and left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import cast

import numpy as np

from sim.arrays import Bools as Bools
from sim.arrays import Picked
from sim.chance.facts import Ints
from sim.experiment.cohort import places_of_facts
from sim.experiment.on_demand import Cells, OnDemand
from sim.experiment.open_time import open_until
from sim.records.evidence import ANSWERERS
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds
from sim.vocabulary import Party, Stage
from sim.vocabulary.stages import STEPS


class Requests:
    """Every request that was opened: arrays of whole seconds since the start (NEVER: did not happen) and codes.

    Each is laid out when it is read.
    """

    paid: Ints
    """When its order was paid."""
    seller: Ints
    stage: Ints
    answerer: Ints
    """Whose desk it was put to."""
    works: Ints
    """Whose calendar that desk keeps: a seller's may have days off of its own."""
    opened: Ints
    joined: Ints
    """It was noticed, and took its place in the desk's queue."""
    started: Ints
    """Staff took it up."""
    settled: Ints
    settled_by: Ints
    claim: Ints
    """Of what kind the claim is, or became in the end."""

    def __init__(self, columns: OnDemand, calendars: Mapping[Party, Calendar]) -> None:
        """`calendars` say when each party works."""
        self._columns, self.calendars = columns, calendars

    def __getattr__(self, name: str) -> Ints:
        if name not in Requests.__annotations__:
            raise AttributeError(name)
        return cast("Ints", self._columns.values(name))

    def __len__(self) -> int:
        return len(self._columns)

    def only(self, some: Bools) -> Requests:
        """Some of them."""
        return Requests(self._columns if some.all() else self._columns.only(some), self.calendars)

    def by_calendar(self) -> Iterator[tuple[Party, Requests]]:
        """Whose calendars their desks keep, and which of them keep each."""
        for party in np.flatnonzero(np.bincount(self.works)).tolist():
            yield cast("Party", party), self.only(self.works == party)

    @cached_property
    def is_mediation(self) -> Bools:
        """At the mediation desk."""
        return np.asarray(self.answerer == Party.PLATFORM.value)

    @cached_property
    def is_at_sellers(self) -> Bools:
        """At a seller's desk; the rest are at those of buyers and the bank."""
        return np.asarray(self.answerer == Party.SELLER.value)

    @cached_property
    def at_mediation(self) -> Requests:
        """Those at the mediation desk."""
        return self.only(self.is_mediation)

    @cached_property
    def at_sellers(self) -> Requests:
        """Those at the sellers' desks."""
        return self.only(self.is_at_sellers)

    @cached_property
    def has_joined(self) -> Bools:
        return np.asarray(self.joined < NEVER)

    @cached_property
    def left_queue(self) -> Ints:
        """When it was taken up, or settled while it waited; NEVER while it still waits."""
        return np.minimum(self.started, self.settled)

    @cached_property
    def open_until_left(self) -> Ints:
        """How long its desk had been open by then (s)."""
        return self._open_until(self.left_queue)

    @cached_property
    def open_until_joined(self) -> Ints:
        """And when it joined."""
        return self._open_until(self.joined)

    @cached_property
    def open_until_settled(self) -> Ints:
        """And when it was settled."""
        return self._open_until(self.settled)

    def _open_until(self, instants: Ints) -> Ints:
        return open_until(instants, self.works, self.calendars)


_NOBODY = np.array([], dtype=np.int64)


def requests_of(scenario: Scenario, records: Records, calendars: Mapping[Party, Calendar]) -> Requests:
    """The requests of all claims, warm-up and run-out included: desks serve them all."""
    table = records.claims
    opened = {stage: np.flatnonzero(table[f"{stage.word}_opened_at"] < NEVER) for stage in Stage}
    opened = {stage: rows for stage, rows in opened.items() if len(rows)}
    claims = np.concatenate([_NOBODY, *opened.values()])
    stage = np.repeat(np.array([*opened], dtype=np.int64), [*map(len, opened.values())])
    told, facts = Picked(table, claims), Picked(records.draws.claims, places_of_facts(records, claims))
    usual = np.array(ANSWERERS, dtype=np.int64)[stage]
    answerer = np.where(stage == Stage.DISPUTE.value, told["answered_by"], usual)

    def of(end: str) -> Ints:
        """What each stage has a column for."""
        parts = (table[f"{stage.word}_{end}"][rows] for stage, rows in opened.items())
        return np.concatenate([_NOBODY, *parts])

    def works() -> Ints:
        own = np.array(parties_of_kinds(scenario), dtype=np.int64)[facts["seller_type"]]
        return np.where(answerer == Party.SELLER.value, own, answerer)

    columns: Cells = {
        "paid": lambda: told["paid_at"],
        "seller": lambda: facts["seller"],
        "stage": lambda: stage,
        "answerer": lambda: answerer,
        "works": works,
        **{step: partial(of, f"{step}_at") for step in STEPS},
        "settled_by": partial(of, "settled_by"),
        "claim": lambda: told["claim"],
    }
    return Requests(OnDemand(columns, len(claims)), calendars)

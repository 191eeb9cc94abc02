"""The requests of one replication, all stages in one list: when each came to a desk and left it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import cast

import numpy as np

from sim.arrays import Bools as Bools
from sim.chance.facts import Ints
from sim.records.evidence import ANSWERERS
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds
from sim.vocabulary import Party, Stage
from sim.vocabulary.stages import STEPS


@dataclass(frozen=True)
class Requests:
    """Every request that was opened: arrays of whole seconds since the start (NEVER: did not happen) and codes."""

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

    def __len__(self) -> int:
        return len(self.opened)

    def only(self, some: Bools) -> Requests:
        """Some of them."""
        if some.all():
            return self
        rows = np.flatnonzero(some)
        return Requests(*(getattr(self, name)[rows] for name in _COLUMNS))

    def by_calendar(self) -> Iterator[tuple[Party, Bools]]:
        """Whose calendars their desks keep, and which of them keep each."""
        for party in np.flatnonzero(np.bincount(self.works)).tolist():
            yield cast("Party", party), np.asarray(self.works == party)

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


_COLUMNS = tuple(field.name for field in fields(Requests))


def requests_of(scenario: Scenario, records: Records) -> Requests:
    """The requests of all claims, warm-up and run-out included: desks serve them all."""
    table = records.claims
    places = np.searchsorted(records.draws.claims["order"], table["order"])
    seller = records.draws.claims["seller"][places]
    own = np.array(parties_of_kinds(scenario), dtype=np.int64)[records.draws.claims["seller_type"][places]]
    by_stage = []
    for stage in Stage:
        rows = np.flatnonzero(table[f"{stage.word}_opened_at"] < NEVER)
        told = (*(f"{stage.word}_{step}_at" for step in STEPS), f"{stage.word}_settled_by")
        opened, joined, started, settled, how = (table[name][rows] for name in told)
        which = np.full_like(rows, stage)
        whose = table["answered_by"][rows] if stage is Stage.DISPUTE else np.full_like(rows, ANSWERERS[stage])
        works = np.where(whose == Party.SELLER, own[rows], whose)
        paid, claim = table["paid_at"][rows], table["claim"][rows]
        when = opened, joined, started, settled, how
        by_stage.append(Requests(paid, seller[rows], which, whose, works, *when, claim))
    return Requests(*(np.concatenate([getattr(one, name) for one in by_stage]) for name in _COLUMNS))

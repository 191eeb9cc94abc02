"""The requests of one replication, all stages in one list: when each came to a desk and left it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from typing import Any, cast

import numpy as np

from sim.arrays import Bools as Bools
from sim.arrays import Picked
from sim.chance.facts import Ints
from sim.experiment.cohort import in_cohort, places_of_facts
from sim.experiment.on_demand import Cells, OnDemand
from sim.experiment.open_time import open_until
from sim.records.evidence import ANSWERERS, parted
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds
from sim.vocabulary import Party, Stage
from sim.vocabulary.stages import STEPS

DESKS = SELLERS, MEDIATION, OTHERS = "sellers", "mediation", "others"
"""Groups of desks; buyers and the bank, at whose desks nobody ever waits for staff, are the others."""
_DESK_OF = np.array([{Party.SELLER: 0, Party.PLATFORM: 1}.get(party, 2) for party in Party])


class Requests:
    """Every request that was opened: arrays of whole seconds since the start (NEVER: did not happen) and codes.

    Each is laid out when it is read.
    """

    is_of_cohort: Bools
    seller: Ints
    stage: Ints
    desk: Ints
    """To which group of desks it was put, by number in `DESKS`."""
    works: Ints
    """Whose calendar that desk keeps: a seller's may have days off of its own."""
    opened: Ints
    joined: Ints
    """It was noticed, and took its place in the desk's queue."""
    has_joined: Bools
    started: Ints
    """Staff took it up."""
    settled: Ints
    settled_by: Ints
    left_queue: Ints
    """When it was taken up, or settled while it waited; NEVER while it still waits."""
    open_until_joined: Ints
    """How long its desk had been open by then (s)."""
    open_until_left: Ints
    open_until_settled: Ints
    claim: Ints
    """Of what kind the claim is, or became in the end."""

    def __init__(self, columns: OnDemand, calendars: Mapping[Party, Calendar]) -> None:
        """`calendars` say when each party works."""
        self._columns, self.calendars = columns, calendars

    def __getattr__(self, name: str) -> Any:
        if name not in Requests.__annotations__:
            raise AttributeError(name)
        column = self.__dict__[name] = self._columns.values(name)
        return column

    def __len__(self) -> int:
        return len(self._columns)

    def only(self, some: Bools | Ints) -> Requests:
        """Some of them."""
        return Requests(self._columns.only(some), self.calendars)

    def by_calendar(self) -> Iterator[tuple[Party, Requests]]:
        """Whose calendars their desks keep, and which of them keep each."""
        for party, here in parted(self.works):
            yield cast("Party", party), self if isinstance(here, slice) else self.only(here)

    @cached_property
    def at_sellers(self) -> Requests:
        """Those at a seller's desk."""
        return self.only(self.desk == DESKS.index(SELLERS))

    @cached_property
    def at_mediation(self) -> Requests:
        """Those at the mediation desk."""
        return self.only(self.desk == DESKS.index(MEDIATION))


_NOBODY = np.array([], dtype=np.int64)


def requests_of(scenario: Scenario, records: Records, calendars: Mapping[Party, Calendar]) -> Requests:
    """The requests of all claims, warm-up and run-out included: desks serve them all."""
    table = records.claims
    opened = {stage: (table[f"{stage.word}_opened_at"] < NEVER).nonzero()[0] for stage in Stage}
    opened = {stage: rows for stage, rows in opened.items() if len(rows)}

    def of_stages(said: Callable[[Stage, Ints], Ints]) -> Ints:
        return np.concatenate([_NOBODY, *(said(stage, rows) for stage, rows in opened.items())])

    def answerer(stage: Stage, rows: Ints) -> Ints:
        return table["answered_by"][rows] if stage is Stage.DISPUTE else np.full(len(rows), ANSWERERS[stage].value)

    def of(end: str) -> Ints:
        """What each stage has a column for."""
        return of_stages(lambda stage, rows: table[f"{stage.word}_{end}"][rows])

    claims = of_stages(lambda _, rows: rows)
    told, facts = Picked(table, claims), Picked(records.draws.claims, places_of_facts(records, claims))
    columns: Cells = {
        "is_of_cohort": lambda: in_cohort(scenario, told["paid_at"]),
        "claim": lambda: told["claim"],
        "seller": lambda: facts["seller"],
        "seller_type": lambda: facts["seller_type"],
        "stage": partial(of_stages, lambda stage, rows: np.full(len(rows), stage.value)),
        "answerer": partial(of_stages, answerer),
        **{step: partial(of, f"{step}_at") for step in STEPS},
        "settled_by": partial(of, "settled_by"),
    }
    known = OnDemand(columns, len(claims))
    return Requests(OnDemand(_at_desks(scenario, calendars, known), len(claims)), calendars)


def _at_desks(scenario: Scenario, calendars: Mapping[Party, Calendar], known: OnDemand) -> Cells:
    """The columns that are known, and what follows from them."""
    read = cast("Callable[[str], Ints]", known.values)

    @cache
    def works() -> Ints:
        own = np.array(parties_of_kinds(scenario), dtype=np.int64)
        return np.where(read("answerer") == Party.SELLER.value, own[read("seller_type")], read("answerer"))

    @cache
    def left_queue() -> Ints:
        return np.minimum(read("started"), read("settled"))

    @cache
    def open_by_then() -> Ints:
        return open_until(np.array([read("joined"), left_queue(), read("settled")]), works(), calendars)

    return {name: partial(read, name) for name in known} | {
        "works": works,
        "desk": lambda: _DESK_OF[read("answerer")],
        "left_queue": left_queue,
        "has_joined": lambda: read("joined") < NEVER,
        "open_until_joined": lambda: open_by_then()[0],
        "open_until_left": lambda: open_by_then()[1],
        "open_until_settled": lambda: open_by_then()[2],
    }

"""What an invariant looks at: the outcome table beside the scenario, the calendars and the luck behind it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from sim.arrays import Bools as Bools
from sim.arrays import Picked, TableOfClaims
from sim.chance.facts import Ints
from sim.chance.instants import instants_after
from sim.chance.narrow import NarrowColumns
from sim.records.life import COLUMNS, INSTANTS
from sim.records.table import Records
from sim.rules.clocks import is_on_the_wall
from sim.rules.terms import Span, Terms, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds
from sim.vocabulary import ClaimKind, Party, Stage
from sim.vocabulary.endings import WITH_MONEY
from sim.vocabulary.stages import STAGES

KINDS: tuple[ClaimKind, ...] = tuple(kind for kind in ClaimKind if kind is not ClaimKind.NONE)
ANSWERERS = tuple(STAGES[stage].answerer for stage in Stage)
"""Who answers, by stage; a dispute may be the platform's to answer."""
OPENED = tuple(f"{stage.word}_opened_at" for stage in Stage)
AT_A_TIME = 1 << 14
"""Claims that are looked at together: their columns are near the processor, and take little memory."""

T = TypeVar("T")


Kinds = list[tuple[Ints | None, Terms]]
"""In which rows the claims of each kind are (None: in all), and what the policy says to them."""


class Breach(NamedTuple):
    """Where an invariant does not hold: what is wrong, and with which order (None: with no order in particular)."""

    what: str
    order: int | None


class Came(dict[str, Bools]):
    """For which claims each instant came, looked at when it is first asked for."""

    def __init__(self, table: TableOfClaims) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, column: str) -> Bools:
        came = self[column] = np.asarray(self._table[column] < NEVER)
        return came


class Evidence:
    """One finished replication, played to its end. `evidence["refund"]` is a column of its outcome table."""

    def __init__(
        self,
        scenario: Scenario,
        records: Records,
        calendars: dict[Party, Calendar],
        rows: Ints | None = None,
        kinds: Kinds | None = None,
    ) -> None:
        """All claims, or those in some `rows`; of which `kinds` they are, if known."""
        self.scenario, self.records, self.calendars, self.rows = scenario, records, calendars, rows
        table, facts = records.claims, records.draws.claims
        self.table: TableOfClaims = table if rows is None else Picked(table, rows)
        self.facts: TableOfClaims = facts if rows is None else Picked(facts, rows)
        """Luck, row by row beside the outcome table."""
        self._known_kinds = kinds
        self._worked_out: dict[Hashable, Any] = {}
        self.has = Came(self.table).__getitem__
        """For which claims an instant came."""
        self._those: dict[str, Evidence] = {}

    def once(self, view: Callable[[Evidence], T]) -> T:
        """A view of this evidence that several invariants share, worked out when it is first asked for."""
        if view not in self._worked_out:
            self._worked_out[view] = view(self)
        return cast("T", self._worked_out[view])

    def parts(self) -> Iterator[Evidence]:
        """All claims, so many at a time that what is worked out of them takes little memory, and lies near."""
        count = len(self)
        if count <= AT_A_TIME:
            yield self
            return
        for begins in range(0, count, AT_A_TIME):
            some = slice(begins, begins + AT_A_TIME)
            draws = replace(self.records.draws, claims=_part_of(self.records.draws.claims, some))
            records = replace(self.records, draws=draws, claims=_part_of(self.records.claims, some))
            yield Evidence(self.scenario, records, self.calendars)

    def that(self, instant: str) -> Evidence:
        """The claims to which something came: few, as a rule, and often none at all."""
        if instant not in self._those:
            self._those[instant] = self.only(self.has(instant).nonzero()[0])
        return self._those[instant]

    def that_ask(self, stage: Stage) -> Evidence:
        """Those that opened a request of this stage."""
        return self.that(OPENED[stage])

    @cached_property
    def came(self) -> frozenset[str]:
        """The instants that came to anybody."""
        return frozenset(instant for instant in INSTANTS if np.count_nonzero(self.has(instant)))

    @cached_property
    def stages(self) -> list[Stage]:
        """Those at which anybody asks anything."""
        return [stage for stage in Stage if OPENED[stage] in self.came]

    @property
    def of_each_kind(self) -> list[tuple[Evidence, Terms]]:
        """The claims of each kind that there are, and what the policy says to them."""
        return [(self if rows is None else self.only(rows), terms) for rows, terms in self._kinds]

    @cached_property
    def _kinds(self) -> Kinds:
        if self._known_kinds is not None:
            return self._known_kinds
        kinds = self["claim"]
        of_kinds = [((kinds == int(kind)).nonzero()[0], terms) for kind, terms in self.terms.items()]
        return [(None if len(rows) == len(kinds) else rows, terms) for rows, terms in of_kinds if len(rows)]

    def only(self, rows: Ints) -> Evidence:
        """Some of these claims."""
        places = rows if self.rows is None else self.rows[rows]
        kinds = self._kinds if len(self._kinds) == 1 and self._kinds[0][0] is None else None
        return Evidence(self.scenario, self.records, self.calendars, places, kinds)

    def lengths(self) -> Iterator[tuple[str, int]]:
        """How many rows each column of the outcome table has; none is laid out for it."""
        claims = self.records.claims
        kept = claims.kept if isinstance(claims, NarrowColumns) else claims.__getitem__
        return ((column, len(kept(column))) for column in COLUMNS)

    def __len__(self) -> int:
        return len(self["order"] if self.rows is None else self.rows)

    def __getitem__(self, column: str) -> Ints:
        return self.table[column]

    def fact(self, name: str) -> Ints:
        """What luck had settled about the claims beforehand; row by row beside the table."""
        return self.facts[name]

    @cached_property
    def terms(self) -> dict[ClaimKind, Terms]:
        """What the policy says to each kind of claim."""
        return {kind: terms_of(self.scenario, kind) for kind in KINDS}

    def by_kind(self, lever: Callable[[Terms], int]) -> Ints:
        """A lever, or what follows from it, as the policy has it for each claim's kind."""
        if len(self._kinds) == 1 and self._kinds[0][0] is None:
            return np.full(len(self), lever(self._kinds[0][1]), dtype=np.int64)
        values = [0, *(int(lever(terms)) for terms in self.terms.values())]
        return np.array(values, dtype=np.int64)[self["claim"]]

    @cached_property
    def is_paid_back(self) -> Bools:
        """Which claims ended with money: all of it, or a part."""
        return self.says("outcome", *WITH_MONEY)

    def says(self, column: str, *codes: int) -> Bools:
        """Whether the column has one of these codes."""
        told = self[column]
        return np.asarray(np.logical_or.reduce([told == int(code) for code in codes]))

    def answerers(self, stage: Stage) -> Ints:
        """Whose desk, and so whose calendar, each claim's request of this stage goes to."""
        if stage is not Stage.DISPUTE:
            return np.full(len(self), ANSWERERS[stage])
        return self.by_kind(lambda terms: Party.PLATFORM if terms.platform_answers else ANSWERERS[stage])

    def works(self, stage: Stage) -> Ints:
        """Whose calendar that is: a seller's may have days off of its own."""
        answerers, own = self.answerers(stage), parties_of_kinds(self.scenario)
        if max(own) == Party.SELLER:
            return answerers
        of_sellers = np.array(own, dtype=np.int64)[self.fact("seller_type")]
        return np.where(answerers == int(Party.SELLER), of_sellers, answerers)

    def answer(self, stage: Stage, field: str) -> Ints:
        """What luck settled about each claim's answerer at this stage: its notice, or its handling."""
        usual, is_ruling = self.fact(f"{stage.word}.{field}"), self.answerers(stage) == int(Party.PLATFORM)
        if not np.count_nonzero(is_ruling):
            return usual
        turned = self["claim"] != self.fact("claim")
        rules = np.where(turned, self.fact(f"ruling_{field}_if_not_received"), self.fact(f"mediation.{field}"))
        return np.where(is_ruling, rules, usual)

    def calendar(self, party: int) -> Calendar:
        """When a party works; buyers never close."""
        if party == Party.BUYER:
            return round_the_clock(self.scenario.experiment.calendar_days)
        return self.calendars[cast("Party", party)]

    def after(self, since: Ints, length: Span, parties: Ints) -> Ints:
        """So long after these instants, on these parties' clocks; NEVER after what never comes."""
        if is_on_the_wall(length.kind):
            return np.minimum(since, NEVER - length.seconds) + length.seconds
        instants = np.empty_like(since)
        for party, here in parted(parties):
            calendar = self.calendar(party)
            instants[here] = instants_after(since[here], length.kind, np.array(length.seconds), calendar)
        return instants

    def where(self, broken: Bools, what: str) -> tuple[Breach, ...]:
        """The first claim for which this is so, if there is one."""
        if len(broken) and broken[first := broken.argmax()]:  # a fifth of what `any` takes
            return (Breach(what, int(self["order"][first])),)
        return ()


def parted(parties: Ints) -> list[tuple[int, Ints | slice]]:
    """Every party that there is, and where; one that is alone has all places."""
    there = np.flatnonzero(np.bincount(parties)).tolist()
    if len(there) == 1:
        return [(there[0], slice(None))]
    return [(party, np.flatnonzero(parties == party)) for party in there]


def _part_of(table: TableOfClaims, some: slice) -> TableOfClaims:
    """Some rows of a table, each column of which is laid out once."""
    if isinstance(table, NarrowColumns):
        return Picked(table.part(some), slice(None))
    return Picked(table, some)

"""What an invariant looks at: the outcome table beside the scenario, the calendars and the luck behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

import numpy as np

from sim.arrays import Bools as Bools
from sim.arrays import Picked
from sim.chance.facts import Ints
from sim.chance.instants import instants_after
from sim.records.table import Records
from sim.rules.terms import Span, Terms, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import parties_of_kinds
from sim.vocabulary import ClaimKind, Party, Stage
from sim.vocabulary.endings import WITH_MONEY
from sim.vocabulary.stages import STAGES

ANSWERERS = tuple(STAGES[stage].answerer for stage in Stage)
"""Who answers, by stage; a dispute may be the platform's to answer."""


T = TypeVar("T")


class Breach(NamedTuple):
    """Where an invariant does not hold: what is wrong, and with which order (None: with no order in particular)."""

    what: str
    order: int | None


@dataclass(frozen=True)
class Evidence:
    """One finished replication, played to its end. `evidence["refund"]` is a column of its outcome table."""

    scenario: Scenario
    records: Records
    calendars: dict[Party, Calendar]
    rows: Ints | None = None
    """Which of its claims are looked at; None: all of them."""
    _worked_out: dict[Callable[[Evidence], object], object] = field(default_factory=dict, init=False, repr=False)

    def once(self, view: Callable[[Evidence], T]) -> T:
        """A view of this evidence that several invariants share, worked out when it is first asked for."""
        if view not in self._worked_out:
            self._worked_out[view] = view(self)
        return cast("T", self._worked_out[view])

    @cached_property
    def table(self) -> Mapping[str, Ints]:
        """The outcome table."""
        return self.records.claims if self.rows is None else Picked(self.records.claims, self.rows)

    @cached_property
    def facts(self) -> Mapping[str, Ints]:
        """Luck, row by row beside the table."""
        of_all = self.records.draws.claims
        return of_all if self.rows is None else Picked(of_all, self.rows)

    def that_ask(self, stage: Stage) -> Evidence:
        """The claims that opened a request of this stage: few, as a rule, and often none at all."""
        asking = self._asking.get(stage)
        if asking is None:
            asking = self._asking[stage] = self.only(np.flatnonzero(self.has(f"{stage.word}_opened_at")))
        return asking

    def only(self, rows: Ints) -> Evidence:
        """Some of all claims, by their rows."""
        some = Evidence(self.scenario, self.records, self.calendars, rows)
        vars(some)["terms"] = self.terms
        return some

    @cached_property
    def _asking(self) -> dict[Stage, Evidence]:
        return {}

    @cached_property
    def _came(self) -> dict[str, Bools]:
        return {}

    @cached_property
    def _works(self) -> dict[Stage, Ints]:
        return {}

    def __len__(self) -> int:
        return len(self["order"])

    def __getitem__(self, column: str) -> Ints:
        return self.table[column]

    def has(self, column: str) -> Bools:
        """For which claims this instant came."""
        if column not in self._came:
            self._came[column] = self[column] < NEVER
        return self._came[column]

    def fact(self, name: str) -> Ints:
        """What luck had settled about the claims beforehand; row by row beside the table."""
        return self.facts[name]

    @cached_property
    def terms(self) -> dict[ClaimKind, Terms]:
        """What the policy says to each kind of claim."""
        return {kind: terms_of(self.scenario, kind) for kind in ClaimKind if kind is not ClaimKind.NONE}

    def by_kind(self, lever: Callable[[Terms], int]) -> Ints:
        """A lever, or what follows from it, as the policy has it for each claim's kind."""
        values = [0, *(int(lever(terms)) for terms in self.terms.values())]
        return np.array(values, dtype=np.int64)[self["claim"]]

    @cached_property
    def is_paid_back(self) -> Bools:
        """Which claims ended with money: all of it, or a part."""
        return self.says("outcome", *WITH_MONEY)

    def says(self, column: str, *codes: int) -> Bools:
        """Whether the column has one of these codes."""
        told = self[column]
        return np.asarray(np.logical_or.reduce([told == code for code in codes]))

    def answerers(self, stage: Stage) -> Ints:
        """Whose desk, and so whose calendar, each claim's request of this stage goes to."""
        usual = np.full(len(self), ANSWERERS[stage])
        if stage is not Stage.DISPUTE:
            return usual
        return np.where(self.by_kind(lambda terms: terms.platform_answers), Party.PLATFORM, usual)

    def works(self, stage: Stage) -> Ints:
        """Whose calendar that is: a seller's may have days off of its own."""
        if stage not in self._works:
            answerers = self.answerers(stage)
            own = np.array(parties_of_kinds(self.scenario), dtype=np.int64)[self.fact("seller_type")]
            self._works[stage] = np.where(answerers == Party.SELLER, own, answerers)
        return self._works[stage]

    def answer(self, stage: Stage, field: str) -> Ints:
        """What luck settled about each claim's answerer at this stage: its notice, or its handling."""
        if stage not in (Stage.DISPUTE, Stage.MEDIATION):
            return self.fact(f"{stage.word}.{field}")
        turned = self["claim"] != self.fact("claim")
        rules = np.where(turned, self.fact(f"ruling_{field}_if_not_received"), self.fact(f"mediation.{field}"))
        return np.where(self.answerers(stage) == Party.PLATFORM, rules, self.fact(f"{stage.word}.{field}"))

    def calendar(self, party: Party) -> Calendar:
        """When a party works; buyers never close."""
        if party == Party.BUYER:
            return round_the_clock(self.scenario.experiment.calendar_days)
        return self.calendars[party]

    def deadlines(self, stage: Stage) -> Ints:
        """When the clock of each claim's request runs out, worked out anew; NEVER where none was opened."""
        clocks = {int(kind): terms.requests[stage].clock for kind, terms in self.terms.items()}
        return self.later(stage.word, "opened", clocks, self.works(stage))

    def later(self, stage: str, step: str, spans: dict[int, Span], parties: Ints) -> Ints:
        """So long after a step of each claim's request, by kind of claim, on these parties' clocks."""
        since, begun = self[f"{stage}_{step}_at"], self.has(f"{stage}_{step}_at")
        instants = np.full(len(since), NEVER)
        for kind, length in spans.items():
            of_kind = np.flatnonzero(begun & (self["claim"] == kind))
            for party in np.flatnonzero(np.bincount(parties[of_kind])).tolist():
                some = of_kind[parties[of_kind] == party]
                instants[some] = self.after(since[some], length, cast("Party", party))
        return instants

    def after(self, since: Ints, length: Span, party: Party) -> Ints:
        """So long after these instants, on one party's clock; NEVER after what never comes."""
        return instants_after(since, length.kind, np.array(length.seconds), self.calendar(party))

    def where(self, broken: Bools, what: str) -> Iterator[Breach]:
        """The first claim for which this is so, if there is one."""
        if len(broken) and broken[first := broken.argmax()]:  # a fifth of what `any` takes
            yield Breach(what, int(self["order"][first]))

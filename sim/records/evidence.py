"""What an invariant looks at: the outcome table beside the scenario, the calendars and the luck behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance.facts import Ints
from sim.records.table import Records
from sim.rules.clocks import instant_after
from sim.rules.terms import Terms, terms_of
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party, Stage

Bools = NDArray[np.bool_]


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

    def __getitem__(self, column: str) -> Ints:
        return self.records.claims[column]

    def has(self, column: str) -> Bools:
        """For which claims this instant came."""
        return self[column] < NEVER

    def fact(self, name: str) -> Ints:
        """What luck had settled about the claims beforehand; row by row beside the table."""
        return self.records.draws.claims[name]

    @cached_property
    def terms(self) -> dict[ClaimKind, Terms]:
        """What the policy says to each kind of claim."""
        return {kind: terms_of(self.scenario, kind) for kind in ClaimKind if kind is not ClaimKind.NONE}

    def answerer(self, stage: Stage) -> Party:
        """Whose desk, and so whose calendar, a request of this stage goes to."""
        return Party.PLATFORM if stage is Stage.MEDIATION else Party.SELLER

    def deadlines(self, stage: Stage) -> Ints:
        """When the clock of each claim's request runs out, worked out anew; NEVER where none was opened."""
        opened, calendar = self[f"{stage.word}_opened_at"], self.calendars[self.answerer(stage)]
        clocks = {int(kind): terms.requests[stage].clock for kind, terms in self.terms.items()}
        deadlines = np.full(len(opened), NEVER)
        for row in np.flatnonzero(opened < NEVER).tolist():
            deadlines[row] = instant_after(int(opened[row]), *clocks[int(self["claim"][row])], calendar)
        return deadlines

    def where(self, broken: Bools, what: str) -> Iterator[Breach]:
        """The first claim for which this is so, if there is one."""
        if broken.any():
            yield Breach(what, int(self["order"][np.argmax(broken)]))

"""What there is to tell of one claim: its facts, its row of the outcome table, its entries in the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from sim.chance.facts import ClaimFacts
from sim.errors import InternalError
from sim.records.evidence import ANSWERERS
from sim.records.journal import Activity, Entry, Settlement
from sim.records.life import OPENED, SETTLED, STEP_ACTIVITY
from sim.records.table import Records
from sim.rules.clocks import instant_after
from sim.rules.terms import terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import names_of_kinds, parties_of_kinds
from sim.show.phrases import deadline, money
from sim.vocabulary import ClaimKind, Outcome, Party, Route, Stage, Verdict

_SETTLED = {steps[SETTLED] for steps in STEP_ACTIVITY}


@dataclass(frozen=True)
class ClaimCase:
    """One claim, ready to be told."""

    scenario: Scenario
    facts: ClaimFacts
    row: Mapping[str, int]
    """Its row of the outcome table; the columns are `records.life.COLUMNS`."""
    entries: tuple[Entry, ...]
    """Its rows of the journal, in order of time."""
    deadlines: Mapping[Stage, int]
    """The last instant of the clock of each request that was opened; NEVER for one without a clock."""

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.row["outcome"])

    @property
    def route(self) -> Route:
        return Route(self.row["route"])

    @property
    def payment_method(self) -> str:
        return list(self.scenario.market.payment_methods)[self.facts.payment_method]

    @property
    def seller_type(self) -> str:
        return names_of_kinds(self.scenario.market.sellers)[self.facts.seller_type]

    @property
    def product_group(self) -> str:
        """What was bought; empty where the scenario names no groups."""
        groups = self.scenario.market.product_groups
        return list(groups)[self.facts.product_group] if groups else ""

    def verdict_before(self, entry: Entry) -> Verdict | None:
        """What the last request that had ended by this entry came to."""
        last = self.settlement_before(entry)
        return last.verdict if last else None

    def settlement_before(self, entry: Entry) -> Settlement | None:
        """How the last request that had ended by this entry did so, and what it came to."""
        settlements = [settlement(other) for other in self._before(entry) if other.activity in _SETTLED]
        return settlements[-1] if settlements else None

    def since_settled(self, entry: Entry) -> int:
        """How long before this entry the last request ended."""
        return entry.at - max((other.at for other in self._before(entry) if other.activity in _SETTLED), default=0)

    def since(self, activity: Activity, entry: Entry) -> int:
        """How long before this entry the last one of an activity was; of several rounds, the pending one's."""
        return entry.at - [other.at for other in self._before(entry) if other.activity is activity][-1]

    def rounds_before(self, stage: Stage, entry: Entry) -> int:
        """How often a request of this stage had been put before this entry."""
        return sum(other.activity is STEP_ACTIVITY[stage][OPENED] for other in self._before(entry))

    def _before(self, entry: Entry) -> Iterator[Entry]:
        return takewhile(lambda other: other is not entry, self.entries)

    def money(self, cents: int) -> str:
        return money(cents, self.scenario.market.currency)

    def answerer(self, stage: Stage) -> Party:
        """To whom a request of this stage is put."""
        return _answerer(self.row, stage)

    @property
    def is_regret(self) -> bool:
        """Whether the claim began with a change of mind."""
        return self.facts.claim == ClaimKind.REGRET

    @property
    def needs_no_consent(self) -> bool:
        """Whether the policy lets who claims this withdraw from the purchase, in place of a dispute."""
        terms = getattr(self.scenario.policy.dispute, ClaimKind(self.row["claim"]).word, None)
        return terms is not None and not terms.needs_consent

    def by(self, stage: Stage) -> str:
        """`has until Thu 11 Oct 19:15`, or that there is no clock."""
        at = self.deadlines[stage]
        return f"has until {deadline(at, self.scenario.start)}" if at < NEVER else "has no deadline"


def settlement(entry: Entry) -> Settlement:
    """How a request ended and what it came to, as `Life.settled` has noted it."""
    if not isinstance(entry.said, Settlement):
        raise InternalError(f"'{entry.activity.title}' settles nothing")
    return entry.said


def case_of(
    records: Records, scenario: Scenario, calendars: Mapping[Party, Calendar], order: int
) -> ClaimCase | None:
    """What there is to tell of an order of this replication; None where nobody asked for the money back.

    The replication must have kept its journal.
    """
    if order not in records.claims["order"]:
        return None
    position = int(np.searchsorted(records.claims["order"], order))
    row = {column: int(values[position]) for column, values in records.claims.items()}
    entries = tuple(entry for entry in records.journal.rows() if entry.order == order)
    facts = next(facts for facts in records.draws.rows() if facts.order == order)
    return ClaimCase(scenario, facts, row, entries, _deadlines(row, facts, scenario, calendars))


def _deadlines(
    row: Mapping[str, int], facts: ClaimFacts, scenario: Scenario, calendars: Mapping[Party, Calendar]
) -> dict[Stage, int]:
    requests = terms_of(scenario, ClaimKind(row["claim"])).requests
    works = {**calendars, Party.BUYER: round_the_clock(scenario.experiment.calendar_days)}
    works[Party.SELLER] = calendars[parties_of_kinds(scenario)[facts.seller_type]]
    return {
        stage: instant_after(
            row[STEP_ACTIVITY[stage][OPENED].column],
            requests[stage].clock.kind,
            requests[stage].clock.seconds,
            works[_answerer(row, stage)],
        )
        for stage in Stage
    }


def _answerer(row: Mapping[str, int], stage: Stage) -> Party:
    return Party(row["answered_by"]) if stage is Stage.DISPUTE and row["answered_by"] else ANSWERERS[stage]

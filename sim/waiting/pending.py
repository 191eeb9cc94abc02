"""Which requests are open: put, and neither answered nor overtaken by anything that was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Bools, Ints
from sim.chance.instants import instants_after
from sim.chance.orders import Openings
from sim.rules.terms import terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party, RefundOn, Stage
from sim.vocabulary.stages import STAGES
from sim.waiting.history import ACCEPTED, REFUSED, SILENCE, UNKNOWN, Histories


@dataclass(frozen=True)
class Pending:
    """Some requests that are open: when each was put, until when it is known, what has been seen of it."""

    opened: Ints
    now: Ints
    deadline: Ints
    looked: Ints
    """When it was looked at; NEVER where it was not, or nobody knows."""
    is_watched: bool
    """Whether anybody would know of a look."""
    working_since: Ints
    """When it was taken up; NEVER where it is waiting."""

    def of(self, rows: Ints) -> Pending:
        """Some of them."""
        columns = (self.opened, self.now, self.deadline, self.looked)
        opened, now, deadline, looked = (column[rows] for column in columns)
        return Pending(opened, now, deadline, looked, self.is_watched, self.working_since[rows])


Open = tuple[Ints, Pending]
"""Which cases have such a request open, and how each stands."""


def everything_open(scenario: Scenario, histories: Histories, calendars: Openings) -> dict[Stage, Open]:
    """By stage: what is open."""
    return {stage: pending(scenario, histories, stage, calendars) for stage in Stage}


def pending(scenario: Scenario, histories: Histories, stage: Stage, calendars: Openings) -> Open:
    """Which cases have such a request open, and how each stands."""
    put, ends = _STANDS[stage]
    opened, is_open = histories.at(put), histories.has(put) & _may_be_open(scenario, histories, stage)
    rows = np.flatnonzero(is_open & ~np.any([histories.has(name) for name in (*ends, "refund_due")], axis=0))
    some, nobody = histories.of(rows), np.full(len(rows), NEVER)
    deadline = deadlines(scenario, some, stage, opened[rows], calendars)
    if stage != Stage.CANCELLATION:
        return rows, Pending(opened[rows], some.now, deadline, nobody, False, nobody)
    looked = np.minimum(some.at("viewed"), some.at("taken_up"))
    seen_to_wait = np.where("taken_up" in some.instants, NEVER, looked)
    working = np.where(some.has("taken_up"), some.at("taken_up"), seen_to_wait)
    watched = bool({"viewed", "taken_up"} & set(some.instants))
    return rows, Pending(opened[rows], some.now, deadline, looked, watched, working)


def calendar_of(scenario: Scenario, party: Party, calendars: Openings) -> Calendar:
    """A party's; a buyer's never closes."""
    if party == Party.BUYER:
        return round_the_clock(scenario.experiment.calendar_days)
    return calendars[party]


def ruled_by_the_platform(scenario: Scenario, histories: Histories) -> Bools:
    """Whose dispute the platform answers itself."""
    by = [int(kind) for kind in ClaimKind if kind and terms_of(scenario, kind).platform_answers]
    return np.isin(histories.kind, by)


def deadlines(
    scenario: Scenario,
    some: Histories,
    stage: Stage,
    opened: Ints,
    calendars: Openings,
    seller: Party = Party.SELLER,
) -> Ints:
    """When the clocks of requests are over that are put then; `seller`: whose calendar a seller's clock goes by."""
    deadline = np.full(len(some), NEVER)
    for kind in ClaimKind:
        here = np.flatnonzero(some.kind == kind)
        if not kind or not len(here):
            continue
        terms, party = terms_of(scenario, kind), STAGES[stage].answerer
        if stage == Stage.DISPUTE and terms.platform_answers:
            party = Party.PLATFORM
        party = seller if party == Party.SELLER else party
        clock, calendar = terms.requests[stage].clock, calendar_of(scenario, party, calendars)
        deadline[here] = instants_after(opened[here], clock.kind, np.array(clock.seconds), calendar)
    return deadline


_STANDS = {
    Stage.CANCELLATION: ("requested", ("closed", "dispatched")),
    Stage.DISPUTE: ("dispute_opened", ("dispute_closed", "mediation_opened", "failed")),
    Stage.OFFER: ("offer_opened", ("offer_closed", "mediation_opened", "failed")),
    Stage.MEDIATION: ("mediation_opened", ("mediation_closed", "failed")),
    Stage.INSPECTION: ("return_received", ("inspection_closed", "failed")),
    Stage.CHARGEBACK: ("chargeback_opened", ("chargeback_closed",)),
}
"""By stage: when a request is put, and what has ended it."""


def _may_be_open(scenario: Scenario, seen: Histories, stage: Stage) -> Bools:
    """Cases of which such a request would be one: not every wish is, nor is all that came back looked at."""
    if stage == Stage.CANCELLATION:
        return seen.cancels
    if stage == Stage.INSPECTION:
        contested = seen.has("mediation_opened") & (seen.at("mediation_opened") >= seen.at("return_received"))
        return inspected(scenario, seen) & ~contested
    return np.ones(len(seen), dtype=bool)


def inspected(scenario: Scenario, seen: Histories) -> Bools:
    """Where goods that come back are looked at, at least for some buyers."""
    return np.asarray(np.logical_or(*(step == RefundOn.INSPECTED for step in steps_of_kinds(scenario, seen))))


def steps_of_kinds(scenario: Scenario, seen: Histories) -> tuple[Ints, Ints]:
    """Which step of a return makes the money due: for buyers whom nobody trusts, and for those who are trusted."""
    plain, trusted = np.zeros(len(ClaimKind), dtype=np.int64), np.zeros(len(ClaimKind), dtype=np.int64)
    for kind in ClaimKind:
        terms = terms_of(scenario, kind)
        if kind and terms.needs_return:
            plain[kind], trusted[kind] = terms.refund_on, terms.trusted_refund_on
    return plain[seen.kind], trusted[seen.kind]


def inspections(scenario: Scenario, seen: Histories, calendars: Openings) -> tuple[Ints, Ints, Ints]:
    """When what came back was there, when somebody said what of it, and what; read off what followed."""
    put, closed, due = seen.at("return_received"), seen.at("inspection_closed"), seen.at("refund_due")
    if "inspection_closed" not in seen.instants:
        called = seen.has("mediation_opened") & (seen.at("mediation_opened") >= put)
        closed = np.where(called, seen.at("mediation_opened"), np.where(due >= put, due, NEVER))
    done = (put < NEVER) & (closed < NEVER)
    limit = deadlines(scenario, seen, Stage.INSPECTION, np.where(done, put, 0), calendars)
    says = np.where(closed == limit, SILENCE, np.where(due == closed, ACCEPTED, REFUSED))
    return put, closed, np.where(done, says, UNKNOWN)

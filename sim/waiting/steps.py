"""How far each claim has come: which requests are open (put, and neither answered nor overtaken by what was seen),
what is won, what was refused and when, from when on the platform may be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Ints
from sim.chance.instants import earlier_or_later, instants_after
from sim.chance.orders import Openings
from sim.rules.terms import Since, Terms, since_of, terms_of
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Anchor, ClaimKind, Party, RefundOn, Stage, Verdict
from sim.waiting.history import ACCEPTED, REFUSED, SILENCE, UNKNOWN, Histories
from sim.waiting.read_off import (
    FOR_THE_BUYER,
    FOR_THE_SELLER,
    cancellation_status,
    deadlines,
    failed_before_the_bank,
    of_kinds,
    over_at,
    ruling_of,
    says_yes,
    where_terms,
)


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
    makes_due = RefundOn.INSPECTED
    return where_terms(
        scenario, seen, lambda terms: terms.needs_return and makes_due in (terms.refund_on, terms.trusted_refund_on)
    )


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


class Standing(NamedTuple):
    """For some cases: what their claims have come to so far."""

    won_at: Ints
    """When the money became the buyer's, whatever has to go back first; NEVER where it has not."""
    refused_at: Ints
    """When a no, or silence that left it to the buyer, was the last that was heard; NEVER elsewhere."""
    failed_at: Ints
    """When the claim came to nothing; NEVER where it has not, or nobody knows."""
    calls_from: Ints
    """From when on the buyer may call the platform into the dispute; NEVER without a dispute."""
    by_itself_at: Ints
    """When the platform takes a pending dispute over by itself."""


def steps(scenario: Scenario, seen: Histories, calendars: Openings) -> Standing:
    """How far each has come by its now."""
    closed, ruled = seen.at("dispute_closed"), seen.at("mediation_closed")
    yes, offered = says_yes(scenario, seen, calendars), seen.has("offer_opened")
    ruling = ruling_of(scenario, seen)
    for_the_buyer = seen.has("mediation_closed") & (ruling == FOR_THE_BUYER)
    won_at = np.where(yes, closed, seen.at("withdrawn"))
    won_at = np.where(for_the_buyer & (won_at >= NEVER), ruled, won_at)
    failed_at = np.where(seen.has("failed"), seen.at("failed"), np.where(ruling == FOR_THE_SELLER, ruled, NEVER))
    failed_at = np.where(failed_at < NEVER, failed_at, failed_before_the_bank(seen))
    last_no = np.where(offered, seen.at("offer_closed"), np.where(yes, NEVER, closed))
    last_no = np.where(seen.has("inspection_closed"), seen.at("inspection_closed"), last_no)
    left = (
        of_kinds(scenario, seen, lambda terms: terms.requests[Stage.CANCELLATION].on_silence)
        == Verdict.MAY_ESCALATE
    )
    unanswered = cancellation_status(scenario, seen, calendars) == SILENCE
    left = left & seen.cancels & unanswered & (seen.disputed >= NEVER)
    last_no = np.where(left, seen.at("closed"), last_no)
    goes_on = seen.has("mediation_opened") | (failed_at < NEVER) | seen.has("refund_due")
    disputed, platform = seen.at("dispute_opened"), calendars[Party.PLATFORM]
    calls_from = over_at(scenario, seen, disputed, lambda terms: (terms.buyer_may_call_after, platform))
    by_itself_at = over_at(scenario, seen, disputed, lambda terms: (terms.steps_in_after, platform))
    return Standing(won_at, np.where(goes_on, NEVER, last_no), failed_at, calls_from, by_itself_at)


def dispute_status(seen: Histories, come: Standing) -> Ints:
    """How each dispute was answered, by its place in the mapping's words; what is not said is read off."""
    status, closed = seen.fact("dispute_status"), seen.at("dispute_closed")
    read_off = np.where(come.won_at == closed, ACCEPTED, REFUSED)
    return np.where(seen.has("dispute_opened") & (closed < NEVER) & (status == UNKNOWN), read_off, status)


def could_dispute(
    scenario: Scenario,
    seen: Histories,
    instants: Mapping[int, Ints],
    calendars: Openings,
    *,
    not_come: int = 0,
) -> Ints:
    """From when on the dispute could have been opened; `instants` are those of the parcel's plan.

    `not_come`: what is waited for and was not seen counts as having come then.
    """
    known = {
        **after_the_hold(scenario, seen, instants, calendars),
        Anchor.DISPATCHED: seen.at("dispatched"),
        Anchor.DELIVERED: seen.at("delivered"),
        Anchor.ASKED: seen.wants,
    }
    first = np.where(seen.wants < NEVER, seen.wants, 0)
    for kind in ClaimKind:
        here = seen.kind == kind
        if kind and here.any():
            terms = terms_of(scenario, kind)
            opens = last_instants(terms.opens, known, calendars)
            opens = np.where(opens < NEVER, opens, not_come)
            waits = _waits_for(seen, terms, not_come) if kind == ClaimKind.REGRET else np.zeros_like(first)
            first = np.where(here, np.maximum(first, np.maximum(opens, waits)), first)
    return np.minimum(first, seen.disputed)


def after_the_hold(
    scenario: Scenario, seen: Histories, instants: Mapping[int, Ints], calendars: Openings
) -> Mapping[int, Ints]:
    """The plan's instants, where shipping was held for an answer: meanwhile the dispatch limit paused."""
    terms = scenario.policy.cancellation
    if terms is None or terms.ships_while_open != "held":
        return instants
    unanswered = cancellation_status(scenario, seen, calendars) == SILENCE
    ruled = (terms.on_silence == Verdict.ESCALATE) & unanswered
    released = np.where(ruled, seen.at("mediation_closed"), seen.at("closed"))
    paused = np.where(seen.cancels & (released < NEVER), released - seen.at("requested"), 0)
    due = np.where(instants[Anchor.DISPATCH_DUE] < NEVER, instants[Anchor.DISPATCH_DUE] + paused, NEVER)
    promise, promised = since_of(scenario.policy.promise, scenario.start), instants[Anchor.PROMISED]
    if promise.anchor == Anchor.DISPATCH_DUE:
        promised = last_instants(promise, {Anchor.DISPATCH_DUE: due}, calendars)
    return {**instants, Anchor.DISPATCH_DUE: due, Anchor.PROMISED: promised}


def last_instants(limit: Since, known: Mapping[int, Ints], calendars: Openings) -> Ints:
    """Where a limit ends that is counted from a named instant, on the platform's clock."""
    span = limit.span
    at = instants_after(known[limit.anchor], span.kind, np.array(span.seconds), calendars[Party.PLATFORM])
    return earlier_or_later(at, limit.until, limit.later)


def _waits_for(seen: Histories, terms: Terms, not_come: int) -> Ints:
    """Who changed their mind waits for the answer, then for the parcel, or at least for its dispatch."""
    parcel = seen.at("dispatched" if terms.while_in_transit else "delivered")
    settled = np.where(seen.has("closed"), seen.at("closed"), np.where(seen.cancels, not_come, 0))
    return np.maximum(np.where(parcel < NEVER, parcel, not_come), settled)

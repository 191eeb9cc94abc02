"""How far each claim has come: what is won, what was refused and when, from when on the platform may be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Ints
from sim.chance.instants import earlier_or_later, instants_after
from sim.chance.orders import Openings
from sim.rules.terms import Since, Span, Terms, since_of, terms_of
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Anchor, ClaimKind, Party, Stage, Verdict
from sim.waiting.history import ACCEPTED, REFUSED, SILENCE, UNKNOWN, Histories

FOR_THE_BUYER, FOR_THE_SELLER, BY_HALVES = range(3)
"""A ruling, by its place in the mapping's words."""


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
    yes, offered = _says_yes(scenario, seen), seen.has("offer_opened")
    for_the_buyer = seen.has("mediation_closed") & (ruling_of(seen) == FOR_THE_BUYER)
    won_at = np.where(yes, closed, seen.at("withdrawn"))
    won_at = np.where(for_the_buyer & (won_at >= NEVER), ruled, won_at)
    failed_at = np.where(
        seen.has("failed"), seen.at("failed"), np.where(ruling_of(seen) == FOR_THE_SELLER, ruled, NEVER)
    )
    last_no = np.where(offered, seen.at("offer_closed"), np.where(yes, NEVER, closed))
    last_no = np.where(seen.has("inspection_closed"), seen.at("inspection_closed"), last_no)
    left = (
        of_kinds(scenario, seen, lambda terms: terms.requests[Stage.CANCELLATION].on_silence)
        == Verdict.MAY_ESCALATE
    )
    left = left & seen.cancels & (seen.fact("status") == SILENCE) & (seen.disputed >= NEVER)
    last_no = np.where(left, seen.at("closed"), last_no)
    goes_on = seen.has("mediation_opened") | (failed_at < NEVER) | seen.has("refund_due")
    spans = {name: _spans(scenario, seen, name, calendars) for name in ("buyer_may_call_after", "steps_in_after")}
    return Standing(won_at, np.where(goes_on, NEVER, last_no), failed_at, *spans.values())


def dispute_status(seen: Histories, come: Standing) -> Ints:
    """How each dispute was answered, by its place in the mapping's words; what is not said is read off."""
    status, closed = seen.fact("dispute_status"), seen.at("dispute_closed")
    read_off = np.where(come.won_at == closed, ACCEPTED, REFUSED)
    return np.where(seen.has("dispute_opened") & (closed < NEVER) & (status == UNKNOWN), read_off, status)


def ruling_of(seen: Histories) -> Ints:
    """For whom the platform has decided; where nobody says so, what followed tells."""
    lost = seen.has("failed") & (seen.at("failed") <= seen.at("mediation_closed"))
    won = seen.has("refund_due") | seen.has("return_posted") | seen.has("failed")  # a return that came to nothing
    told = np.where(lost, FOR_THE_SELLER, np.where(won, FOR_THE_BUYER, UNKNOWN))
    told = np.where(seen.fact("ruling") >= 0, seen.fact("ruling"), told)
    return np.where(seen.has("mediation_closed"), told, UNKNOWN)


def _says_yes(scenario: Scenario, seen: Histories) -> Bools:
    """Whose dispute was answered with a yes, or with a silence that means it."""
    status, unanswered = seen.fact("dispute_status"), seen.has("mediation_opened") | seen.has("failed")
    approves = of_kinds(scenario, seen, lambda terms: terms.requests[Stage.DISPUTE].on_silence) == Verdict.APPROVE
    sent = seen.at("return_posted") < seen.at("mediation_opened")
    pays = (seen.has("refund_due") & ~unanswered) | (sent & ~seen.has("failed"))
    yes = (status == ACCEPTED) | ((status == SILENCE) & approves) | ((status == UNKNOWN) & pays)
    return np.asarray(seen.has("dispute_closed") & yes & ~seen.has("offer_opened"))


def of_kinds(scenario: Scenario, seen: Histories, what: Callable[[Terms], int]) -> Ints:
    """What the policy says to each case's kind of claim, as a number."""
    said = np.array([0, *(int(what(terms_of(scenario, kind))) for kind in ClaimKind if kind)])
    return np.asarray(said[seen.kind])


def _spans(scenario: Scenario, seen: Histories, name: str, calendars: Openings) -> Ints:
    """When a span of the platform's is over that begins with the dispute; never for one without a limit."""
    opened, ends = seen.at("dispute_opened"), np.full(len(seen), NEVER)
    for kind in ClaimKind:
        span: Span = getattr(terms_of(scenario, kind), name)
        here = (seen.kind == kind) & (opened < NEVER)
        if here.any() and span.seconds < NEVER:
            ends[here] = instants_after(opened[here], span.kind, np.array(span.seconds), calendars[Party.PLATFORM])
    return ends


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
    ruled = (terms.on_silence == Verdict.ESCALATE) & (seen.fact("status") == SILENCE)
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

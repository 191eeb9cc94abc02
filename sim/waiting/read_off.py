"""What a table of cases does not say, read off what followed: how requests were answered, and for whom the platform
ruled. By the terms of each kind of claim: when clocks are over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.arrays import Bools, Ints
from sim.chance.instants import instants_after
from sim.chance.orders import Openings
from sim.rules.terms import Span, Terms, terms_of
from sim.scenario.calendars import Calendar, round_the_clock
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Party, RefundOn, Stage, Verdict
from sim.vocabulary.stages import STAGES
from sim.waiting.history import ACCEPTED, REFUSED, SHIPPED, SILENCE, UNKNOWN, Histories

FOR_THE_BUYER, FOR_THE_SELLER, BY_HALVES = range(3)
"""A ruling, by its place in the mapping's words."""


def of_kinds(scenario: Scenario, seen: Histories, what: Callable[[Terms], int]) -> Ints:
    """What the policy says to each case's kind of claim, as a number."""
    said = np.array([0, *(int(what(terms_of(scenario, kind))) for kind in ClaimKind if kind)])
    return np.asarray(said[seen.kind])


def where_terms(scenario: Scenario, seen: Histories, hold: Callable[[Terms], bool]) -> Bools:
    """Cases for whose kind of claim something holds under the policy."""
    return np.asarray(of_kinds(scenario, seen, hold) == 1)


def calendar_of(scenario: Scenario, party: Party, calendars: Openings) -> Calendar:
    """A party's; a buyer's never closes."""
    if party == Party.BUYER:
        return round_the_clock(scenario.experiment.calendar_days)
    return calendars[party]


def ruled_by_the_platform(scenario: Scenario, histories: Histories) -> Bools:
    """Whose dispute the platform answers itself."""
    return where_terms(scenario, histories, lambda terms: terms.platform_answers)


def deadlines(
    scenario: Scenario,
    some: Histories,
    stage: Stage,
    opened: Ints,
    calendars: Openings,
    seller: Party = Party.SELLER,
) -> Ints:
    """When the clocks of requests are over that are put then; `seller`: whose calendar a seller's clock goes by."""

    def clock_of(terms: Terms) -> tuple[Span, Calendar]:
        rules = stage == Stage.DISPUTE and terms.platform_answers
        party = Party.PLATFORM if rules else STAGES[stage].answerer
        calendar = calendar_of(scenario, seller if party == Party.SELLER else party, calendars)
        return terms.requests[stage].clock, calendar

    return over_at(scenario, some, opened, clock_of)


def over_at(
    scenario: Scenario, seen: Histories, opened: Ints, clock_of: Callable[[Terms], tuple[Span, Calendar]]
) -> Ints:
    """When clocks are over that begin then, by the terms of each kind of claim; NEVER where none runs."""
    over = np.full(len(seen), NEVER)
    for kind in ClaimKind:
        here = np.flatnonzero(seen.kind == kind)
        if kind and len(here):
            clock, calendar = clock_of(terms_of(scenario, kind))
            over[here] = instants_after(opened[here], clock.kind, np.array(clock.seconds), calendar)
    return over


def cancellation_closed(seen: Histories) -> Ints:
    """When each request to cancel was settled: where nobody says so, with the refund or the parcel's leaving."""
    due = np.where(seen.has("dispute_opened"), NEVER, seen.at("refund_due"))
    otherwise = np.minimum(due, np.maximum(seen.at("dispatched"), seen.at("requested")))
    return np.where(seen.has("closed"), seen.at("closed"), otherwise)


def cancellation_status(scenario: Scenario, seen: Histories, calendars: Openings) -> Ints:
    """How each request to cancel was settled, by its place in the mapping's words.

    A yes makes money due at once, and a parcel that left later left in spite of a no.
    """
    closed, status = cancellation_closed(seen), seen.fact("status")
    done, sent, due = seen.cancels & (closed < NEVER), seen.at("dispatched"), seen.at("refund_due")
    granted = due == closed if "refund_due" in seen.instants else sent >= NEVER
    limit = deadlines(scenario, seen, Stage.CANCELLATION, np.where(done, seen.at("requested"), 0), calendars)
    read_off = np.select([sent == closed, granted, closed == limit], [SHIPPED, ACCEPTED, SILENCE], REFUSED)
    return np.where(done & (status < 0), read_off, status)


def says_yes(scenario: Scenario, seen: Histories, calendars: Openings) -> Bools:
    """Whose dispute was answered with a yes, or with a silence that means it; where nobody says so, what followed
    tells, or what else would have."""
    status, closed = seen.fact("dispute_status"), seen.at("dispute_closed")
    unanswered = seen.has("mediation_opened") | seen.has("failed") | seen.has("chargeback_opened")
    approves = of_kinds(scenario, seen, lambda terms: terms.requests[Stage.DISPUTE].on_silence) == Verdict.APPROVE
    sent = (seen.at("return_posted") < seen.at("mediation_opened")) & ~seen.has("failed")
    opened = np.where(seen.has("dispute_opened"), seen.at("dispute_opened"), 0)
    silent = approves & (closed == deadlines(scenario, seen, Stage.DISPUTE, opened, calendars))
    tells = (
        ((seen.has("refund_due") | silent) & ~unanswered) | _a_no_would_be_seen(scenario, seen, calendars) | sent
    )
    yes = (status == ACCEPTED) | ((status == SILENCE) & approves) | ((status == UNKNOWN) & tells)
    return np.asarray(seen.has("dispute_closed") & yes & ~seen.has("offer_opened"))


def _a_no_would_be_seen(scenario: Scenario, seen: Histories, calendars: Openings) -> Bools:
    """Whose claim would have failed with a no, or would have been taken up by the platform before it came to
    nothing some other way, as without the goods, or by now."""
    is_final = ruled_by_the_platform(scenario, seen) | (scenario.policy.mediation is None)
    is_final &= ~(seen.has("failed") | seen.has("chargeback_opened") | seen.has("mediation_opened"))
    disputed, platform = seen.at("dispute_opened"), calendars[Party.PLATFORM]
    over = np.minimum(seen.now, np.minimum(seen.at("failed"), seen.at("chargeback_opened")))
    come = over_at(scenario, seen, disputed, lambda terms: (terms.steps_in_after, platform)) <= over
    come &= where_terms(scenario, seen, lambda terms: terms.steps_in_after_refusal) & ~seen.has("mediation_opened")
    return np.asarray((is_final & ("failed" in seen.instants)) | (come & ("mediation_opened" in seen.instants)))


def ruling_of(scenario: Scenario, seen: Histories) -> Ints:
    """For whom the platform has decided; where nobody says so, what followed tells.

    Who lost has failed or has turned to the bank. Money that came with the ruling, though goods would have had to
    go back for it, is a part of the price.
    """
    ruled, due = seen.at("mediation_closed"), seen.at("refund_due")
    lost = seen.has("failed") & (seen.at("failed") <= ruled)
    if "failed" not in seen.instants:
        lost = seen.has("chargeback_opened") & ~seen.has("return_posted")
    in_part = (due == ruled) & _goods_first(scenario, seen)
    told = np.where(lost, FOR_THE_SELLER, np.where(in_part, BY_HALVES, FOR_THE_BUYER))
    told = np.where(seen.fact("ruling") >= 0, seen.fact("ruling"), told)
    return np.where(seen.has("mediation_closed"), told, UNKNOWN)


def _goods_first(scenario: Scenario, seen: Histories) -> Bools:
    """Whose goods were with them or under way as the platform ruled, and have to go back before any money."""
    ruled, least = seen.at("mediation_closed"), of_kinds(scenario, seen, lambda terms: terms.returnless_below)
    first = where_terms(
        scenario,
        seen,
        lambda terms: terms.needs_return and RefundOn.NOTICE not in (terms.refund_on, terms.trusted_refund_on),
    )
    goes_back = first & (seen.fact("value") >= np.where(least > 0, least, UNKNOWN))
    left = np.where(seen.kind == ClaimKind.NOT_RECEIVED, seen.at("delivered"), seen.at("dispatched"))
    return np.asarray(goes_back & (left <= ruled) & ~seen.has("return_posted"))


def failed_before_the_bank(seen: Histories) -> Ints:
    """When claims came to nothing of which only the chargeback tells it: with the last that was heard before."""
    ended = np.full(len(seen), -1)
    for name in ("closed", "dispute_closed", "offer_closed", "inspection_closed", "mediation_closed"):
        heard = seen.at(name) <= np.minimum(seen.at("chargeback_opened"), NEVER - 1)
        ended = np.where(heard, np.maximum(ended, seen.at(name)), ended)
    told = seen.has("chargeback_opened") & (ended >= 0) & ("failed" not in seen.instants)
    return np.where(told, ended, NEVER)

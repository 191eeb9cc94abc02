"""What was seen after a dispute was opened, written over the facts: answers, offers, rulings, the bank."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import Bools, Columns, Ints
from sim.chance.choices import MILLION, WORTH_ANYTHING
from sim.chance.orders import Openings
from sim.rules.terms import kind_of, terms_of
from sim.scenario.durations import DAY, NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Anchor, ClaimKind, Disposition, Party, Stage, Verdict
from sim.waiting.calendars import elapsed
from sim.waiting.history import ACCEPTED, REFUSED, SILENCE, UNKNOWN, WITHDRAWN, Histories
from sim.waiting.read_off import (
    BY_HALVES,
    FOR_THE_BUYER,
    FOR_THE_SELLER,
    deadlines,
    of_kinds,
    ruled_by_the_platform,
    ruling_of,
    where_terms,
)
from sim.waiting.seen import answer, over
from sim.waiting.steps import (
    Standing,
    after_the_hold,
    could_dispute,
    dispute_status,
    inspections,
    last_instants,
    steps,
)

TOO_MUCH = 10**15
"""Cents of trouble that nobody takes for any money."""
LONG = 3650 * DAY
RULED = {FOR_THE_BUYER: Disposition.ACCEPT, FOR_THE_SELLER: Disposition.REFUSE, BY_HALVES: Disposition.SPLIT}


def later_facts(
    scenario: Scenario, seen: Histories, instants: Mapping[int, Ints], drawn: Columns, calendars: Openings
) -> Columns:
    """The columns of `ClaimFacts` that the past decides from the dispute on; `instants` are the parcel's plan."""
    facts, come = dict(drawn), steps(scenario, seen, calendars)
    by_platform = ruled_by_the_platform(scenario, seen)
    _opening(scenario, seen, come, instants, facts, calendars)
    _answers(scenario, seen, come, by_platform, facts, calendars)
    _offers(scenario, seen, come, facts, calendars)
    _calling(scenario, seen, come, facts)
    _ruling(scenario, seen, by_platform, facts, calendars)
    _return(scenario, seen, come, facts, calendars)
    _trust(scenario, seen, instants, facts, calendars)
    _bank(scenario, seen, come, facts, calendars)
    return facts


def _opening(
    scenario: Scenario,
    seen: Histories,
    come: Standing,
    instants: Mapping[int, Ints],
    facts: Columns,
    calendars: Openings,
) -> None:
    """Who has opened a dispute was in time, and it was worth it; whose claim came to nothing before has not."""
    here, first = seen.disputed < NEVER, could_dispute(scenario, seen, instants, calendars)
    over(facts, "goes_on", here, 1)
    over(facts, "hassle", here, WORTH_ANYTHING)
    for name in ("closes_plus", "closes_plus_if_not_received"):
        over(facts, name, here, LONG)
    delay = np.where(here, seen.disputed - np.minimum(first, seen.disputed), 0)
    for name in ("dispute_after", "dispute_after_if_not_received"):
        over(facts, name, here, delay)
    if "failed" in seen.instants:  # who had not gone on, or had found it not worth it, would have failed by now
        waits = ~here & ~seen.has("failed") & ~seen.has("refund_due") & seen.has("requested")
        over(facts, "goes_on", waits & (seen.at("closed") < NEVER), 1)
        decided = could_dispute(scenario, seen, instants, calendars, not_come=NEVER) <= seen.now
        over(facts, "hassle", waits & decided, WORTH_ANYTHING)
    _would_have_turned(scenario, seen, come, after_the_hold(scenario, seen, instants, calendars), facts)
    never = (come.failed_at < NEVER) & ~here
    at_once = never & seen.cancels & (come.failed_at == seen.at("closed"))
    over(facts, "goes_on", never, np.where(at_once, 0, 1))
    over(facts, "hassle", never & ~at_once & (come.failed_at == first), TOO_MUCH)
    for name in ("dispute_after", "dispute_after_if_not_received"):
        over(facts, name, never & ~at_once & (come.failed_at != first), NEVER)


def _would_have_turned(
    scenario: Scenario, seen: Histories, come: Standing, instants: Mapping[int, Ints], facts: Columns
) -> None:
    """Who waits beyond the promised date waits for a parcel that comes: else they would have turned by now."""
    promised = instants[Anchor.PROMISED]
    answered = np.maximum(*(np.where(seen.has(name), seen.at(name), 0) for name in ("requested", "closed")))
    missed = (promised <= seen.now) & ~seen.has("delivered") & (seen.has("dispatched") | seen.has("closed"))
    waits_for_it = where_terms(scenario, seen, lambda terms: not terms.while_in_transit)
    if "failed" in seen.instants:  # who may dispute in transit waits until it leaves
        in_vain = seen.at("dispatched") > np.maximum(promised, answered)
        waits_for_it |= in_vain & ~seen.has("failed") & ~seen.has("refund_due")
    regrets = (seen.kind == ClaimKind.REGRET) & seen.has("requested") & ~seen.has("mediation_opened")
    waited = come.failed_at > np.maximum(promised, answered)  # what was over before then tells nothing
    over(facts, "lost", regrets & waits_for_it & missed & waited & (seen.disputed >= NEVER), 0)


def _answers(
    scenario: Scenario, seen: Histories, come: Standing, by_platform: Bools, facts: Columns, calendars: Openings
) -> None:
    opened, closed, status = seen.at("dispute_opened"), seen.at("dispute_closed"), dispute_status(seen, come)
    done = (opened < NEVER) & (closed < NEVER)
    offered, sellers = seen.has("offer_opened"), done & ~by_platform
    for some, says in (
        (sellers & offered, Disposition.COUNTER),
        (sellers & ~offered & (status == ACCEPTED), Disposition.ACCEPT),
        (sellers & ~offered & (status == REFUSED), Disposition.REFUSE),
    ):
        answer(scenario, "dispute", opened, closed, some, int(says), facts, calendars)
    ruled = done & by_platform
    ruling = np.where(seen.fact("ruling") >= 0, seen.fact("ruling"), np.where(status == ACCEPTED, 0, 1))
    for place, says in RULED.items():
        some = ruled & np.isin(status, (ACCEPTED, REFUSED)) & (ruling == place)
        answer(scenario, "mediation", opened, closed, some, int(says), facts, calendars)
    says_nothing = np.isin(status, (WITHDRAWN, SILENCE)) | (done & ~np.isin(status, (ACCEPTED, REFUSED)))
    over(facts, "dispute.disposition", sellers & ~offered & says_nothing, int(Disposition.SILENT))
    over(facts, "mediation.disposition", ruled & says_nothing, int(Disposition.SILENT))
    over(facts, "dispute.patience", done & (status == WITHDRAWN), closed - opened)


def _offers(scenario: Scenario, seen: Histories, come: Standing, facts: Columns, calendars: Openings) -> None:
    """An offer that was answered took as long as every one before; one that is on the table may be a later one.

    That the buyer wants more than what was declined is left to luck, which is drawn again where it does not agree.
    """
    opened, closed, first = seen.at("offer_opened"), seen.at("offer_closed"), seen.at("dispute_closed")
    offered = (opened < NEVER) & (first < NEVER)
    since = np.where(offered, opened - np.minimum(first, opened), 0)
    done = offered & (closed < NEVER)
    took = np.where(done, closed - np.minimum(opened, closed), since)
    limit = deadlines(scenario, seen, Stage.OFFER, np.where(offered, opened, 0), calendars)
    silence = of_kinds(scenario, seen, lambda terms: terms.requests[Stage.OFFER].on_silence)
    comes_to = np.where(silence == Verdict.APPROVE, seen.at("refund_due"), seen.at("failed"))
    ran_out = done & (closed == limit) & (comes_to == closed) & (since == 0)
    taken = done & (seen.at("refund_due") == closed) & ~ran_out
    cut_short = done & (seen.at("mediation_opened") == closed) & (
        np.minimum(come.calls_from, come.by_itself_at) <= closed)  # fmt: skip
    ran_out |= cut_short & (since == 0)
    took = np.where(cut_short, since, took)
    later = offered & ~done & (since > 0)
    goes_on = np.isin(silence, (Verdict.DECLINE, Verdict.MAY_ESCALATE))  # another offer may follow silence
    unheard = deadlines(scenario, seen, Stage.OFFER, np.where(offered, first, 0), calendars) == opened
    unheard &= later & goes_on
    answers = (done & ~ran_out) | (later & ~unheard)
    over(facts, "offer.disposition", answers, int(Disposition.ACCEPT))
    over(facts, "offer.disposition", ran_out | unheard, int(Disposition.SILENT))
    over(facts, "offer.notice", answers, took)
    over(facts, "reservation", done & ~taken, MILLION + 1)
    over(facts, "reservation", taken, 0)
    refused = np.where(took > 0, since // np.maximum(took, 1), 0)
    for place, name in enumerate(("first_offer", "second_offer", "third_offer")):
        over(facts, name, taken & (refused > place), 0)
        over(facts, name, taken & (refused == place), np.maximum(facts[name], 1))
    if "offered" in seen.facts:
        known = offered & (seen.fact("offered") >= 0)
        for name in ("first_offer", "second_offer", "third_offer"):
            over(facts, name, known & ~later, seen.fact("offered"))


def _calling(scenario: Scenario, seen: Histories, come: Standing, facts: Columns) -> None:
    """Who has called the platform did so then; it may have come by itself, or into a pending dispute."""
    put, closed = seen.at("mediation_opened"), seen.at("dispute_closed")
    claimed = seen.has("dispute_opened") | seen.has("withdrawn")
    called = (put < NEVER) & claimed
    contested = seen.has("inspection_closed") & (seen.at("inspection_closed") <= put)
    last_no = np.where(contested, seen.at("inspection_closed"),
                       np.where(seen.has("offer_opened"), seen.at("offer_closed"), closed))  # fmt: skip
    at_once = called & (put == last_no)
    into = at_once & (come.calls_from <= put) & (seen.fact("dispute_status") != SILENCE)
    comes_after = where_terms(scenario, seen, lambda terms: terms.steps_in_after_refusal)
    still_pending = at_once & ~np.isin(seen.fact("dispute_status"), (REFUSED, SILENCE))
    by_itself = called & (come.by_itself_at == put) & (comes_after | still_pending | seen.has("offer_opened"))
    over(facts, "escalates", called, 1)
    over(facts, "escalates_after", called, put - np.minimum(last_no, put))
    silence = of_kinds(scenario, seen, lambda terms: terms.requests[Stage.DISPUTE].on_silence)
    nobody = by_itself | (at_once & (seen.fact("dispute_status") == SILENCE) & (silence == Verdict.ESCALATE))
    over(facts, "escalates", nobody, 0)
    over(facts, "escalates_after", nobody, NEVER)
    before = (put < NEVER) & ~claimed & seen.cancels & (seen.at("closed") <= put)
    over(facts, "escalates", before, 1)
    over(facts, "escalates_after", before, put - np.minimum(seen.at("closed"), put))
    impatient = into & (seen.fact("dispute_status") == WITHDRAWN)
    over(facts, "escalates_after", into, put - np.minimum(come.calls_from, put))
    over(facts, "escalates_after", impatient, NEVER)
    over(facts, "escalates", (come.failed_at < NEVER) & ~called & ~before, 0)


def _ruling(scenario: Scenario, seen: Histories, by_platform: Bools, facts: Columns, calendars: Openings) -> None:
    put, closed, ruling = seen.at("mediation_opened"), seen.at("mediation_closed"), ruling_of(scenario, seen)
    done = (put < NEVER) & (closed < NEVER)
    silence = of_kinds(scenario, seen, lambda terms: terms.requests[Stage.MEDIATION].on_silence)
    limit = deadlines(scenario, seen, Stage.MEDIATION, np.where(done, put, 0), calendars)
    means = np.where(silence == Verdict.APPROVE, FOR_THE_BUYER, FOR_THE_SELLER)
    ran_out = done & (closed == limit) & (ruling == means)
    gave_up = done & (seen.fact("ruling") == UNKNOWN) & (seen.at("failed") == closed) & (closed != limit)
    for place, says in RULED.items():
        some = done & ~ran_out & ~gave_up & (ruling == place)
        answer(scenario, "mediation", put, closed, some, int(says), facts, calendars)
    over(facts, "mediation.disposition", ran_out & ~by_platform, int(Disposition.SILENT))
    over(facts, "mediation.disposition", gave_up, int(Disposition.SILENT))
    over(facts, "mediation.patience", gave_up, closed - put)


def _return(scenario: Scenario, seen: Histories, come: Standing, facts: Columns, calendars: Openings) -> None:
    posted, received = seen.has("return_posted"), seen.has("return_received")
    begun = np.maximum(np.where(come.won_at < NEVER, come.won_at, 0),
                       np.where(seen.has("delivered"), seen.at("delivered"), 0))  # fmt: skip
    carrier = calendars[Party.CARRIER]
    kinds = kind_of(scenario.buyers.return_delay), kind_of(scenario.market.carrier.return_transit)
    at = np.where(posted, seen.at("return_posted"), begun)
    over(facts, "return_delay", posted, elapsed(np.minimum(begun, at), at, kinds[0], carrier))
    lost, known_at = _lost_on_its_way_back(scenario, seen, come)
    there = np.where(received, seen.at("return_received"), np.where(lost, known_at, at))
    over(facts, "return_transit", received | lost, elapsed(at, there, kinds[1], carrier))
    over(facts, "return_lost", received, 0)
    over(facts, "return_lost", lost, 1)
    over(facts, "return_delay", (come.won_at < NEVER) & ~posted & (come.failed_at < NEVER), NEVER)
    _inspection(scenario, seen, facts, calendars)


def _lost_on_its_way_back(scenario: Scenario, seen: Histories, come: Standing) -> tuple[Bools, Ints]:
    """Posted and never received: that the claim failed tells so, or money that the platform pays for the loss."""
    due, posted = seen.at("refund_due"), seen.at("return_posted")
    missing = seen.has("return_posted") & ~seen.has("return_received")
    bears = where_terms(scenario, seen, lambda terms: terms.platform_bears_lost_return)
    paid = bears & (due < NEVER) & (due > posted) & ~seen.has("chargeback_opened")
    paid &= "return_received" in seen.instants
    known_at = np.minimum(come.failed_at, np.where(paid, due, NEVER))
    return missing & (known_at < NEVER), known_at


def _inspection(scenario: Scenario, seen: Histories, facts: Columns, calendars: Openings) -> None:
    put, closed, status = inspections(scenario, seen, calendars)
    for word, says in ((ACCEPTED, Disposition.ACCEPT), (REFUSED, Disposition.REFUSE)):
        answer(scenario, "inspection", put, closed, status == word, int(says), facts, calendars)
    over(facts, "inspection.disposition", status == SILENCE, int(Disposition.SILENT))


def _is_free(
    scenario: Scenario, seen: Histories, window: str, instants: Mapping[int, Ints], calendars: Openings
) -> Bools:
    """Whether a cancellation needed nobody's consent when it was asked for."""
    free = getattr(terms_of(scenario, ClaimKind.REGRET), window)
    if free is None:
        return np.zeros(len(seen), dtype=bool)
    return np.asarray(seen.at("requested") <= last_instants(free, instants, calendars))


def _trust(
    scenario: Scenario, seen: Histories, instants: Mapping[int, Ints], facts: Columns, calendars: Openings
) -> None:
    """Where only those who are trusted, or only the others, cancel for free, it is seen who is."""
    free = [
        _is_free(scenario, seen, window, instants, calendars) for window in ("free_until", "trusted_free_until")
    ]
    pressed = seen.cancels | seen.cancelled_free
    for value in (0, 1):
        over(facts, "trusted", pressed & (free[0] != free[1]) & (free[value] == seen.cancelled_free), value)


def _bank(scenario: Scenario, seen: Histories, come: Standing, facts: Columns, calendars: Openings) -> None:
    put, closed, due = seen.at("chargeback_opened"), seen.at("chargeback_closed"), seen.at("refund_due")
    filed = put < NEVER
    over(facts, "charges_back", filed, 1)
    over(facts, "charges_back_after", filed, put - np.minimum(come.failed_at, put))
    done, limit = filed & (closed < NEVER), deadlines(
        scenario, seen, Stage.CHARGEBACK, np.where(filed, put, 0), calendars)  # fmt: skip
    won = done & (due == closed)
    means = scenario.policy.chargeback is not None and scenario.policy.chargeback.on_silence == Verdict.APPROVE
    ran_out = done & (closed == limit) & (won == means)
    for some, says in ((won, Disposition.ACCEPT), (done & ~won, Disposition.REFUSE)):
        answer(scenario, "chargeback", put, closed, some & ~ran_out, int(says), facts, calendars)
    over(facts, "chargeback.notice", ran_out, NEVER)

"""What is asked in an order's life, as in `sim.market.questions`: of whom, and what may cut the answer short.

A question that is put ends the part of the story before it; the answer begins the next one (`order.hear`).
"""

from __future__ import annotations

from sim.compiled.calendars import after
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.parcel import is_waiting, limit_passes_at, terms_of, waits_no_longer
from sim.rules import claims, requests
from sim.scenario.durations import NEVER
from sim.vocabulary import Party, Route, Settled, Stage, Verdict

ASKED = -1
"""What a part of the story comes to that ends with a question."""


@step
def ask(order: Record, stage: int, answerer: int, interrupted_at: int) -> int:
    """Put a question to a party, which will settle it one way or another, unless something does from outside."""
    order.stage = stage
    order.answerer = answerer
    order.interrupted_at = interrupted_at
    return ASKED


@step
def ask_to_cancel(world: MarketRules, order: Record) -> int:
    """The cancellation request: races the dispatch, or holds it, as the policy says."""
    order.life.route = Route.CANCELLATION
    said, held = order.asks[Stage.CANCELLATION], terms_of(world, order).ships_held
    if held:
        order.parcel.waits_since = order.now
        said.disposition = claims.answer_while_held(said.disposition)
    ends = claims.interrupted_at(order.parcel.ships_at, limit_passes_at(world, order), held)
    return ask(order, Stage.CANCELLATION, Party.SELLER, ends)


@step
def parcel_hears_of_the_cancellation(order: Record, verdict: int) -> None:
    """A seller may have sent it instead of answering; and what was held for the answer leaves."""
    answered = order.requests[Stage.CANCELLATION].settled_by == Settled.ANSWERED
    if verdict == Verdict.SHIPPED and answered:
        order.parcel.ships_at = order.now
    if verdict != Verdict.ESCALATE:
        waits_no_longer(order)


@step
def ask_for_the_money(world: MarketRules, order: Record) -> int:
    """The dispute: the seller's to answer, or the platform's, which may also take it over."""
    facts, terms = order.facts, terms_of(world, order)
    order.buyer_may_call_at = after(world, Party.PLATFORM, order.now, terms.buyer_may_call_after)
    calls_at = claims.calls_the_platform_at(order.buyer_may_call_at, facts.escalates, facts.escalates_after)
    by_itself_at = after(world, Party.PLATFORM, order.now, terms.steps_in_after)
    order.taken_over_at = claims.taken_over_at(calls_at, by_itself_at)
    order.comes_after_refusal_at = by_itself_at if terms.steps_in_after_refusal else NEVER
    order.life.answered_by = Party.SELLER
    if terms.platform_answers:
        have_the_platform_answer(order)
    return ask(order, Stage.DISPUTE, order.life.answered_by, dispute_ends_at(world, order))


@step
def have_the_platform_answer(order: Record) -> None:
    """The dispute is answered as a case in mediation would be; the patience is still that with the dispute."""
    ruling, said = order.asks[Stage.MEDIATION], order.asks[Stage.DISPUTE]
    said.disposition = ruling.disposition
    said.notice = ruling.notice
    said.notice_share = ruling.notice_share
    said.handling = ruling.handling
    order.life.answered_by = Party.PLATFORM


@step
def bid_of(order: Record) -> int:
    """What the seller offers in the latest round, in parts per million of the price."""
    if order.rounds_made == 1:
        return order.facts.first_offer
    return order.facts.second_offer if order.rounds_made == 2 else order.facts.third_offer


@step
def ask_the_buyer(world: MarketRules, order: Record, offered: int) -> int:
    """The seller's offer of a part of the money (parts per million), which the buyer keeps the goods for."""
    request, said = order.requests[Stage.OFFER], order.asks[Stage.OFFER]
    said.disposition = requests.answer_to_an_offer(said.disposition, offered, order.facts.reservation)
    request.joined_at = NEVER
    request.started_at = NEVER
    request.settled_at = NEVER
    return ask(order, Stage.OFFER, Party.BUYER, dispute_ends_at(world, order))


@step
def ask_the_platform(world: MarketRules, order: Record) -> int:
    """The platform's case: a dispatch does not end it, the dispatch limit does."""
    ends = NEVER if is_waiting(order) else limit_passes_at(world, order)
    return ask(order, Stage.MEDIATION, Party.PLATFORM, ends)


@step
def ask_for_the_release(order: Record) -> int:
    """The seller's inspection of what came back."""
    return ask(order, Stage.INSPECTION, Party.SELLER, NEVER)


@step
def ask_the_bank(order: Record) -> int:
    """The chargeback."""
    return ask(order, Stage.CHARGEBACK, Party.BANK, NEVER)


@step
def dispute_ends_at(world: MarketRules, order: Record) -> int:
    """What ends a pending dispute from outside: the platform takes it over, or has refunded the order."""
    return min(order.taken_over_at, limit_passes_at(world, order))

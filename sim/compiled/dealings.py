"""What happens to an order, as in `sim.market.dealings`."""

from __future__ import annotations

from sim.compiled.anchors import last_instant
from sim.compiled.calendars import calendar_of, later
from sim.compiled.case import OPEN, PARTLY_REFUNDED, REFUNDED, has_money_back, return_payer
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.parcel import delivered_at, kind_in_force, limit_passes_at, missed_at, stays, terms_of, travels
from sim.rules import claims, clocks, refunds, requests
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Failure, Party, Route, Settled, Stage

IN_VAIN = -2
"""What a part of the story comes to that waits for what never comes."""


@step
def wait_until(order: Record, instant: int, in_vain: int) -> bool:
    """Let time pass: nobody but this order notices. False for an instant that never comes, waited for in vain."""
    order.now = max(order.now, instant)
    if instant >= NEVER:
        order.life.failed_because = in_vain
    return instant < NEVER


@step
def wait_for_the_parcel(world: MarketRules, order: Record) -> bool:
    """It comes, or the promised date passes and it is known that it never will."""
    missed = missed_at(world, order)
    if missed >= NEVER:
        travels(world, order)
    return wait_until(order, min(delivered_at(world, order), missed), Failure.PARCEL_NEVER_COMES)


@step
def wait_for_the_dispatch(world: MarketRules, order: Record) -> bool:
    """It leaves, or the promised date passes and it is known that it never will."""
    leaves = min(order.parcel.ships_at, missed_at(world, order))
    return wait_until(order, leaves, Failure.PARCEL_NEVER_COMES)


@step
def miss_the_parcel(order: Record) -> None:
    """Who waited in vain until the promised date now claims for goods not received."""
    facts, ruling = order.facts, order.asks[Stage.MEDIATION]
    order.life.claim = ClaimKind.NOT_RECEIVED
    order.life.missed_at = order.now
    ruling.disposition = facts.ruling_if_not_received
    ruling.notice = facts.ruling_notice_if_not_received
    ruling.handling = facts.ruling_handling_if_not_received
    facts.split_share = facts.split_share_if_not_received
    facts.posting = facts.posting_if_not_received
    facts.dispute_after = facts.dispute_after_if_not_received
    facts.closes_plus = facts.closes_plus_if_not_received


@step
def post_the_return(world: MarketRules, order: Record, posted_at: int) -> int:
    """Somebody pays the postage, and the parcel is on its way back: until when, should it not get lost."""
    life, payer, cost = order.life, return_payer(world, order), order.facts.return_cost
    life.buyer_cost += refunds.paid_by(Party.BUYER, payer, cost)
    life.seller_cost += refunds.paid_by(Party.SELLER, payer, cost)
    life.platform_cost += refunds.paid_by(Party.PLATFORM, payer, cost)
    life.return_posted_at = posted_at
    kind = terms_of(world, order).return_transit_kind
    arrives_at = later(world, Party.CARRIER, posted_at, kind, order.facts.return_transit)
    life.return_received_at = NEVER if order.facts.return_lost else min(arrives_at, NEVER)
    return arrives_at


@step
def cancel(world: MarketRules, order: Record, route: int) -> int:
    """The parcel stays, all the money goes back."""
    order.life.route = route
    stays(order)
    return be_refunded(world, order, order.facts.value)


@step
def be_refunded(world: MarketRules, order: Record, amount: int) -> int:
    """The refund falls due now; the bank takes its time, or the policy's limit if that is shorter."""
    facts, life = order.facts, order.life
    kind = world.methods[kind_in_force(world, order), facts.payment_method].posting_kind
    begins = payment_begins_at(world, order)
    posts_at, limit = later(world, Party.BANK, begins, kind, facts.posting), refund_limit(world, order)
    life.refund = amount
    life.limit_used = refunds.is_limit_used(posts_at, limit)
    life.refund_due_at = order.now
    life.refunded_at = min(refunds.arrives_at(posts_at, limit), NEVER)
    return REFUNDED if amount == facts.value else PARTLY_REFUNDED


@step
def be_refunded_in_part(world: MarketRules, order: Record, share: int) -> int:
    """So much of the price, in parts per million."""
    return be_refunded(world, order, refunds.share_of(order.facts.value, share))


@step
def payment_begins_at(world: MarketRules, order: Record) -> int:
    """When the bank hears of a refund that falls due now: at once, or with the first run it is in time for."""
    terms = terms_of(world, order)
    if not terms.runs:
        return order.now
    return clocks.next_opening(order.now + terms.cut_off, calendar_of(world.almanac, terms.runs))


@step
def refund_limit(world: MarketRules, order: Record) -> int:
    """The latest at which a refund that falls due now may arrive."""
    limit = last_instant(world, order, Party.BANK, terms_of(world, order).refund_within, order.now)
    return refunds.limit_of(limit, order.now)


@step
def fail(world: MarketRules, order: Record, reason: int) -> int:
    """The claim comes to no money, unless the dispatch limit brings it at this very instant."""
    if limit_passes_at(world, order) <= order.now:
        return OPEN
    order.life.failed_because = reason
    order.life.failed_at = order.now
    return claims.outcome_of(order.life.failed_because)


@step
def end_with(world: MarketRules, order: Record, outcome: int) -> None:
    """Close the book; a parcel that nobody stopped still travels."""
    facts, life = order.facts, order.life
    travels(world, order)
    life.outcome = outcome
    by_cancelling = life.route == Route.FREE_CANCELLATION or life.route == Route.CANCELLATION
    answered = order.requests[Stage.CANCELLATION].settled_by == Settled.ANSWERED
    life.on_record = requests.on_sellers_record(
        facts.reason,
        bool(facts.asked_to_change and facts.agrees_to_change),
        answered,
        bool(by_cancelling and order.parcel.is_stopped),
    )
    if outcome != OPEN:
        life.ended_at = life.refunded_at if has_money_back(outcome) else order.now

"""What an order's story is made of, as in `sim.market.dealings`: what is the case, and what happens."""

from __future__ import annotations

from sim.compiled.calendars import after, later
from sim.compiled.jit import step
from sim.compiled.layout import Record, World
from sim.compiled.parcel import (
    arranged_at,
    delivered_at,
    missed_at,
    promised_at,
    stays,
    terms_of,
    travels,
)
from sim.rules import answers, cancelling, disputing, refunding, returning
from sim.rules.terms import UNNAMED
from sim.scenario.durations import NEVER
from sim.vocabulary import Anchor, ClaimKind, Outcome, Party, RefundOn, Route, Settled, Stage

OPEN, NO_CLAIM, REFUNDED, PARTLY_REFUNDED, REFUSED, GAVE_UP, EXPIRED = (int(outcome) for outcome in Outcome)
IN_VAIN = -2
"""What a part of the story comes to that waits for what never comes."""
NOT_GIVEN = -1
"""The anchor of a window that the policy does not have."""

# ------------------------------------------------------------------------------ what is the case


@step
def may_still_cancel(world: World, order: Record) -> bool:
    """Whether the button is there."""
    facts = order.facts
    in_time = cancelling.may_cancel(facts.asked, facts.window_ends, order.parcel.ships_at)
    return terms_of(world, order).may_cancel and in_time


@step
def is_still_free(world: World, order: Record) -> bool:
    """Whether nobody has to agree to the cancellation."""
    terms = terms_of(world, order)
    free = terms.trusted_free_until if order.facts.trusted else terms.free_until
    return free.anchor != NOT_GIVEN and cancelling.is_free(order.facts.asked, instant(world, order, free))


@step
def is_worth_it(world: World, order: Record) -> bool:
    """The money against the postage that the policy puts on the buyer, and the hassle."""
    facts = order.facts
    cost = facts.return_cost if goods_must_go_back(world, order) and not is_not_received(order) else 0
    postage = refunding.paid_by(Party.BUYER, return_payer(world, order), cost)
    return disputing.is_worth_it(facts.value, postage, facts.hassle)


@step
def will_escalate(world: World, order: Record) -> bool:
    """Whether this buyer calls the platform: there is one that has not ruled, they would, and are in time."""
    if not (terms_of(world, order).may_mediate and order.facts.escalates) or is_ruled(world, order):
        return False
    return not disputing.is_too_late(order.now + order.facts.escalates_after, last_call(world, order))


@step
def last_call(world: World, order: Record) -> int:
    """The last instant at which the platform may be called after a verdict that falls now."""
    return instant(world, order, terms_of(world, order).escalate_within)


@step
def is_ruled(world: World, order: Record) -> bool:
    """Whether the platform has spoken: in mediation, or in answer to the dispute."""
    answered = terms_of(world, order).platform_answers and order.requests[Stage.DISPUTE].settled_at < NEVER
    return answered or order.requests[Stage.MEDIATION].settled_at < NEVER


@step
def is_not_received(order: Record) -> bool:
    """Whether the claim is, or has become, one for goods that never came."""
    return order.life.claim == ClaimKind.NOT_RECEIVED


@step
def goods_must_go_back(world: World, order: Record) -> bool:
    """Whether the policy wants them back, should they be there."""
    terms = terms_of(world, order)
    return returning.must_go_back(terms.needs_return, order.facts.value, terms.returnless_below)


@step
def goods_are_there_to_go_back(world: World, order: Record) -> bool:
    """Whether there is something to send."""
    return returning.is_there_to_go_back(delivered_at(world, order), order.now, is_not_received(order))


@step
def money_waits_for_the_parcel(world: World, order: Record) -> bool:
    """Whether the parcel has to come before the money does."""
    in_transit, on_notice = terms_of(world, order).while_in_transit, money_comes_on(world, order, RefundOn.NOTICE)
    return not is_not_received(order) and returning.money_waits_for_the_parcel(
        in_transit, goods_must_go_back(world, order), on_notice
    )


@step
def return_payer(world: World, order: Record) -> int:
    """Who pays the postage of a return."""
    return returning.who_pays_the_postage(terms_of(world, order).return_payer, order.facts.free_return)


@step
def money_comes_on(world: World, order: Record, this: int) -> bool:
    """Whether the refund falls due on this step of the return."""
    terms = terms_of(world, order)
    return this == (terms.trusted_refund_on if order.facts.trusted else terms.refund_on)


@step
def will_charge_back(world: World, order: Record) -> bool:
    """Whether this buyer, who got nothing, turns to the bank."""
    method = world.methods[order.life.claim, order.facts.payment_method]
    if not (order.facts.charges_back and method.may_charge_back):
        return False
    last = instant(world, order, terms_of(world, order).charge_back_until)
    return not disputing.is_too_late(order.now + order.facts.charges_back_after, last)


@step
def instant(world: World, order: Record, since: Record) -> int:
    """So long after a named instant of this order (or else from now), on the platform's clock."""
    return last_instant(world, order, Party.PLATFORM, since, order.now)


@step
def last_instant(world: World, order: Record, party: int, limit: Record, begins: int) -> int:
    """Where a limit ends on this party's clock: since the instant that it names, or else since it begins."""
    since = begins if limit.anchor == UNNAMED else anchor_of(world, order, limit.anchor)
    return after(world, party, since, limit.span)


@step
def opened_at(order: Record) -> int:
    """When the request was put that matters now: the latest but for offers; NEVER before there is one."""
    latest = latest_of(order.requests[Stage.CANCELLATION].opened_at, order.requests[Stage.DISPUTE].opened_at)
    return latest_of(latest_of(latest, order.life.withdrawn_at), order.requests[Stage.INSPECTION].opened_at)


@step
def latest_of(one: int, other: int) -> int:
    """Of two instants the later one that came; NEVER where none did."""
    return min(one, other) if max(one, other) >= NEVER else max(one, other)


@step
def anchor_of(world: World, order: Record, anchor: int) -> int:
    """The named instants that windows and limits are counted from."""
    if anchor == Anchor.PAID:
        return order.facts.paid
    if anchor == Anchor.DISPATCH_DUE:
        return order.parcel.dispatch_due
    if anchor == Anchor.ARRANGED:
        return arranged_at(order)
    if anchor == Anchor.DISPATCHED:
        return order.parcel.ships_at
    if anchor == Anchor.PROMISED:
        return promised_at(world, order)
    if anchor == Anchor.DELIVERED:
        return delivered_at(world, order)
    if anchor == Anchor.ASKED:
        return order.facts.asked
    return min(order.decided_at, order.now) if anchor == Anchor.DECIDED else opened_at(order)


# ---------------------------------------------------------------------------------- what happens


@step
def wait_until(order: Record, instant: int) -> bool:
    """Let time pass: nobody but this order notices. False for an instant that never comes."""
    order.now = max(order.now, instant)
    return instant < NEVER


@step
def wait_for_the_parcel(world: World, order: Record) -> bool:
    """It comes, or the promised date passes and it is known that it never will."""
    missed = missed_at(world, order)
    if missed >= NEVER:
        travels(world, order)
    return wait_until(order, min(delivered_at(world, order), missed))


@step
def wait_for_the_dispatch(world: World, order: Record) -> bool:
    """It leaves, or the promised date passes and it is known that it never will."""
    return wait_until(order, min(order.parcel.ships_at, missed_at(world, order)))


@step
def miss_the_parcel(order: Record) -> None:
    """Who waited in vain until the promised date now claims for goods not received."""
    facts, ruling = order.facts, order.requests[Stage.MEDIATION].ask
    order.life.claim = ClaimKind.NOT_RECEIVED
    order.life.missed_at = order.now
    ruling.disposition = facts.ruling_if_not_received
    ruling.notice = facts.ruling_notice_if_not_received
    ruling.handling = facts.ruling_handling_if_not_received
    facts.split_share = facts.split_share_if_not_received
    facts.posting = facts.posting_if_not_received


@step
def post_the_return(world: World, order: Record, posted_at: int) -> int:
    """Somebody pays the postage, and the parcel is on its way back: until when, should it not get lost."""
    life, payer, cost = order.life, return_payer(world, order), order.facts.return_cost
    life.buyer_cost += refunding.paid_by(Party.BUYER, payer, cost)
    life.seller_cost += refunding.paid_by(Party.SELLER, payer, cost)
    life.platform_cost += refunding.paid_by(Party.PLATFORM, payer, cost)
    life.return_posted_at = posted_at
    kind = terms_of(world, order).return_transit_kind
    arrives_at = later(world, Party.CARRIER, posted_at, kind, order.facts.return_transit)
    life.return_received_at = NEVER if order.facts.return_lost else min(arrives_at, NEVER)
    return arrives_at


@step
def cancel(world: World, order: Record, route: int) -> int:
    """The parcel stays, all the money goes back."""
    order.life.route = route
    stays(order)
    return be_refunded(world, order, order.facts.value)


@step
def be_refunded(world: World, order: Record, amount: int) -> int:
    """The refund falls due now; the bank takes its time, or the policy's limit if that is shorter."""
    facts, life = order.facts, order.life
    kind = world.methods[life.claim, facts.payment_method].posting_kind
    posts_at, limit = later(world, Party.BANK, order.now, kind, facts.posting), refund_limit(world, order)
    life.refund = amount
    life.limit_used = refunding.is_limit_used(posts_at, limit)
    life.refund_due_at = order.now
    life.refunded_at = min(refunding.arrives_at(posts_at, limit), NEVER)
    return REFUNDED if amount == facts.value else PARTLY_REFUNDED


@step
def be_refunded_in_part(world: World, order: Record, share: int) -> int:
    """So much of the price, in parts per million."""
    return be_refunded(world, order, refunding.share_of(order.facts.value, share))


@step
def refund_limit(world: World, order: Record) -> int:
    """The latest at which a refund that falls due now may arrive."""
    limit = last_instant(world, order, Party.BANK, terms_of(world, order).refund_within, order.now)
    return refunding.limit_of(limit, order.now)


@step
def end_with(world: World, order: Record, outcome: int) -> None:
    """Close the book; a parcel that nobody stopped still travels."""
    facts, life = order.facts, order.life
    travels(world, order)
    life.outcome = outcome
    by_cancelling = life.route == Route.FREE_CANCELLATION or life.route == Route.CANCELLATION
    answered = order.requests[Stage.CANCELLATION].settled_by == Settled.ANSWERED
    life.on_record = answers.on_sellers_record(
        facts.reason,
        bool(facts.asked_to_change and facts.agrees_to_change),
        answered,
        bool(by_cancelling and order.parcel.is_stopped),
    )
    if outcome != OPEN:
        life.ended_at = life.refunded_at if is_paid(outcome) else order.now


@step
def is_paid(outcome: int) -> bool:
    """Whether money came back."""
    return outcome in (REFUNDED, PARTLY_REFUNDED)

"""What is the case with an order, as in `sim.market.dealings`."""

from __future__ import annotations

from sim.compiled.anchors import instant
from sim.compiled.jit import step
from sim.compiled.layout import NOT_GIVEN, MarketRules, Record
from sim.compiled.parcel import delivered_at, kind_in_force, terms_of
from sim.rules import claims, refunds
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Outcome, Party, RefundOn, Stage

OPEN, REFUNDED, PARTLY_REFUNDED = int(Outcome.OPEN), int(Outcome.REFUNDED), int(Outcome.PARTLY_REFUNDED)


@step
def may_still_cancel(world: MarketRules, order: Record) -> bool:
    """Whether the button is there."""
    facts = order.facts
    in_time = claims.may_cancel(facts.asked, facts.window_ends, order.parcel.ships_at)
    return terms_of(world, order).may_cancel and in_time


@step
def is_still_free(world: MarketRules, order: Record) -> bool:
    """Whether nobody has to agree to the cancellation."""
    terms = terms_of(world, order)
    free = terms.trusted_free_until if order.facts.trusted else terms.free_until
    return free.anchor != NOT_GIVEN and claims.is_free(order.facts.asked, instant(world, order, free))


@step
def is_worth_it(world: MarketRules, order: Record) -> bool:
    """The money against the postage that the policy puts on the buyer, and the hassle."""
    facts = order.facts
    cost = facts.return_cost if goods_must_go_back(world, order) and not is_not_received(order) else 0
    postage = refunds.paid_by(Party.BUYER, return_payer(world, order), cost)
    return claims.is_worth_it(facts.value, postage, facts.hassle)


@step
def will_escalate(world: MarketRules, order: Record) -> bool:
    """Whether this buyer calls the platform: there is one that has not ruled, they would, and are in time."""
    if not (terms_of(world, order).may_mediate and order.facts.escalates) or is_ruled(world, order):
        return False
    return not claims.is_too_late(order.now + order.facts.escalates_after, last_call(world, order))


@step
def last_call(world: MarketRules, order: Record) -> int:
    """The last instant at which the platform may be called after a verdict that falls now."""
    return instant(world, order, terms_of(world, order).escalate_within)


@step
def is_ruled(world: MarketRules, order: Record) -> bool:
    """Whether the platform has spoken: in mediation, or in answer to the dispute."""
    answered = terms_of(world, order).platform_answers and order.requests[Stage.DISPUTE].settled_at < NEVER
    return answered or order.requests[Stage.MEDIATION].settled_at < NEVER


@step
def why_it_is_refused(world: MarketRules, order: Record) -> int:
    """Why a no is the last word: the platform's own, or one that nobody takes to it."""
    if is_ruled(world, order):
        ruled = order.requests[Stage.MEDIATION].settled_by
        return claims.what_the_platform_left(ruled if ruled else order.requests[Stage.DISPUTE].settled_by)
    mediates, facts = terms_of(world, order).may_mediate, order.facts
    return claims.why_nobody_calls(mediates, bool(facts.escalates), facts.escalates_after)


@step
def is_not_received(order: Record) -> bool:
    """Whether the claim is, or has become, one for goods that never came."""
    return order.life.claim == ClaimKind.NOT_RECEIVED


@step
def goods_must_go_back(world: MarketRules, order: Record) -> bool:
    """Whether the policy wants them back, should they be there."""
    terms = terms_of(world, order)
    return refunds.must_go_back(terms.needs_return, order.facts.value, terms.returnless_below)


@step
def goods_are_there_to_go_back(world: MarketRules, order: Record) -> bool:
    """Whether there is something to send."""
    return refunds.is_there_to_go_back(delivered_at(world, order), order.now, is_not_received(order))


@step
def money_waits_for_the_parcel(world: MarketRules, order: Record) -> bool:
    """Whether the parcel has to come before the money does."""
    in_transit, on_notice = terms_of(world, order).while_in_transit, money_comes_on(world, order, RefundOn.NOTICE)
    return not is_not_received(order) and refunds.money_waits_for_the_parcel(
        in_transit, goods_must_go_back(world, order), on_notice
    )


@step
def return_payer(world: MarketRules, order: Record) -> int:
    """Who pays the postage of a return."""
    facts = order.facts
    return refunds.who_pays_the_postage(terms_of(world, order).payers, facts.value, bool(facts.free_return))


@step
def money_comes_on(world: MarketRules, order: Record, this: int) -> bool:
    """Whether the refund falls due on this step of the return."""
    terms = terms_of(world, order)
    return this == (terms.trusted_refund_on if order.facts.trusted else terms.refund_on)


@step
def will_charge_back(world: MarketRules, order: Record) -> bool:
    """Whether this buyer, who got nothing, turns to the bank."""
    method = world.methods[kind_in_force(world, order), order.facts.payment_method]
    if not (order.facts.charges_back and method.may_charge_back):
        return False
    last = instant(world, order, terms_of(world, order).charge_back_until)
    return not claims.is_too_late(order.now + order.facts.charges_back_after, last)


@step
def has_money_back(outcome: int) -> bool:
    """Whether money came back."""
    return outcome in (REFUNDED, PARTLY_REFUNDED)

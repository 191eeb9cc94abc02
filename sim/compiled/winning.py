"""What follows when the money is the buyer's, as in `sim.market.order`: the goods go back, or need not."""

from __future__ import annotations

from sim.compiled.anchors import last_instant
from sim.compiled.calendars import later
from sim.compiled.case import (
    goods_are_there_to_go_back,
    goods_must_go_back,
    money_comes_on,
    money_waits_for_the_parcel,
)
from sim.compiled.dealings import (
    IN_VAIN,
    be_refunded,
    cancel,
    fail,
    post_the_return,
    wait_for_the_parcel,
    wait_until,
)
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.parcel import delivered_at, has_left, terms_of, travels
from sim.compiled.questions import ask_for_the_release
from sim.rules import claims
from sim.scenario.durations import NEVER
from sim.vocabulary import Failure, Party, RefundOn


@step
def win(world: MarketRules, order: Record) -> int:
    """All the money is the buyer's. What was not sent stays; what is on its way comes first, and goes back."""
    order.decided_at = order.now
    if order.life.return_received_at < NEVER:
        return be_refunded(world, order, order.facts.value)
    if not has_left(order):
        return cancel(world, order, order.life.route)
    travels(world, order)
    if money_waits_for_the_parcel(world, order) and not wait_for_the_parcel(world, order):
        return IN_VAIN
    if not goods_must_go_back(world, order) or not goods_are_there_to_go_back(world, order):
        return be_refunded(world, order, order.facts.value)
    return send_it_back(world, order)


@step
def send_it_back(world: MarketRules, order: Record) -> int:
    """Where the policy wants the goods back, they go back before the money does."""
    terms, since = terms_of(world, order), max(order.now, delivered_at(world, order))
    posted_at = later(world, Party.CARRIER, since, terms.return_delay_kind, order.facts.return_delay)
    last = last_instant(world, order, Party.PLATFORM, terms.post_within, since)
    is_posted = not claims.is_too_late(posted_at, last)
    if money_comes_on(world, order, RefundOn.NOTICE):
        if is_posted:
            post_the_return(world, order, posted_at)
        return be_refunded(world, order, order.facts.value)
    if not wait_until(order, posted_at if is_posted else last, Failure.NEVER_POSTED_BACK):
        return IN_VAIN
    if not is_posted:
        return fail(world, order, Failure.NOT_POSTED_IN_TIME)
    return be_on_its_way_back(world, order, posted_at)


@step
def be_on_its_way_back(world: MarketRules, order: Record, posted_at: int) -> int:
    """The refund falls due when it is posted, when it arrives, or when the seller has looked at it."""
    arrives_at = post_the_return(world, order, posted_at)
    if money_comes_on(world, order, RefundOn.POSTED):
        return be_refunded(world, order, order.facts.value)
    if not wait_until(order, arrives_at, Failure.RETURN_NEVER_ARRIVES):
        return IN_VAIN
    if order.facts.return_lost and not terms_of(world, order).platform_bears_lost_return:
        return fail(world, order, Failure.RETURN_LOST)
    if money_comes_on(world, order, RefundOn.INSPECTED) and not order.facts.return_lost:
        return ask_for_the_release(order)
    return be_refunded(world, order, order.facts.value)

"""The parcel of an order, as in `sim.market.parcel`: when it leaves, whether it waits, when it arrives."""

from __future__ import annotations

from sim.compiled.calendars import after, later
from sim.compiled.jit import inlined, step
from sim.compiled.layout import MarketRules, Record
from sim.rules import claims, clocks
from sim.scenario.durations import NEVER
from sim.vocabulary import Anchor, ClaimKind, Party

KINDS = len(ClaimKind)


@inlined
def terms_of(world: MarketRules, order: Record) -> Record:
    """What the policy in force says to the claim that this order has become."""
    return world.policy[kind_in_force(world, order)]


@inlined
def kind_in_force(world: MarketRules, order: Record) -> int:
    """The kind of claim; beyond all kinds, once the policy that comes into force has done so."""
    return order.life.claim + KINDS if order.now >= world.in_force_from else order.life.claim


@step
def arranged_at(order: Record) -> int:
    """As planned, or when the parcel leaves, should a seller send it at once instead of answering."""
    return min(order.facts.arranges_at, order.parcel.ships_at)


@step
def promised_at(world: MarketRules, order: Record) -> int:
    """The delivery date that the platform shows; NEVER where it shows none."""
    promise = terms_of(world, order).promise
    at = after(world, Party.PLATFORM, promised_from(order, promise.anchor), promise.span)
    return clocks.last_of(at, promise.until, promise.later)


@step
def promised_from(order: Record, anchor: int) -> int:
    """What a delivery date may be counted from."""
    if anchor == Anchor.PAID:
        return order.facts.paid
    if anchor == Anchor.DISPATCH_DUE:
        return order.parcel.dispatch_due
    return arranged_at(order) if anchor == Anchor.ARRANGED else order.parcel.ships_at


@step
def delivered_at(world: MarketRules, order: Record) -> int:
    """When it arrives, if nothing stops it; NEVER for one that is lost, or never sent."""
    if order.facts.lost:
        return NEVER
    kind = terms_of(world, order).transit_kind
    return later(world, Party.CARRIER, order.parcel.ships_at, kind, order.facts.transit)


@step
def missed_at(world: MarketRules, order: Record) -> int:
    """When a buyer who waits for a parcel that never comes knows it: at the promised date, if there is one."""
    return promised_at(world, order) if delivered_at(world, order) >= NEVER else NEVER


@step
def is_waiting(order: Record) -> bool:
    """Whether shipping is held for an answer."""
    return order.parcel.waits_since < NEVER


@step
def has_left(order: Record) -> bool:
    """Whether it is under way, or has been."""
    is_kept = order.parcel.is_stopped or is_waiting(order)
    return not is_kept and order.parcel.ships_at <= order.now


@step
def will_miss_the_limit(world: MarketRules, order: Record) -> bool:
    """Whether the platform will refund the order because nothing is sent in time."""
    parcel, refunds = order.parcel, terms_of(world, order).refunds_at_dispatch_limit
    return refunds and not parcel.is_stopped and claims.is_never_sent(parcel.ships_at, parcel.dispatch_due)


@step
def limit_passes_at(world: MarketRules, order: Record) -> int:
    """When the dispatch limit refunds the order; NEVER where it is dispatched in time."""
    return order.parcel.dispatch_due if will_miss_the_limit(world, order) else NEVER


@step
def waits_no_longer(order: Record) -> None:
    """The answer is there: what was due to leave leaves."""
    if is_waiting(order):
        parcel, now = order.parcel, order.now
        parcel.ships_at = claims.ships_after_hold(parcel.ships_at, now)
        parcel.dispatch_due = claims.due_after_hold(parcel.dispatch_due, parcel.waits_since, now)
        parcel.waits_since = NEVER


@step
def stays(order: Record) -> None:
    """The order is cancelled: nothing leaves any more."""
    order.parcel.is_stopped = True
    if order.facts.arranges_at <= order.now:
        order.life.arranged_at = order.facts.arranges_at


@step
def travels(world: MarketRules, order: Record) -> None:
    """Nobody stopped it: it is arranged, leaves and arrives."""
    parcel = order.parcel
    if parcel.is_stopped or parcel.travels or parcel.ships_at >= NEVER:
        return
    parcel.travels = True
    order.life.arranged_at = arranged_at(order)
    order.life.dispatched_at = parcel.ships_at
    order.life.delivered_at = min(delivered_at(world, order), NEVER)

"""The named instants of an order, and the windows and limits that are counted from them."""

from __future__ import annotations

from sim.compiled.calendars import after
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.parcel import arranged_at, delivered_at, promised_at, terms_of
from sim.rules import clocks
from sim.rules.terms import UNNAMED
from sim.scenario.durations import NEVER
from sim.vocabulary import Anchor, Party, Stage


@step
def instant(world: MarketRules, order: Record, since: Record) -> int:
    """So long after a named instant of this order (or else from now), on the platform's clock."""
    return last_instant(world, order, Party.PLATFORM, since, order.now)


@step
def last_instant(world: MarketRules, order: Record, party: int, limit: Record, begins: int) -> int:
    """Where a limit ends on this party's clock: since the instant that it names, or else since it begins."""
    since = begins if limit.anchor == UNNAMED else anchor_of(world, order, limit.anchor)
    return clocks.last_of(after(world, party, since, limit.span), limit.until, limit.later)


@step
def closes_at(world: MarketRules, order: Record) -> int:
    """The last instant at which this order's dispute may be opened."""
    closes = terms_of(world, order).closes
    limit = after(world, Party.PLATFORM, anchor_of(world, order, closes.anchor), closes.span)
    return clocks.last_of(limit + order.facts.closes_plus, closes.until, closes.later)


@step
def anchor_of(world: MarketRules, order: Record, anchor: int) -> int:
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


@step
def opened_at(order: Record) -> int:
    """When the request was put that matters now: the latest that the buyer put; NEVER before there is one."""
    latest = latest_of(order.requests[Stage.CANCELLATION].opened_at, order.requests[Stage.DISPUTE].opened_at)
    return latest_of(latest_of(latest, order.life.withdrawn_at), order.requests[Stage.INSPECTION].opened_at)


@step
def latest_of(one: int, other: int) -> int:
    """Of two instants the later one that came; NEVER where none did."""
    return min(one, other) if max(one, other) >= NEVER else max(one, other)

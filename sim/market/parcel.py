"""The parcel of an order: when it leaves, whether it waits for an answer, when it arrives."""

from __future__ import annotations

from collections.abc import Callable

from sim.chance.facts import ClaimFacts
from sim.market.world import World
from sim.records.journal import Activity
from sim.records.life import Life
from sim.rules import claims, clocks
from sim.rules.terms import Terms
from sim.scenario.durations import NEVER
from sim.vocabulary import Anchor, Party

NOT_WORKED_OUT = -1
CARRIER, PLATFORM = int(Party.CARRIER), int(Party.PLATFORM)
ARRANGED, DISPATCHED, DELIVERED = Activity.ARRANGED, Activity.DISPATCHED, Activity.DELIVERED


class Parcel:
    """The seller's plan for one parcel, and what becomes of it."""

    def __init__(self, facts: ClaimFacts, world: World, terms: Terms, life: Life) -> None:
        self._facts, self._world, self.terms, self._life = facts, world, terms, life
        self.ships_at, self.dispatch_due = facts.ships_at, facts.dispatch_due
        self.is_stopped = False
        self._travels = False
        self._if_shipped_at = self._arrives_at = NOT_WORKED_OUT
        self._waits_since = NEVER

    @property
    def paid_at(self) -> int:
        return self._facts.paid

    @property
    def arranged_at(self) -> int:
        """As planned, or when the parcel leaves, should a seller send it at once instead of answering."""
        return min(self._facts.arranges_at, self.ships_at)

    @property
    def promised_at(self) -> int:
        """The delivery date that the platform shows; NEVER where it shows none."""
        promise = self.terms.promise
        at = self._world.after(PLATFORM, PROMISED_FROM[promise.anchor](self), promise.span)
        return clocks.last_of(at, promise.until, promise.later)

    @property
    def delivered_at(self) -> int:
        """When it arrives, if nothing stops it; NEVER for one that is lost, or never sent."""
        if self._if_shipped_at != self.ships_at:
            kind, transit = self.terms.transit_kind, NEVER if self._facts.lost else self._facts.transit
            self._arrives_at = self._world.later(CARRIER, self.ships_at, kind, transit)
            self._if_shipped_at = self.ships_at
        return self._arrives_at

    @property
    def missed_at(self) -> int:
        """When a buyer who waits for a parcel that never comes knows it: at the promised date, if there is one."""
        return self.promised_at if self.delivered_at >= NEVER else NEVER

    def has_left(self, now: int) -> bool:
        is_kept = self.is_stopped or self.is_waiting()
        return not is_kept and self.ships_at <= now

    def will_miss_the_limit(self) -> bool:
        """Whether the platform will refund the order because nothing is sent in time."""
        refunds = self.terms.refunds_at_dispatch_limit
        return refunds and not self.is_stopped and claims.is_never_sent(self.ships_at, self.dispatch_due)

    def limit_passes_at(self) -> int:
        """When the dispatch limit refunds the order; NEVER where it is dispatched in time."""
        return self.dispatch_due if self.will_miss_the_limit() else NEVER

    def is_waiting(self) -> bool:
        """Whether shipping is held for an answer."""
        return self._waits_since < NEVER

    def waits_for_the_answer(self, now: int) -> None:
        """Shipping is held, and the dispatch limit pauses."""
        self._waits_since = now

    def waits_no_longer(self, now: int) -> None:
        """The answer is there: what was due to leave leaves."""
        if self.is_waiting():
            self.ships_at = claims.ships_after_hold(self.ships_at, now)
            self.dispatch_due = claims.due_after_hold(self.dispatch_due, self._waits_since, now)
            self._waits_since = NEVER

    def is_sent_at(self, now: int) -> None:
        """The seller dispatches at once instead of answering."""
        self.ships_at = now

    def stays(self, now: int) -> None:
        """The order is cancelled: nothing leaves any more."""
        self.is_stopped = True
        if self._facts.arranges_at <= now:
            self._life.happened(ARRANGED, self._facts.arranges_at)

    def travels(self) -> None:
        """Nobody stopped it: it is arranged, leaves and arrives."""
        if self.is_stopped or self._travels or self.ships_at >= NEVER:
            return
        self._travels = True
        self._life.happened(ARRANGED, self.arranged_at)
        self._life.happened(DISPATCHED, self.ships_at)
        self._life.happened(DELIVERED, self.delivered_at)


PROMISED_FROM: dict[int, Callable[[Parcel], int]] = {
    Anchor.PAID: lambda parcel: parcel.paid_at,
    Anchor.DISPATCH_DUE: lambda parcel: parcel.dispatch_due,
    Anchor.ARRANGED: lambda parcel: parcel.arranged_at,
    Anchor.DISPATCHED: lambda parcel: parcel.ships_at,
}
"""What a delivery date may be counted from."""

"""What an order's story is made of: what is the case, and what happens. The story itself is told in `order`."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from simpy.events import Event

from sim.chance.facts import Ask, ClaimFacts
from sim.market.desk import Desk
from sim.market.parcel import Parcel
from sim.market.request import Request
from sim.market.turns import HAPPENS, Moment
from sim.records.journal import Activity
from sim.records.life import Life
from sim.rules import answers, cancelling, disputing, refunding, requests
from sim.rules.terms import Since, Span
from sim.scenario.durations import NEVER
from sim.vocabulary import Outcome, Party, RefundOn, Route, Settled, Stage, Verdict

if TYPE_CHECKING:
    from sim.market.world import World

Waiting = Generator[Event, int, None]
"""A part of the story in which time passes."""
Asking = Generator[Event, int, Verdict]
"""A part of the story that waits for a verdict."""
PAID = (Outcome.REFUNDED, Outcome.PARTLY_REFUNDED)


class Dealings:
    """One order with what luck brought it (`facts`), what the policy says (`terms`), what happened (`life`)."""

    def __init__(self, facts: ClaimFacts, world: World) -> None:
        self.facts, self.world, self.terms = facts, world, world.terms
        self.life = Life(facts.order, facts.paid, world.journal)
        self.life.saving = facts.saving
        self.parcel = Parcel(facts, world, self.life)

    # ---- what is asked

    def ask(self, stage: Stage, desk: Desk, ask: Ask, interrupted_at: int = NEVER) -> Asking:
        """Open a request, wait until it is settled one way or another, and say what it came to."""
        terms = self.terms.requests[stage]
        request = Request(desk, stage, ask, terms, self.life, interrupted_at)
        how = yield request
        verdict = Verdict(requests.verdict(how, ask.disposition, terms.on_silence))
        self.life.settled(stage, self.now, Settled(how), verdict, request.work)
        return verdict

    # ---------------------------------------------------------------------- what is the case

    @property
    def now(self) -> int:
        return self.world.now

    @property
    def seller_desk(self) -> Desk:
        return self.world.seller_desks[self.facts.seller]

    def may_still_cancel(self) -> bool:
        return self.terms.may_cancel and cancelling.may_cancel(
            self.facts.asked, self.facts.window_ends, self.parcel.ships_at
        )

    def is_still_free(self) -> bool:
        free = self.terms.free_until
        return free is not None and cancelling.is_free(self.facts.asked, self.instant(free))

    def is_worth_it(self) -> bool:
        """The money against the postage that the policy puts on the buyer, and the hassle."""
        cost = self.facts.return_cost if self.terms.needs_return else 0
        postage = refunding.paid_by(Party.BUYER, self.terms.return_payer, cost)
        return disputing.is_worth_it(self.facts.value, postage, self.facts.hassle)

    def will_escalate(self) -> bool:
        """Whether this buyer calls the platform: there is one, they would, and they are in time."""
        if not (self.terms.may_mediate and self.facts.escalates):
            return False
        return not disputing.is_too_late(self.now + self.facts.escalates_after, self.last_call())

    def last_call(self) -> int:
        """The last instant at which the platform may be called after a verdict that falls now."""
        return self.after(Party.PLATFORM, self.terms.escalate_within)

    def is_ruled(self) -> bool:
        return self.life.mediation_settled_at < NEVER

    def goods_are_back(self) -> bool:
        return self.life.return_received_at < NEVER

    def money_comes_on(self, step: RefundOn) -> bool:
        return self.terms.refund_on == step

    def instant(self, since: Since) -> int:
        """So long after a named instant of this order (in the order of `Anchor`), on the platform's clock."""
        anchors = (
            self.facts.paid,
            self.parcel.dispatch_due,
            self.parcel.arranged_at,
            self.parcel.ships_at,
            self.parcel.promised_at,
            self.parcel.delivered_at,
            self.facts.asked,
            self.now,
        )
        return self.world.later(Party.PLATFORM, anchors[since.anchor], since.span)

    def after(self, party: Party, span: Span) -> int:
        """So long from now, on this party's clock."""
        return self.world.later(party, self.now, span)

    # -------------------------------------------------------------------------- what happens

    def wait_until(self, instant: int) -> Waiting:
        """Let time pass. An instant that is over needs no waiting; one that never comes is waited for in vain."""
        if instant >= NEVER:
            yield self.world.clock.event()
        elif instant > self.now:
            yield Moment(self.world.clock, instant, HAPPENS, self.facts.order)

    def wait_for_the_parcel(self) -> Waiting:
        self.parcel.travels()
        yield from self.wait_until(self.parcel.delivered_at)

    def post_the_return(self, posted_at: int) -> None:
        """Somebody pays the postage, and the parcel is on its way back."""
        payer, cost = self.terms.return_payer, self.facts.return_cost
        self.life.buyer_cost += refunding.paid_by(Party.BUYER, payer, cost)
        self.life.seller_cost += refunding.paid_by(Party.SELLER, payer, cost)
        self.life.platform_cost += refunding.paid_by(Party.PLATFORM, payer, cost)
        self.life.happened(Activity.RETURN_POSTED, posted_at)
        transit = Span(self.terms.return_transit_kind, self.facts.return_transit)
        self.life.happened(Activity.RETURN_RECEIVED, self.world.later(Party.CARRIER, posted_at, transit))

    def cancel(self, route: Route) -> Outcome:
        """The parcel stays, all the money goes back."""
        self.life.route = route
        self.parcel.stays()
        return self.be_refunded(self.facts.value)

    def be_refunded(self, amount: int) -> Outcome:
        """The refund falls due now; the bank takes its time, or the policy's limit if that is shorter."""
        posting = Span(self.terms.posting_kinds[self.facts.payment_method], self.facts.posting)
        posts_at, limit = self.after(Party.BANK, posting), self.after(Party.BANK, self.terms.refund_within)
        self.life.refund = amount
        self.life.limit_used = refunding.is_limit_used(posts_at, limit)
        self.life.happened(Activity.REFUND_DUE, self.now)
        self.life.happened(Activity.REFUNDED, refunding.arrives_at(posts_at, limit))
        return Outcome.REFUNDED if amount == self.facts.value else Outcome.PARTLY_REFUNDED

    def end_with(self, outcome: Outcome) -> None:
        """Close the book; a parcel that nobody stopped still travels."""
        self.parcel.travels()
        self.life.outcome = outcome
        cancelled = self.life.route in (Route.FREE_CANCELLATION, Route.CANCELLATION) and self.parcel.is_stopped
        self.life.on_record = answers.on_sellers_record(
            self.facts.reason,
            bool(self.facts.asked_to_change and self.facts.agrees_to_change),
            self.life.cancellation_settled_by == Settled.ANSWERED,
            cancelled,
        )
        if outcome is not Outcome.OPEN:
            ended = self.life.refunded_at if outcome in PAID else self.now
            self.life.happened(Activity.ENDED, ended, outcome.word)

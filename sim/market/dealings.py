"""What an order's story is made of: what is the case, and what happens. The story itself is told in `order`."""

from __future__ import annotations

from collections.abc import Callable

from sim.chance.facts import ClaimFacts, turned_to_not_received
from sim.market.desk import Desk
from sim.market.parcel import Parcel
from sim.market.world import World
from sim.records.journal import Activity
from sim.records.life import Life
from sim.rules import claims, clocks, refunds, requests
from sim.rules.terms import UNNAMED, Since, Span
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Failure, Outcome, Party, Reason, RefundOn, Route, Settled

OUTCOMES = {outcome.value: outcome for outcome in Outcome}
CLAIMS, REASONS = (tuple(each.word for each in words) for words in (ClaimKind, Reason))
"""By number."""
PAID = REFUNDED, PARTLY_REFUNDED = Outcome.REFUNDED, Outcome.PARTLY_REFUNDED
ANSWERED, CANCELLED = Settled.ANSWERED, (Route.FREE_CANCELLATION, Route.CANCELLATION)
BUYER, SELLER, PLATFORM, CARRIER, BANK = map(int, Party)
REGRET, NOT_RECEIVED = int(ClaimKind.REGRET), int(ClaimKind.NOT_RECEIVED)
OPEN, ON_NOTICE = Outcome.OPEN, RefundOn.NOTICE
PARCEL_NEVER_COMES = Failure.PARCEL_NEVER_COMES
REFUND_DUE, MONEY_CAME, FAILED, ENDED = Activity.REFUND_DUE, Activity.REFUNDED, Activity.FAILED, Activity.ENDED


class WaitsInVain(Exception):
    """An order waits for what never comes. Its story stays open; no user ever hears of it."""


class Dealings:
    """One order with what luck brought it (`facts`), what the policy says (`terms`), what happened (`life`)."""

    def __init__(self, facts: ClaimFacts, world: World) -> None:
        self.facts, self.world, self.terms = facts, world, world.terms[facts.claim]
        self.life = Life(facts.order, facts.claim, facts.paid, world.journal)
        self.life.saving = facts.saving
        self.parcel: Parcel = Parcel(facts, world, self.terms, self.life)
        self.now: int = facts.asked
        """Where the story stands, in this order's own time: the clock's, or later."""
        self.decided_at: int = NEVER
        """When the verdict fell that the money rests on: the latest one."""
        if self.now >= world.in_force_from:
            self._terms_change()

    # ---------------------------------------------------------------------- what is the case

    @property
    def seller_desk(self) -> Desk:
        return self.world.seller_desks[self.facts.seller]

    def may_still_cancel(self) -> bool:
        return self.terms.may_cancel and claims.may_cancel(
            self.facts.asked, self.facts.window_ends, self.parcel.ships_at
        )

    def is_still_free(self) -> bool:
        free = self.terms.trusted_free_until if self.facts.trusted else self.terms.free_until
        return free is not None and claims.is_free(self.facts.asked, self.instant(free))

    def is_worth_it(self) -> bool:
        """The money against the postage that the policy puts on the buyer, and the hassle."""
        cost = self.facts.return_cost if self.goods_must_go_back() and not self.is_not_received() else 0
        postage = refunds.paid_by(BUYER, self.return_payer, cost)
        return claims.is_worth_it(self.facts.value, postage, self.facts.hassle)

    def will_escalate(self) -> bool:
        """Whether this buyer calls the platform: there is one that has not ruled, they would, and are in time."""
        if not (self.terms.may_mediate and self.facts.escalates) or self.is_ruled():
            return False
        return not claims.is_too_late(self.now + self.facts.escalates_after, self.last_call())

    def why_it_is_refused(self) -> Failure:
        """Why a no is the last word: the platform's own, or one that nobody takes to it."""
        if self.is_ruled():
            by = self.life.mediation_settled_by or self.life.dispute_settled_by
            return Failure(claims.what_the_platform_left(by))
        mediates, escalates = self.terms.may_mediate, bool(self.facts.escalates)
        return Failure(claims.why_nobody_calls(mediates, escalates, self.facts.escalates_after))

    def last_call(self) -> int:
        """The last instant at which the platform may be called after a verdict that falls now."""
        return self.instant(self.terms.escalate_within)

    def is_ruled(self) -> bool:
        """Whether the platform has spoken: in mediation, or in answer to the dispute."""
        answered = self.terms.platform_answers and self.life.dispute_settled_at < NEVER
        return answered or self.life.mediation_settled_at < NEVER

    def is_not_received(self) -> bool:
        return self.life.claim == NOT_RECEIVED

    def goods_must_go_back(self) -> bool:
        """Whether the policy wants them back, should they be there."""
        return refunds.must_go_back(self.terms.needs_return, self.facts.value, self.terms.returnless_below)

    def goods_are_there_to_go_back(self) -> bool:
        return refunds.is_there_to_go_back(self.parcel.delivered_at, self.now, self.is_not_received())

    def money_waits_for_the_parcel(self) -> bool:
        """Whether the parcel has to come before the money does."""
        on_notice = self.money_comes_on(ON_NOTICE)
        return not self.is_not_received() and refunds.money_waits_for_the_parcel(
            self.terms.while_in_transit, self.goods_must_go_back(), on_notice
        )

    def goods_are_back(self) -> bool:
        return self.life.return_received_at < NEVER

    @property
    def return_payer(self) -> int:
        return refunds.who_pays_the_postage(self.terms.payers, self.facts.value, bool(self.facts.free_return))

    def money_comes_on(self, step: RefundOn) -> bool:
        return step == (self.terms.trusted_refund_on if self.facts.trusted else self.terms.refund_on)

    def will_charge_back(self) -> bool:
        """Whether this buyer, who got nothing, turns to the bank."""
        if not (self.facts.charges_back and self.terms.may_charge_back[self.facts.payment_method]):
            return False
        at, last = self.now + self.facts.charges_back_after, self.instant(self.terms.charge_back_until)
        return not claims.is_too_late(at, last)

    def instant(self, since: Since) -> int:
        """So long after a named instant of this order (or else from now), on the platform's clock."""
        return self.last_instant(PLATFORM, since, self.now)

    def closes_at(self) -> int:
        """The last instant at which this order's dispute may be opened."""
        return self.last_instant(PLATFORM, self.terms.closes, self.now, plus=self.facts.closes_plus)

    def last_instant(self, party: int, limit: Since, begins: int, plus: int = 0) -> int:
        """Where a limit ends on this party's clock: since the instant that it names, or else since it begins."""
        anchor, (kind, seconds), until, later = limit
        if seconds >= NEVER and until >= NEVER:
            return NEVER
        since = begins if anchor == UNNAMED else ANCHORS[anchor](self)
        ends = clocks.instant_after(since, kind, seconds, self.world.calendars[party]) + plus
        return ends if until >= NEVER else clocks.last_of(ends, until, later)

    def opened_at(self) -> int:
        """When the request was put that matters now: the latest that the buyer put; NEVER before there is one."""
        life = self.life
        puts = life.cancellation_opened_at, life.dispute_opened_at, life.withdrawn_at, life.inspection_opened_at
        return max((at for at in puts if at < NEVER), default=NEVER)

    def after(self, party: int, span: Span) -> int:
        """So long from now, on this party's clock."""
        return clocks.instant_after(self.now, *span, self.world.calendars[party])

    # -------------------------------------------------------------------------- what happens

    def wait_until(self, instant: int, in_vain: Failure = Failure.NONE) -> None:
        """Let time pass. An instant that is over needs no waiting; one that never comes is waited for in vain."""
        if instant >= NEVER:
            self.life.failed_because = in_vain
            raise WaitsInVain
        if instant > self.now:
            self._goes_by(instant)

    def _goes_by(self, now: int) -> None:
        """Time passes; a policy may come into force meanwhile."""
        self.now = now
        if now >= self.world.in_force_from:
            self._terms_change()

    def _terms_change(self) -> None:
        self.terms = self.parcel.terms = self.world.terms_then[self.life.claim]

    def wait_for_the_parcel(self) -> None:
        """It comes, or the promised date passes and it is known that it never will."""
        comes_at, missed_at = self.parcel.delivered_at, self.parcel.missed_at
        if missed_at >= NEVER:
            self.parcel.travels()
        self.wait_until(min(comes_at, missed_at), PARCEL_NEVER_COMES)

    def wait_for_the_dispatch(self) -> None:
        """It leaves, or the promised date passes and it is known that it never will."""
        self.wait_until(min(self.parcel.ships_at, self.parcel.missed_at), PARCEL_NEVER_COMES)

    def miss_the_parcel(self) -> None:
        """Who waited in vain until the promised date now claims for goods not received."""
        self.life.claim = NOT_RECEIVED
        self.terms, self.facts = self.world.terms[NOT_RECEIVED], turned_to_not_received(self.facts)
        self._goes_by(self.now)
        self.life.happened(Activity.MISSED, self.now)

    def return_begun_at(self, since: int) -> tuple[int, int]:
        """When the buyer posts what arrived at an instant, and the last instant for that."""
        posted_at = self.world.later(CARRIER, since, self.terms.return_delay_kind, self.facts.return_delay)
        return posted_at, self.last_instant(PLATFORM, self.terms.post_within, since)

    def post_the_return(self, posted_at: int) -> int:
        """Somebody pays the postage, and the parcel is on its way back: until when, should it not get lost."""
        payer, cost = self.return_payer, self.facts.return_cost
        self.life.buyer_cost += refunds.paid_by(BUYER, payer, cost)
        self.life.seller_cost += refunds.paid_by(SELLER, payer, cost)
        self.life.platform_cost += refunds.paid_by(PLATFORM, payer, cost)
        self.life.happened(Activity.RETURN_POSTED, posted_at)
        kind, transit = self.terms.return_transit_kind, self.facts.return_transit
        arrives_at = self.world.later(CARRIER, posted_at, kind, transit)
        self.life.happened(Activity.RETURN_RECEIVED, NEVER if self.facts.return_lost else arrives_at)
        return arrives_at

    def why(self) -> str:
        """Why the money is wanted back, in a word: why the mind changed, or what is wrong with the goods."""
        claim = self.life.claim
        return REASONS[self.facts.reason] if claim == REGRET else CLAIMS[claim]

    def cancel(self, route: Route) -> Outcome:
        """The parcel stays, all the money goes back."""
        self.life.route = route
        self.parcel.stays(self.now)
        return self.be_refunded(self.facts.value)

    def be_refunded(self, amount: int) -> Outcome:
        """The refund falls due now; the bank takes its time, or the policy's limit if that is shorter."""
        kind, limit = self.terms.posting_kinds[self.facts.payment_method], self.refund_limit()
        posts_at = self.world.later(BANK, self.payment_begins_at(), kind, self.facts.posting)
        self.life.refund = amount
        self.life.limit_used = refunds.is_limit_used(posts_at, limit)
        self.life.happened(REFUND_DUE, self.now)
        self.life.happened(MONEY_CAME, refunds.arrives_at(posts_at, limit))
        return REFUNDED if amount == self.facts.value else PARTLY_REFUNDED

    def payment_begins_at(self) -> int:
        """When the bank hears of a refund that falls due now: at once, or with the first run it is in time for."""
        return self.world.next_run(self.terms.runs, self.now + self.terms.cut_off) if self.terms.runs else self.now

    def refund_limit(self) -> int:
        """The latest at which a refund that falls due now may arrive."""
        limit = self.last_instant(BANK, self.terms.refund_within, self.now)
        return refunds.limit_of(limit, due=self.now)

    def fail(self, reason: Failure) -> Outcome:
        """The claim comes to no money, unless the dispatch limit brings it at this very instant."""
        if self.parcel.limit_passes_at() <= self.now:
            return OPEN
        self.life.failed_because = reason
        self.life.happened(FAILED, self.now, reason.word)
        return OUTCOMES[claims.outcome_of(reason)]

    def end_with(self, outcome: Outcome) -> None:
        """Close the book; a parcel that nobody stopped still travels."""
        self.parcel.travels()
        self.life.outcome = outcome
        cancelled = self.life.route in CANCELLED and self.parcel.is_stopped
        self.life.on_record = requests.on_sellers_record(
            self.facts.reason,
            bool(self.facts.asked_to_change and self.facts.agrees_to_change),
            self.life.cancellation_settled_by == ANSWERED,
            cancelled,
        )
        if outcome is not OPEN:
            ended = self.life.refunded_at if outcome in PAID else self.now
            self.life.happened(ENDED, ended, outcome.word)


ANCHORS: tuple[Callable[[Dealings], int], ...] = (
    lambda order: order.facts.paid,
    lambda order: order.parcel.dispatch_due,
    lambda order: order.parcel.arranged_at,
    lambda order: order.parcel.ships_at,
    lambda order: order.parcel.promised_at,
    lambda order: order.parcel.delivered_at,
    lambda order: order.facts.asked,
    lambda order: min(order.decided_at, order.now),
    lambda order: order.opened_at(),
)
"""The named instants that windows and limits are counted from, in the order of `Anchor`."""

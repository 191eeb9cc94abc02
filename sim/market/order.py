"""THE LIFE OF AN ORDER whose buyer wants the money back. Read `live` first, then top to bottom.

Every `yield` is a question to somebody, and time passing until it is settled. What an order waits for by itself
(`wait_until` and the like) nobody else could notice: its own time, `self.now`, simply passes. What is decided, and
why, stands in `sim.rules`; what luck brought stands in `self.facts`; what the policy says stands in `self.terms`;
what happened goes into `self.life`. The verbs that the story is told in (`wait_for_the_parcel`, `is_worth_it`,
`be_refunded` …) stand in `dealings`, its requests (`ask_to_cancel`, `ask_the_platform` …) in `questions`.
"""

from __future__ import annotations

from collections.abc import Generator

from simpy.events import Event

from sim.market.dealings import PAID, WaitsInVain
from sim.market.questions import Questions
from sim.records.journal import Activity
from sim.rules import claims, refunds
from sim.scenario.durations import NEVER
from sim.vocabulary import ClaimKind, Failure, Outcome, RefundOn, Route, Verdict

LifeStory = Generator[Event, int, None]
"""What a SimPy process lives through: it yields a question, and is sent how that was settled."""
Steps = Generator[Event, int, Outcome]
"""A part of the story that comes to an outcome."""
APPROVE, DECLINE, ESCALATE, MAY_ESCALATE, CLOSE, SHIPPED, WITHDRAWN, SPLIT, COUNTER = Verdict
_, FREE_CANCELLATION, CANCELLATION, NOT_DISPATCHED, DISPUTE, MEDIATION, CHARGEBACK = Route
NEVER_OPENS, NEVER_DISPUTED = Failure.WINDOW_NEVER_OPENS, Failure.NEVER_DISPUTED
ASKED, REGRET, OPEN = Activity.ASKED, int(ClaimKind.REGRET), Outcome.OPEN
"""What every story meets is looked up once: before Python 3.12, a word costs as much as a rule."""


class Order(Questions):
    """One order, from the moment its buyer wants the money back."""

    # ------------------------------------------------------------------------------ the story

    def live(self) -> LifeStory:
        """The SimPy process of an order. Seek the money; the platform refunds what is never sent; last, the bank.

        Whoever waits for what never comes has a story that stays open.
        """
        self.life.happened(ASKED, self.facts.asked, self.why())
        try:
            outcome = yield from self.seek_the_money()
            if outcome not in PAID and self.parcel.will_miss_the_limit():
                outcome = self.be_refunded_at_the_limit()
            if outcome not in PAID:
                outcome = yield from self.try_the_last_resort(outcome)
            self.end_with(outcome)
        except WaitsInVain:
            self.parcel.travels()

    def seek_the_money(self) -> Steps:
        """Who changed their mind cancels while that is possible, else waits and disputes; the others dispute."""
        if self.facts.claim != REGRET:
            return (yield from self.dispute_in_time())
        if self.may_still_cancel():
            if self.is_still_free():
                return self.cancel(FREE_CANCELLATION)
            verdict = yield from self.ask_to_cancel()
            if verdict is APPROVE:
                return self.cancel(CANCELLATION)
            if verdict is CLOSE:
                return self.fail(Failure.CLOSED_BY_SILENCE)
            if verdict is ESCALATE:
                return (yield from self.have_the_platform_rule())
            if verdict is MAY_ESCALATE:
                return (yield from self.escalate_or_lapse())
            if verdict is WITHDRAWN:
                return self.fail(Failure.LOST_PATIENCE)
            if not self.facts.goes_on:
                return self.fail(Failure.DID_NOT_GO_ON)
        return (yield from self.wait_and_dispute())

    def wait_and_dispute(self) -> Steps:
        """What has been shipped cannot be intercepted: wait for the parcel, or at least until it is under way."""
        if not self.terms.may_dispute:
            return self.fail(Failure.NO_DISPUTE)
        if self.parcel.will_miss_the_limit():
            return OPEN
        if self.terms.while_in_transit:
            self.wait_for_the_dispatch()
        else:
            self.wait_for_the_parcel()
        waits = not (self.terms.while_in_transit and self.parcel.has_left(self.now))
        if claims.turns_to_not_received(self.parcel.missed_at, self.now, waits):
            self.miss_the_parcel()
        return (yield from self.dispute_in_time())

    def dispute_in_time(self) -> Steps:
        """Ask for the money while the policy lets one, if it is worth the trouble."""
        if not self.terms.may_dispute:
            return self.fail(Failure.NO_DISPUTE)
        opens = max(self.now, self.instant(self.terms.opens))
        if self.parcel.will_miss_the_limit() and self.parcel.dispatch_due <= opens:
            return OPEN
        if self.parcel.has_left(self.now):
            self.parcel.travels()
        self.wait_until(opens, NEVER_OPENS)
        if claims.is_too_late(self.now, self.closes_at()):
            return self.fail(Failure.DISPUTE_TOO_LATE)
        if not self.is_worth_it():
            return self.fail(Failure.NOT_WORTH_IT)
        return (yield from self.dispute_by_and_by())

    def dispute_by_and_by(self) -> Steps:
        """Who will dispute takes some time to do so; the window may be over by then."""
        at, last = self.now + self.facts.dispute_after, self.closes_at()
        comes = not claims.is_too_late(at, last)
        until = at if comes else last
        if self.parcel.will_miss_the_limit() and self.parcel.dispatch_due <= until:
            return OPEN
        self.wait_until(until, NEVER_DISPUTED)
        if not comes:
            return self.fail(Failure.DISPUTE_TOO_LATE)
        if self.parcel.has_left(self.now):
            self.parcel.travels()
        return (yield from self.dispute())

    def dispute(self) -> Steps:
        """State a reason and an amount. Who has to agree says so, or the clock says what silence means."""
        self.life.route, self.life.claimed = DISPUTE, self.facts.value
        if not self.terms.needs_consent:
            self.life.happened(Activity.WITHDREW, self.now)
            return (yield from self.win())
        verdict = yield from self.ask_for_the_money()
        if verdict is APPROVE:
            return (yield from self.win())
        if verdict is SPLIT:
            return self.be_refunded(refunds.share_of(self.facts.value, self.facts.split_share))
        if verdict is COUNTER:
            return (yield from self.haggle())
        if verdict is ESCALATE:
            return (yield from self.be_taken_over())
        if verdict is MAY_ESCALATE:
            return (yield from self.escalate_or_lapse(self.comes_after_refusal_at))
        if verdict is WITHDRAWN:
            return (yield from self.lose_patience())
        if verdict is CLOSE:
            return self.fail(Failure.CLOSED_BY_SILENCE)
        return (yield from self.escalate_or_be_refused())

    def haggle(self) -> Steps:
        """The seller bids a part of the money for the goods to stay; what the last round leaves is a refusal."""
        for bid in self.facts.bids[: self.terms.rounds]:
            verdict = yield from self.ask_the_buyer(bid)
            if verdict is APPROVE:
                return self.be_refunded(refunds.share_of(self.facts.value, bid))
            if verdict is ESCALATE:
                return (yield from self.be_taken_over())
            if verdict is CLOSE:
                return self.fail(Failure.CLOSED_BY_SILENCE)
        return (yield from self.escalate_or_be_refused())

    def be_taken_over(self) -> Steps:
        """The platform steps into a pending dispute, unless it has just refunded the order by itself."""
        if self.parcel.limit_passes_at() <= self.now:
            return OPEN
        return (yield from self.have_the_platform_rule())

    def lose_patience(self) -> Steps:
        """The buyer waits no longer: calls the platform if that is possible by now, else gives up."""
        may_at, escalates = self.buyer_may_call_at, bool(self.facts.escalates)
        if not claims.calls_instead_of_giving_up(self.now, may_at, escalates):
            return self.fail(Failure.LOST_PATIENCE)
        return (yield from self.have_the_platform_rule())

    def escalate_or_be_refused(self) -> Steps:
        """The seller said no: the buyer takes it to the platform while there is time, or it comes by itself."""
        calls_at = self.now + self.facts.escalates_after if self.will_escalate() else NEVER
        until = claims.taken_over_at(calls_at, self.comes_after_refusal_at)
        if until >= NEVER:
            return self.fail(self.why_it_is_refused())
        if self.parcel.limit_passes_at() < until:
            return OPEN
        self.wait_until(until)
        return (yield from self.have_the_platform_rule())

    def escalate_or_lapse(self, comes_at: int = NEVER) -> Steps:
        """The seller said nothing: the buyer may call the platform, in time or never, unless it comes by itself."""
        calls_at = self.now + self.facts.escalates_after if self.will_escalate() else NEVER
        ruled_from = claims.taken_over_at(calls_at, comes_at)
        lapses_at = claims.chance_to_escalate_lapses_at(self.now, self.last_call())
        until = ruled_from if ruled_from < NEVER else lapses_at
        if self.parcel.limit_passes_at() < until:
            return OPEN
        self.wait_until(until)
        if ruled_from >= NEVER:
            return self.fail(Failure.NOT_CALLED_IN_TIME)
        return (yield from self.have_the_platform_rule())

    def have_the_platform_rule(self) -> Steps:
        """Mediation, once per order: for the buyer, for the seller, or split."""
        self.life.route, self.life.claimed = MEDIATION, self.facts.value
        verdict = yield from self.ask_the_platform()
        if verdict is SPLIT:
            self.decided_at = self.now
            return self.be_refunded(refunds.share_of(self.facts.value, self.facts.split_share))
        if verdict is WITHDRAWN:
            return self.fail(Failure.LOST_PATIENCE)
        if verdict is not APPROVE:
            return self.fail(Failure(claims.what_the_platform_left(self.life.mediation_settled_by)))
        return (yield from self.win())

    def win(self) -> Steps:
        """All the money is the buyer's. What was not sent stays; what is on its way comes first, and goes back."""
        self.decided_at = self.now
        if self.goods_are_back():
            return self.be_refunded(self.facts.value)
        if not self.parcel.has_left(self.now):
            return self.cancel(Route(self.life.route))
        self.parcel.travels()
        if self.money_waits_for_the_parcel():
            self.wait_for_the_parcel()
        if not self.goods_must_go_back() or not self.goods_are_there_to_go_back():
            return self.be_refunded(self.facts.value)
        return (yield from self.send_it_back())

    def send_it_back(self) -> Steps:
        """Where the policy wants the goods back, they go back before the money does."""
        posted_at, last = self.return_begun_at(max(self.now, self.parcel.delivered_at))
        is_posted = not claims.is_too_late(posted_at, last)
        if self.money_comes_on(RefundOn.NOTICE):
            if is_posted:
                self.post_the_return(posted_at)
            return self.be_refunded(self.facts.value)
        self.wait_until(posted_at if is_posted else last, Failure.NEVER_POSTED_BACK)
        if not is_posted:
            return self.fail(Failure.NOT_POSTED_IN_TIME)
        arrives_at = self.post_the_return(posted_at)
        if self.money_comes_on(RefundOn.POSTED):
            return self.be_refunded(self.facts.value)
        self.wait_until(arrives_at, Failure.RETURN_NEVER_ARRIVES)
        if self.facts.return_lost:
            return self.bear_the_loss()
        if self.money_comes_on(RefundOn.INSPECTED):
            return (yield from self.be_inspected())
        return self.be_refunded(self.facts.value)

    def bear_the_loss(self) -> Outcome:
        """The return got lost: at the buyer's cost, or the platform's."""
        if self.terms.platform_bears_lost_return:
            return self.be_refunded(self.facts.value)
        return self.fail(Failure.RETURN_LOST)

    def be_inspected(self) -> Steps:
        """The seller looks at what came back and releases the money, or contests; the platform rules once."""
        verdict = yield from self.ask_for_the_release()
        if verdict is CLOSE:
            return self.fail(Failure.CLOSED_BY_SILENCE)
        if verdict is APPROVE or self.is_ruled():
            return self.be_refunded(self.facts.value)
        if verdict is MAY_ESCALATE:
            return (yield from self.escalate_or_lapse())
        if not self.terms.may_mediate:
            return self.fail(Failure.NOBODY_TO_TURN_TO)
        return (yield from self.have_the_platform_rule())

    def be_refunded_at_the_limit(self) -> Outcome:
        """The dispatch limit passes with nothing sent: the platform refunds the order by itself."""
        self.wait_until(self.parcel.dispatch_due)
        return self.cancel(NOT_DISPATCHED)

    def try_the_last_resort(self, outcome: Outcome) -> Steps:
        """The bank takes the money back from the seller; if it does not, what was before stands."""
        if outcome is OPEN or not self.will_charge_back():
            return outcome
        self.wait_until(self.now + self.facts.charges_back_after)
        if (yield from self.ask_the_bank()) is not APPROVE:
            return outcome
        self.decided_at = self.now
        if not self.parcel.has_left(self.now):
            return self.cancel(CHARGEBACK)
        self.life.route = CHARGEBACK
        return self.be_refunded(self.facts.value)

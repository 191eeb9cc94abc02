"""THE LIFE OF AN ORDER whose buyer wants the money back. Read `live` first, then top to bottom.

Every `yield` is time passing. What is decided, and why, stands in `sim.rules`; what luck brought stands in
`self.facts`; what the policy says stands in `self.terms`; what happened goes into `self.life`. The verbs that the
story is told in (`wait_for_the_parcel`, `is_worth_it`, `be_refunded` …) stand in `dealings`.
"""

from __future__ import annotations

from collections.abc import Generator

from simpy.events import Event

from sim.market.dealings import PAID, Asking, Dealings, Waiting
from sim.records.journal import Activity
from sim.rules import cancelling, disputing, refunding
from sim.rules.terms import Span
from sim.scenario.durations import NEVER
from sim.vocabulary import Outcome, Party, Reason, RefundOn, Route, Settled, Stage, Verdict

Steps = Generator[Event, int, Outcome]
"""A part of the story that comes to an outcome."""


class Order(Dealings):
    """One order, from the moment its buyer changes their mind."""

    # ------------------------------------------------------------------------------ the story

    def live(self) -> Waiting:
        """The mind has changed: seek the money. Whatever comes of it, the platform refunds what is never sent."""
        self.life.happened(Activity.ASKED, self.facts.asked, Reason(self.facts.reason).word)
        outcome = yield from self.seek_the_money()
        if outcome not in PAID and self.parcel.will_miss_the_limit():
            outcome = yield from self.be_refunded_at_the_limit()
        self.end_with(outcome)

    def seek_the_money(self) -> Steps:
        """Cancel while that is possible; else wait for the parcel and dispute."""
        if self.may_still_cancel():
            if self.is_still_free():
                return self.cancel(Route.FREE_CANCELLATION)
            verdict = yield from self.ask_to_cancel()
            if verdict is Verdict.APPROVE:
                return self.cancel(Route.CANCELLATION)
            if verdict is Verdict.CLOSE:
                return Outcome.REFUSED
            if verdict is Verdict.ESCALATE:
                return (yield from self.have_the_platform_rule())
            if verdict is Verdict.MAY_ESCALATE:
                return (yield from self.escalate_or_lapse())
            if verdict is Verdict.WITHDRAWN or not self.facts.goes_on:
                return Outcome.GAVE_UP
        if not self.terms.may_dispute:
            return Outcome.GAVE_UP
        return (yield from self.wait_and_dispute())

    def wait_and_dispute(self) -> Steps:
        """What has been shipped cannot be intercepted: wait for the parcel, then ask for the money."""
        if self.parcel.will_miss_the_limit():
            return Outcome.OPEN
        yield from self.wait_for_the_parcel()
        yield from self.wait_until(self.instant(self.terms.opens))
        if disputing.is_too_late(self.now, self.instant(self.terms.closes)):
            return Outcome.EXPIRED
        if not self.is_worth_it():
            return Outcome.GAVE_UP
        return (yield from self.dispute())

    def dispute(self) -> Steps:
        """State a reason and an amount. The seller must agree, or the clock says what its silence means."""
        self.life.route, self.life.claimed = Route.DISPUTE, self.facts.value
        verdict = yield from self.ask(Stage.DISPUTE, self.seller_desk, self.facts.dispute)
        if verdict is Verdict.APPROVE:
            return (yield from self.send_it_back())
        if verdict is Verdict.CLOSE:
            return Outcome.REFUSED
        if verdict is Verdict.ESCALATE:
            return (yield from self.have_the_platform_rule())
        if verdict is Verdict.MAY_ESCALATE:
            return (yield from self.escalate_or_lapse())
        if verdict is Verdict.WITHDRAWN:
            return Outcome.GAVE_UP
        return (yield from self.escalate_or_be_refused())

    def escalate_or_be_refused(self) -> Steps:
        """The seller said no: take it to the platform where there is one and while there is time."""
        if not self.will_escalate():
            return Outcome.REFUSED
        yield from self.wait_until(self.now + self.facts.escalates_after)
        return (yield from self.have_the_platform_rule())

    def escalate_or_lapse(self) -> Steps:
        """The seller said nothing, and now the buyer may call the platform: in time, or never."""
        escalates, last = self.will_escalate(), self.last_call()
        lapses_at = disputing.chance_to_escalate_lapses_at(self.now, last)
        until = self.now + self.facts.escalates_after if escalates else lapses_at
        if self.parcel.limit_passes_at() < until:
            return Outcome.EXPIRED
        yield from self.wait_until(until)
        return (yield from self.have_the_platform_rule()) if escalates else Outcome.EXPIRED

    def have_the_platform_rule(self) -> Steps:
        """Mediation, once per order: for the buyer, for the seller, or split."""
        self.life.route, self.life.claimed = Route.MEDIATION, self.facts.value
        verdict = yield from self.ask_the_platform()
        if verdict is Verdict.SPLIT:
            return self.be_refunded(refunding.share_of(self.facts.value, self.facts.split_share))
        if verdict is Verdict.WITHDRAWN:
            return Outcome.GAVE_UP
        if verdict is not Verdict.APPROVE:
            return Outcome.REFUSED
        if self.goods_are_back():
            return self.be_refunded(self.facts.value)
        if not self.parcel.has_left():
            return self.cancel(Route.MEDIATION)
        yield from self.wait_for_the_parcel()
        return (yield from self.send_it_back())

    def send_it_back(self) -> Steps:
        """Where the policy wants the goods back, they go back before the money does."""
        if not self.terms.needs_return:
            return self.be_refunded(self.facts.value)
        delay = Span(self.terms.return_delay_kind, self.facts.return_delay)
        posted_at, last = self.after(Party.CARRIER, delay), self.after(Party.PLATFORM, self.terms.post_within)
        is_posted = not disputing.is_too_late(posted_at, last)
        if self.money_comes_on(RefundOn.NOTICE):
            if is_posted:
                self.post_the_return(posted_at)
            return self.be_refunded(self.facts.value)
        yield from self.wait_until(posted_at if is_posted else last)
        if not is_posted:
            return Outcome.EXPIRED
        self.post_the_return(posted_at)
        if self.money_comes_on(RefundOn.POSTED):
            return self.be_refunded(self.facts.value)
        yield from self.wait_until(self.life.return_received_at)
        if self.money_comes_on(RefundOn.INSPECTED):
            return (yield from self.be_inspected())
        return self.be_refunded(self.facts.value)

    def be_inspected(self) -> Steps:
        """The seller looks at what came back and releases the money, or contests; the platform rules once."""
        verdict = yield from self.ask(Stage.INSPECTION, self.seller_desk, self.facts.inspection)
        if verdict is Verdict.CLOSE:
            return Outcome.REFUSED
        if verdict is Verdict.APPROVE or self.is_ruled():
            return self.be_refunded(self.facts.value)
        if not self.terms.may_mediate:
            return Outcome.REFUSED
        return (yield from self.have_the_platform_rule())

    def be_refunded_at_the_limit(self) -> Steps:
        """The dispatch limit passes with nothing sent: the platform refunds the order by itself."""
        yield from self.wait_until(self.parcel.dispatch_due)
        return self.cancel(Route.NOT_DISPATCHED)

    # ------------------------------------------------------------------------- what is asked

    def ask_to_cancel(self) -> Asking:
        """The cancellation request: races the dispatch, or holds it, as the policy says."""
        self.life.route = Route.CANCELLATION
        ask, held = self.facts.cancellation, self.terms.ships_held
        if held:
            self.parcel.waits_for_the_answer()
            ask = ask._replace(disposition=cancelling.answer_while_held(ask.disposition))
        ends = cancelling.interrupted_at(self.parcel.ships_at, self.parcel.limit_passes_at(), held)
        verdict = yield from self.ask(Stage.CANCELLATION, self.seller_desk, ask, ends)
        if verdict is Verdict.SHIPPED and self.life.cancellation_settled_by == Settled.ANSWERED:
            self.parcel.is_sent_now()
        if verdict is not Verdict.ESCALATE:
            self.parcel.waits_no_longer()
        return verdict

    def ask_the_platform(self) -> Asking:
        """The platform's case: a dispatch does not end it, the dispatch limit does."""
        ends = NEVER if self.parcel.is_waiting() else self.parcel.limit_passes_at()
        verdict = yield from self.ask(Stage.MEDIATION, self.world.mediation_desk, self.facts.mediation, ends)
        if verdict is not Verdict.APPROVE:
            self.parcel.waits_no_longer()
        return verdict

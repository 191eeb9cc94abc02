"""What is asked in an order's life, of whom, and what may cut the answer short. Each waits for a verdict."""

from __future__ import annotations

from collections.abc import Generator

from simpy.events import Event

from sim.chance.facts import Ask
from sim.market.dealings import Dealings
from sim.market.desk import Desk, Request
from sim.records.journal import BY_ITSELF
from sim.rules import claims, requests
from sim.scenario.durations import NEVER
from sim.vocabulary import Party, Route, Settled, Stage, Verdict

Asking = Generator[Event, int, Verdict]
"""A part of the story that waits for a verdict."""
VERDICTS, SETTLED = {verdict.value: verdict for verdict in Verdict}, tuple(Settled)
"""By number: looked up, since calling an enum takes its time."""
APPROVE, ESCALATE, SHIPPED = Verdict.APPROVE, Verdict.ESCALATE, Verdict.SHIPPED
SELLER, PLATFORM, ANSWERED = int(Party.SELLER), int(Party.PLATFORM), int(Settled.ANSWERED)
CANCELLATION, DISPUTE, MEDIATION = int(Stage.CANCELLATION), int(Stage.DISPUTE), int(Stage.MEDIATION)
INSPECTION, OFFER, CHARGEBACK = int(Stage.INSPECTION), int(Stage.OFFER), int(Stage.CHARGEBACK)


class Questions(Dealings):
    """The requests of one order."""

    taken_over_at = NEVER
    """When the platform takes the dispute over, if it is still pending."""
    comes_after_refusal_at = NEVER
    """When the platform comes to a dispute that was refused, if the buyer has not called it before."""
    buyer_may_call_at = NEVER
    """From then on the buyer may call the platform into a pending dispute."""

    def ask(self, stage: int, desk: Desk, ask: Ask, interrupted_at: int = NEVER, stating: str = "") -> Asking:
        """Open a request, wait until it is settled one way or another, and say what it came to."""
        terms = self.terms.requests[stage]
        request = Request(desk, stage, ask, terms, self.life, self.now, interrupted_at, stating)
        how = yield request
        self._goes_by(request.settled_at)
        verdict = VERDICTS[requests.verdict(how, ask.disposition, terms.on_silence, terms.on_interruption)]
        self.life.settled(stage, self.now, SETTLED[how], verdict, request.work)
        return verdict

    def ask_to_cancel(self) -> Asking:
        """The cancellation request: races the dispatch, or holds it, as the policy says."""
        self.life.route = Route.CANCELLATION
        ask, held = self.facts.cancellation, self.terms.ships_held
        if held:
            self.parcel.waits_for_the_answer(self.now)
            ask = ask._replace(disposition=claims.answer_while_held(ask.disposition))
        ends = claims.interrupted_at(self.parcel.ships_at, self.parcel.limit_passes_at(), held)
        verdict = yield from self.ask(CANCELLATION, self.seller_desk, ask, ends)
        if verdict is SHIPPED and self.life.cancellation_settled_by == ANSWERED:
            self.parcel.is_sent_at(self.now)
        if verdict is not ESCALATE:
            self.parcel.waits_no_longer(self.now)
        return verdict

    def ask_for_the_money(self) -> Asking:
        """The dispute: the seller's to answer, or the platform's, which may also take it over."""
        self.buyer_may_call_at = self.after(PLATFORM, self.terms.buyer_may_call_after)
        calls_at = claims.calls_the_platform_at(
            self.buyer_may_call_at, bool(self.facts.escalates), self.facts.escalates_after
        )
        by_itself_at = self.after(PLATFORM, self.terms.steps_in_after)
        self.taken_over_at = claims.taken_over_at(calls_at, by_itself_at)
        self.comes_after_refusal_at = by_itself_at if self.terms.steps_in_after_refusal else NEVER
        desk, ask, self.life.answered_by = self.seller_desk, self.facts.dispute, SELLER
        if self.terms.platform_answers:
            ruling = self.facts.mediation._replace(patience=ask.patience)
            desk, ask, self.life.answered_by = self.world.mediation_desk, ruling, PLATFORM
        return self.ask(DISPUTE, desk, ask, self.dispute_ends_at(), self.why())

    def ask_the_buyer(self, offered: int) -> Asking:
        """The seller's offer of a part of the money (parts per million), which the buyer keeps the goods for."""
        ask = self.facts.offer
        says = requests.answer_to_an_offer(ask.disposition, offered, self.facts.reservation)
        ask = ask._replace(disposition=says)
        return self.ask(OFFER, self.world.buyers_desk, ask, self.dispute_ends_at())

    def ask_the_platform(self) -> Asking:
        """The platform's case: a dispatch does not end it, the dispatch limit does."""
        came = BY_ITSELF if self.now == self.comes_after_refusal_at else ""
        ends = NEVER if self.parcel.is_waiting() else self.parcel.limit_passes_at()
        verdict = yield from self.ask(MEDIATION, self.world.mediation_desk, self.facts.mediation, ends, came)
        if verdict is not APPROVE:
            self.parcel.waits_no_longer(self.now)
        return verdict

    def ask_for_the_release(self) -> Asking:
        """The seller's inspection of what came back."""
        return self.ask(INSPECTION, self.seller_desk, self.facts.inspection)

    def ask_the_bank(self) -> Asking:
        """The chargeback."""
        return self.ask(CHARGEBACK, self.world.bank_desk, self.facts.chargeback)

    def dispute_ends_at(self) -> int:
        """What ends a pending dispute from outside: the platform takes it over, or has refunded the order."""
        return min(self.taken_over_at, self.parcel.limit_passes_at())

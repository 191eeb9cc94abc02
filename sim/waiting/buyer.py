"""What a buyer can say of a case, as a history; what cannot be, said plainly; and what one can do at each stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.arrays import Columns, Ints
from sim.errors import BadUsage
from sim.rules.terms import RequestTerms, Terms, terms_of
from sim.scenario.buyers import Choice
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, HOUR, NEVER, Kind
from sim.scenario.model import Scenario
from sim.vocabulary import Anchor, ClaimKind, Disposition, Stage
from sim.waiting.calendars import next_open, open_by
from sim.waiting.history import ACCEPTED, REFUSED, Histories

STAGES = ("none", "cancellation", "offer", "return", "dispute", "mediation", "chargeback")
ASKED_AT = {
    "cancellation": Stage.CANCELLATION, "dispute": Stage.DISPUTE, "offer": Stage.OFFER,
    "mediation": Stage.MEDIATION, "return": Stage.INSPECTION, "chargeback": Stage.CHARGEBACK,
}  # fmt: skip
"""Whose clock runs: while goods are on their way back, that of the inspection has not begun."""
OPEN_SINCE = {
    "offer": ("offer_opened", "offer_closed"), "mediation": ("mediation_opened", "mediation_closed"),
    "return": ("return_posted", "return_received"), "chargeback": ("chargeback_opened", "chargeback_closed"),
}  # fmt: skip
"""What comes after a dispute: the columns that say since when it is open, and when it is over."""
EIGHTH = 8
"""What was before what is open is put into the last eighths of the time since payment, a day apart at most."""


@dataclass(frozen=True)
class Buyer:
    """What a buyer can say of a case: seconds ago, a stage, and facts where they are known (by number)."""

    paid: int
    asked: int | None
    """How long ago what is open was put: the request, the offer, the parcel back."""
    stage: str
    facts: Mapping[str, int]

    @property
    def kind(self) -> ClaimKind:
        """Why the money is wanted back; a change of mind where nothing is said."""
        return ClaimKind(self.facts.get("kind", int(ClaimKind.REGRET)))


def histories_of(scenario: Scenario, buyer: Buyer, paid: Ints, calendar: Calendar) -> Histories:
    """The buyer as cases that were paid at these instants; answers came when that `calendar` was open."""
    now, never = paid + buyer.paid, np.full(len(paid), NEVER)
    facts = {name: np.full(len(paid), value) for name, value in buyer.facts.items()}
    asked = now - (buyer.asked or 0)
    if buyer.stage == "none":
        return Histories(now, {"paid": paid, "dispatched": never, "asks": now}, facts)
    if buyer.stage == "cancellation":
        return Histories(now, {"paid": paid, "dispatched": never, "requested": asked, "closed": never}, facts)
    terms = terms_of(scenario, buyer.kind)
    clock = terms.requests[Stage.DISPUTE].clock  # answers that came came in time
    apart = min((buyer.paid - (buyer.asked or 0)) // EIGHTH, DAY // 2, clock.seconds // 2)
    closed = open_by(asked - (apart if buyer.stage == "chargeback" else 0), calendar)
    opened = asked if buyer.stage == "dispute" else np.maximum(closed - apart, paid)
    instants = {"paid": paid, "dispatched": paid + np.minimum((opened - paid) // 3, DAY)}
    instants["delivered"] = never if buyer.kind == ClaimKind.NOT_RECEIVED else opened
    instants |= {"refund_due": never, "failed": never}
    facts["kind"] = np.full(len(paid), int(buyer.kind))
    if not terms.needs_consent:
        instants |= {"withdrawn": opened}
    else:
        instants |= {"dispute_opened": opened, "dispute_closed": never if buyer.stage == "dispute" else closed}
        says = ACCEPTED if buyer.stage == "return" else REFUSED
        facts["dispute_status"] = np.full(len(paid), -1 if buyer.stage == "dispute" else says)
    if buyer.stage in OPEN_SINCE:
        begun, over = OPEN_SINCE[buyer.stage]
        instants |= {begun: asked, over: never}
    if buyer.stage == "chargeback":
        instants["failed"] = closed
    return Histories(now, instants, facts)


def may_have_paid(buyer: Buyer, paid: Ints, calendar: Calendar) -> Ints:
    """Of these instants those at which such a buyer may have paid: sellers make offers while they are open."""
    if buyer.stage != "offer":
        return paid
    offered = paid + buyer.paid - (buyer.asked or 0)
    at_work: Ints = paid[next_open(offered, calendar) == offered]
    return at_work


def request_terms(scenario: Scenario, buyer: Buyer) -> RequestTerms:
    """The clock of what is open, and what its silence means."""
    return terms_of(scenario, buyer.kind).requests[ASKED_AT.get(buyer.stage, Stage.CANCELLATION)]


def free_for(scenario: Scenario, buyer: Buyer) -> int:
    """For how many seconds more a cancellation needs nobody's consent; 0 where it does."""
    terms = scenario.policy.cancellation
    free = terms.free_until if terms else None
    if buyer.stage != "none" or free is None or free.after != Anchor.PAID or free.within is None:
        return 0
    return max(free.within.seconds - buyer.paid, 0)


def expect_sense(scenario: Scenario, buyer: Buyer) -> None:
    """Raises BadUsage for what makes no sense, or what this policy does not know."""
    if buyer.asked is not None and buyer.asked > buyer.paid:
        raise BadUsage("advise: found a buyer who asked before paying, expected --asked at most --paid")
    window = scenario.experiment
    if buyer.paid > (longest := window.arrivals_end - window.cohort_window[0] - DAY):
        raise BadUsage(
            f"advise: found --paid {buyer.paid / DAY:g}d, expected at most {longest / DAY:g}d: what comes of an "
            "order later than that this scenario does not tell (experiment.cohort and run_out)"
        )
    if (lacks := _lacks(scenario, buyer)) is not None:
        raise BadUsage(f"advise: this policy knows no {lacks}, expected another --stage or --claim")
    free = Buyer(buyer.paid - (buyer.asked or 0), None, "none", buyer.facts)
    if buyer.stage == "cancellation" and (left := free_for(scenario, free)):
        raise BadUsage(
            "advise: found a request to cancel that nobody has answered, but this policy grants it at once "
            f"for another {left / HOUR:.0f} h from when it was put: it needs nobody's answer"
        )
    clock = request_terms(scenario, buyer).clock
    if buyer.stage not in ("none", "return") and clock.kind == Kind.WALL and clock.seconds <= (buyer.asked or 0):
        raise BadUsage(
            f"advise: found a request of {(buyer.asked or 0) / DAY:g} d ago that is open, but its clock is over "
            f"after {clock.seconds / DAY:g} d: what silence means has happened"
        )


def _lacks(scenario: Scenario, buyer: Buyer) -> str | None:
    """What a policy lacks for a buyer to be where this one says to be; None where it lacks nothing."""
    policy, terms, word = scenario.policy, terms_of(scenario, buyer.kind), buyer.kind.word
    if buyer.stage == "cancellation":
        return "cancellation" if policy.cancellation is None else None
    if buyer.stage == "none":
        return None
    if not terms.may_dispute:
        return f"dispute for {word}"
    if not terms.needs_consent and buyer.stage != "return":
        return f"{buyer.stage} for {word} (a right of withdrawal needs nobody's answer: it is a yes at once)"
    if buyer.stage == "offer" and not terms.rounds:
        return "offers of a part of the money"
    if buyer.stage == "mediation" and not terms.may_mediate:
        return "mediation"
    if buyer.stage == "return" and (not terms.needs_return or buyer.kind == ClaimKind.NOT_RECEIVED):
        return f"return for {word}"
    if buyer.stage == "chargeback":
        return _lacks_a_bank(scenario, buyer, terms)
    return None


def _lacks_a_bank(scenario: Scenario, buyer: Buyer, terms: Terms) -> str | None:
    methods = list(scenario.market.payment_methods)
    known = [name for name, may in zip(methods, terms.may_charge_back, strict=True) if may]
    if not known:
        return f"chargeback for {buyer.kind.word}"
    if "method" in buyer.facts and methods[buyer.facts["method"]] not in known:
        return f"chargeback by {methods[buyer.facts['method']]}"
    if "method" not in buyer.facts and len(known) < len(methods):
        raise BadUsage(f"advise: found no --method, expected one that knows a chargeback: {', '.join(known)}")
    return None


AT_ONCE = 60
"""Seconds from now on in which a buyer who decides now has done so."""


class Action(NamedTuple):
    """One thing that a buyer can do: what it is called, in words, and the decisions it comes to."""

    name: str
    does: str
    choice: Choice | None = None
    gives_up: str | None = None
    """The request that is taken back now."""
    answers_now: bool = False
    """Whether the offer on the table is answered now."""

    def over(self, facts: Columns, buyer: Buyer) -> Columns:
        """The facts of some replicates of this buyer, who does so."""
        soon = np.full(len(facts["order"]), (buyer.asked or 0) + AT_ONCE)
        if self.gives_up:
            silent = {f"{self.gives_up}.disposition": np.full_like(soon, int(Disposition.SILENT))}
            return facts | {f"{self.gives_up}.patience": soon} | silent
        return facts | {"offer.notice": soon} if self.answers_now else facts


def possible_actions(scenario: Scenario, buyer: Buyer) -> list[Action]:
    """The first is to do as buyers do; while goods go back, or the bank decides, there is nothing else to do."""
    others = _BY_STAGE.get(buyer.stage)
    return [Action("as they do", "do as buyers do"), *(others(scenario, buyer) if others else ())]


def _nothing_asked(scenario: Scenario, buyer: Buyer) -> list[Action]:
    if scenario.policy.cancellation is None:
        return []
    terms = terms_of(scenario, buyer.kind)
    later = "dispute" if terms.needs_consent else "use the right of withdrawal"
    return [
        Action("press", f"press the cancel button now; if that fails, {later}", Choice(cancel=True, dispute=True)),
        Action("wait", f"wait for the parcel, then {later}", Choice(cancel=False, dispute=True)),
    ]


def _cancelling(scenario: Scenario, buyer: Buyer) -> list[Action]:
    terms = terms_of(scenario, buyer.kind)
    later = "go on to a dispute" if terms.needs_consent else "use the right of withdrawal when the parcel is there"
    return [
        Action("go on", f"wait for the answer; if it is no, {later}", Choice(dispute=True)),
        Action("let go", "wait for the answer; if it is no, keep the goods", Choice(dispute=False)),
        Action("withdraw", "take the request back and keep the goods", gives_up="cancellation"),
    ]


def _disputing(scenario: Scenario, buyer: Buyer) -> list[Action]:
    ways = []
    if scenario.policy.mediation is not None:
        ways.append(Action("escalate", "take a no to the platform", Choice(escalate=True)))
        ways.append(Action("leave it", "leave a no at that", Choice(escalate=False)))
    counters = any(kind.dispute.counter for kind in scenario.market.sellers.types.values())
    if counters and terms_of(scenario, buyer.kind).rounds:
        insists = Choice(take_offer=False, escalate=True)
        ways.append(Action("take offers", "take what the seller offers", Choice(take_offer=True)))
        ways.append(Action("insist", "turn offers down, and go to the platform", insists))
    if not ways:
        ways.append(Action("wait", "wait for the answer"))
    withdraws = Choice(escalate=False)
    ways.append(Action("withdraw", "take the dispute back and keep the goods", withdraws, gives_up="dispute"))
    return ways


def _offered(scenario: Scenario, buyer: Buyer) -> list[Action]:
    mediates = scenario.policy.mediation is not None
    refuses = "turn it down, and go to the platform" if mediates else "turn it down"
    insists = Choice(take_offer=False, escalate=True) if mediates else Choice(take_offer=False)
    return [
        Action("accept", "take the offer and keep the goods", Choice(take_offer=True), answers_now=True),
        Action("refuse", refuses, insists, answers_now=True),
    ]


def _mediating(scenario: Scenario, buyer: Buyer) -> list[Action]:
    withdraws = Action("withdraw", "take the case back and keep the goods", gives_up="mediation")
    if not any(terms_of(scenario, buyer.kind).may_charge_back):
        return [Action("wait", "wait for the ruling"), withdraws]
    return [
        Action("bank", "wait for the ruling; if it is no, turn to the bank", Choice(charge_back=True)),
        Action("leave it", "wait for the ruling, and leave a no at that", Choice(charge_back=False)),
        withdraws,
    ]


_BY_STAGE = {
    "none": _nothing_asked,
    "cancellation": _cancelling,
    "dispute": _disputing,
    "offer": _offered,
    "mediation": _mediating,
}

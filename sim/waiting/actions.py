"""What a buyer can do at each stage, where the scenario has it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Columns
from sim.rules.terms import terms_of
from sim.scenario.buyers import Choice
from sim.scenario.model import Scenario
from sim.vocabulary import Disposition
from sim.waiting.buyer import Buyer

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
    """The first is to do as buyers do."""
    return [Action("as they do", "do as buyers do"), *_BY_STAGE[buyer.stage](scenario, buyer)]


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


def _only_wait(scenario: Scenario, buyer: Buyer) -> list[Action]:
    """Goods are on their way back, or the bank decides: there is nothing to choose."""
    return []


_BY_STAGE = {
    "none": _nothing_asked,
    "cancellation": _cancelling,
    "dispute": _disputing,
    "offer": _offered,
    "mediation": _mediating,
    "return": _only_wait,
    "chargeback": _only_wait,
}

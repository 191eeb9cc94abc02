"""Facts about the orders whose buyers want the money back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Columns as Columns
from sim.arrays import TableOfClaims
from sim.chance.claim_onset import ClaimOnsets, later
from sim.chance.decisions import Decision
from sim.chance.facts import Bought, Ints
from sim.chance.instants import earlier_or_later
from sim.chance.narrow import NarrowColumns
from sim.chance.orders import Dispatching, Instants
from sim.chance.request_draws import draw_requests
from sim.chance.sampler import SECONDS, OrderSampler
from sim.chance.shared import AFRESH, Known
from sim.chance.streams import choice
from sim.rules.refunds import share_of
from sim.rules.requests import reason_stated
from sim.rules.terms import last_day_of
from sim.scenario.buyers import Regret
from sim.scenario.distributions.families import DurationLaw, ShareLaw
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.policy import ProductWindow
from sim.vocabulary import Anchor, ClaimKind, Reason


class Claimants(NamedTuple):
    """Those who want their money back: what is settled about them before anything else is."""

    sampler: OrderSampler
    paid: Ints
    bought: Bought
    onsets: ClaimOnsets
    plan: Dispatching

    def at(self, places: slice) -> Claimants:
        """Some of them, in turn."""
        return Claimants(
            self.sampler.at(places),
            self.paid[places],
            self.bought.only(places),
            self.onsets.only(places),
            self.plan.only(places),
        )

    def columns(self) -> Columns:
        """As columns of `ClaimFacts`."""
        return {
            "order": self.sampler.numbers,
            "paid": self.paid,
            **self.bought._asdict(),
            "claim": self.onsets.claim,
            "asked": self.onsets.asked,
            "arranges_at": self.plan.arranges_at,
            "ships_at": self.plan.ships_at,
            "dispatch_due": self.plan.due,
        }


MANY = 1 << 17
"""Claims from which their facts are drawn and kept so that they take little memory: so many at a time."""


def draw_claims(scenario: Scenario, claimants: Claimants, known: Known = AFRESH) -> TableOfClaims:
    """Every column of `ClaimFacts` for the picked orders."""
    count = len(claimants.paid)
    if count < MANY:
        return _claims(scenario, claimants, known)
    some = (slice(first, first + MANY) for first in range(0, count, MANY))
    return NarrowColumns.of((_claims(scenario, claimants.at(places), AFRESH) for places in some), count)


def _claims(scenario: Scenario, claimants: Claimants, known: Known) -> Columns:
    sampler, plan = claimants.sampler, claimants.plan
    basics = known.of("basics", scenario, lambda _: claimants.columns(), claimants)
    words = known.of("words", scenario, lambda part: _of_what_is_said(part, sampler, basics), basics)
    buyer = known.of("buyer", scenario, lambda part: _of_the_buyer(part, sampler, basics["value"]), basics)
    dispute = known.of("disputing", scenario, lambda part: _of_the_dispute(part, sampler, basics["claim"]), basics)
    journey = known.of("journey", scenario, lambda part: _of_the_journey(part, sampler, basics, plan), basics)
    bank = known.of("bank", scenario, lambda part: _of_the_bank(part, sampler, basics), basics)
    told = known.of("told", scenario, lambda _: basics | words, basics, words)
    asks = draw_requests(scenario, sampler, told, known)
    return told | buyer | dispute | journey | bank | asks


def _of_what_is_said(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """What the buyer tells the seller, and why."""
    buyers, value = scenario.buyers, claims["value"]
    plea = buyers.plea.probability if buyers.plea else 0.0
    return _motives(buyers.regret, sampler, value, claims["claim"] == ClaimKind.REGRET) | {
        "writes_first": sampler.happens(Decision.WRITES_FIRST, plea),
        "agrees_to_change": sampler.happens(Decision.AGREES_TO_CHANGE_REASON, buyers.agrees_to_change_reason),
    }


def _of_the_buyer(scenario: Scenario, sampler: OrderSampler, value: Ints) -> Columns:
    """What else the buyer would do, and what it costs."""
    buyers = scenario.buyers
    return {
        "trusted": sampler.happens(Decision.TRUSTED, buyers.trusted),
        "goes_on": sampler.happens(Decision.GOES_ON, buyers.goes_on),
        "hassle": _part_of(value, sampler, Decision.HASSLE, buyers.hassle),
        "return_cost": sampler.cents(Decision.RETURN_COST, buyers.return_cost),
        "return_delay": sampler.duration(Decision.RETURN_DELAY, buyers.return_delay),
        "escalates": sampler.happens(Decision.ESCALATES, buyers.escalation.probability),
        "escalates_after": sampler.duration(Decision.ESCALATES_AFTER, buyers.escalation.after),
    }


def _of_the_dispute(scenario: Scenario, sampler: OrderSampler, claims: Ints) -> Columns:
    """How long the buyer takes to open it, and how much longer its window is; and if it turns to not received."""
    rows = {kind: getattr(scenario.policy.dispute, kind.word, None) for kind in ClaimKind}
    windows = {kind: row.closes.plus for kind, row in rows.items() if row and row.closes and row.closes.plus}
    return {
        **_by_claim("dispute_after", sampler, claims, Decision.DISPUTES_AFTER, scenario.buyers.dispute_after),
        **_by_claim("closes_plus", sampler, claims, Decision.DISPUTE_WINDOW, windows),
    }


def _by_claim(
    name: str, sampler: OrderSampler, claims: Ints, decision: Decision, laws: Mapping[ClaimKind, DurationLaw]
) -> Columns:
    """A duration by the law for the claim's kind, 0 where there is none; and by that for goods not received."""
    of_kinds = [laws.get(kind) for kind in ClaimKind]
    return {
        name: sampler.by_law(decision, of_kinds, claims, SECONDS),
        f"{name}_if_not_received": sampler.duration(decision, of_kinds[ClaimKind.NOT_RECEIVED]),
    }


def _motives(regret: Regret, sampler: OrderSampler, value: Ints, regrets: NDArray[np.bool_]) -> Columns:
    """Why the mind changed, what is said, and what buying elsewhere would save those who regret."""
    weights = [regret.reasons.get(reason, 0.0) for reason in Reason]
    motives = choice(sampler.luck(Decision.REASON), weights)
    found = regret.found_cheaper.probability if regret.found_cheaper else 0
    cheaper = np.where(regrets, sampler.happens(Decision.FOUND_CHEAPER, found), 0)
    saving = np.zeros_like(value)
    if regret.found_cheaper:
        saving = np.where(cheaper, _part_of(value, sampler, Decision.SAVING, regret.found_cheaper.saving), 0)
    stated = np.array([[reason_stated(motive, found) for found in (False, True)] for motive in Reason])
    return {"reason": stated[motives, cheaper], "found_cheaper": cheaper, "saving": saving}


def _part_of(value: Ints, sampler: OrderSampler, decision: Decision, law: ShareLaw) -> Ints:
    """A drawn share of the price, in cents."""
    return share_of(value, sampler.millionths(decision, law))


def _of_the_journey(scenario: Scenario, sampler: OrderSampler, claims: Columns, plan: Dispatching) -> Columns:
    """How long parcels travel, and until when this product's cancel button is shown."""
    cancellation, carrier = scenario.policy.cancellation, scenario.market.carrier
    window_ends = claims["paid"]
    if cancellation is not None:
        window_ends = _button_ends(scenario, cancellation.window, sampler, plan.instants(claims["paid"]))
    return {
        "window_ends": window_ends,
        "transit": sampler.duration(Decision.TRANSIT, carrier.transit),
        "lost": sampler.happens(Decision.LOST, carrier.lost),
        "free_return": sampler.happens(Decision.FREE_RETURN_LISTING, scenario.market.free_return_listings),
        "return_lost": sampler.happens(Decision.RETURN_LOST, carrier.return_lost),
        "return_transit": sampler.duration(Decision.RETURN_TRANSIT, carrier.return_transit),
    }


def _button_ends(scenario: Scenario, window: ProductWindow, sampler: OrderSampler, known: Instants) -> Ints:
    """Until when each order has its cancel button."""
    ends = np.full_like(known[Anchor.PAID], NEVER)
    if window.within is not None:
        ends = later(known[window.after], sampler.duration(Decision.CANCELLATION_WINDOW, window.within))
    return earlier_or_later(ends, *last_day_of(window, scenario.start))


def _of_the_bank(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """How long the money travels, by payment method and kind of claim; and if the claim turns to not received."""
    methods = list(scenario.market.payment_methods)
    posting = [scenario.policy.refund.of(kind).posting for kind in ClaimKind]
    laws = [of_kind[method] for of_kind in posting for method in methods]

    paid_by = claims["payment_method"]
    turned = [posting[ClaimKind.NOT_RECEIVED][method] for method in methods]
    group = claims["claim"] * len(methods) + paid_by
    return {
        "posting": sampler.by_law(Decision.POSTING, laws, group, SECONDS),
        "posting_if_not_received": sampler.by_law(Decision.POSTING, turned, paid_by, SECONDS),
    }

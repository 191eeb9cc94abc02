"""Facts about the orders whose buyers want the money back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.arrays import Columns as Columns
from sim.arrays import TableOfClaims
from sim.chance.claim_onset import ClaimOnsets, later
from sim.chance.decisions import Decision
from sim.chance.drawings import SECONDS, ByLaw, DrawnBy, cents, duration, happens, millionths
from sim.chance.facts import Bought, Ints
from sim.chance.instants import earlier_or_later
from sim.chance.narrow import NarrowColumns
from sim.chance.orders import Dispatching, Instants
from sim.chance.rates import chosen
from sim.chance.request_draws import draw_requests
from sim.chance.sampler import OrderSampler, said_once
from sim.chance.shared import AFRESH, Known
from sim.rules.refunds import share_of
from sim.rules.requests import reason_stated
from sim.rules.terms import last_day_of
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.windows import ProductWindow
from sim.vocabulary import ClaimKind, Reason


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
    dispute = known.of("disputing", scenario, lambda part: sampler.columns(_dispute(part), basics), basics)
    journey = known.of("journey", scenario, lambda part: _of_the_journey(part, sampler, basics, plan), basics)
    bank = known.of("bank", scenario, lambda part: _of_the_bank(part, sampler, basics), basics)
    told = known.of("told", scenario, lambda _: basics | words, basics, words)
    asks = draw_requests(scenario, sampler, told, known)
    return told | buyer | dispute | journey | bank | asks


@said_once
def _words(scenario: Scenario) -> dict[str, DrawnBy]:
    """What the buyer tells the seller, why the mind changed, and what part of the price buying elsewhere saves."""
    buyers, regret = scenario.buyers, scenario.buyers.regret
    found = regret.found_cheaper
    return {
        "writes_first": happens(Decision.WRITES_FIRST, buyers.plea.probability if buyers.plea else 0.0),
        "agrees_to_change": happens(Decision.AGREES_TO_CHANGE_REASON, buyers.agrees_to_change_reason),
        "motive": chosen(Decision.REASON, [regret.reasons.get(reason, 0.0) for reason in Reason]),
        "found_cheaper": happens(Decision.FOUND_CHEAPER, found.probability) if found else 0,
        "saving": millionths(Decision.SAVING, found.saving) if found else 0,
    }


def _of_what_is_said(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """Only those who regret have found it cheaper; a reason that is not on the menu is not stated."""
    drawn = sampler.columns(_words(scenario))
    cheaper = np.where(claims["claim"] == ClaimKind.REGRET, drawn["found_cheaper"], 0)
    return drawn | {
        "reason": _STATED[drawn.pop("motive"), cheaper],
        "found_cheaper": cheaper,
        "saving": np.where(cheaper, share_of(claims["value"], drawn["saving"]), 0),
    }


_STATED = np.array([[reason_stated(motive, found) for found in (False, True)] for motive in Reason])
"""What the buyer says, by motive and by whether it was found cheaper."""


@said_once
def _buyer(scenario: Scenario) -> dict[str, DrawnBy]:
    """What else the buyer would do, and what it costs."""
    buyers = scenario.buyers
    return {
        "trusted": happens(Decision.TRUSTED, buyers.trusted),
        "goes_on": happens(Decision.GOES_ON, buyers.goes_on),
        "hassle": millionths(Decision.HASSLE, buyers.hassle),
        "return_cost": cents(Decision.RETURN_COST, buyers.return_cost),
        "return_delay": duration(Decision.RETURN_DELAY, buyers.return_delay),
        "escalates": happens(Decision.ESCALATES, buyers.escalation.probability),
        "escalates_after": duration(Decision.ESCALATES_AFTER, buyers.escalation.after),
    }


def _of_the_buyer(scenario: Scenario, sampler: OrderSampler, value: Ints) -> Columns:
    drawn = sampler.columns(_buyer(scenario))
    return drawn | {"hassle": share_of(value, drawn["hassle"])}


@said_once
def _dispute(scenario: Scenario) -> dict[str, DrawnBy]:
    """How long the buyer takes to open it, and how much longer its window is; and if it turns to not received."""
    rows = {kind: getattr(scenario.policy.dispute, kind.word, None) for kind in ClaimKind}
    windows = {kind: row.closes.plus for kind, row in rows.items() if row and row.closes and row.closes.plus}
    return {
        **_by_claim("dispute_after", Decision.DISPUTES_AFTER, scenario.buyers.dispute_after),
        **_by_claim("closes_plus", Decision.DISPUTE_WINDOW, windows),
    }


def _by_claim(name: str, decision: Decision, laws: Mapping[ClaimKind, DurationLaw]) -> dict[str, DrawnBy]:
    """A duration by the law for the claim's kind, 0 where there is none; and by that for goods not received."""
    of_kinds = [laws.get(kind) for kind in ClaimKind]
    return {
        name: ByLaw(decision, of_kinds, SECONDS, "claim"),
        f"{name}_if_not_received": duration(decision, of_kinds[ClaimKind.NOT_RECEIVED]),
    }


@said_once
def _journey(scenario: Scenario) -> dict[str, DrawnBy]:
    """How long parcels travel, and how long this product's cancel button is shown."""
    market, cancellation = scenario.market, scenario.policy.cancellation
    within = cancellation.window.within if cancellation is not None else None
    return {
        "window_ends": duration(Decision.CANCELLATION_WINDOW, within),
        "transit": duration(Decision.TRANSIT, market.carrier.transit),
        "lost": happens(Decision.LOST, market.carrier.lost),
        "free_return": happens(Decision.FREE_RETURN_LISTING, market.free_return_listings),
        "return_lost": happens(Decision.RETURN_LOST, market.carrier.return_lost),
        "return_transit": duration(Decision.RETURN_TRANSIT, market.carrier.return_transit),
    }


def _of_the_journey(scenario: Scenario, sampler: OrderSampler, claims: Columns, plan: Dispatching) -> Columns:
    cancellation, drawn = scenario.policy.cancellation, sampler.columns(_journey(scenario))
    window_ends = claims["paid"]
    if cancellation is not None:
        known = plan.instants(claims["paid"])
        window_ends = _button_ends(scenario, cancellation.window, drawn["window_ends"], known)
    return drawn | {"window_ends": window_ends}


def _button_ends(scenario: Scenario, window: ProductWindow, within: Ints, known: Instants) -> Ints:
    """Until when each order has its cancel button."""
    ends = np.full_like(within, NEVER) if window.within is None else later(known[window.after], within)
    return earlier_or_later(ends, *last_day_of(window, scenario.start))


@said_once
def _bank(scenario: Scenario) -> dict[str, DrawnBy]:
    """How long the money travels, by payment method and kind of claim; and if the claim turns to not received."""
    methods = list(scenario.market.payment_methods)
    posting = [scenario.policy.refund.of(kind).posting for kind in ClaimKind]
    laws = [of_kind[method] for of_kind in posting for method in methods]
    turned = [posting[ClaimKind.NOT_RECEIVED][method] for method in methods]
    return {
        "posting": ByLaw(Decision.POSTING, laws, SECONDS, "claim_and_method"),
        "posting_if_not_received": ByLaw(Decision.POSTING, turned, SECONDS, "payment_method"),
    }


def _of_the_bank(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    both = claims["claim"] * len(scenario.market.payment_methods) + claims["payment_method"]
    return sampler.columns(_bank(scenario), claims | {"claim_and_method": both})

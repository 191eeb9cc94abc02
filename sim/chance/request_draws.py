"""Facts about the requests that a claim may come to: what would be said, when it is noticed, how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from sim.arrays import Columns as Columns
from sim.chance.decisions import Decision
from sim.chance.facts import Ints
from sim.chance.sampler import MILLIONTHS, SECONDS, OrderSampler
from sim.chance.shared import AFRESH, Known
from sim.rules.requests import (
    RULED_IN_TURN,
    SAID_IN_TURN,
    after_the_reason_game,
    answer_bounds,
    blames_the_seller,
    ruling_bounds,
)
from sim.scenario.durations import NEVER
from sim.scenario.market import Answers
from sim.scenario.mediation import MediationTerms
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of
from sim.vocabulary import ClaimKind, Disposition, Reason


class RequestLuck(NamedTuple):
    """The decisions that one kind of request is left to."""

    answer: Decision
    notice: Decision
    handling: Decision


CANCELLATION = RequestLuck(
    Decision.CANCELLATION_ANSWER, Decision.CANCELLATION_NOTICE, Decision.CANCELLATION_HANDLING
)
DISPUTE = RequestLuck(Decision.DISPUTE_ANSWER, Decision.DISPUTE_NOTICE, Decision.DISPUTE_HANDLING)
MEDIATION = RequestLuck(Decision.MEDIATION_ANSWER, Decision.MEDIATION_NOTICE, Decision.MEDIATION_HANDLING)
INSPECTION = RequestLuck(Decision.INSPECTION_ANSWER, Decision.INSPECTION_NOTICE, Decision.INSPECTION_HANDLING)


def draw_requests(scenario: Scenario, sampler: OrderSampler, claims: Columns, known: Known = AFRESH) -> Columns:
    """The columns of every `Ask`; `claims` gives the sellers' types, the reasons and who writes first."""
    columns: Columns = {}
    for stage, draw in _BY_STAGE.items():
        columns |= known.of(f"ask.{stage}", scenario, partial(draw, sampler=sampler, claims=claims), claims)
    return columns


def _cancelling(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    answers = [kind.cancellation for kind in kinds_of(scenario.market.sellers)]
    return {
        **_cancellation(scenario, sampler, claims),
        **_named("cancellation", _timing(CANCELLATION, sampler, claims["seller_type"], answers)),
        "cancellation.patience": sampler.duration(
            Decision.CANCELLATION_PATIENCE, scenario.buyers.patience.cancellation
        ),
    }


def _disputing(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    answers = [kind.dispute for kind in kinds_of(scenario.market.sellers)]
    return {
        "dispute.disposition": _of_the_dispute(scenario, sampler, claims),
        **_named("dispute", _timing(DISPUTE, sampler, claims["seller_type"], answers)),
        "dispute.patience": sampler.duration(Decision.DISPUTE_PATIENCE, scenario.buyers.patience.dispute),
    }


def _mediating(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    patience = sampler.duration(Decision.MEDIATION_PATIENCE, scenario.buyers.patience.mediation)
    return {**_mediation(scenario, sampler, claims["claim"]), "mediation.patience": patience}


def _inspecting(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    answers, kinds = [kind.inspection for kind in kinds_of(scenario.market.sellers)], claims["seller_type"]
    return {
        "inspection.disposition": _said(sampler, INSPECTION, kinds, answers, [1.0] * len(answers)),
        **_named("inspection", _timing(INSPECTION, sampler, kinds, answers)),
        "inspection.patience": sampler.all_alike(NEVER),
    }


def _offering(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    return {
        **_offers(scenario, sampler, claims["seller_type"]),
        "offer.patience": sampler.all_alike(NEVER),
        "reservation": sampler.millionths(Decision.RESERVATION, scenario.buyers.offers.reservation),
    }


def _charging_back(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    buyers = scenario.buyers.chargeback
    return {
        **_chargeback(scenario, sampler),
        "chargeback.patience": sampler.all_alike(NEVER),
        "charges_back": sampler.happens(Decision.CHARGES_BACK, buyers.probability),
        "charges_back_after": sampler.duration(Decision.CHARGES_BACK_AFTER, buyers.after),
    }


_BY_STAGE: dict[str, Callable[..., Columns]] = {
    "cancellation": _cancelling,
    "dispute": _disputing,
    "mediation": _mediating,
    "inspection": _inspecting,
    "offer": _offering,
    "chargeback": _charging_back,
}


def _cancellation(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """What the seller will say to a cancellation, the reason game played through."""
    types = kinds_of(scenario.market.sellers)
    kinds, answers = claims["seller_type"], [kind.cancellation for kind in types]
    first = _said(sampler, CANCELLATION, kinds, answers, [1.0] * len(answers))
    unchanged = _said(sampler, CANCELLATION, kinds, answers, [answer.unchanged_odds for answer in answers])
    blamed = np.array([blames_the_seller(reason) for reason in Reason])[claims["reason"]]
    asking = np.array([answer.asks_to_change_reason for answer in answers])[kinds]
    asks = (blamed & (sampler.luck(Decision.ASKS_TO_CHANGE_REASON) < asking)).astype(np.int64)
    return {
        "cancellation.disposition": _PLAYED[first, asks, claims["agrees_to_change"], unchanged],
        "asked_to_change": asks,
    }


_CASES = (tuple(Disposition), (False, True), (False, True), tuple(Disposition))
_PLAYED = np.array([after_the_reason_game(*case) for case in product(*_CASES)]).reshape([len(c) for c in _CASES])
"""What the reason game comes to: said at first, whether it asks, whether the buyer agrees, said if unchanged."""


def _of_the_dispute(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Ints:
    """A buyer who writes first raises the odds of a yes (the article's plea)."""
    plea, kinds = scenario.buyers.plea, claims["seller_type"]
    answers = [kind.dispute for kind in kinds_of(scenario.market.sellers)]
    plain = _said(sampler, DISPUTE, kinds, answers, [1.0] * len(answers))
    if plea is None:
        return plain
    persuaded = _said(sampler, DISPUTE, kinds, answers, [plea.odds] * len(answers))
    return np.where(claims["writes_first"] == 1, persuaded, plain)


def _mediation(scenario: Scenario, sampler: OrderSampler, kinds: Ints) -> Columns:
    """The platform's ruling on claims of their kind, and of the kind they may turn to; zeros without mediation."""
    terms, nobody = scenario.policy.mediation, sampler.all_alike(0)
    if terms is None:
        return {
            **_silent("mediation", sampler),
            **dict.fromkeys(("split_share", *(f"{name}_if_not_received" for name in RULING)), nobody),
        }
    levers = [terms.of(kind) for kind in ClaimKind]
    now = _ruled(sampler, levers, kinds)
    turned = _ruled(sampler, [levers[ClaimKind.NOT_RECEIVED]], sampler.everybody)  # from the same luck
    return {
        "mediation.disposition": now["ruling"],
        "mediation.notice": now["ruling_notice"],
        "mediation.notice_share": nobody,
        "mediation.handling": now["ruling_handling"],
        "split_share": now["split_share"],
        **{f"{name}_if_not_received": column for name, column in turned.items()},
    }


def _ruled(sampler: OrderSampler, levers: Sequence[MediationTerms], groups: Ints) -> Columns:
    """`RULING` by the levers for each one's group."""
    bounds = [ruling_bounds(one.rulings.buyer, one.rulings.split) for one in levers]
    rulings = sampler.said(Decision.MEDIATION_ANSWER, bounds, RULED_IN_TURN, groups)
    shares = [one.split_share for one in levers]
    return {
        "ruling": rulings,
        **{
            f"ruling_{name}": _lasts(sampler, levers, decision, name, groups, rulings)
            for name, decision in (("notice", Decision.MEDIATION_NOTICE), ("handling", Decision.MEDIATION_HANDLING))
        },
        "split_share": sampler.by_law(Decision.SPLIT_SHARE, shares, groups, MILLIONTHS),
    }


def _lasts(
    sampler: OrderSampler,
    levers: Sequence[MediationTerms],
    decision: Decision,
    name: str,
    groups: Ints,
    rulings: Ints,
) -> Ints:
    """How long a case takes, by the law for its ruling where that has one of its own; one luck whatever it is."""
    own, for_all = [dict(one.laws_by_ruling()) for one in levers], [getattr(one, name) for one in levers]
    if not any(own):
        return sampler.by_law(decision, for_all, groups, SECONDS)
    laws = [
        its_own.get(f"{RULED.get(said)}.{name}", law)
        for its_own, law in zip(own, for_all, strict=True)
        for said in Disposition
    ]
    return sampler.by_law(decision, laws, groups * len(Disposition) + rulings, SECONDS)


RULED = {Disposition.ACCEPT: "buyer", Disposition.SPLIT: "split", Disposition.REFUSE: "seller"}
"""For whom a disposition of the platform is."""
RULING = ("ruling", "ruling_notice", "ruling_handling", "split_share")
"""What luck settles of a ruling."""


def _offers(scenario: Scenario, sampler: OrderSampler, kinds: Ints) -> Columns:
    """What sellers offer in each round, and whether and when buyers answer."""
    sellers, buyers = kinds_of(scenario.market.sellers), scenario.buyers.offers
    silent = sampler.happens(Decision.OFFER_ANSWER, buyers.silent)
    offers = [seller.dispute.offer for seller in sellers]

    def offered(decision: Decision) -> Ints:
        return sampler.by_law(decision, offers, kinds, MILLIONTHS)

    return _silent("offer", sampler) | {
        "first_offer": offered(Decision.FIRST_OFFER),
        "second_offer": offered(Decision.SECOND_OFFER),
        "third_offer": offered(Decision.THIRD_OFFER),
        "offer.disposition": np.where(silent == 1, Disposition.SILENT, Disposition.ACCEPT).astype(np.int64),
        "offer.notice": sampler.duration(Decision.OFFER_NOTICE, buyers.notice),
    }


def _chargeback(scenario: Scenario, sampler: OrderSampler) -> Columns:
    """For whom the bank decides, and when."""
    terms = scenario.policy.chargeback
    if terms is None:
        return _silent("chargeback", sampler)
    won = sampler.happens(Decision.CHARGEBACK_ANSWER, terms.rulings.buyer)
    return _silent("chargeback", sampler) | {
        "chargeback.disposition": np.where(won == 1, Disposition.ACCEPT, Disposition.REFUSE).astype(np.int64),
        "chargeback.notice": sampler.duration(Decision.CHARGEBACK_NOTICE, terms.notice),
    }


def _silent(stage: str, sampler: OrderSampler) -> Columns:
    """An answerer who never says anything, and takes no time over it."""
    nobody = sampler.all_alike(0)
    return _named(stage, dict.fromkeys(("disposition", "notice", "notice_share", "handling"), nobody))


def _timing(decisions: RequestLuck, sampler: OrderSampler, kinds: Ints, answers: Sequence[Answers]) -> Columns:
    """When the answerer looks and how long it works, by its type; one luck serves either way of noticing."""

    shares = [answer.notice_share_of_clock for answer in answers]
    return {
        "notice": sampler.by_law(decisions.notice, [answer.notice for answer in answers], kinds, SECONDS),
        "notice_share": sampler.by_law(decisions.notice, shares, kinds, MILLIONTHS),
        "handling": sampler.by_law(decisions.handling, [answer.handling for answer in answers], kinds, SECONDS),
    }


def _said(
    sampler: OrderSampler, decisions: RequestLuck, kinds: Ints, answers: Sequence[Answers], odds: Sequence[float]
) -> Ints:
    """What each answerer will say, from one uniform each; `answers` and `odds` by its type."""
    bounds = [answer_bounds(**answer.chances(), odds=odd) for answer, odd in zip(answers, odds, strict=True)]
    return sampler.said(decisions.answer, bounds, SAID_IN_TURN, kinds)


def _named(stage: str, columns: Columns) -> Columns:
    return {f"{stage}.{name}": column for name, column in columns.items()}

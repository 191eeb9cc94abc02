"""Facts about the requests that a claim may come to: what would be said, when it is noticed, how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from sim.arrays import Columns as Columns
from sim.chance.decisions import Decision
from sim.chance.drawings import (
    MILLIONTHS,
    SECONDS,
    ByBounds,
    ByLaw,
    DrawnBy,
    duration,
    happens,
    millionths,
)
from sim.chance.sampler import Drawings, OrderSampler, said_once
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


@said_once
def _cancellation(scenario: Scenario) -> dict[str, DrawnBy]:
    answers = [kind.cancellation for kind in kinds_of(scenario.market.sellers)]
    asking = [(answer.asks_to_change_reason,) for answer in answers]
    return {
        "cancellation.disposition": _said(CANCELLATION, answers, [1.0] * len(answers)),
        "unchanged": _said(CANCELLATION, answers, [answer.unchanged_odds for answer in answers]),
        "asked_to_change": ByBounds(Decision.ASKS_TO_CHANGE_REASON, asking, (1, 0), "seller_type"),
        **_timing("cancellation", CANCELLATION, answers),
        "cancellation.patience": duration(Decision.CANCELLATION_PATIENCE, scenario.buyers.patience.cancellation),
    }


def _cancelling(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """What the seller will say to a cancellation, the reason game played through."""
    drawn = sampler.columns(_cancellation(scenario), claims)
    first, asks = drawn["cancellation.disposition"], drawn["asked_to_change"] * _BLAMED[claims["reason"]]
    said = _PLAYED[first, asks, claims["agrees_to_change"], drawn.pop("unchanged")]
    return drawn | {"asked_to_change": asks, "cancellation.disposition": said}


_CASES = (tuple(Disposition), (False, True), (False, True), tuple(Disposition))
_PLAYED = np.array([after_the_reason_game(*case) for case in product(*_CASES)]).reshape([len(c) for c in _CASES])
"""What the reason game comes to: said at first, whether it asks, whether the buyer agrees, said if unchanged."""
_BLAMED = np.array([int(blames_the_seller(reason)) for reason in Reason])
"""By reason, whether a seller may ask for another one."""


@said_once
def _dispute(scenario: Scenario) -> dict[str, DrawnBy]:
    answers, plea = [kind.dispute for kind in kinds_of(scenario.market.sellers)], scenario.buyers.plea
    return {
        "dispute.disposition": _said(DISPUTE, answers, [1.0] * len(answers)),
        **({"persuaded": _said(DISPUTE, answers, [plea.odds] * len(answers))} if plea else {}),
        **_timing("dispute", DISPUTE, answers),
        "dispute.patience": duration(Decision.DISPUTE_PATIENCE, scenario.buyers.patience.dispute),
    }


def _disputing(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """A buyer who writes first raises the odds of a yes (the article's plea)."""
    drawn = sampler.columns(_dispute(scenario), claims)
    said = drawn["dispute.disposition"]
    persuaded = drawn.pop("persuaded", said)
    return drawn | {"dispute.disposition": np.where(claims["writes_first"] == 1, persuaded, said)}


@said_once
def _rulings(scenario: Scenario) -> dict[str, DrawnBy]:
    terms = scenario.policy.mediation
    if terms is None:
        return {"mediation.disposition": 0, "ruling_if_not_received": 0}
    bounds = [ruling_bounds(row.rulings.buyer, row.rulings.split) for row in map(terms.of, ClaimKind)]
    turned = [bounds[ClaimKind.NOT_RECEIVED]]
    return {
        "mediation.disposition": ByBounds(Decision.MEDIATION_ANSWER, bounds, RULED_IN_TURN, "claim"),
        "ruling_if_not_received": ByBounds(Decision.MEDIATION_ANSWER, turned, RULED_IN_TURN),
    }


@said_once
def _mediation(scenario: Scenario) -> dict[str, DrawnBy]:
    """How long a case waits and takes, given its ruling, and what a split one splits; zeros without mediation."""
    terms = scenario.policy.mediation
    patience = duration(Decision.MEDIATION_PATIENCE, scenario.buyers.patience.mediation)
    drawings: dict[str, DrawnBy] = {"mediation.notice_share": 0, "mediation.patience": patience}
    if terms is None:
        names = ("mediation.notice", "mediation.handling", "split_share")
        return drawings | dict.fromkeys((*names, *(f"{name}_if_not_received" for name in RULING[1:])), 0)
    levers = [terms.of(kind) for kind in ClaimKind]
    turned = levers[ClaimKind.NOT_RECEIVED]
    for name, decision in (("notice", Decision.MEDIATION_NOTICE), ("handling", Decision.MEDIATION_HANDLING)):
        drawings[f"mediation.{name}"] = _lasts(levers, decision, name, "claim")
        drawings[f"ruling_{name}_if_not_received"] = _lasts([turned], decision, name, None)
    shares = [one.split_share for one in levers]
    return drawings | {
        "split_share": ByLaw(Decision.SPLIT_SHARE, shares, MILLIONTHS, "claim"),
        "split_share_if_not_received": millionths(Decision.SPLIT_SHARE, turned.split_share),
    }


def _mediating(scenario: Scenario, sampler: OrderSampler, claims: Columns) -> Columns:
    """The platform's ruling on claims of their kind, and from the same luck on those that turn to not received."""
    ruled, kinds = sampler.columns(_rulings(scenario), claims), claims["claim"]
    now, turned = ruled["mediation.disposition"], ruled["ruling_if_not_received"]
    groups = {"claim": kinds, "ruled": kinds * len(Disposition) + now, "turned": turned}
    return ruled | sampler.columns(_mediation(scenario), groups)


def _lasts(levers: Sequence[MediationTerms], decision: Decision, name: str, by: str | None) -> ByLaw:
    """By the law for its ruling where that has one of its own; one luck whatever it is."""
    own, for_all = [dict(one.laws_by_ruling()) for one in levers], [getattr(one, name) for one in levers]
    if not any(own):
        return ByLaw(decision, for_all, SECONDS, by)
    laws = [
        its_own.get(f"{RULED.get(said)}.{name}", law)
        for its_own, law in zip(own, for_all, strict=True)
        for said in Disposition
    ]
    return ByLaw(decision, laws, SECONDS, "ruled" if by else "turned")


RULED = {Disposition.ACCEPT: "buyer", Disposition.SPLIT: "split", Disposition.REFUSE: "seller"}
"""For whom a disposition of the platform is."""
RULING = ("ruling", "ruling_notice", "ruling_handling", "split_share")
"""What luck settles of a ruling."""


@said_once
def _inspection(scenario: Scenario) -> dict[str, DrawnBy]:
    answers = [kind.inspection for kind in kinds_of(scenario.market.sellers)]
    return {
        "inspection.disposition": _said(INSPECTION, answers, [1.0] * len(answers)),
        **_timing("inspection", INSPECTION, answers),
        "inspection.patience": NEVER,
    }


@said_once
def _offers(scenario: Scenario) -> dict[str, DrawnBy]:
    """What sellers offer in each round, and whether and when buyers answer."""
    buyers, silent = scenario.buyers.offers, (Disposition.SILENT, Disposition.ACCEPT)
    offers = [seller.dispute.offer for seller in kinds_of(scenario.market.sellers)]
    return _silent("offer") | {
        "first_offer": ByLaw(Decision.FIRST_OFFER, offers, MILLIONTHS, "seller_type"),
        "second_offer": ByLaw(Decision.SECOND_OFFER, offers, MILLIONTHS, "seller_type"),
        "third_offer": ByLaw(Decision.THIRD_OFFER, offers, MILLIONTHS, "seller_type"),
        "offer.disposition": happens(Decision.OFFER_ANSWER, buyers.silent, *silent),
        "offer.notice": duration(Decision.OFFER_NOTICE, buyers.notice),
        "offer.patience": NEVER,
        "reservation": millionths(Decision.RESERVATION, buyers.reservation),
    }


@said_once
def _chargeback(scenario: Scenario) -> dict[str, DrawnBy]:
    """Whether and when buyers call their bank; for whom it decides, and when."""
    buyers, terms = scenario.buyers.chargeback, scenario.policy.chargeback
    drawings = _silent("chargeback") | {
        "chargeback.patience": NEVER,
        "charges_back": happens(Decision.CHARGES_BACK, buyers.probability),
        "charges_back_after": duration(Decision.CHARGES_BACK_AFTER, buyers.after),
    }
    if terms is not None:
        won = terms.rulings.buyer, Disposition.ACCEPT, Disposition.REFUSE
        drawings["chargeback.disposition"] = happens(Decision.CHARGEBACK_ANSWER, *won)
        drawings["chargeback.notice"] = duration(Decision.CHARGEBACK_NOTICE, terms.notice)
    return drawings


def _plainly(drawings: Callable[[Scenario], Drawings]) -> Callable[..., Columns]:
    """Nothing is to be done to what is drawn."""
    return lambda scenario, sampler, claims: sampler.columns(drawings(scenario), claims)


_BY_STAGE: dict[str, Callable[..., Columns]] = {
    "cancellation": _cancelling,
    "dispute": _disputing,
    "mediation": _mediating,
    "inspection": _plainly(_inspection),
    "offer": _plainly(_offers),
    "chargeback": _plainly(_chargeback),
}


def _silent(stage: str) -> dict[str, DrawnBy]:
    """An answerer who never says anything, and takes no time over it."""
    return {f"{stage}.{name}": 0 for name in ("disposition", "notice", "notice_share", "handling")}


def _timing(stage: str, decisions: RequestLuck, answers: Sequence[Answers]) -> dict[str, DrawnBy]:
    """When the answerer looks and how long it works, by its type; one luck serves either way of noticing."""
    shares = [answer.notice_share_of_clock for answer in answers]
    notices, handlings = [answer.notice for answer in answers], [answer.handling for answer in answers]
    return {
        f"{stage}.notice": ByLaw(decisions.notice, notices, SECONDS, "seller_type"),
        f"{stage}.notice_share": ByLaw(decisions.notice, shares, MILLIONTHS, "seller_type"),
        f"{stage}.handling": ByLaw(decisions.handling, handlings, SECONDS, "seller_type"),
    }


def _said(decisions: RequestLuck, answers: Sequence[Answers], odds: Sequence[float]) -> ByBounds:
    """What each answerer will say, from one uniform each; `answers` and `odds` by its type."""
    bounds = [answer_bounds(**answer.chances(), odds=odd) for answer, odd in zip(answers, odds, strict=True)]
    return ByBounds(decisions.answer, bounds, SAID_IN_TURN, "seller_type")

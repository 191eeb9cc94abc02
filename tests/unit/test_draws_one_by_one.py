"""Draws are made for whole columns at a time; each must be what one order's own luck gives, looked up alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.chance.decisions import Decision
from sim.chance.facts import Draws
from sim.chance.streams import CELLS, Floats, Luck, Numbers, choice
from sim.rules.refunds import share_of
from sim.rules.requests import after_the_reason_game, blames_the_seller, reason_stated, with_odds
from sim.scenario.distributions.families import draw
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Disposition, Reason
from tests.worlds import MEDIATED, drawn, world

HELPFUL, STUBBORN = (
    {
        "share": 0.5,
        "arrange": {"exponential": {"mean": "1 d"}},
        "dispatch": {"exponential": {"mean": "3 d"}},
        "cancellation": {
            "accept": yes,
            "refuse": 0.5 - yes,
            "ship": 0.2,
            "silent": 0.3,
            "notice": {"exponential": {"mean": "5 h"}},
            "asks_to_change_reason": 0.7,
            "unchanged_odds": 0.25,
        },
        "dispute": {"accept": yes, "refuse": 0.5 - yes, "silent": 0.3, "counter": 0.2, "offer": 0.4},
    }
    for yes in (0.4, 0.1)
)
MIXED: dict[str, Any] = MEDIATED | {
    "experiment.cohort": "8 d",
    "market.order_value": {"lognormal": {"median": 24, "p95": 160}},
    "market.sellers": {"count": 9, "concentration": 1, "types": {"helpful": HELPFUL, "stubborn": STUBBORN}},
    "market.payment_methods": {"card": 0.6, "wallet": 0.4},
    "buyers.regret": {
        "probability": 0.8,
        "after": {"exponential": {"mean": "2 d"}},
        "reasons": {"not_needed": 1, "other": 1, "no_answer": 1, "out_of_stock": 2},
        "found_cheaper": {"probability": 0.3, "saving": {"uniform": {"low": 0.1, "high": 0.5}}},
    },
    "buyers.agrees_to_change_reason": 0.5,
    "buyers.plea": {"probability": 0.4, "odds": 3},
    "policy.dispute.default.rounds": 2,
    "policy.dispute.default.offer": {"clock": "5 d", "on_silence": "close"},
    "policy.mediation.rulings": {"buyer": 0.4, "seller": 0.3, "split": 0.3},
    "policy.refund.posting": {"card": {"exponential": {"mean": "3 d"}}, "wallet": "2 h"},
}
"""Two types of sellers, two ways of paying, and everything that luck decides about an answer."""


@cache
def mixed() -> tuple[Scenario, Draws]:
    """The market, and the luck of its first replication."""
    return world(MIXED), drawn(world(MIXED))


def luck(decision: Decision) -> list[float]:
    """Every claimant's own uniform, by position among the claims."""
    scenario, draws = mixed()
    of_all = Luck(scenario.experiment.seed, 0).of(decision, range(len(draws.orders)))
    return [float(of_all[order]) for order in draws.claims["order"].tolist()]


def column(name: str) -> list[int]:
    """One fact about every claim."""
    return list(map(int, mixed()[1].claims[name].tolist()))


def answer(u: float, chances: dict[str, float], odds: float = 1.0) -> Disposition:
    """What is said: silence, shipping, an offer, yes and no in turn, as the rulebook has it (§6)."""
    yes, no = chances["accept"], chances["refuse"]
    accepts = (yes + no) * with_odds(yes / (yes + no), odds) if yes + no > 0 else 0.0
    so_far = 0.0
    for said, chance in (
        (Disposition.SILENT, chances["silent"]),
        (Disposition.SHIP, chances.get("ship", 0.0)),
        (Disposition.COUNTER, chances.get("counter", 0.0)),
        (Disposition.ACCEPT, accepts),
    ):
        so_far += chance
        if u < so_far:
            return said
    return Disposition.REFUSE


def test_there_is_enough_to_look_at() -> None:
    assert len(column("order")) > 250
    assert set(column("seller_type")) == set(column("payment_method")) == {0, 1}
    assert {Disposition(said) for said in column("dispute.disposition")} == set(Disposition) - {
        Disposition.SHIP,
        Disposition.SPLIT,
    }


def test_every_seller_says_to_a_cancellation_what_its_own_luck_says() -> None:
    types = list(mixed()[0].market.sellers.types.values())
    asks = [
        blames_the_seller(reason) and u < types[kind].cancellation.asks_to_change_reason
        for u, kind, reason in zip(
            luck(Decision.ASKS_TO_CHANGE_REASON), column("seller_type"), column("reason"), strict=True
        )
    ]
    assert column("asked_to_change") == list(map(int, asks))
    assert column("cancellation.disposition") == [
        after_the_reason_game(
            answer(u, types[kind].cancellation.chances()),
            asked,
            bool(agrees),
            answer(u, types[kind].cancellation.chances(), types[kind].cancellation.unchanged_odds),
        )
        for u, kind, asked, agrees in zip(
            luck(Decision.CANCELLATION_ANSWER), column("seller_type"), asks, column("agrees_to_change"), strict=True
        )
    ]


def test_every_seller_says_to_a_dispute_what_its_own_luck_and_the_plea_say() -> None:
    types = list(mixed()[0].market.sellers.types.values())
    assert column("dispute.disposition") == [
        answer(u, types[kind].dispute.chances(), 3 if writes else 1)
        for u, kind, writes in zip(
            luck(Decision.DISPUTE_ANSWER), column("seller_type"), column("writes_first"), strict=True
        )
    ]


def test_the_platform_rules_on_every_claim_as_its_own_luck_says() -> None:
    said = {0.4: Disposition.ACCEPT, 0.7: Disposition.SPLIT, 1.0: Disposition.REFUSE}
    ruled = [next(what for bound, what in said.items() if u < bound) for u in luck(Decision.MEDIATION_ANSWER)]
    assert column("mediation.disposition") == ruled


def test_every_buyer_has_a_reason_and_a_saving_of_their_own() -> None:
    scenario = mixed()[0]
    cheaper = scenario.buyers.regret.found_cheaper
    assert cheaper
    weights = [scenario.buyers.regret.reasons.get(reason, 0.0) for reason in Reason]
    found = [u < cheaper.probability for u in luck(Decision.FOUND_CHEAPER)]
    motives = [int(choice(np.array([u]), weights)[0]) for u in luck(Decision.REASON)]
    assert set(column("claim")) == {ClaimKind.REGRET}
    assert column("found_cheaper") == list(map(int, found))
    assert column("reason") == [reason_stated(*one) for one in zip(motives, found, strict=True)]
    shares = [round(float(cheaper.saving.ppf(np.array([u]))[0]) * 1_000_000) for u in luck(Decision.SAVING)]
    assert column("saving") == [
        share_of(value, share) if cheap else 0
        for value, share, cheap in zip(column("value"), shares, found, strict=True)
    ]


def test_times_are_drawn_by_the_law_for_ones_own_seller_and_way_of_paying() -> None:
    scenario = mixed()[0]
    types = [kind.cancellation.notice for kind in scenario.market.sellers.types.values()]
    banks = [scenario.policy.refund.posting[method] for method in scenario.market.payment_methods]
    for name, groups, decision, laws in (
        ("cancellation.notice", "seller_type", Decision.CANCELLATION_NOTICE, types),
        ("posting", "payment_method", Decision.POSTING, banks),
    ):
        assert column(name) == [
            int(draw(laws[group], np.array([u]))[0])
            for u, group in zip(luck(decision), column(groups), strict=True)
        ]


def test_no_luck_is_fetched_for_what_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = fetches(monkeypatch)
    drawn(world(MIXED | {"buyers.escalation": {"probability": 1, "after": "2 d"}, "buyers.goes_on": 0}))
    assert fetched
    certain = {Decision.ESCALATES, Decision.ESCALATES_AFTER, Decision.GOES_ON}
    assert not certain & {decision for decision, _ in fetched}


def test_of_an_order_that_cannot_claim_no_luck_is_fetched_but_whether_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched = fetches(monkeypatch)
    draws = drawn(world(MIXED))
    claimants = set(draws.claims["order"].tolist())
    assert len(claimants) < len(draws.orders)
    of_everybody = {Decision.ARRIVAL_GAP, Decision.REGRETS, Decision.SELLER_TYPE}
    for decision, numbers in fetched:
        assert decision in of_everybody or set(numbers) <= claimants, decision


def fetches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Decision, Numbers]]:
    """Fills with the luck that is fetched from now on: what for, and for whom."""
    fetched: list[tuple[Decision, Numbers]] = []
    of = Luck.of

    def noted(luck: Luck, decision: Decision, numbers: Numbers) -> Floats:
        fetched.append((decision, numbers))
        return of(luck, decision, numbers)

    monkeypatch.setattr(Luck, "of", noted)
    return fetched


@pytest.mark.parametrize("sellers", [1, 2, 60, 3000])
def test_a_choice_among_many_is_found_as_by_searching_through_all_of_them(sellers: int) -> None:
    weights = [1 / k for k in range(1, sellers + 1)]
    bounds = np.cumsum(weights) / np.cumsum(weights)[-1]
    edges = np.concatenate([np.arange(CELLS) / CELLS, bounds[:-1], np.nextafter(bounds[:-1], 0)])
    u = np.concatenate([edges, np.random.default_rng(1).random(10_000)])
    assert choice(u, weights).tolist() == np.minimum(np.searchsorted(bounds, u, side="right"), sellers - 1).tolist()

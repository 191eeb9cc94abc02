"""The time to the money as a sum of phases: an answer, a parcel on its way back, a bank that posts.

With exponential phases its law is exact. At 7, 14 and 30 days the cumulative incidence must lie within 3.5
standard errors of it, with a standard error of a quarter of a percentage point: the 95 % interval is within half
a point of the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.chance.facts import Ints
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.vocabulary import Outcome
from tests.theory.agreement import agree, agree_on_share
from tests.theory.formulas import limited_phase_ends_by, phases_end_by
from tests.theory.worlds import (
    ALL_DISPUTE,
    NOTHING_INTERFERES,
    PLAIN,
    YES,
    claims_that_never_meet,
    exponential,
    replications,
    work,
)
from tests.worlds import world

pytestmark = pytest.mark.slow

DAYS = [7, 14, 30]
CLAIMS = claims_that_never_meet(3_000, replications=20)
ANSWER, BANK, LIMIT = 2, 5, 9
"""Days: means of the seller's answer and of the posting, and what the policy lets it take."""


def answered_and_posted(limit: str) -> Scenario:
    """A cancellation that the seller grants; then the bank posts."""
    return world(
        NOTHING_INTERFERES
        | CLAIMS
        | {
            f"{PLAIN}.cancellation": YES | {"handling": work(ANSWER * DAY)},
            "policy.refund": {"within": limit, "posting": {"card": exponential(BANK * DAY)}},
        }
    )


def returned_and_posted(answer: float, delay: float, transit: float, bank: float) -> Scenario:
    """A dispute that the seller grants; the goods go back, and on their arrival the refund falls due."""
    return world(
        ALL_DISPUTE
        | CLAIMS
        | {
            f"{PLAIN}.dispute": YES | {"handling": work(answer * DAY)},
            "buyers.return_delay": exponential(delay * DAY),
            "market.carrier.return_transit": exponential(transit * DAY),
            "policy.return": {"default": {"payer": "seller", "refund_on": "received"}},
            "policy.refund.posting.card": exponential(bank * DAY),
        }
    )


def columns_of(scenario: Scenario) -> list[dict[str, Ints]]:
    claims = [records.claims for records in replications(scenario)]
    assert all((each["outcome"] == Outcome.REFUNDED).all() for each in claims)
    return claims


def days_to_money(claims: dict[str, Ints]) -> NDArray[np.float64]:
    return (claims["refunded_at"] - claims["asked_at"]) / DAY


@pytest.fixture(scope="module")
def posted() -> list[dict[str, Ints]]:
    return columns_of(answered_and_posted("none"))


@pytest.mark.parametrize("days", DAYS)
def test_money_comes_when_the_answer_and_the_bank_are_through(posted: list[dict[str, Ints]], days: int) -> None:
    by_then = (days_to_money(claims) <= days for claims in posted)
    agree_on_share(by_then, phases_end_by(days, (ANSWER, BANK)), points=0.25)


def test_the_mean_time_to_money_is_the_sum_of_the_means(posted: list[dict[str, Ints]]) -> None:
    agree((days_to_money(claims) for claims in posted), ANSWER + BANK, within=0.005)


@pytest.mark.parametrize("means", [(2, 1, 4, 6), (3, 3, 3, 3)], ids=["all different", "Erlang"])
def test_a_return_adds_its_phases_one_by_one(means: Sequence[float]) -> None:
    seen = columns_of(returned_and_posted(*means))
    for days in DAYS:
        by_then = (days_to_money(claims) <= days for claims in seen)
        agree_on_share(by_then, phases_end_by(days, means), points=0.25)
    agree((days_to_money(claims) for claims in seen), sum(means), within=0.005)


@pytest.fixture(scope="module")
def limited() -> list[dict[str, Ints]]:
    return columns_of(answered_and_posted(f"{LIMIT} d"))


@pytest.mark.parametrize("days", [7, 10, 14])
def test_an_enforced_limit_cuts_the_last_phase_off(limited: list[dict[str, Ints]], days: int) -> None:
    by_then = (days_to_money(claims) <= days for claims in limited)
    agree_on_share(by_then, limited_phase_ends_by(days, ANSWER, BANK, LIMIT), points=0.25)


def test_the_money_of_all_slower_banks_arrives_at_the_limit(limited: list[dict[str, Ints]]) -> None:
    agree((claims["limit_used"] for claims in limited), exp(-LIMIT / BANK), within=0.015)
    for claims in limited:
        took = claims["refunded_at"] - claims["refund_due_at"]
        assert took.max() == LIMIT * DAY
        assert np.array_equal(claims["limit_used"] == 1, took == LIMIT * DAY)


def test_a_limit_touches_no_faster_bank(posted: list[dict[str, Ints]], limited: list[dict[str, Ints]]) -> None:
    """No estimate: an order keeps its luck under every policy."""
    for free, held in zip(posted, limited, strict=True):
        faster = held["limit_used"] == 0
        assert np.array_equal(free["refunded_at"][faster], held["refunded_at"][faster])
        assert (free["refunded_at"][~faster] > held["refunded_at"][~faster]).all()

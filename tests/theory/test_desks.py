"""The desks of the marketplace against queueing theory: M/M/1, M/M/c, and M/M/1 with a clock or with patience.

The bars: an estimate lies within 3.5 standard errors of the exact number; and the standard error, taken over
replications, is at most the stated part of a mean (`within`) or so many percentage points of a share (`points`).
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.vocabulary import Settled, Stage
from tests.theory.agreement import agree, agree_on_share
from tests.theory.formulas import Desk, DeskWithClock, DeskWithPatience
from tests.theory.worlds import HANDLING, Requests, mediation_desk, requests_of, sellers_desk

pytestmark = pytest.mark.slow

LOAD = 0.6
CLOCK = 3
"""Of the seller, in mean handling times."""
SELLER, MEDIATION = 0, 1
"""Numbers of the desks in a world of one seller."""

# --------------------------------------------------------- the seller's desk is M/M/1

PLAIN = Desk(arrivals=LOAD, services=1)


@pytest.fixture(scope="module")
def plain() -> list[Requests]:
    scenario = sellers_desk(LOAD, requests=4_000, replications=48)
    return requests_of(scenario, Stage.CANCELLATION, SELLER)


def test_buyers_wait_for_a_seller_as_long_as_in_m_m_1(plain: list[Requests]) -> None:
    agree((each.waits for each in plain), PLAIN.mean_wait, within=0.018)


def test_a_request_finds_its_seller_free_with_chance_one_minus_load(plain: list[Requests]) -> None:
    agree_on_share((each.waits == 0 for each in plain), 1 - LOAD, points=0.4)


@pytest.mark.parametrize("t", [1, 2, 4, 8])
def test_the_wait_for_a_seller_has_the_tail_of_m_m_1(plain: list[Requests], t: float) -> None:
    agree_on_share((each.waits > t for each in plain), PLAIN.waits_beyond(t), points=0.4)


@pytest.mark.parametrize("t", [0.5, 1, 2, 4, 8])
def test_an_answer_takes_an_exponential_time(plain: list[Requests], t: float) -> None:
    agree_on_share((each.stays > t for each in plain), np.exp(-(1 - LOAD) * t), points=0.4)


def test_a_seller_is_busy_for_its_load(plain: list[Requests]) -> None:
    agree((each.mean_busy for each in plain), PLAIN.utilisation, within=0.005)


def test_as_many_wait_for_a_seller_as_littles_law_says(plain: list[Requests]) -> None:
    agree((each.mean_waiting for each in plain), PLAIN.mean_waiting, within=0.018)


def test_the_desk_counts_its_queue_to_the_second(plain: list[Requests]) -> None:
    """Little's law on the path itself: the area under the queue is the sum of the waits."""
    for each in plain:
        assert each.queue_seconds == (each.left_queue - each.opened).sum()


# ------------------------------------- with a clock that runs to the end of the work: M/M/1 + D


@pytest.fixture(scope="module", params=[0.9, 1.3], ids=lambda load: f"load {load}")
def clocked(request: pytest.FixtureRequest) -> tuple[DeskWithClock, list[Requests]]:
    """Requests leave when the seller's clock runs out; with that, even an overloaded seller keeps up."""
    load = request.param
    clock = {"policy.cancellation.clock": f"{CLOCK * HANDLING} s"}
    scenario = sellers_desk(load, requests=3_000, replications=30, **clock)
    return DeskWithClock(load, 1, CLOCK), requests_of(scenario, Stage.CANCELLATION, SELLER)


Clocked = tuple[DeskWithClock, list[Requests]]


def test_silence_settles_the_share_of_requests_that_miss_the_clock_in_theory(clocked: Clocked) -> None:
    desk, seen = clocked
    agree((each.ended_by(Settled.SILENCE) for each in seen), desk.misses, within=0.015)


def test_a_clock_leaves_the_seller_the_work_that_theory_says(clocked: Clocked) -> None:
    desk, seen = clocked
    agree((each.mean_busy for each in seen), desk.utilisation, within=0.005)


def test_a_clock_shortens_the_wait_as_theory_says(clocked: Clocked) -> None:
    desk, seen = clocked
    agree((each.waits for each in seen), desk.mean_wait, within=0.012)
    agree_on_share((each.waits == 0 for each in seen), desk.idle, points=0.4)


@pytest.mark.parametrize("t", [0.5, 1, 2, 2.9])
def test_a_request_on_a_clock_is_settled_when_theory_says(clocked: Clocked, t: float) -> None:
    desk, seen = clocked
    agree_on_share((each.waits > t for each in seen), desk.waits_beyond(t), points=0.45)
    agree_on_share((each.stays > t for each in seen), desk.takes_beyond(t), points=0.45)


def test_no_request_outlives_its_clock(clocked: Clocked) -> None:
    _, seen = clocked
    assert all(each.stays.max() == CLOCK for each in seen)


# ---------------------------------------------------------- with impatient buyers: M/M/1 + M


def test_impatient_buyers_withdraw_as_often_as_in_a_birth_and_death_chain() -> None:
    load, patience = 0.9, 4
    wait = {"buyers.patience.cancellation": {"exponential": {"mean": f"{patience * HANDLING} s"}}}
    seen = requests_of(sellers_desk(load, requests=3_000, replications=30, **wait), Stage.CANCELLATION, SELLER)
    desk = DeskWithPatience(load, 1, 1 / patience)
    agree((each.ended_by(Settled.WITHDRAWN) for each in seen), desk.withdrawn, within=0.01)
    agree((each.stays for each in seen), desk.mean_stay, within=0.01)
    agree((each.mean_busy for each in seen), 1 - desk.idle, within=0.005)


# ----------------------------------------------- the mediation desk, fed at random: M/M/c

STAFF = 3
CASES = Desk(arrivals=LOAD * STAFF, services=1, staff=STAFF)


@pytest.fixture(scope="module")
def cases() -> list[Requests]:
    scenario = mediation_desk(LOAD, STAFF, requests=4_000, replications=48)
    return requests_of(scenario, Stage.MEDIATION, MEDIATION)


def test_a_case_waits_with_the_chance_of_erlang_c(cases: list[Requests]) -> None:
    agree((each.waits > 0 for each in cases), CASES.waits, within=0.012)


def test_cases_wait_for_the_platform_as_long_as_in_m_m_c(cases: list[Requests]) -> None:
    agree((each.waits for each in cases), CASES.mean_wait, within=0.03)


@pytest.mark.parametrize("t", [0.25, 0.5, 1, 2])
def test_the_wait_for_the_platform_has_the_tail_of_m_m_c(cases: list[Requests], t: float) -> None:
    agree_on_share((each.waits > t for each in cases), CASES.waits_beyond(t), points=0.4)


@pytest.mark.parametrize("t", [0.5, 1, 2, 4])
def test_a_ruling_takes_as_long_as_in_m_m_c(cases: list[Requests], t: float) -> None:
    agree_on_share((each.stays > t for each in cases), CASES.takes_beyond(t), points=0.4)


def test_the_platforms_staff_are_busy_for_their_load_and_little_holds(cases: list[Requests]) -> None:
    agree((each.mean_busy for each in cases), CASES.utilisation * STAFF, within=0.005)
    agree((each.mean_waiting for each in cases), CASES.mean_waiting, within=0.03)
    for each in cases:
        assert each.queue_seconds == (each.left_queue - each.opened).sum()

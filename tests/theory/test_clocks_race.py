"""A cancellation request as a race of exponential clocks: dispatch, the buyer's patience, the seller's answer.

Whoever rings first settles the request: the chances are as the rates, the time is exponential in their sum, and a
constant clock on top cuts the race off. The bars are those of `agreement`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest

from sim.chance.facts import Ints
from sim.scenario.durations import HOUR, NEVER
from sim.vocabulary import Settled
from tests.theory.agreement import agree, agree_on_share
from tests.theory.formulas import outlasts, settles
from tests.theory.worlds import (
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

RATES = {Settled.INTERRUPTED: 1 / 30, Settled.WITHDRAWN: 1 / 20, Settled.ANSWERED: 1 / 60}
"""Per hour: the parcel leaves, the buyer gives up, the seller answers. Together once in 10 h."""
TOGETHER = tuple(RATES.values())
CLOCK = 12
"""Hours that the seller has where there is a clock."""


class Race(NamedTuple):
    """Every request of one replication: hours until it was settled, and how."""

    hours: np.ndarray[tuple[int], np.dtype[np.float64]]
    how: Ints


def races(clock: str) -> Iterator[Race]:
    """All handling is at an unlimited desk and noticed at once, so that requests do not meet."""
    scenario = world(
        NOTHING_INTERFERES
        | claims_that_never_meet(3_000, replications=20)
        | {
            f"{PLAIN}.dispatch": exponential(HOUR / RATES[Settled.INTERRUPTED]),
            "buyers.patience.cancellation": exponential(HOUR / RATES[Settled.WITHDRAWN]),
            f"{PLAIN}.cancellation": YES | {"handling": work(HOUR / RATES[Settled.ANSWERED])},
            "policy.cancellation.clock": clock,
        }
    )
    for records in replications(scenario):
        opened, settled = (records.claims[f"cancellation_{step}_at"] for step in ("opened", "settled"))
        # Shipped within half a second of payment: too late to ask.
        asked = opened < NEVER
        how = records.claims["cancellation_settled_by"][asked]
        yield Race((settled - opened)[asked] / HOUR, how)


@pytest.fixture(scope="module")
def endless() -> list[Race]:
    return list(races("none"))


@pytest.fixture(scope="module")
def on_a_clock() -> list[Race]:
    return list(races(f"{CLOCK} h"))


@pytest.mark.parametrize("winner", RATES, ids=lambda how: how.word)
def test_each_ends_the_share_of_requests_that_its_rate_earns(endless: list[Race], winner: Settled) -> None:
    agree((race.how == winner for race in endless), settles(RATES[winner], TOGETHER), within=0.012)


def test_without_a_clock_nothing_is_settled_by_silence(endless: list[Race]) -> None:
    assert not any((race.how == Settled.SILENCE).any() for race in endless)


@pytest.mark.parametrize("hours", [1, 5, 10, 20, 40])
def test_the_time_to_settle_is_exponential_in_the_sum_of_the_rates(endless: list[Race], hours: int) -> None:
    agree_on_share((race.hours > hours for race in endless), outlasts(hours, TOGETHER), points=0.25)


@pytest.mark.parametrize("winner", RATES, ids=lambda how: how.word)
def test_the_time_to_settle_does_not_tell_who_settled(endless: list[Race], winner: Settled) -> None:
    agree((race.hours[race.how == winner] for race in endless), 1 / sum(TOGETHER), within=0.015)


def test_silence_gets_the_requests_that_nobody_settled_by_the_clock(on_a_clock: list[Race]) -> None:
    silence = (race.how == Settled.SILENCE for race in on_a_clock)
    agree(silence, outlasts(CLOCK, TOGETHER), within=0.01)


@pytest.mark.parametrize("winner", RATES, ids=lambda how: how.word)
def test_a_clock_takes_from_each_in_proportion(on_a_clock: list[Race], winner: Settled) -> None:
    agree((race.how == winner for race in on_a_clock), settles(RATES[winner], TOGETHER, CLOCK), within=0.015)


def test_silence_falls_at_the_clock_and_everything_else_before(on_a_clock: list[Race]) -> None:
    for race in on_a_clock:
        silent = race.how == Settled.SILENCE
        assert (race.hours[silent] == CLOCK).all()
        assert race.hours[~silent].max() <= CLOCK


@pytest.mark.parametrize("hours", [1, 5, 11])
def test_until_the_clock_runs_out_it_changes_nothing(on_a_clock: list[Race], hours: int) -> None:
    agree_on_share((race.hours > hours for race in on_a_clock), outlasts(hours, TOGETHER), points=0.25)


def test_the_same_request_ends_in_the_same_way_with_and_without_a_clock_until_then(
    endless: list[Race], on_a_clock: list[Race]
) -> None:
    """No estimate: a clock touches nobody's luck, so only requests that it ends differ."""
    for free, timed in zip(endless, on_a_clock, strict=True):
        in_time = free.hours <= CLOCK
        assert np.array_equal(free.how[in_time], timed.how[in_time])
        assert np.array_equal(np.minimum(free.hours, CLOCK), timed.hours)

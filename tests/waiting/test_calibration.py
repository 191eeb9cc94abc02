"""A study, not a test of every day: what is forecast of open cases comes true as often as it says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.waiting.calibrating import (
    STAGES,
    SURE,
    Found,
    biased_by,
    forecast,
    slope_and_noise,
    spread_of,
    tomorrow_less_today,
    unevenness,
    watch,
    world,
)

pytestmark = pytest.mark.usefixtures("machine_code_at_hand")
CASES = {"dispute": 40_000, "offer": 40_000, "cancellation": 30_000, "chargeback": 30_000}
"""How many of a stage have to come true until it is known how steep the truth is on the odds; 12,000 elsewhere."""
APART = 0.02
"""Odds that differ less than this from case to case have no slope to speak of."""


def expect_unbiased(found: Found) -> None:
    """In the middle right, for all, and for the younger and the older half; the true ends lie anywhere."""
    older = found.age > np.median(found.age)
    for some in (np.ones(len(older), dtype=bool), older, ~older):
        for name, said in found.said.items():
            assert abs(biased_by(said[some], found.true[name][some])) < SURE, name
    assert unevenness(found.rank) > 0.01


def slopes(found: Found) -> Iterator[tuple[str, float, float]]:
    """How steep the truth is on the odds, ± one standard error, where odds differ enough to tell."""
    for name, said in found.said.items():
        if spread_of(said, found.replicates) > APART**2:
            yield name, *slope_and_noise(said, found.true[name], found.replicates)


def expect_to_fail(found: Found) -> None:
    """Some odds are far from the truth, and so are the ends."""
    assert max(abs(biased_by(said, found.true[name])) for name, said in found.said.items()) > SURE
    assert unevenness(found.rank) < 0.01


@pytest.mark.slow
def test_what_is_forecast_of_a_few_cases_comes_true_and_of_luck_drawn_anew_does_not() -> None:
    few = watch(world(), "mediation", range(1), 500)
    found = forecast(few, 60)
    expect_unbiased(found)
    for name, slope, noise in slopes(found):
        assert abs(slope - 1) < 0.1 + 2 * noise, name
    expect_to_fail(forecast(few, 60, naive=True))


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_at_every_stage_the_true_end_lies_anywhere_among_a_thousand_stories(stage: str) -> None:
    expect_unbiased(forecast(watch(world(), stage, range(4), 1_000), 1_000))


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_at_every_stage_the_truth_is_as_steep_on_the_odds_as_it_should_be(stage: str) -> None:
    found = forecast(watch(world(), stage, range(10, 90), CASES.get(stage, 12_000)), 60)
    for name, slope, noise in slopes(found):
        assert abs(slope - 1) < 0.1, (name, slope, noise)
        assert noise < 0.05, (name, slope, noise)


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_at_every_stage_a_forecast_that_ignores_the_time_since_fails(stage: str) -> None:
    expect_to_fail(forecast(watch(world(), stage, range(100, 103), 1_000), 60, naive=True))


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_at_every_stage_the_mean_of_tomorrows_forecasts_is_todays(stage: str) -> None:
    moves = tomorrow_less_today(watch(world(), stage, range(100, 110), 2_000), 10, 40)
    for name, by_case in moves.items():
        assert abs(by_case.mean()) < SURE * by_case.std(ddof=1) / np.sqrt(len(by_case)) + 1e-9, name

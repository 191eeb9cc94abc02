"""Intervals of flips: how many, and what they come to, when prices are as skewed as the article's."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment.estimates import Floats, ratio, share, signed_mean
from sim.experiment.flips import FEWEST

REPEATS = 2_000
ORDERS = 10_000
"""In each replication, flipped or not."""
MEDIAN, P95 = 24.0, 160.0
"""Of prices in the article's world."""
SIGMA = np.log(P95 / MEDIAN) / 1.6448536269514722
MEAN = MEDIAN * np.exp(SIGMA**2 / 2)


def flips(replications: int, expected: int, seed: int) -> tuple[Floats, Floats]:
    """How many orders flip, and the sum of what they gain, by replication (axis 0) and repeat."""
    luck = np.random.default_rng(seed)
    orders = luck.poisson(expected / replications, (replications, REPEATS))
    prices = luck.lognormal(np.log(MEDIAN), SIGMA, orders.sum())
    cells = np.repeat(np.arange(orders.size), orders.ravel())
    money = np.bincount(cells, prices, minlength=orders.size).reshape(orders.shape)
    return orders.astype(np.float64), money


@pytest.mark.parametrize("replications", [5, 20])
@pytest.mark.parametrize(("expected", "at_least"), [(20, 0.89), (FEWEST, 0.91), (300, 0.93)])
def test_the_mean_gain_is_covered_better_than_by_student_alone(
    replications: int, expected: int, at_least: float
) -> None:
    orders, money = flips(replications, expected, seed=expected + replications)
    _, low, high = signed_mean(money, orders)
    covered = float(((low <= MEAN) & (high >= MEAN)).mean())
    value, error, steps = ratio(money, orders)[:3]
    by_student = float((abs(value - MEAN) <= steps * error).mean())
    assert covered >= at_least
    assert covered >= by_student


@pytest.mark.parametrize("replications", [5, 20])
@pytest.mark.parametrize("expected", [5, 20, 300])
def test_how_many_flip_is_covered_however_few_they_are(replications: int, expected: int) -> None:
    held, width = _of_all(replications, expected)
    assert 0.935 <= held <= 0.98
    assert width > 0


@pytest.mark.parametrize("replications", [2, 3])
@pytest.mark.parametrize("expected", [1, 2, 5])
def test_two_replications_that_happen_to_agree_are_not_sure_of_how_many_flip(
    replications: int, expected: int
) -> None:
    held, width = _of_all(replications, expected)
    assert held >= 0.935
    assert width > 0.5 * expected**0.5


def _of_all(replications: int, expected: int) -> tuple[float, float]:
    """How often the interval of their share holds it, and the least width, counted in orders."""
    orders, _ = flips(replications, expected, seed=expected * replications)
    cohorts = np.random.default_rng(replications).poisson(ORDERS, orders.shape).astype(np.float64)
    true = expected / replications / ORDERS
    _, low, high = share(orders, cohorts, cohorts.sum(axis=0))
    return float(((low <= true) & (true <= high)).mean()), float(((high - low) * cohorts.sum(axis=0)).min())

"""Who orders, when, from whom, and who changes their mind: the draws against the laws that the scenario names.

Orders do not meet here, so standard errors are exact: those of Poisson counts and of binomial shares.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.chance.draws import draw_replication
from sim.chance.facts import Draws
from sim.scenario.durations import HOUR
from tests.theory.agreement import agrees
from tests.theory.worlds import NOTHING_INTERFERES, claims_that_never_meet
from tests.worlds import calendars_of, world

Floats = NDArray[np.float64]

WEEKS, REPLICATIONS, ORDERS = 2, 10, 2_000
HOURS = [0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 5, 6, 7, 8, 9, 6, 4, 2]
WEEKDAYS = [1, 1, 1, 1, 2, 0.5, 0.5]
PEAK_DAY, PEAK = 9, 3
"""The second Wednesday, 2018-10-10."""
SELLERS, CONCENTRATION, REGRET = 20, 0.8, 0.3


def expected() -> Floats:
    """Orders by day and hour of one replication, from the meaning of the levers and not from the code."""
    week = np.array(WEEKDAYS) / np.mean(WEEKDAYS)
    days = ORDERS * np.tile(week, WEEKS)
    days[PEAK_DAY] *= PEAK
    return np.outer(days, np.array(HOURS) / np.sum(HOURS))


class Counted(NamedTuple):
    """What ten replications brought, by replication, day and hour: orders, and those of them regretted."""

    orders: Floats
    regretted: Floats
    by_seller: Floats


@pytest.fixture(scope="module")
def counted() -> Counted:
    scenario = world(
        NOTHING_INTERFERES
        | claims_that_never_meet(ORDERS, REPLICATIONS)
        | {
            "experiment.cohort": f"{7 * WEEKS} d",
            "market.hours": HOURS,
            "market.weekdays": dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), WEEKDAYS, strict=True)),
            "market.peaks": {"2018-10-10": PEAK},
            "market.sellers.count": SELLERS,
            "market.sellers.concentration": CONCENTRATION,
            "buyers.regret.probability": REGRET,
        }
    )
    calendars = calendars_of(scenario)
    drawn = [draw_replication(scenario, number, calendars) for number in range(REPLICATIONS)]
    return Counted(
        orders=np.array([by_hour(draws.orders.paid) for draws in drawn]),
        regretted=np.array([by_hour(draws.claims["paid"]) for draws in drawn]),
        by_seller=sum((of_sellers(draws) for draws in drawn), np.zeros(SELLERS)),
    )


def by_hour(paid: NDArray[np.int64]) -> Floats:
    cells = np.bincount(paid // HOUR, minlength=WEEKS * 7 * 24)
    return cells.reshape(WEEKS * 7, 24).astype(np.float64)


def of_sellers(draws: Draws) -> Floats:
    return np.bincount(draws.orders.of(np.arange(len(draws.orders))).seller, minlength=SELLERS).astype(np.float64)


def test_nobody_orders_in_an_hour_without_weight(counted: Counted) -> None:
    assert counted.orders[:, :, 0].sum() == 0


@pytest.mark.parametrize("hour", range(1, 24))
def test_orders_come_by_the_hour_as_the_scenario_says(counted: Counted, hour: int) -> None:
    mean = REPLICATIONS * expected()[:, hour].sum()
    agrees(counted.orders[:, :, hour].sum(), mean**0.5, mean, precision=0.02 * mean)


@pytest.mark.parametrize("day", range(7 * WEEKS))
def test_orders_come_by_the_day_as_the_scenario_says(counted: Counted, day: int) -> None:
    mean = REPLICATIONS * expected()[day].sum()
    agrees(counted.orders[:, day].sum(), mean**0.5, mean, precision=0.015 * mean)


@pytest.mark.parametrize("hours", [1, 23], ids=["an hour", "a day"])
def test_counts_scatter_as_poisson_counts_do(counted: Counted, hours: int) -> None:
    """The index of dispersion against the known rate: mean (N − m)²/m is 1, its variance (2 + 1/m) per cell."""
    index, error = dispersion(counted.orders, expected(), hours)
    agrees(index, error, 1, precision=0.15 if hours > 1 else 0.03)


@pytest.mark.parametrize("hours", [1, 23], ids=["an hour", "a day"])
def test_regrets_scatter_as_a_thinned_poisson_process_does(counted: Counted, hours: int) -> None:
    index, error = dispersion(counted.regretted, REGRET * expected(), hours)
    agrees(index, error, 1, precision=0.15 if hours > 1 else 0.03)


def dispersion(counts: Floats, mean: Floats, hours: int) -> tuple[float, float]:
    """Index and exact standard error, over cells of so many of the 23 hours in which orders come."""
    cells = counts[:, :, 1:].reshape(REPLICATIONS, -1, hours).sum(axis=2)
    m = mean[:, 1:].reshape(-1, hours).sum(axis=1)
    variance = (2 + 1 / m).mean() / cells.size
    return float(((cells - m) ** 2 / m).mean()), float(variance**0.5)


def test_what_one_hour_brings_says_nothing_about_the_next(counted: Counted) -> None:
    """Independent increments: neighbouring hours are uncorrelated, so the mean product is 0 ± 1/√pairs."""
    scatter = (counted.orders - expected())[:, :, 1:] / expected()[:, 1:] ** 0.5
    products = scatter[:, :, 1:] * scatter[:, :, :-1]
    agrees(products.mean(), products.size**-0.5, 0, precision=0.02)


@pytest.mark.parametrize("rank", range(1, SELLERS + 1))
def test_the_kth_seller_has_a_zipf_share_of_the_orders(counted: Counted, rank: int) -> None:
    weights = np.arange(1, SELLERS + 1) ** -CONCENTRATION
    share, orders = weights[rank - 1] / weights.sum(), counted.by_seller.sum()
    error = (share * (1 - share) / orders) ** 0.5
    agrees(counted.by_seller[rank - 1] / orders, error, share, precision=0.015 * share)


def test_the_share_of_orders_that_are_regretted_is_the_probability(counted: Counted) -> None:
    orders = counted.orders.sum()
    error = (REGRET * (1 - REGRET) / orders) ** 0.5
    agrees(counted.regretted.sum() / orders, error, REGRET, precision=0.001)

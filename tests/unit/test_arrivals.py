"""When orders are paid: a Poisson process whose rate follows the hour, the weekday and the peaks.

The tiny world begins on a Monday, 1 October 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.chance.arrivals import cumulative_rate, paid_instants
from sim.chance.decisions import Decision
from sim.chance.streams import Floats, Luck, Numbers
from sim.compiled.filling import BY_MACHINE_CODE
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario
from tests.worlds import world

LUCK = Luck(seed=1, replication=0)
BUSY_EVENINGS = [0] * 6 + [1] * 12 + [3] * 6
"""Nobody buys before six; from 18:00 on three times as many as by day. 12 + 18 parts make the day."""


def a_week(**changes: object) -> Scenario:
    """Seven days at 1,000 orders a day."""
    return world({"market.orders_per_day": 1000, "experiment.cohort": "7 d"} | changes)


def expected(scenario: Scenario, since: int, until: int) -> float:
    """Orders expected in [since, until), from the exact cumulative rate."""
    edges, orders = cumulative_rate(scenario)
    since_then, until_then = np.interp([since, until], edges, orders)
    return float(until_then - since_then)


def test_a_flat_rate_is_flat() -> None:
    scenario = a_week()
    assert expected(scenario, 0, 7 * DAY) == pytest.approx(7000)
    assert expected(scenario, 2 * DAY + 3 * HOUR, 2 * DAY + 6 * HOUR) == pytest.approx(1000 / 8)


def test_hours_share_out_the_day_and_leave_its_total() -> None:
    scenario = a_week(**{"market.hours": BUSY_EVENINGS})
    assert expected(scenario, 0, DAY) == pytest.approx(1000)
    assert expected(scenario, 0, 6 * HOUR) == 0
    assert expected(scenario, 6 * HOUR, 18 * HOUR) == pytest.approx(1000 * 12 / 30)
    assert expected(scenario, 18 * HOUR, 18 * HOUR + 1800) == pytest.approx(1000 * 1.5 / 30)


def test_weekdays_share_out_the_week_and_leave_its_total() -> None:
    scenario = a_week(**{"market.weekdays": {"sat": 0.5, "sun": 0.5}})
    assert expected(scenario, 0, 7 * DAY) == pytest.approx(7000)
    assert expected(scenario, 5 * DAY, 6 * DAY) == pytest.approx(1000 * 0.5 * 7 / 6)
    assert expected(scenario, 0, DAY) == pytest.approx(1000 * 7 / 6)


def test_a_peak_comes_on_top() -> None:
    scenario = a_week(**{"market.peaks": {"2018-10-03": 1.7}})
    assert expected(scenario, 2 * DAY, 3 * DAY) == pytest.approx(1700)
    assert expected(scenario, 0, 7 * DAY) == pytest.approx(7700)


def test_a_run_may_end_within_an_hour() -> None:
    assert expected(a_week(**{"experiment.cohort": "90 min"}), 0, DAY) == pytest.approx(1000 * 1.5 / 24)


UNEVEN = {
    "market.hours": BUSY_EVENINGS,
    "market.weekdays": {"sat": 0.5, "sun": 0.5},
    "market.peaks": {"2018-10-03": 1.7},
    "experiment.cohort": "13 d 50 min",
}


@pytest.mark.parametrize("changes", [{}, UNEVEN])
def test_orders_come_in_order_and_inside_the_run(changes: dict[str, object]) -> None:
    scenario = a_week(**changes)
    paid = paid_instants(scenario, LUCK)
    assert (np.diff(paid) >= 0).all()
    assert paid[0] >= 0
    assert paid[-1] < scenario.experiment.arrivals_end


def test_nobody_buys_at_hours_without_weight() -> None:
    paid = paid_instants(a_week(**UNEVEN), LUCK)
    assert (paid % DAY >= 6 * HOUR).all()


def test_measured_in_orders_expected_the_gaps_are_those_of_a_poisson_process_of_rate_one() -> None:
    scenario = a_week(**UNEVEN)
    paid = paid_instants(scenario, LUCK)
    reached: Floats = np.cumsum(-np.log1p(-LUCK.of(Decision.ARRIVAL_GAP, range(len(paid) + 1))))
    edges, orders = cumulative_rate(scenario)
    # An order is paid in the second in which the expected number passes what its gaps add up to.
    assert (np.interp(paid, edges, orders) <= reached[:-1] + 1e-9).all()
    assert (np.interp(paid + 1, edges, orders) > reached[:-1] - 1e-9).all()
    assert reached[-1] >= orders[-1]  # the next one comes after the end


@pytest.mark.parametrize(
    ("since", "until"), [(0, 1), (2, 3), (5, 6), (0, 7)], ids=["monday", "the peak", "saturday", "the week"]
)
def test_as_many_come_as_are_expected(since: int, until: int) -> None:
    scenario = a_week(**UNEVEN)
    paid = paid_instants(scenario, LUCK)
    mean = expected(scenario, since * DAY, until * DAY)
    came = int(((since * DAY <= paid) & (paid < until * DAY)).sum())
    # Five standard deviations of a Poisson count; the seed is fixed, so this never fails by chance.
    assert abs(came - mean) < 5 * mean**0.5


def test_an_order_comes_in_half_the_time_when_twice_as_many_come() -> None:
    slow = paid_instants(a_week(), LUCK)
    fast = paid_instants(a_week(**{"market.orders_per_day": 2000}), LUCK)
    assert np.abs(fast[: len(slow)] * 2 - slow).max() <= 2  # whole seconds


def test_another_replication_has_other_arrivals() -> None:
    other = paid_instants(a_week(), Luck(seed=1, replication=1))
    assert paid_instants(a_week(), LUCK)[:5].tolist() != other[:5].tolist()


def test_there_may_be_no_orders_at_all() -> None:
    assert len(paid_instants(a_week(**{"market.orders_per_day": 0.0001}), LUCK)) == 0


class ShortGaps(Luck):
    """Luck by which orders come ten times as fast, or faster."""

    def of(self, decision: Decision, numbers: Numbers) -> Floats:
        return super().of(decision, numbers) / 10


def test_a_run_with_more_orders_than_anybody_expected_is_filled_to_its_end() -> None:
    paid = paid_instants(a_week(), ShortGaps(seed=1, replication=0))
    assert len(paid) > 10 * 7000
    assert paid[-1] > 7 * DAY - 60


@pytest.mark.parametrize("uneven", [{}, UNEVEN])
def test_machine_code_finds_the_instants_that_numpy_finds(uneven: dict[str, Any]) -> None:
    busy = a_week(**uneven | {"market.orders_per_day": 9_000})
    assert np.array_equal(paid_instants(busy, Luck(4, 1, BY_MACHINE_CODE)), paid_instants(busy, Luck(4, 1)))

"""What is true of desks on every path, whatever luck brings: two worlds that must agree to the second."""

from __future__ import annotations

import numpy as np

from sim.chance.facts import Ints
from sim.scenario.durations import DAY, HOUR
from sim.vocabulary import Settled
from tests.theory.worlds import HANDLING, Changes, replications, sellers_desk


def columns_of(changes: Changes) -> list[dict[str, Ints]]:
    scenario = sellers_desk(0.9, requests=2_000, replications=3, **changes)
    return [records.claims for records in replications(scenario)]


def test_with_one_clock_for_all_the_earliest_deadline_is_the_first_who_came() -> None:
    clock: Changes = {"policy.cancellation.clock": f"{3 * HANDLING} s"}
    in_turn = columns_of(clock | {"market.sellers.discipline": "fifo"})
    by_deadline = columns_of(clock | {"market.sellers.discipline": "earliest_deadline"})
    for one, other in zip(in_turn, by_deadline, strict=True):
        assert set(one["cancellation_settled_by"].tolist()) == {Settled.ANSWERED, Settled.SILENCE}
        assert all(np.array_equal(one[column], other[column]) for column in one)


def test_a_seller_with_office_hours_is_m_m_1_on_its_own_clock() -> None:
    """Orders come and work goes on from 9 to 18 only: cut the nights out, and it is the seller who never closes."""
    opens, hours, days = 9, 9, 400
    orders = 0.9 * hours * HOUR / HANDLING
    office: Changes = {
        "experiment.cohort": f"{days} d",
        "market.orders_per_day": orders,
        "market.hours": [1 if opens <= hour < opens + hours else 0 for hour in range(24)],
        "calendars": {"seller": {"hours": {"mon-sun": "09:00-18:00"}}},
    }
    never_closed: Changes = {"experiment.cohort": f"{days * hours} h", "market.orders_per_day": orders * 24 / hours}
    at_once: Changes = {"experiment.warm_up": "0"}
    for by_day, all_day in zip(columns_of(at_once | office), columns_of(at_once | never_closed), strict=True):
        for step in ("opened", "started", "settled"):
            column = f"cancellation_{step}_at"
            day, time = np.divmod(by_day[column], DAY)
            own_time = day * hours * HOUR + np.clip(time - opens * HOUR, 0, hours * HOUR)
            assert np.array_equal(own_time, all_day[column])

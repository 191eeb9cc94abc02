"""Were the desks as busy when the cohort came as ever after, and until it had gone? Do they keep up at all?"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.experiment import run
from sim.experiment.replication import calendars_of
from sim.experiment.requests import MEDIATION, SELLERS, requests_of
from sim.experiment.waits import Waits, waits_by_day, waits_frame
from sim.experiment.warm_up import growth, moving_average, notes_of, waits_compared
from sim.scenario.durations import DAY, HOUR
from tests.tables import records_of
from tests.worlds import accepts, an_order, world

# ------------------------------------------------------------------------------------- waits, day by day

OFFICE: dict[str, Any] = {
    "experiment": {"warm_up": "0", "cohort": "10 d", "run_out": "0"},
    "market.sellers.staff": 1,
    "calendars.seller": {"hours": {"mon-fri": "09:00-17:00"}},
}


def test_waits_are_told_in_working_time_by_the_day_of_joining() -> None:
    # Monday 09:00 and 12:00, eight hours of work each: the second is taken up on Tuesday at 09:00. Two more come
    # on Friday at 16:00 and 16:30; the first of them is done on Monday at 16:00, after the weekend.
    joins = [9 * HOUR, 12 * HOUR, 4 * DAY + 16 * HOUR, 4 * DAY + 16 * HOUR + HOUR // 2]
    orders = [
        an_order(k, asked=at, cancellation=accepts(work=8 * HOUR), ships_at=90 * DAY) for k, at in enumerate(joins)
    ]
    scenario = world(OFFICE)
    waits = waits_by_day(requests_of(scenario, records_of(scenario, *orders), calendars_of(scenario)), days=10)
    assert waits[SELLERS].joined.tolist() == [2, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    assert waits[SELLERS].hours.tolist() == [5, 0, 0, 0, 7.5, 0, 0, 0, 0, 0]
    assert waits[MEDIATION].joined.sum() == 0


def test_the_table_has_a_row_for_every_desk_and_day() -> None:
    both = [
        {desk: Waits(np.array([2, 0]), np.array([hours, 0.0])) for desk in (SELLERS, MEDIATION)} for hours in (2, 6)
    ]
    table = waits_frame(world(), both)
    assert list(table) == ["desk", "day", "date", "joined", "wait", "low", "high"]
    assert table["desk"].tolist() == [SELLERS] * 2 + [MEDIATION] * 2
    assert table["joined"].tolist() == [2, 0, 2, 0]
    assert table["wait"].tolist()[0] == 2
    assert table["low"][0] < 2 < table["high"][0]
    assert np.isnan(table["wait"][1])


# ---------------------------------------------------------------------- experiments of one desk, by Lindley

DAYS = 200
A_DAY = 10
"""Requests; the desk is open for ten hours, so one comes each hour."""
Spoil = Callable[[Waits], None]


def single_desk(
    load: float, *, started: int, seed: int = 1, replications: int = 20, spoil: Spoil = lambda _: None
) -> Any:
    """Observations of an M/M/1 desk that had been open so many days, empty at first, when the cohort came.

    Lindley's recursion: the next waits as long as this one did, plus its service, less the time until the next.
    """
    dice = np.random.default_rng(seed)
    waits = np.zeros((DAYS * A_DAY, replications))
    steps = load * dice.exponential(size=waits.shape) - dice.exponential(size=waits.shape)
    for k in range(1, len(waits)):
        waits[k] = np.maximum(waits[k - 1] + steps[k], 0)
    by_day = waits.reshape(DAYS, A_DAY, replications).sum(axis=1)
    seen = []
    for hours in by_day.T:
        busy = Waits(np.full(DAYS, A_DAY), hours.copy())
        spoil(busy)
        idle = Waits(np.zeros(DAYS, dtype=np.int64), np.zeros(DAYS))
        met = {SELLERS: (0, 0), MEDIATION: (started * DAY, (started + 28) * DAY)}
        seen.append(
            SimpleNamespace(waits={SELLERS: idle, MEDIATION: busy}, met=met, totals={"claims": 0, "ended_late": 0})
        )
    return seen


def noted(seen: Any) -> list[str]:
    return notes_of(world(), seen)


def test_a_cohort_that_meets_an_empty_desk_is_noted() -> None:
    (note,) = noted(single_desk(0.95, started=0))
    assert note.startswith("the warm-up looks too short: who came to the mediation desk first waited")
    assert note.endswith("lengthen warm_up")


def test_a_desk_in_steady_state_is_not_worth_a_word() -> None:
    assert noted(single_desk(0.9, started=60)) == []
    assert noted(single_desk(0.8, started=30)) == []


@pytest.mark.slow
def test_it_is_seldom_wrong_and_seldom_blind() -> None:
    fine = [noted(single_desk(0.9, started=60, seed=seed)) for seed in range(60)]
    early = [noted(single_desk(0.95, started=0, seed=seed)) for seed in range(60)]
    assert sum(map(bool, fine)) <= 6
    assert sum(bool(notes) and "too short" in notes[0] for notes in early) >= 45


def test_where_nobody_waits_for_long_an_empty_desk_matters_to_nobody() -> None:
    assert noted(single_desk(0.4, started=0)) == []


def test_the_usual_wait_is_that_of_the_later_weeks() -> None:
    def fixed(waits: Waits) -> None:
        waits.hours[:30], waits.hours[30:] = 1.0 * A_DAY, 6.0 * A_DAY

    first, usual, gap = waits_compared(MEDIATION, single_desk(0.5, started=10, replications=3, spoil=fixed))
    assert (first, usual) == (1, 6)
    assert [float(end) for end in gap] == [1 - 6 * 3 / 4] * 3


def test_welchs_average_takes_a_week_around_each_day_and_forgets_an_empty_start() -> None:
    joined, hours = np.full(20, 10), 10 * np.array([0.0, 1, 2, 3, 4, 5, 6, *[7] * 13])
    average = moving_average(Waits(joined, hours))
    assert average[:4].tolist() == [0, 1, 2, 3], "as many days on either side as there are before"
    assert average[10] == 7, "while the mean so far would still be 5.1"
    assert average[16] == 7
    assert np.isnan(average[17:]).all()


def test_welchs_average_weighs_days_by_who_came_and_closed_days_have_none() -> None:
    joined, hours = np.array([5, 5, 5, 5, 5, 0, 0] * 3), np.array([10.0, 10, 10, 10, 60, 0, 0] * 3)
    average = moving_average(Waits(joined, hours))
    assert average[3:18].tolist() == pytest.approx([4] * 15)
    assert np.isnan(moving_average(Waits(np.zeros(9, dtype=np.int64), np.zeros(9)))).all()


def test_a_holiday_is_neither_warm_up_nor_growth() -> None:
    def piled_up(waits: Waits) -> None:
        for week in (74, 144, 186):
            waits.hours[week : week + 7] += 40.0 * A_DAY

    assert noted(single_desk(0.8, started=30, spoil=piled_up)) == []


def test_a_desk_that_does_not_keep_up_is_noted_and_its_warm_up_is_not() -> None:
    (note,) = noted(single_desk(1.1, started=0))
    assert note.startswith("ever more requests wait at the mediation desk:")
    assert "no steady state" in note


def test_growth_is_the_usual_slope_between_weeks() -> None:
    def straight(waits: Waits) -> None:
        # Weeks are counted back from the last day.
        waits.hours[:] = (np.arange(DAYS) + 3) // 7 * 0.5 * A_DAY
        waits.hours[-7:] += 100.0 * A_DAY

    a_week, level, weeks, trend = growth(MEDIATION, single_desk(0.5, started=10, replications=3, spoil=straight))
    assert (a_week, weeks) == (pytest.approx(0.5), 14)
    assert level == pytest.approx(0.5 * np.arange(15, 29).mean())
    assert trend.value > 1, "which the bad week at the end did move"


def test_one_replication_leaves_doubt_and_no_note() -> None:
    assert noted(single_desk(1.2, started=0, replications=1)) == []


def test_a_desk_that_nobody_comes_to_cannot_be_told_of() -> None:
    seen = single_desk(0.9, started=0)
    assert np.isnan(waits_compared(SELLERS, seen)[2].high)
    assert np.isnan(growth(SELLERS, seen)[3].low)


# ------------------------------------------------------------------------------------ whole experiments

ONE_SELLER: dict[str, Any] = {
    "experiment": {"warm_up": "0", "cohort": "14 d", "run_out": "56 d", "replications": 20, "seed": 3},
    "market.orders_per_day": 24,
    "market.sellers.staff": 1,
    "buyers.regret": {"probability": 1, "after": {"exponential": {"mean": "2 h"}}},
    "policy.cancellation.clock": "180 d",
    "policy.refund": {"posting": {"card": "3 d"}},
}


def one_seller(work: str, **changes: Any) -> list[str]:
    """Notes on a seller who gets a request an hour, answers one after the other, and has half a year to do so."""
    answers = {"accept": 1, "handling": {"exponential": {"mean": work}}}
    seller = {"share": 1, "arrange": "0", "dispatch": "30 d", "cancellation": answers, "dispute": {"accept": 1}}
    return run(world(ONE_SELLER | {"market.sellers.types": {"plain": seller}} | changes)).notes


def test_an_experiment_without_a_warm_up_says_so_where_a_desk_is_busy() -> None:
    (note,) = one_seller("57 min of work")
    assert note.startswith("the warm-up looks too short: who came to the sellers' desks first")


def test_nobody_waits_where_staff_are_without_limit_and_no_warm_up_is_missed() -> None:
    assert one_seller("57 min of work", **{"market.sellers.staff": "unlimited"}) == []


def test_a_seller_with_too_much_to_do_has_no_steady_state() -> None:
    (note,) = one_seller("80 min of work")
    assert note.startswith("ever more requests wait at the sellers' desks:")


SHORT_RUN_OUT = {"experiment": ONE_SELLER["experiment"] | {"warm_up": "10 d", "run_out": "1 d"}}


def test_claims_that_outlive_the_stream_of_orders_are_noted_where_they_meet_others_at_desks() -> None:
    (note,) = one_seller("10 min of work", **SHORT_RUN_OUT)
    assert note.endswith("% of the claims ended when orders no longer came, with emptier desks; lengthen run_out")
    assert one_seller("10 min of work", **SHORT_RUN_OUT | {"market.sellers.staff": "unlimited"}) == []


def test_before_a_cut_orders_still_come() -> None:
    cut = {"experiment": SHORT_RUN_OUT["experiment"] | {"follow_up": "12 h"}}
    assert one_seller("10 min of work", **cut) == []


def test_the_result_has_waits_and_backlog_of_the_same_days() -> None:
    result = run(world(ONE_SELLER), replications=2)
    pd.testing.assert_frame_equal(result.waits[["desk", "day", "date"]], result.backlog[["desk", "day", "date"]])

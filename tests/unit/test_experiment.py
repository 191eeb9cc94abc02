"""From replications to a result: what desks did, and what an experiment hands over."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.backlog import waiting_by_day
from sim.experiment.desks import load_of, requests_frame
from sim.experiment.experiment import run
from sim.experiment.measures import MEASURES, WITHIN
from sim.experiment.observation import observe
from sim.experiment.open_time import open_until
from sim.experiment.replication import calendars_of, replicate
from sim.experiment.requests import Requests, requests_of
from sim.records.table import Records
from sim.rules.clocks import working_time
from sim.scenario.calendars import CalendarSpec, resolve
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party
from tests.tables import MIDNIGHT, records_of
from tests.worlds import accepts, an_order, refuses, says_nothing, world

LIVELY: dict[str, Any] = {
    "experiment": {"warm_up": "5 d", "cohort": "10 d", "run_out": "20 d", "replications": 4, "seed": 7},
    "market.orders_per_day": 30,
    "market.order_value": {"uniform": {"low": 5, "high": 50}},
    "buyers.regret": {"probability": 0.5, "after": {"exponential": {"mean": "3 d"}}},
    "policy.cancellation.free_until": {"within": "24 h"},
}
"""Four replications of some 150 claims each."""


# ------------------------------------------------------------------------------------------ desks

ONE_STAFF: dict[str, Any] = {
    "experiment": {"warm_up": "0", "cohort": "4 d", "run_out": "0"},
    "market.sellers.staff": 1,
}


def two_in_a_row() -> Records:
    """One member of staff, 12 hours of work each: asked at 0:00 and at 6:00 of day 1."""
    first = an_order(0, asked=DAY, cancellation=accepts(work=12 * HOUR))
    second = an_order(1, asked=DAY + 6 * HOUR, cancellation=accepts(work=12 * HOUR))
    return records_of(world(ONE_STAFF), first, second)


def requests_in(scenario: Scenario, records: Records) -> Requests:
    return requests_of(scenario, records, calendars_of(scenario))


def test_the_wait_lasts_from_joining_the_queue_until_being_taken_up() -> None:
    frame = requests_frame(world(ONE_STAFF), 0, requests_in(world(ONE_STAFF), two_in_a_row()))
    assert frame["desk"].tolist() == ["sellers", "sellers"]
    assert frame["wait"].tolist() == [0.0, 6.0]


def test_who_leaves_while_waiting_has_waited_until_then_and_got_no_work() -> None:
    scenario = world(ONE_STAFF)
    busy = an_order(0, asked=DAY, cancellation=accepts(work=12 * HOUR))
    gives_up = an_order(1, asked=DAY, cancellation=accepts(work=12 * HOUR, patience=2 * HOUR), goes_on=0)
    third = an_order(2, asked=DAY + 18 * HOUR, cancellation=accepts())
    requests = requests_in(scenario, records_of(scenario, busy, gives_up, third))
    assert requests_frame(scenario, 0, requests)["wait"].tolist() == [0.0, 2.0, 0.0]
    # Between the first and the last to join, 18 hours apart, staff worked for 12.
    assert load_of(scenario, requests).busiest_seller == pytest.approx(12 / 18)


def test_a_request_that_nobody_noticed_has_not_waited_at_a_desk() -> None:
    scenario = world()
    records = records_of(scenario, an_order(cancellation=says_nothing()))
    frame = requests_frame(scenario, 0, requests_in(scenario, records))
    assert frame["wait"].isna().sum() >= 1


def test_silence_is_counted_by_request() -> None:
    scenario = world()
    silent_then_refused = an_order(ships_at=30 * DAY, cancellation=says_nothing(), dispute=refuses())
    frame = requests_frame(scenario, 0, requests_in(scenario, records_of(scenario, silent_then_refused)))
    assert frame["by_silence"].tolist() == [True, False]


def test_unlimited_staff_has_no_utilisation() -> None:
    scenario = world()
    load = load_of(scenario, requests_in(scenario, records_of(scenario, an_order())))
    assert load.mediation_staffed == 0
    assert np.isnan(load.busiest_seller)


def test_open_seconds_are_what_the_clocks_say_one_by_one_of_each_calendar() -> None:
    hours = {"mon-fri": ["09:00-12:00", "13:00-18:00", "20:00-24:00"], "sat": "00:00-24:00"}
    specs = {Party.SELLER: {"hours": hours}, Party.BANK: {"hours": {"tue": "09:00-17:00"}}, Party.PLATFORM: {}}
    calendars = {
        party: resolve(CalendarSpec.model_validate(spec), world().start, 30) for party, spec in specs.items()
    }
    luck = np.random.default_rng(4)
    begun, over = np.sort(luck.integers(0, 30 * DAY, size=(600, 2))).T
    whose = luck.choice([*specs], size=600)
    passed = open_until(over, whose, calendars) - open_until(begun, whose, calendars)
    for *between, party, open_time in zip(*map(np.ndarray.tolist, (begun, over, whose, passed)), strict=True):
        assert open_time == working_time(*between, calendars[party])


def test_nothing_is_open_after_the_end_of_a_calendar() -> None:
    calendars = {Party.SELLER: resolve(CalendarSpec(), world().start, 30)}
    until = open_until(np.array([29 * DAY, 30 * DAY, 31 * DAY, NEVER]), np.array(Party.SELLER), calendars)
    assert until.tolist() == [29 * DAY, 30 * DAY, 30 * DAY, 30 * DAY]


def test_the_backlog_is_exact_at_noon_and_on_average() -> None:
    # Of day 1, the second request waits from 6:00 until 12:00, when the first is done.
    backlog = waiting_by_day(world(ONE_STAFF), requests_in(world(ONE_STAFF), two_in_a_row()))
    assert backlog["sellers"].average.tolist() == [0, 6 / 24, 0, 0]
    assert backlog["sellers"].noon.tolist() == [0, 0, 0, 0]
    assert backlog["mediation"].average.tolist() == [0, 0, 0, 0]


def test_a_request_that_waits_over_noon_is_in_the_backlog_at_noon() -> None:
    orders = [an_order(k, asked=DAY + k, cancellation=accepts(work=24 * HOUR)) for k in range(3)]
    backlog = waiting_by_day(world(ONE_STAFF), requests_in(world(ONE_STAFF), records_of(world(ONE_STAFF), *orders)))
    assert backlog["sellers"].noon.tolist() == [0, 2, 1, 0]
    assert backlog["sellers"].average.sum() == pytest.approx((2 * DAY - 1 + DAY - 2 + 1) / DAY, abs=2 / DAY)


# ------------------------------------------------------------------------------------- experiments


def test_a_result_holds_everything_that_was_promised() -> None:
    result = run(world(LIVELY), with_journal=True)
    assert list(result.summary) == ["value", "low", "high", "unit", "n", "title"]
    assert list(result.summary.index) == list(MEASURES)
    assert result.summary.index.name == "measure"
    assert list(result.curves) == ["days", "ending", "share", "low", "high"]
    assert list(result.backlog) == ["desk", "day", "date", "noon", "waiting", "low", "high"]
    assert result.backlog["day"].max() == 34
    assert result.orders["replication"].unique().tolist() == [0, 1, 2, 3]
    assert result.journal is not None
    assert result.journal["case_id"].nunique() == len(result.orders)
    assert json.loads(json.dumps(result.about, allow_nan=False)) == result.about


def test_every_measure_lies_between_the_ends_of_its_interval() -> None:
    summary = run(world(LIVELY)).summary.dropna(subset=["low", "high"])
    assert len(summary) > 20
    assert (summary["low"] <= summary["value"]).all()
    assert (summary["value"] <= summary["high"]).all()


def test_the_same_seed_gives_the_same_tables_and_another_seed_others() -> None:
    first, again, other = run(world(LIVELY)), run(world(LIVELY)), run(world(LIVELY), seed=8)
    pd.testing.assert_frame_equal(first.orders, again.orders)
    pd.testing.assert_frame_equal(first.summary, again.summary)
    assert first.about["fingerprints"] == again.about["fingerprints"]
    assert first.about["fingerprints"]["draws"] != other.about["fingerprints"]["draws"]
    assert other.scenario.experiment.seed == other.about["seed"] == 8


def test_more_replications_leave_the_first_ones_as_they_were() -> None:
    two, three = run(world(LIVELY), replications=2), run(world(LIVELY), replications=3)
    pd.testing.assert_frame_equal(two.orders, three.orders[three.orders["replication"] < 2])
    assert three.scenario.experiment.replications == three.about["replications"] == 3


def test_each_ingredient_has_a_fingerprint_of_its_own() -> None:
    prints = [
        run(world(LIVELY | changes), replications=1).about["fingerprints"]
        for changes in ({}, {"title": "Another name"}, {"policy.refund": {"posting": {"card": "1 d"}}})
    ]
    plain, renamed, slower = prints
    assert renamed == plain
    assert slower["scenario"] != plain["scenario"]
    assert slower["outcomes"] != plain["outcomes"]


def test_progress_is_told_after_each_replication() -> None:
    told: list[tuple[int, int]] = []
    run(world(LIVELY), replications=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_one_replication_gives_values_without_intervals() -> None:
    summary = run(world(LIVELY), replications=1).summary
    assert summary.loc["success_rate", "value"] > 0
    assert summary[["low", "high"]].isna().all(axis=None)


def test_an_experiment_without_any_claim_has_nothing_to_say_and_says_so() -> None:
    result = run(world(LIVELY | {"buyers.regret": {"probability": 0, "after": "0"}}), with_journal=True)
    assert len(result.orders) == 0
    assert result.summary.loc["orders", "value"] > 0
    assert result.summary.loc["claims", ["value", "low", "high"]].tolist() == [0, 0, 0]
    assert np.isnan(result.summary.loc["success_rate", "value"])


def test_a_follow_up_leaves_open_what_ends_after_it() -> None:
    scenario = world(LIVELY | {"policy.refund": {"posting": {"card": "30 d"}}})
    everything = run(scenario, replications=2)
    followed = LIVELY["experiment"] | {"follow_up": "10 d"}
    seen = run(
        world({**LIVELY, "policy.refund": {"posting": {"card": "30 d"}}, "experiment": followed}), replications=2
    )
    cut = MIDNIGHT + pd.Timedelta(days=25)
    assert (everything.orders["asked_at"] <= cut).sum() == len(seen.orders)
    assert seen.summary.loc["success_rate", "value"] == 0
    assert seen.summary.loc["open_share", "value"] == 1
    assert everything.summary.loc["success_rate", "value"] == 1
    assert seen.backlog["day"].max() == 24


def test_orders_refunded_unasked_are_counted_beside_the_claims_and_up_to_the_cut() -> None:
    never_sent = {
        "market.sellers.types.plain.dispatch": "never",
        "policy.dispatch": {"limit": "7 d"},
        "buyers.regret": {"probability": 0, "after": "0"},
    }
    scenario = world(LIVELY | never_sent)
    assert run(scenario, replications=2).summary.loc["refunded_unasked_share", "value"] == 1
    cut_short = world(LIVELY | never_sent | {"experiment": LIVELY["experiment"] | {"follow_up": "2 d"}})
    calendars = calendars_of(cut_short)
    records = replicate(cut_short, 0, calendars)
    paid = records.draws.orders.paid
    in_time = ((paid >= 5 * DAY) & (paid < 15 * DAY) & (paid + 7 * DAY <= 17 * DAY)).sum()
    assert 0 < observe(cut_short, 0, records, calendars).totals["refunded_unasked"] == in_time


def test_claims_that_outlive_the_stream_of_orders_are_told() -> None:
    slow = world(LIVELY | {"policy.refund": {"posting": {"card": "30 d"}}})
    result = run(slow, replications=2)
    last_order = MIDNIGHT + pd.Timedelta(days=35)
    late = (result.orders["ended_at"] > last_order).mean()
    assert 0 < result.summary.loc["ended_late_share", "value"] == pytest.approx(late)


def test_an_order_that_never_ends_is_late_and_open() -> None:
    never_comes = an_order(cancellation=refuses(), transit=NEVER)
    scenario = world()
    seen = observe(scenario, 0, records_of(scenario, never_comes), calendars_of(scenario))
    assert seen.totals["ended_late"] == 1
    assert seen.claims["outcome"].tolist() == ["open"]


def test_the_reported_shares_lie_on_the_curve() -> None:
    result = run(world(LIVELY))
    refunded = result.curves[result.curves["ending"] == "refunded"].set_index("days")
    for days in WITHIN:
        measure = result.summary.loc[f"refunded_within_{days}d"]
        for column, other in (("value", "share"), ("low", "low"), ("high", "high")):
            assert measure[column] == pytest.approx(refunded.loc[days, other])

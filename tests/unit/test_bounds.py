"""One bound for each kind of number, at the border: what is valid is drawn as it was asked for, and can be run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.chance.arrivals import cumulative_rate, paid_instants
from sim.chance.decisions import Decision
from sim.chance.drawings import cents, duration
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck, choice
from sim.errors import BadScenario
from sim.scenario.distributions.families import MOST_MONEY
from sim.scenario.durations import DAY, LONGEST
from sim.scenario.loading import load
from sim.scenario.selling import expected_orders
from tests.scenario_files import BASE_FILE, faults_of, spoilt, written

HIGHEST = 1 - 2.0**-53
"""The highest luck that there is."""


# ------------------------------------------------------------------------------- requests that never end

BANK = "{methods: [card], claims: [regret], window: {within: 9 d}, notice: never, rulings: {buyer: 1, seller: 0}}"
BACK = "{default: {payer: buyer, refund_on: inspected, inspection: {}}}"
SILENT_AT_LAST = "market: {sellers: {types: {absent: {inspection: {silent: 1}}}}}"


@pytest.mark.parametrize(
    ("says", "place"),
    [
        ("policy: {cancellation: {clock: none}}", "market.sellers.types.absent.cancellation.silent"),
        ("policy: {dispute: {default: {clock: none}}}", "market.sellers.types.absent.dispute.silent"),
        (
            f"policy: {{return: {BACK}}}\n{SILENT_AT_LAST}",
            "market.sellers.types.absent.inspection.silent",
        ),
        ("policy: {mediation: {notice: never}}", "policy.mediation.notice"),
        (f"policy: {{chargeback: {BANK}}}", "policy.chargeback.notice"),
    ],
)
def test_a_request_that_nothing_would_ever_end_is_refused_whoever_answers_it(
    says: str, place: str, tmp_path: Path
) -> None:
    faults = faults_of(written(tmp_path, f"extends: base.yaml\nname: fast\n{says}"))
    assert any(f": {place}: found " in fault and "clock" in fault for fault in faults), faults


@pytest.mark.parametrize(
    "ends",
    ["buyers: {patience: {dispute: 30 d}}", "policy: {dispute: {default: {steps_in: {by_itself_after: 3 d}}}}"],
)
def test_what_something_else_ends_needs_no_clock(ends: str, tmp_path: Path) -> None:
    written(tmp_path, f"extends: base.yaml\nname: ends\n{ends}", "ends.yaml")
    child = "extends: ends.yaml\nname: fast\npolicy: {dispute: {default: {clock: none}, regret: {clock: none}}}"
    assert load(written(tmp_path, child)).policy.dispute is not None


# ------------------------------------------------------------------------------- values that go too far


@pytest.mark.parametrize(
    ("law", "share"),
    [
        ("1e14", "1"),
        ("{lognormal: {median: 24, p95: 1e12}}", "0.05"),
        ("{mixture: [{weight: 0.5, law: 1e13}, {weight: 0.5, law: 20}]}", "0.5"),
        ("{empirical: {values: [20, 2e12], weights: [3, 1]}}", "0.25"),
        ("{gamma: {mean: 1e13, sd: 1e12}}", "1"),
        ("{truncated: {law: {lognormal: {median: 24, p95: 1e12}}, low: 1, high: 1e13}}", "0.0"),
    ],
)
def test_an_amount_that_nobody_means_is_a_fault_of_the_file_and_not_of_a_run(
    law: str, share: str, tmp_path: Path
) -> None:
    path = written(tmp_path, spoilt("{lognormal: {median: 24, p95: 160}}", law))
    (fault,) = faults_of(path)
    assert fault.startswith("child.yaml:14:16: market.order_value: found ")
    assert f"which is above 1e+12 in {share}" in fault


@pytest.mark.parametrize("law", ["{lognormal: {median: 30 d, p95: 9000 d}}", "{exponential: {mean: 20000 d}}"])
def test_a_duration_beyond_a_hundred_years_is_a_fault_of_the_file_and_not_of_a_run(
    law: str, tmp_path: Path
) -> None:
    (fault,) = faults_of(written(tmp_path, spoilt("{gamma: {mean: 20 d, sd: 8 d}}", law)))
    assert fault.startswith("child.yaml:33:22: market.carrier.transit: found ")
    assert "above 100 years in" in fault
    assert "truncate it, or write 'never'" in fault


class Luckiest(OrderSampler):
    """Always the highest luck."""

    def luck(self, decision: Decision) -> NDArray[np.float64]:
        return np.full(len(self.numbers), HIGHEST)


def test_what_a_law_gives_beyond_the_bound_once_in_millions_is_drawn_as_the_bound(tmp_path: Path) -> None:
    text = spoilt("{gamma: {mean: 20 d, sd: 8 d}}", "{lognormal: {median: 10 d, p95: 90 d}}")
    market = load(written(tmp_path, text.replace("{median: 24, p95: 160}", "{median: 24, p95: 3e4}"))).market
    sampler = Luckiest(Luck(1, 0), np.arange(2))
    highest = np.array([HIGHEST])
    assert market.carrier.transit.ppf(highest) > LONGEST
    assert market.order_value.ppf(highest) > MOST_MONEY
    assert set(sampler.one(duration(Decision.ARRIVAL_GAP, market.carrier.transit))) == {LONGEST}
    assert set(sampler.one(cents(Decision.ARRIVAL_GAP, market.order_value))) == {int(MOST_MONEY * 100)}


# ------------------------------------------------------------------------------------------------ weights

WEIGHT = st.floats(0, 1e9, allow_nan=False) | st.sampled_from([0.0, 1.0, 1e9, 1e-30, 5e-324])


@given(st.lists(WEIGHT, min_size=1, max_size=24).filter(any))
def test_weights_within_their_bound_are_drawn_as_they_were_asked_for(weights: list[float]) -> None:
    many = 4096 * 4
    luck = (np.arange(many) + 0.5) / many
    drawn = np.bincount(choice(luck, weights), minlength=len(weights)) / many
    assert drawn == pytest.approx(np.divide(weights, sum(weights)), abs=1.01 / many)
    assert not drawn[np.equal(weights, 0)].any()


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("{not_needed: 3, other: 1}", "{not_needed: 1e10, other: 1}", "buyers.regret.reasons.not_needed"),
        ("peaks: {2018-11-11: 1.7}", "weekdays: {mon: 1e10}", "market.weekdays.mon"),
        ("peaks: {2018-11-11: 1.7}", f"hours: [{', '.join(['1e308'] * 24)}]", "market.hours.0"),
        ("peaks: {2018-11-11: 1.7}", "peaks: {2018-11-11: 1e10}", "market.peaks.2018-11-11"),
        (
            "{lognormal: {median: 24, p95: 160}}",
            "{empirical: {values: [1, 2], weights: [1, 1e10]}}",
            "market.order_value.empirical.weights.1",
        ),
    ],
)
def test_one_bound_holds_for_all_weights(old: str, new: str, path: str, tmp_path: Path) -> None:
    faults = faults_of(written(tmp_path, spoilt(old, new)))
    assert any(f" {path}: found 1" in fault and "expected at most 1" in fault for fault in faults), faults


SPREAD = f"weekdays: {{sun: 1e9, mon: 1e-9}}\n  hours: [{', '.join(['1e-9'] * 23)}, 1e9]"


def test_the_steepest_weights_together_make_as_many_orders_as_were_asked_for_and_when(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, spoilt("peaks: {2018-11-11: 1.7}", SPREAD)))
    paid = paid_instants(scenario, Luck(1, 0))
    expected = expected_orders(scenario)
    assert abs(len(paid) - expected) < 5 * expected**0.5
    busy = (paid // DAY % 7 == 6) & (paid % DAY >= 23 * 3600)  # the run begins on a Monday
    assert busy.mean() > 0.9


# ------------------------------------------------------------------------------------------------- sizes

SHORT = {"experiment.warm_up": "0 d", "experiment.cohort": "1 h", "experiment.run_out": "0 d"}
IN_ONE_HOUR = {
    "market.hours": [1, *[0] * 23],
    "market.weekdays": {"mon": 1, "tue": 0, "wed": 0, "thu": 0, "fri": 0, "sat": 0, "sun": 0},
    "market.peaks": {"2018-10-01": 1000},
}


@pytest.mark.parametrize("changes", [{}, IN_ONE_HOUR, SHORT | IN_ONE_HOUR, {"experiment.run_out": "251.7 h"}])
def test_orders_are_counted_as_they_will_be(changes: dict[str, Any]) -> None:
    scenario = load(BASE_FILE).with_changes(changes)
    assert expected_orders(scenario) == pytest.approx(cumulative_rate(scenario)[1][-1], rel=1e-12)


def test_orders_that_hours_weekdays_and_peaks_put_into_one_hour_are_refused() -> None:
    with pytest.raises(BadScenario, match=r"market.orders_per_day: found about 2.8e\+09 orders over all"):
        load(BASE_FILE).with_changes(SHORT | IN_ONE_HOUR | {"market.orders_per_day": 200_000})


def test_a_peak_on_a_day_that_is_not_simulated_makes_no_orders() -> None:
    many = {"market.orders_per_day": 100_000, "market.peaks": {"2017-11-11": 1000, "2021-01-01..2021-02-01": 1000}}
    assert expected_orders(load(BASE_FILE).with_changes(many)) == pytest.approx(
        116.7 * 100_000
    )  # the peak of the base is on one of its 116 days

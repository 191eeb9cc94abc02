"""What a scenario expects: whole intervals judge, names and bounds are checked where they are written."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.expectations import ExpectationCheck, expectations_of
from sim.experiment.measures import MEASURES
from sim.scenario.expectations import AMOUNTS, MEASURE_NAMES, SHARES, WITHIN, Expectations
from tests.scenario_files import faults_of, written

MEDIAN = "refund_time_median_all"


def judged(measure: str, bounds: dict[str, float], value: float, low: float, high: float) -> ExpectationCheck:
    """One expectation, held against a result of ten replications in which nobody is refunded."""
    row = {"value": value, "low": low, "high": high, "unit": "share", "title": "a measure"}
    claims = pd.DataFrame({"replication": np.repeat(np.arange(10), 3), "outcome": "refused"})
    never = pd.Series(pd.NaT, index=claims.index, dtype="datetime64[s]")
    result: Any = SimpleNamespace(
        summary=pd.DataFrame([row], index=[measure]),
        orders=claims.assign(asked_at=never, refunded_at=never),
        about={"replications": 10},
    )
    (found,) = expectations_of(Expectations.model_validate({measure: bounds}), result)
    return found


def test_every_measure_may_be_expected_of_and_nothing_else() -> None:
    assert sorted(MEASURE_NAMES) == sorted(MEASURES)
    assert {name for name in MEASURES if MEASURES[name].unit == "share"} == set(SHARES)
    assert not set(SHARES) & set(AMOUNTS)
    assert all(f"refunded_within_{days}d" in MEASURES for days in WITHIN)


@pytest.mark.parametrize(
    ("bounds", "low", "high", "verdict"),
    [
        ({"at_least": 0.6}, 0.60, 0.70, "pass"),
        ({"at_least": 0.6}, 0.59, 0.70, "inconclusive"),
        ({"at_least": 0.6}, 0.50, 0.59, "fail"),
        ({"at_most": 0.6}, 0.50, 0.60, "pass"),
        ({"at_most": 0.6}, 0.50, 0.61, "inconclusive"),
        ({"at_most": 0.6}, 0.61, 0.70, "fail"),
        ({"at_most": 0.6}, np.nan, np.nan, "inconclusive"),
    ],
)
def test_only_the_whole_interval_passes_or_fails(
    bounds: dict[str, float], low: float, high: float, verdict: str
) -> None:
    assert judged("success_rate", bounds, (low + high) / 2, low, high).verdict == verdict


def test_an_interval_twice_too_wide_needs_four_times_the_replications() -> None:
    found = judged("success_rate", {"at_least": 0.6}, 0.62, 0.58, 0.66)
    assert found.verdict == "inconclusive"
    assert found.replications_needed == 30  # and ten are done


def test_what_is_settled_needs_no_more_replications() -> None:
    assert isnan(judged("success_rate", {"at_least": 0.6}, 0.7, 0.65, 0.75).replications_needed)


def test_a_time_that_is_surely_never_reached_is_later_than_any_bound() -> None:
    assert judged(MEDIAN, {"at_most": 60}, np.nan, np.nan, np.nan).verdict == "fail"
    assert judged(MEDIAN, {"at_least": 60}, np.nan, np.nan, np.nan).verdict == "pass"


def test_a_floor_and_a_ceiling_are_judged_one_by_one() -> None:
    result: Any = SimpleNamespace(
        summary=pd.DataFrame(
            [{"value": 0.5, "low": 0.4, "high": 0.6, "unit": "share", "title": "a measure"}], index=["success_rate"]
        ),
        orders=pd.DataFrame({"outcome": ["refunded", "refused"]}),
        about={"replications": 10},
    )
    expected = Expectations.model_validate({"success_rate": {"at_least": 0.3, "at_most": 0.35}})
    assert [one.verdict for one in expectations_of(expected, result)] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sucess_rate: {at_least: 0.5}", "there is no measure 'sucess_rate' — did you mean 'success_rate'?"),
        ("success_rate: {at_leest: 0.5}", "unknown key — did you mean 'at_least'?"),
        ("success_rate: {at_least: 50}", "found 50, expected a share between 0 and 1"),
        ("success_rate: {}", "found no bound, expected at_least, at_most or both"),
        ("success_rate: {at_least: 0.6, at_most: 0.5}", "found at_least 0.6 above at_most 0.5"),
    ],
)
def test_a_faulty_expectation_is_found_where_it_is_written(tmp_path: Path, text: str, fault: str) -> None:
    file = written(tmp_path, f"extends: base.yaml\nexpect:\n  {text}\n")
    (found,) = faults_of(file)
    assert found.startswith("child.yaml:3:")
    assert fault in found

"""As many replications as it takes: what may be asked, when it is reached, and what is said where it is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.errors import BadUsage
from sim.experiment.estimates import Estimate
from sim.experiment.experiment import run
from sim.experiment.measures import MEASURES
from sim.experiment.observation import Observation, witness
from sim.experiment.on_demand import frame_of
from sim.experiment.precision import FEWEST, UntilPrecise, is_missed
from sim.experiment.precision_targets import PrecisionTarget, as_written, targets_of
from sim.experiment.replication import calendars_of
from tests.scenario_files import BASE_FILE
from tests.tables import claim, claims_of
from tests.unit.test_experiment import LIVELY
from tests.worlds import world

# ---------------------------------------------------------------------------------- what may be asked


def test_half_widths_are_absolute_or_relative() -> None:
    asked = {"success_rate": 0.005, "refund_time_median_all": "2%", "seller_wait_mean": "0.5", "claims": "1.5 %"}
    assert targets_of(asked) == (
        PrecisionTarget("success_rate", 0.005, is_relative=False),
        PrecisionTarget("refund_time_median_all", 0.02, is_relative=True),
        PrecisionTarget("seller_wait_mean", 0.5, is_relative=False),
        PrecisionTarget("claims", 0.015, is_relative=True),
    )


@pytest.mark.parametrize(
    ("measure", "half_width", "complaint"),
    [
        ("sucess_rate", 0.01, "there is no such measure — did you mean 'success_rate'"),
        ("success_rate", "2%", "a share needs an absolute half-width"),
        ("success_rate", 0.5, "every share lies within half of 1"),
        ("success_rate", 0, "a half-width is a number above 0, expected one such as 0.005"),
        ("success_rate", -0.1, "a half-width is a number above 0"),
        ("success_rate", float("nan"), "a half-width is a number above 0"),
        ("success_rate", "1e999", "a half-width is a number above 0"),
        ("success_rate", "soon", "found 'soon'; a half-width is a number above 0"),
        ("refund_time_median_all", "1 d", "a half-width is a number above 0, expected one such as 2%"),
        ("refund_time_median_all", "100%", "says nothing"),
        ("refund_time_median_all", "0%", "a half-width is a number above 0"),
        ("worth_it_mean", "5%", "may be negative or 0"),
        ("\x1b[31m", 1, r"'\\x1b\[31m'"),
    ],
)
def test_nonsense_is_refused(measure: str, half_width: Any, complaint: str) -> None:
    with pytest.raises(BadUsage, match=complaint):
        run(world(LIVELY), precision={measure: half_width})


def test_the_command_line_says_measure_and_half_width() -> None:
    assert as_written(["success_rate=0.005", "claims=2%"]) == {"success_rate": "0.005", "claims": "2%"}
    for options, complaint in (
        (["success_rate"], "MEASURE=HALFWIDTH"),
        (["claims=2%", "claims=1%"], "asked for twice"),
    ):
        with pytest.raises(BadUsage, match=complaint):
            as_written(options)


def test_a_number_of_replications_and_a_precision_are_too_much() -> None:
    with pytest.raises(BadUsage, match="expected one of them"):
        run(world(LIVELY), replications=20, precision={"success_rate": 0.01})
    with pytest.raises(BadUsage, match="at least 10 with a precision"):
        run(world(LIVELY), precision={"success_rate": 0.01}, max_replications=9)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--precision", "success_rate"], "expected MEASURE=HALFWIDTH"),
        (["--precision", "sucess_rate=0.01"], "did you mean 'success_rate'"),
        (["--precision", "success_rate=0.01", "--replications", "30"], "expected one of them"),
        (["--precision", "success_rate=0.01", "--max-replications", "5"], "at least 10"),
        (["--max-replications", "50"], "there is none"),
        (["--jobs", "0"], "expected a number from 1"),
    ],
)
def test_the_door_refuses_what_makes_no_sense(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(["run", str(BASE_FILE), "--out", str(tmp_path / "out"), *words])
    except SystemExit as refused:  # by argparse
        code = refused.code
    assert code == 2
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_command_line_says_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.show.files.charts_of", lambda _: iter(()))
    words = ["--precision", "success_rate=0.3", "--set", "experiment.run_out=10 d", "--json"]
    assert main(["run", str(BASE_FILE), "--out", str(tmp_path), *words]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("base: precision reached after 10 replications: success_rate ±0.0")
    assert json.loads(out)["scenarios"][0]["replications"] == 10


# --------------------------------------------------------------------------------------- the half-width


def half_width(value: float, low: float, high: float, *, is_relative: bool = False) -> float:
    estimate = Estimate(*map(np.asarray, (value, low, high)))
    return PrecisionTarget("success_rate", 0.1, is_relative).half_width_of(estimate)


def test_the_longer_half_of_an_interval_counts() -> None:
    assert half_width(0.9, 0.8, 0.94) == pytest.approx(0.1)
    assert half_width(5, 4, 7, is_relative=True) == pytest.approx(0.4)


def test_without_both_ends_there_is_no_half_width() -> None:
    nan = float("nan")
    assert np.isnan(half_width(5, 4, nan))
    assert np.isnan(half_width(nan, nan, nan, is_relative=True))


def test_a_wait_of_nothing_without_doubt_is_as_precise_as_can_be() -> None:
    assert half_width(0, 0, 0, is_relative=True) == 0


# ----------------------------------------------------------------------------------- how many it takes


@pytest.fixture(scope="module")
def mould() -> Observation:
    """Some replication, to be filled with other claims."""
    scenario = world(LIVELY)
    return witness(scenario, 0, calendars_of(scenario))


def replications(mould: Observation, refunded: Sequence[int], of: int = 20) -> list[Observation]:
    """So many claims refunded after a day in each replication, of so many."""
    return [
        replace(
            mould,
            claims=claims_of(*(claim("refunded" if k < yes else "refused", 1, replication=r) for k in range(of))),
            requests=frame_of(mould.requests).assign(replication=r),
            totals=mould.totals | {"replication": r},
        )
        for r, yes in enumerate(refunded)
    ]


def asked(plan: UntilPrecise, seen: Sequence[Observation]) -> int:
    plan.learn(seen)
    return plan.wanted


def test_the_first_look_is_after_ten_and_is_believed_if_five_more_agree(mould: Observation) -> None:
    plan = UntilPrecise(targets_of({"success_rate": 0.04}))
    assert plan.wanted == FEWEST == 10
    everything = replications(mould, [10] * 5 + [12] * 5 + [10, 12, 11, 11, 11])
    assert asked(plan, everything[:10]) == 15
    assert plan.stopped == ""
    assert asked(plan, everything) == 15
    assert plan.stopped.startswith("precision reached after 15 replications: success_rate ±0.0")


def test_replications_that_happened_to_agree_are_not_believed(mould: Observation) -> None:
    plan = UntilPrecise(targets_of({"success_rate": 0.04}))
    everything = replications(mould, [10] * 5 + [12] * 5 + [2, 16, 3, 15, 9])
    assert asked(plan, everything[:10]) == 15
    assert asked(plan, everything) > 15
    assert plan.stopped == ""


def test_a_precision_that_cannot_be_met_within_the_budget_is_given_up_at_once_and_in_one_sentence(
    mould: Observation,
) -> None:
    plan = UntilPrecise(targets_of({"success_rate": 0.0001, "refunded_within_7d": 0.2}))
    assert asked(plan, replications(mould, [10] * 5 + [12] * 5)) == 10
    # 10 · (0.0379 / 0.0001)².
    assert plan.stopped == (
        "precision not reached and out of reach: after 10 replications success_rate ±0.0379 (asked ±0.0001), "
        "which would take some 1,400,000 of them where 1,000 are the most"
    )
    assert is_missed({"stopped": plan.stopped})


def test_what_is_out_of_reach_is_given_up_though_another_has_no_interval_yet(mould: Observation) -> None:
    plan = UntilPrecise(targets_of({"claims": "0.0001%", "success_rate": 0.0001, "refund_time_median_all": "2%"}))
    assert asked(plan, replications(mould, [1, 2] * 5)) == 10
    assert "out of reach" in plan.stopped


def test_what_might_still_be_met_by_a_smaller_spread_is_tried(mould: Observation) -> None:
    # It looks like 10 · (0.0379 / 0.018)² = 44, but ten replications tell a variance up to three times too large.
    assert (
        asked(UntilPrecise(targets_of({"success_rate": 0.018}), most=30), replications(mould, [10, 12] * 5)) == 20
    )


def test_what_nobody_has_after_twenty_replications_is_not_waited_for(mould: Observation) -> None:
    nobody = replications(mould, [0] * 20)
    plan = UntilPrecise(targets_of({"refund_time_median_all": "2%"}))
    assert asked(plan, nobody[:10]) == 20
    assert asked(plan, nobody) == 20
    assert plan.stopped == (
        "precision not reached and given up after 20 replications: refund_time_median_all has no interval "
        "(asked ±2 %), and nothing to measure yet"
    )


def test_the_number_grows_with_the_square_of_what_is_missing(mould: Observation) -> None:
    # A half-width of 0.0379 after ten: an aim of 0.03 takes 10 · (0.0379 / 0.03)² = 15.96.
    assert asked(UntilPrecise(targets_of({"success_rate": 0.03})), replications(mould, [10] * 5 + [12] * 5)) == 16


def test_the_number_doubles_at_most_and_grows_by_a_tenth_at_least(mould: Observation) -> None:
    ten = replications(mould, [10] * 5 + [12] * 5)
    assert asked(UntilPrecise(targets_of({"success_rate": 0.005})), ten) == 20
    assert asked(UntilPrecise(targets_of({"success_rate": 0.0375})), ten) == 11


def test_the_measure_that_is_furthest_off_decides(mould: Observation) -> None:
    ten = replications(mould, [10] * 5 + [12] * 5)
    assert asked(UntilPrecise(targets_of({"success_rate": 0.03, "refunded_within_7d": 0.037})), ten) == 16


def test_a_time_that_is_not_reached_yet_asks_for_more(mould: Observation) -> None:
    nobody = replications(mould, [0] * 20)
    plan = UntilPrecise(targets_of({"refund_time_median_all": "2%"}), most=20)
    assert asked(plan, nobody[:10]) == 20
    assert asked(plan, nobody) == 20
    assert plan.stopped == (
        "precision not reached within 20 replications: refund_time_median_all has no interval (asked ±2 %)"
    )


def test_the_budget_bounds_the_number(mould: Observation) -> None:
    plan = UntilPrecise(targets_of({"success_rate": 0.03, "refunded_within_7d": 0.2}), most=13)
    everything = replications(mould, [10, 12] * 7)
    assert asked(plan, everything[:10]) == 13
    plan.learn(everything[:13])
    assert plan.stopped == "precision not reached within 13 replications: success_rate ±0.033 (asked ±0.03)"


def test_what_is_known_after_several_looks_is_what_all_replications_say(mould: Observation) -> None:
    measures = {
        "success_rate": "0.0001",
        "refund_time_p90_refunded": "0.1%",
        "claims": "0.01%",
        "silence_share": "0.0001",
    }
    plan = UntilPrecise(targets_of(measures))
    everything = replications(mould, [10, 12, 7, 15] * 8)
    for looked in (10, 20, 32):
        plan.learn(everything[:looked])
    tables = {
        "claims": pd.concat([frame_of(one.claims) for one in everything]),
        "requests": pd.concat([frame_of(one.requests) for one in everything]),
        "replications": pd.DataFrame([one.totals for one in everything]),
    }
    for aim, evidence in plan._evidence.items():
        assert evidence.estimate() == MEASURES[aim.measure].estimate(tables, 32)[0]


# ------------------------------------------------------------------------------------ a whole experiment


@pytest.mark.slow
def test_an_experiment_goes_on_until_each_measure_is_known_so_well() -> None:
    result = run(world(LIVELY), precision={"refunded_within_3d": 0.025, "refund_time_mean_refunded": "9%"})
    after = result.about["replications"]
    assert 10 < after < 200
    assert result.about["stopped"].startswith(
        f"precision reached after {after} replications: refunded_within_3d ±0.0"
    )
    value, low, high = result.summary.loc["refunded_within_3d", ["value", "low", "high"]]
    assert max(high - value, value - low) <= 0.025
    same_number = run(world(LIVELY), replications=after)
    assert same_number.scenario == result.scenario, "it says how many there were, and can be run again"
    pd.testing.assert_frame_equal(same_number.summary, result.summary, check_exact=True)
    assert same_number.about["fingerprints"] == result.about["fingerprints"]


def test_what_is_not_reached_is_said_and_never_hidden() -> None:
    told: list[tuple[int, int]] = []
    result = run(
        world(LIVELY),
        precision={"refunded_within_3d": 0.025},
        max_replications=12,
        progress=lambda done, total: told.append((done, total)),
    )
    assert result.about["stopped"].startswith(
        "precision not reached within 12 replications: refunded_within_3d ±0."
    )
    assert result.about["stopped"].endswith("(asked ±0.025)")
    assert told == [*((done, 10) for done in range(1, 11)), (11, 12), (12, 12)]


@pytest.mark.slow
def test_the_number_of_jobs_changes_nothing() -> None:
    asked = {"refunded_within_3d": 0.03}
    alone, together = (run(world(LIVELY), precision=asked, jobs=jobs) for jobs in (1, 2))
    assert alone.about["stopped"] == together.about["stopped"]
    assert alone.about["fingerprints"] == together.about["fingerprints"]
    pd.testing.assert_frame_equal(alone.summary, together.summary, check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "half_width", "code"), [("run", "0.00001", 4), ("run", "0.4", 0), ("compare", "0.00001", 4)]
)
def test_a_precision_that_was_missed_fails_the_command_and_is_said_even_to_the_quiet(
    command: str, half_width: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Path(__file__).parents[2] / "scenarios" / "aliexpress.yaml"
    small = ["--set", "experiment.cohort=2 d", "--orders-per-day", "20", "--jobs", "1", "-q", "--keep", "summary"]
    beside = ["--what-if", "quick:policy.cancellation.clock=1 d"] if command == "compare" else []
    aims = ["--precision", f"success_rate={half_width}", "--max-replications", "10", "--out", str(tmp_path / "out")]
    assert main([command, str(shop), *beside, *small, *aims]) == code
    assert ("precision not reached within 10 replications" in capsys.readouterr().err) == (code == 4)

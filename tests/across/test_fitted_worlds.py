"""Worlds that a log could as well have told: replications take turns at them; what is for want of data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import main
from sim.errors import BadScenario
from sim.worlds.estimating import Response, split_of
from sim.worlds.factors import paths_that_differ
from sim.worlds.playing import VariedWorld, fitted_worlds
from tests.across.test_many_worlds import STUDY
from tests.across.test_many_worlds import tiny as tiny

LEAVES = "market.sellers.types.only.dispatch"
FITTED = STUDY.replace("points: 16", "points: 2, fitted: bootstrap").replace("replications: 1", "replications: 4")
VARIED = f"factors: {{leaves: {{set: {LEAVES}, range: [1 d, 9 d]}}}}"
FITTED = FITTED.replace(VARIED, "factors: {goes on: {set: buyers.goes_on, range: [0.9, 1]}}")


def beside(folder: Path, *worlds: dict[str, object]) -> None:
    written = {"schema_version": 1, "scenario": "tiny", "method": "bootstrap", "worlds": list(worlds)}
    (folder / "worlds.json").write_text(json.dumps(written))
    (folder / "study.yaml").write_text(FITTED)


@pytest.mark.slow
def test_what_logs_differ_in_is_for_want_of_data_and_nothing_else(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The parcel leaves after 5 days, or after 2: a three-day clock wins in every second world, all or nothing."""
    beside(tiny, {LEAVES: "5 d"}, {LEAVES: "2 d"})
    result = sim.study(tiny / "study.yaml", jobs=1, store=tiny / "kept")
    differs = result.points[result.points["less"] == "nine"]
    assert list(differs["value"]) == pytest.approx([0.5, 0.5], abs=0.2), "of so many claims"
    split = result.as_fitted
    assert split is not None
    (row,) = split[split["response"].str.contains("less")].to_dict("records")
    assert row["value"] == pytest.approx(0.5, abs=0.2)
    assert row["data"] == pytest.approx(1.96 * np.sqrt(0.5), rel=0.3), "0 and 1: a variance of a half"
    assert row["computing"] < row["data"] / 4, "what is left: some replications have more claims"
    pd.testing.assert_frame_equal(result.points, sim.study(tiny / "study.yaml", jobs=1, store=tiny / "kept").points)
    words = ["--jobs", "1", "-q", "--out", str(tiny / "out"), "--store", str(tiny / "kept")]
    assert main(["study", str(tiny / "study.yaml"), *words]) == 0
    assert "three less nine: +" in (said := capsys.readouterr().out)
    assert "In 2 fitted worlds, nothing assumed otherwise" in said
    assert "points for want of data and ±" in said


def test_a_study_of_fitted_worlds_without_any_says_where_and_what(tiny: Path) -> None:
    (tiny / "study.yaml").write_text(FITTED)
    with pytest.raises(BadScenario, match=r"study.yaml:6:.*worlds\.fitted.*worlds\.json"):
        sim.study(tiny / "study.yaml", jobs=1)


def test_what_policies_differ_in_and_what_factors_move_is_no_fitted_worlds(tiny: Path) -> None:
    beside(tiny, {LEAVES: "5 d", "policy.cancellation.clock": "1 d", "buyers.regret.after": "2 h"})
    base = sim.load(tiny / "tiny.yaml")
    other = base.with_changes({"name": "other", "policy.cancellation.clock": "3 d"})
    (world,) = fitted_worlds(tiny / "tiny.yaml", paths_that_differ([base, other]), [])
    assert set(json.loads(world)) == {LEAVES, "buyers.regret.after"}


def test_replication_r_lives_in_world_r_modulo_their_number() -> None:
    fitted = ("a", "b", "c")
    turns = [VariedWorld(luck, (), fitted).with_turns(2, 2).fitted for luck in range(3)]
    assert turns == [("a", "b"), ("c", "a"), ("b", "c")]
    assert VariedWorld(1, (), fitted).with_turns(9, 9).fitted == ("a", "b", "c")


def test_the_share_of_data_and_that_of_computing_are_found_again() -> None:
    """Worlds vary by 3, luck by 4: at 400 worlds and two looks each."""
    rng = np.random.default_rng(1)
    values = 3 * rng.normal(size=400) + 4 * rng.normal(size=(2, 400))
    sums = {"it": {"m": np.column_stack([values.ravel(), np.ones(800)])}}
    split = split_of(Response("m", "it"), sums, 400)
    assert split.data == pytest.approx(1.96 * 3, rel=0.15)
    assert split.computing == pytest.approx(1.96 * 4 / 800**0.5, rel=0.1)
    assert split.value == pytest.approx(values.mean())

"""Who was not watched long enough is told so, from the run to the gate: never as a number that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.regression.program import program, told
from tests.scenario_files import BASE_FILE

pytestmark = pytest.mark.slow
EXPECT = "expect: {refunded_within_60d: {at_most: 0.5}, refund_time_p90_refunded: {at_least: 300}}\n"


@pytest.fixture(scope="module")
def watched_a_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    text = Path(BASE_FILE).read_text(encoding="utf-8")
    text = text.replace("run_out: 60 d,", "run_out: 10 d, follow_up: 7 d,")
    assert "follow_up" in text
    (folder / "base.yaml").write_text(text + EXPECT, encoding="utf-8")
    return folder / "base.yaml"


def test_a_horizon_beyond_what_was_watched_has_no_number_but_a_reason(watched_a_week: Path, tmp_path: Path) -> None:
    done = program("run", watched_a_week, "--out", tmp_path)
    assert done.code == 0, done.err
    measures = told(tmp_path / "base" / "summary.json")["measures"]
    for name in ("refunded_within_60d", "refund_time_p90_refunded"):
        assert measures[name]["value"] is None, name
        assert measures[name]["why"] == "not watched long enough", name
    assert measures["refunded_within_3d"]["value"] is not None
    report = (tmp_path / "base" / "report.html").read_text(encoding="utf-8")
    assert "never had all their money" not in report


def test_the_gate_cannot_tell_what_was_not_watched(watched_a_week: Path, tmp_path: Path) -> None:
    recorded = program("baseline", watched_a_week, "--baselines", tmp_path / "b")
    assert recorded.code == 0, recorded.err
    checked = program("check", watched_a_week, "--baselines", tmp_path / "b")
    assert checked.code == 4, checked.err
    assert checked.out.count("it is not watched long enough") == 2


def test_what_was_not_watched_is_neither_changed_nor_unchanged(watched_a_week: Path, tmp_path: Path) -> None:
    first, then = tmp_path / "first.yaml", tmp_path / "then.yaml"
    text = watched_a_week.read_text(encoding="utf-8").replace(EXPECT, "").replace("cohort: 28 d", "cohort: 7 d")
    text = text.replace("free_until: {after: paid, within: 24 h}", "free_until: none")
    first.write_text(text.replace("name: base", "name: first"), encoding="utf-8")
    then.write_text(text.replace("name: base", "name: then").replace("clock: 9 d", "clock: 2 d"), encoding="utf-8")
    compared = program("compare", first, then, "--replications", 3, "--out", tmp_path / "o")
    assert compared.code == 0, compared.err
    found = told(next((tmp_path / "o").rglob("comparison.json")))["scenarios"][0]["measures"]
    assert found["refund_time_median_all"]["verdict"] == "inconclusive"
    recorded = program("baseline", first, "--replications", 3, "--baselines", tmp_path / "b")
    assert recorded.code == 0, recorded.err
    changed = ("--set", "policy.cancellation.clock=2 d", "--out", tmp_path / "ck")
    assert program("check", first, "--baselines", tmp_path / "b", *changed).code in (1, 4)
    measure = told(tmp_path / "ck" / "check.json")["scenarios"][0]["measures"]["refund_time_median_all"]
    assert (measure["verdict"], measure["why"]) == ("inconclusive", "not watched long enough")

"""`check` looks at everything that it was given, and names what has no counterpart or was left out."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest

from sim.cli import main
from tests.regression.gate_market import NINE_DAYS, TWO_DAYS, market
from tests.regression.program import Answer, Ask

Hold = Callable[..., Answer]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`policies/` with two markets, one of them in a `.yml`, and `kept/` with their baselines."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "policies").mkdir()
    market(folder / "policies", NINE_DAYS, "nine-days.yaml")
    market(folder / "policies", TWO_DAYS, "two-days.yml")
    words = ["--baselines", str(folder / "kept"), "--replications", "2", "--jobs", "1", "-q"]
    assert main(["baseline", str(folder / "policies"), *words]) == 0
    return folder


@pytest.fixture
def place(recorded: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def hold(place: Path, ask: Ask) -> Hold:
    """Holds `policies/`, or what else is named, against `kept/`."""

    def hold(*options: object, of: tuple[object, ...] = ("policies",)) -> Answer:
        return ask("check", *of, "--baselines", "kept", "--jobs", 1, *options)

    return hold


def renamed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert f"name: {old}\n" in text
    file.write_text(text.replace(f"name: {old}\n", f"name: {new}\n"), encoding="utf-8")


# ------------------------------------------------------------------------------------ which files


@pytest.mark.slow
def test_a_yml_is_a_scenario_like_a_yaml(hold: Hold, place: Path) -> None:
    assert sorted(path.name for path in (place / "kept").iterdir()) == ["nine-days", "two-days"]
    answer = hold()
    assert answer.code == 0
    assert "✓ unchanged  two-days" in answer.out


@pytest.mark.slow
def test_scenarios_in_a_sub_folder_are_named_as_left_out(hold: Hold, place: Path) -> None:
    (place / "policies" / "old" / "older").mkdir(parents=True)
    shutil.copy(place / "policies" / "two-days.yml", place / "policies" / "old" / "older" / "two-days.yaml")
    answer = hold("--out", "ck", "-q")
    assert answer.code == 0
    assert answer.err.startswith("left out: scenario files in policies/old/older, a sub-folder")
    assert json.loads((place / "ck" / "check.json").read_text())["left_out"] == ["policies/old/older"]
    for page in ("summary.md", "index.html"):
        assert "scenario files in policies/old/older" in (place / "ck" / page).read_text()


def test_what_the_program_wrote_into_a_sub_folder_is_not_left_out(hold: Hold, place: Path) -> None:
    shutil.copytree(place / "kept", place / "policies" / "baselines")
    assert hold("-q").err == ""


@pytest.mark.parametrize("command", ["run", "compare", "validate", "baseline"])
def test_every_command_that_takes_a_folder_says_what_it_left_out(command: str, place: Path, ask: Ask) -> None:
    (place / "policies" / "old").mkdir()
    shutil.copy(place / "policies" / "two-days.yml", place / "policies" / "old")
    base = ["policies/nine-days.yaml"] if command == "compare" else []
    # Each of them is told something else that is wrong, so that nothing has to be lived through.
    wrong = ["--set", "experiment.replications=none"]
    words = ["--baselines", "kept"] if command == "baseline" else []
    answer = ask(command, *base, "policies", *words, *wrong)
    assert answer.code == 2
    assert "left out: scenario files in policies/old, a sub-folder" in answer.err


# ------------------------------------------------------------------------------------ two of one name


def test_two_scenarios_of_one_name_are_refused_before_anything_is_run(hold: Hold, place: Path) -> None:
    (place / "other").mkdir()
    shutil.copy(place / "policies" / "nine-days.yaml", place / "other" / "nine-days.yaml")
    answer = hold("--out", "ck", "--history", "h.jsonl", of=("other", "policies"))
    assert answer.code == 2
    assert "two scenarios are named 'nine-days': other/nine-days.yaml and policies/nine-days.yaml" in answer.err
    assert not (place / "ck").exists()
    assert not (place / "h.jsonl").exists()


def test_a_file_named_twice_is_refused_as_well(hold: Hold) -> None:
    assert hold(of=("policies/nine-days.yaml", "policies/nine-days.yaml")).code == 2


def test_a_copy_under_another_name_does_not_take_the_baseline_of_its_original(hold: Hold, place: Path) -> None:
    shutil.copy(place / "policies" / "nine-days.yaml", place / "policies" / "copy.yaml")
    renamed(place / "policies" / "copy.yaml", "nine-days", "copy")
    answer = hold()
    assert answer.code == 4
    assert "+ new  copy: there is no baseline of it yet" in answer.out
    assert "✓ unchanged  nine-days" in answer.out


# ------------------------------------------------------------------------------------ without a baseline


def test_a_scenario_without_a_baseline_is_new_and_the_others_are_checked_and_written(
    hold: Hold, place: Path
) -> None:
    shutil.rmtree(place / "kept" / "two-days")
    answer = hold("--out", "ck")
    assert answer.code == 4
    assert "✓ unchanged  nine-days" in answer.out
    assert "+ new  two-days: there is no baseline of it yet\n" in answer.out
    assert "record one with: refund-sim baseline policies/two-days.yml --baselines kept" in answer.out
    document = json.loads((place / "ck" / "check.json").read_text())
    assert {one["scenario"]: one["verdict"] for one in document["scenarios"]} == {
        "nine-days": "unchanged",
        "two-days": "new",
    }
    assert document["tally"]["new"] == 1
    suites = XML.fromstring((place / "ck" / "junit.xml").read_bytes())
    assert [suite.get("skipped") for suite in suites] == ["0", "1"]
    assert 'refund_sim_scenarios{verdict="new"} 1.0' in (place / "ck" / "metrics.txt").read_text()


def test_a_new_scenario_may_be_allowed(hold: Hold, place: Path) -> None:
    shutil.rmtree(place / "kept" / "two-days")
    assert hold("--allow-new").code == 0


@pytest.mark.parametrize(("bound", "code"), [("0.1", 0), ("0.99", 1)])
def test_what_a_new_scenario_expects_is_judged_all_the_same(hold: Hold, place: Path, bound: str, code: int) -> None:
    shutil.rmtree(place / "kept" / "two-days")
    file = place / "policies" / "two-days.yml"
    expected = f"expect:\n  success_rate: {{at_least: {bound}}}\n"
    file.write_text(file.read_text(encoding="utf-8").replace("expect: {}\n", expected), encoding="utf-8")
    answer = hold("--allow-new")
    assert answer.code == code
    assert "expected refunded in full: at least" in answer.out


def test_a_folder_of_baselines_that_is_not_there_is_bad_usage_and_no_new_scenario(place: Path, ask: Ask) -> None:
    answer = ask("check", "policies", "--baselines", "kpet", "--allow-new")
    assert answer.code == 2
    assert answer.err.count("no baseline for") == 2


def test_a_baseline_that_lost_its_sign_is_a_fault_and_no_new_scenario(hold: Hold, place: Path) -> None:
    (place / "kept" / "two-days" / "baseline.json").unlink()
    answer = hold("--allow-new")
    assert answer.code == 2
    assert "kept/two-days/baseline.json: cannot be read" in answer.err


# ------------------------------------------------------------------------------------ without a scenario


def test_a_baseline_whose_scenario_is_gone_is_named_and_fails(hold: Hold, place: Path) -> None:
    (place / "policies" / "two-days.yml").unlink()
    answer = hold("--out", "ck")
    assert answer.code == 1
    assert "✗ orphan  two-days: the scenario of the baseline in kept/two-days is no longer there" in answer.out
    assert "git rm -r kept/two-days" in answer.out
    document = json.loads((place / "ck" / "check.json").read_text())
    assert [one["name"] for one in document["orphans"]] == ["two-days"]
    assert "kept/two-days" in (place / "ck" / "index.html").read_text()
    assert hold("--allow-orphans").code == 0


def test_checking_one_file_of_many_makes_no_orphan_and_names_the_baselines_that_it_left_out(
    hold: Hold, place: Path
) -> None:
    answer = hold("--out", "ck", of=("policies/nine-days.yaml",))
    assert answer.code == 0
    assert "orphan" not in answer.out
    assert "left out: the baseline in kept/two-days, whose scenario was not given" in answer.err
    assert json.loads((place / "ck" / "check.json").read_text())["left_out"] == ["kept/two-days"]


def test_a_renamed_scenario_leaves_no_orphan(hold: Hold, place: Path) -> None:
    renamed(place / "policies" / "two-days.yml", "two-days", "forty-eight-hours")
    answer = hold()
    assert answer.code == 0
    assert "✓ unchanged  forty-eight-hours" in answer.out


# ------------------------------------------------------------------------------------ pointers of Git LFS

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"


@pytest.mark.parametrize(
    "file",
    [
        "kept/two-days/baseline.json",
        "kept/two-days/claims.csv.xz",
        "kept/two-days/scenario.yaml",
        "policies/two-days.yml",
        "h.jsonl",
    ],
)
def test_a_pointer_of_git_lfs_is_told_from_a_file_that_is_spoilt(file: str, hold: Hold, place: Path) -> None:
    (place / file).write_text(POINTER)
    answer = hold("--history", "h.jsonl")
    assert answer.code == 2
    assert file in answer.err
    assert "found a pointer of Git LFS in place of the file; fetch it with git lfs pull" in answer.err
    assert "record it anew" not in answer.err


# ------------------------------------------------------------------------------------ what cannot be written


@pytest.mark.parametrize("kind", ["nowhere", "a named pipe", "a folder", "a device"])
def test_a_step_summary_that_cannot_be_written_is_said_at_once_and_does_not_take_the_verdict_along(
    kind: str, hold: Hold, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = {"nowhere": place / "nowhere" / "summary.md", "a device": Path("/dev/full")}.get(kind, place / "step")
    if kind == "a named pipe":
        os.mkfifo(step)  # nobody reads it: to open it would wait for ever
    if kind == "a folder":
        step.mkdir()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    (place / "policies" / "two-days.yml").unlink()
    answer = hold()
    assert answer.code == 1
    assert "✓ unchanged  nine-days" in answer.out
    assert answer.err.startswith(f"{step}: cannot write the step's summary: ")
    assert ("expected a regular file" in answer.err) is (kind != "nowhere")


def test_a_step_summary_that_fills_up_meanwhile_does_not_take_the_verdict_along(
    hold: Hold, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: bytes) -> None:
        if content:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    monkeypatch.setattr("sim.disk.steps.append", full)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place / "step"))
    answer = hold("-q")
    assert answer.code == 0
    assert answer.err == f"{place / 'step'}: cannot write the step's summary: No space left on device\n"


# ------------------------------------------------------- changes that a baseline was recorded with, long ago


def recorded_with(baseline: Path, change: str) -> None:
    kept = json.loads((baseline / "baseline.json").read_text(encoding="utf-8"))
    (baseline / "baseline.json").write_text(json.dumps(kept | {"changes": [change]}), encoding="utf-8")


def test_changes_that_a_scenario_no_longer_takes_are_its_baselines(hold: Hold, place: Path) -> None:
    recorded_with(place / "kept" / "nine-days", "market.sellers.types.gone.share=1")
    answer = hold()
    assert answer.code == 2
    assert answer.err.startswith("kept/nine-days/baseline.json: recorded with changes that policies/nine-days.yaml")
    assert "types.gone" in answer.err
    assert "record it anew" in answer.err


def test_a_baseline_whose_changes_do_not_fit_is_of_another_scenario(hold: Hold, place: Path) -> None:
    recorded_with(place / "kept" / "nine-days", "market.sellers.types.gone.share=1")
    renamed(place / "policies" / "nine-days.yaml", "nine-days", "eleven-days")
    answer = hold()
    assert "there is no baseline of it yet" in answer.out
    assert "the scenario of the baseline in kept/nine-days is no longer there" in answer.out

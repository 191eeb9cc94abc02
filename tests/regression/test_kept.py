"""What is there stays: results that an interrupted run had finished, what people put beside ours, and histories."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sim.errors import UserError
from tests.regression.program import SHORT, Ask, files_of, market_of_two, told
from tests.scenario_files import BASE_FILE

BAD_INPUT, INTERRUPTED = 2, 130
QUICK = (*SHORT, "--orders-per-day", 5, "--jobs", 1)

pytestmark = pytest.mark.usefixtures("without_charts")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return market_of_two(tmp_path / "two")


def stopped_after_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody types Ctrl-C when the first scenario is complete."""
    from sim.experiment import experiment

    real, begun = experiment.run, []

    def run(scenario: Any, **how: Any) -> Any:
        begun.append(scenario.name)
        if len(begun) > 1:
            raise KeyboardInterrupt
        return real(scenario, **how)

    monkeypatch.setattr(experiment, "run", run)


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The scenarios that are simulated from now on."""
    from sim.experiment import experiment

    real, seen = experiment.run, []

    def run(scenario: Any, **how: Any) -> Any:
        seen.append(scenario.name)
        return real(scenario, **how)

    monkeypatch.setattr(experiment, "run", run)
    return seen


def interrupted(two: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as once:
        once.setattr("sim.disk.placing.finished", [])  # as in a process of its own
        stopped_after_one(once)
        answer = ask("run", two, *QUICK)
    assert answer.code == INTERRUPTED
    assert answer.err.endswith("interrupted; complete: results/base\n")
    assert [path.name for path in Path("results").iterdir()] == ["base"]


@pytest.mark.slow
def test_an_interrupted_run_of_several_scenarios_is_carried_on_to_what_it_would_have_come_to(
    two: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask("run", two, *QUICK, "--out", "whole", "-q")
    assert whole.code == 0
    interrupted(two, ask, monkeypatch)
    kept, simulated = files_of(Path("results/base")), watched(monkeypatch)
    answer = ask("run", two, *QUICK, "-q")
    assert (answer.code, answer.out) == (0, whole.out)
    assert simulated == ["other"]
    assert files_of(Path("results/base")) == kept
    assert set(files_of(Path("results"))) == set(files_of(Path("whole")))
    for name, content in files_of(Path("whole")).items():
        if not name.endswith("run.json"):
            assert files_of(Path("results"))[name] == content


@pytest.mark.slow
@pytest.mark.parametrize("what", ["another seed", "a file that was changed", "a file that was lost", "a file more"])
def test_what_is_not_what_would_come_out_is_not_carried_on(
    what: str, two: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(two, ask, monkeypatch)
    words, folder = [*QUICK, *(("--seed", 7) if what == "another seed" else ())], Path("results/base")
    if what == "a file that was changed":
        (folder / "summary.json").write_text("{}")
    elif what == "a file that was lost":
        (folder / "curves.csv").unlink()
    elif what == "a file more":
        (folder / "thesis.tex").write_text("years of work")
    before, simulated = files_of(folder), watched(monkeypatch)
    answer = ask("run", two, *words)
    assert answer.code == BAD_INPUT
    assert "results/base" in answer.err
    assert simulated == []
    assert files_of(folder) == before


@pytest.mark.slow
def test_with_force_all_is_simulated_anew(two: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(two, ask, monkeypatch)
    simulated = watched(monkeypatch)
    assert ask("run", two, *QUICK, "--force").code == 0
    assert simulated == ["base", "other"]


@pytest.mark.parametrize("inside", ["thesis.tex", "charts/mine.png", "deeper/still/notes.md"])
def test_what_somebody_put_into_a_result_survives_force(inside: str, ask: Ask) -> None:
    assert ask("run", BASE_FILE, *QUICK).code == 0
    mine = Path("results/base") / inside
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("years of work")
    before = files_of(Path("results"))
    answer = ask("run", BASE_FILE, *QUICK, "--force", "--seed", 2)
    assert answer.code == BAD_INPUT
    assert f"results/base/{inside}" in answer.err
    assert "not written by refund-sim; move it out of results/base" in answer.err
    assert files_of(Path("results")) == before
    shutil.rmtree(mine.parent) if "/" in inside and not inside.startswith("charts") else mine.unlink()
    assert ask("run", BASE_FILE, *QUICK, "--force", "--seed", 2).code == 0
    assert told(Path("results/base/run.json"))["seed"] == 2


def test_a_history_inside_the_output_is_refused_before_anything_is_simulated(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("baseline", BASE_FILE, *QUICK, "--baselines", "kept").code == 0
    check = ("check", BASE_FILE, "--baselines", "kept", "--jobs", 1, "-q", "--out", "ck", "--commit", "c1")
    assert ask(*check).code == 0
    Path("ck/history.jsonl").write_text("")
    Path("link").symlink_to("ck")

    def never(*_: object, **__: object) -> None:
        raise UserError("simulated")

    monkeypatch.setattr("sim.baseline_commands.check", never)
    for history in ("ck/history.jsonl", "link/history.jsonl"):
        answer = ask(*check, "--force", "--history", history)
        assert answer.code == BAD_INPUT
        assert "simulated" not in answer.err
        assert Path("ck/history.jsonl").exists()

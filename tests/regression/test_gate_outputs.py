"""What `check` leaves behind, asked of the program itself: the folder, the step's summary, the history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.baselines.history import read
from sim.cli import main
from tests.regression.gate_market import CLOCK, TWO_DAYS, Gate, copied, market
from tests.regression.program import Ask, files_of, told


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a market and its baseline."""
    folder = tmp_path_factory.mktemp("gate")
    file = market(folder, TWO_DAYS)
    assert main(["baseline", str(file), "--baselines", str(folder / "kept"), "--jobs", "1", "-q"]) == 0
    return folder


@pytest.fixture
def gate(recorded: Path, ask: Ask) -> Gate:
    return Gate(recorded / "market.yaml", recorded / "kept", ask)


@pytest.mark.slow
def test_a_check_that_finds_a_change_writes_all_of_it_and_remembers(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, out, history = tmp_path / "step.md", tmp_path / "check", tmp_path / "history.jsonl"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    assert gate.check("--out", out, "--history", history, "--commit", "first").code == 0
    assert gate.check("--out", out).code == 2
    changed = ("--set", f"{CLOCK}=9 d", "--out", out, "--force", "--history", history, "--commit", "second")
    answer = gate.check(*changed)
    assert answer.code == 1, answer
    assert told(out / "check.json")["exit_code"] == 1
    found = files_of(out)
    assert {f"charts/two-days/{name}.png" for name in ("headlines", "measures", "time_to_money", "trend")} <= set(
        found
    )
    assert step.read_text().count("## refund-sim check") == 2
    assert step.read_bytes().endswith(found["summary.md"])
    assert f"{CLOCK} was 2 d, is 9 d" in found["index.html"].decode()
    assert [(entry.commit, entry.verdict) for entry in read(history).entries] == [
        ("first", "unchanged"),
        ("second", "changed"),
    ]
    before = history.read_bytes()
    assert gate.check(*changed).code == 1
    assert history.read_bytes() == before
    again = files_of(out)
    assert {path for path in found if found[path] != again[path]} <= {"check.json", "junit.xml"}


def test_a_torn_history_is_said_and_goes_on(gate: Gate, tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    history.write_text('{"version": 1, "comm')
    answer = gate.check("--history", history, "--commit", "first")
    assert answer.code == 0
    assert f"{history}: its last line was torn; it is kept in {history}.torn" in answer.err
    assert [entry.commit for entry in read(history).entries] == ["first"]


def test_a_history_that_is_none_of_ours_is_a_fault_before_anything_is_lost(gate: Gate, tmp_path: Path) -> None:
    history = tmp_path / "thesis.txt"
    history.write_text("years of work\n")
    answer = gate.check("--history", history)
    assert answer.code == 2
    assert f"{history}:1: not a line of a history" in answer.err
    assert history.read_text() == "years of work\n"


HOSTILE = "\x1b[31m\x00\n::error::mine ##[error]mine"


@pytest.mark.slow
def test_control_characters_in_a_baseline_and_a_history_reach_neither_the_terminal_nor_a_file(
    gate: Gate, tmp_path: Path, ask: Ask
) -> None:
    spoilt, history, out = copied(gate, tmp_path, ask), tmp_path / "history.jsonl", tmp_path / "check"
    assert spoilt.check("--history", history, "--commit", "first").code == 0
    sign = spoilt.baselines / "two-days" / "baseline.json"
    kept, line = told(sign), told(history)
    for measure in (*kept["blocks"]["judging"]["measures"].values(), *line["measures"].values()):
        measure |= {name: measure[name] + HOSTILE for name in ("title", "unit")}
    sign.write_text(json.dumps(kept))
    history.write_text(json.dumps(line | {"commit": HOSTILE, "reason": HOSTILE}) + "\n")
    answer = spoilt.check("--out", out, "--history", history, "--commit", "second")
    assert answer.code in (0, 4), answer.err
    texts = [body for path, body in files_of(out).items() if not path.endswith(".png")]
    for said in (answer.out.encode(), answer.err.encode(), *texts):
        assert b"\x1b" not in said
        assert b"\x00" not in said
    assert not [line for line in (answer.out + answer.err).splitlines() if line.lstrip().startswith("::")]


def test_a_verdict_that_no_check_gives_is_a_fault_of_the_history(gate: Gate, tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    assert gate.check("--history", history, "--commit", "first").code == 0
    history.write_text(history.read_text().replace('"verdict": "unchanged"}', '"verdict": "splendid"}'))
    answer = gate.check("--history", history)
    assert answer.code == 2
    assert f"{history}:1: not a line of a history" in answer.err

"""`check` passes what changes nothing, fails what does, and names the cause: the file, the draws or the rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.chance.decisions import Decision
from sim.chance.streams import Luck
from sim.cli import main
from tests.regression.gate_market import CLOCK, NINE_DAYS, SILENCE, TWO_DAYS, Gate, copied, market
from tests.regression.program import Ask
from tests.worlds import mirrored, redrawn_alone


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two markets and their baselines."""
    folder = tmp_path_factory.mktemp("gate")
    files = [market(folder, NINE_DAYS, "nine-days.yaml"), market(folder, TWO_DAYS, "two-days.yaml")]
    assert main(["baseline", *map(str, files), "--baselines", str(folder / "kept"), "--jobs", "1", "-q"]) == 0
    return folder


@pytest.fixture
def nine_days(recorded: Path, ask: Ask) -> Gate:
    return Gate(recorded / "nine-days.yaml", recorded / "kept", ask)


@pytest.fixture
def two_days(recorded: Path, ask: Ask) -> Gate:
    return Gate(recorded / "two-days.yaml", recorded / "kept", ask)


# ------------------------------------------------------------------------------------ what passes


@pytest.mark.slow
def test_the_same_file_and_the_same_code_pass(nine_days: Gate) -> None:
    answer = nine_days.check()
    assert answer.code == 0
    assert "✓ unchanged  nine-days: every claim went the same way, to the second and the cent" in answer.out


@pytest.mark.slow
def test_two_processes_find_what_one_has_recorded(nine_days: Gate) -> None:
    assert nine_days.check("--jobs", 2).code == 0


@pytest.mark.slow  # where the machine code is not on disk yet, it is compiled first
def test_the_compiled_engine_finds_what_simpy_has_recorded(nine_days: Gate) -> None:
    assert nine_days.check("--engine", "compiled").code == 0


def test_a_comment_a_title_and_a_source_change_nothing(nine_days: Gate, ask: Ask, tmp_path: Path) -> None:
    gate = copied(nine_days, tmp_path, ask)
    text = gate.file.read_text(encoding="utf-8")
    assert text.count("\nmarket:\n") == 1
    gate.file.write_text("# a word\ntitle: Nine days\n" + text.replace('title: ""\n', ""), encoding="utf-8")
    answer = gate.check()
    assert answer.code == 0
    assert "because" not in answer.out


def test_a_renamed_scenario_finds_the_baseline_of_its_old_name(nine_days: Gate, ask: Ask, tmp_path: Path) -> None:
    gate = copied(nine_days, tmp_path, ask)
    text = gate.file.read_text(encoding="utf-8")
    gate.file.write_text(text.replace("name: nine-days", "name: the-long-clock"), encoding="utf-8")
    answer = gate.check()
    assert answer.code == 0
    assert "the-long-clock" in answer.out


def test_a_draw_that_decides_nothing_here_may_be_drawn_otherwise(
    nine_days: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, Decision.RESERVATION)  # there are no offers to settle for
    answer = nine_days.check()
    assert answer.code == 0
    assert "beside: the draws: RESERVATION is drawn otherwise" in answer.out


# ------------------------------------------------------------------------------------- what fails


def test_a_shorter_clock_fails_and_the_file_is_named(nine_days: Gate) -> None:
    answer = nine_days.sets(CLOCK, "3 d")
    assert answer.code == 1
    assert "✗ changed  nine-days: silence_against_buyer_share" in answer.out
    assert f"because of the scenario file: {CLOCK} was 9 d, is 3 d" in answer.out
    assert "the rules" not in answer.out
    assert answer.out.count("look at an order: refund-sim trace") == 3


def test_silence_flipped_fails_and_the_file_is_named(two_days: Gate) -> None:
    answer = two_days.sets(SILENCE, "approve")
    assert answer.code == 1
    assert f"because of the scenario file: {SILENCE} was decline, is approve" in answer.out


def test_a_bug_in_a_rule_fails_and_the_rules_are_named(nine_days: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.rules.refunds.must_go_back", lambda *_: False)
    answer = nine_days.check()
    assert answer.code == 1
    assert (
        "because of the rules: the baseline's own scenario, with the same draws, has other outcomes" in answer.out
    )
    assert "the scenario file" not in answer.out
    assert "the draws:" not in answer.out


def test_a_file_and_a_rule_that_both_changed_are_both_named(
    nine_days: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.rules.refunds.must_go_back", lambda *_: False)
    answer = nine_days.sets(CLOCK, "3 d")
    assert answer.code == 1
    assert "because of the scenario file" in answer.out
    assert "because of the rules" in answer.out


def test_a_reordered_draw_is_inconclusive_names_its_decision_and_asks_for_a_new_baseline(
    nine_days: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, Decision.DISPATCHING)
    answer = nine_days.check()
    assert answer.code == 4
    assert "luck is drawn otherwise (DISPATCHING)" in answer.out
    assert "if that is meant, a new baseline is needed: refund-sim baseline" in answer.out


def test_two_decisions_that_swap_codes_are_both_named(nine_days: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Luck.of
    swap = {Decision.ARRANGING: Decision.DISPATCHING, Decision.DISPATCHING: Decision.ARRANGING}
    redrawn_alone(monkeypatch, lambda luck, of, numbers: drawn(luck, swap.get(of, of), numbers))
    answer = nine_days.check()
    assert answer.code == 4
    assert "(ARRANGING and DISPATCHING)" in answer.out


def test_a_baseline_of_another_edition_of_luck_is_told_so_in_plain_words(
    nine_days: Gate, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, Decision.DISPATCHING)
    kept = copied(nine_days, tmp_path, ask)
    sign = kept.baselines / "nine-days" / "baseline.json"
    document = json.loads(sign.read_text(encoding="utf-8"))
    del document["luck"]["edition"]  # as baselines were before there were editions
    sign.write_text(json.dumps(document), encoding="utf-8")
    answer = kept.check()
    assert answer.code == 4
    assert "luck is drawn otherwise (edition 1 in the baseline, edition 2 now)" in answer.out
    assert "luck was of edition 1, is of edition 2" in answer.out
    assert "a new baseline is needed: refund-sim baseline" in answer.out


# --------------------------------------------------------------------------------- what is missing


def test_a_missing_baseline_says_how_to_record_one(nine_days: Gate, ask: Ask, tmp_path: Path) -> None:
    gate = Gate(nine_days.file, tmp_path / "empty", ask)
    answer = gate.check()
    assert answer.code == 2
    assert "no baseline for 'nine-days'" in answer.err
    assert f"Record one with: refund-sim baseline {gate.file} --baselines {gate.baselines}" in answer.err


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("baseline.json", '"schema_version": 1', '"schema_version": 7', "its layout is number 7"),
        (
            "baseline.json",
            '"schema_version": 1,\n  "name"',
            '"schema_version": 7, "called"',
            "its layout is number 7",
        ),
        ("baseline.json", '"replications": 8', '"replications": "many"', "replications: "),
        ("baseline.json", '"name"', "", "Invalid JSON"),
        ("claims.csv.xz", "", "", "it is not the table that baseline.json was written with"),
    ],
)
def test_a_spoilt_baseline_says_which_file_and_what_helps(
    nine_days: Gate, ask: Ask, tmp_path: Path, file: str, old: str, new: str, complaint: str
) -> None:
    gate = copied(nine_days, tmp_path, ask)
    path = gate.baselines / "nine-days" / file
    if old:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    else:
        path.write_bytes(path.read_bytes()[:-100])
    answer = gate.check()
    assert answer.code == 2
    assert str(path) in answer.err
    assert complaint in answer.err
    assert "record it anew" in answer.err


def test_a_measure_that_the_baseline_does_not_know_is_shown_without_a_difference(
    nine_days: Gate, ask: Ask, tmp_path: Path
) -> None:
    gate = copied(nine_days, tmp_path, ask)
    path = gate.baselines / "nine-days" / "baseline.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    for block in document["blocks"].values():
        del block["measures"]["worth_it_share"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert gate.check().code == 0


# ------------------------------------------------------------------------------- recording it again


@pytest.mark.slow
def test_a_baseline_is_replaced_only_for_a_reason_and_says_what_moved(
    nine_days: Gate, ask: Ask, tmp_path: Path
) -> None:
    gate = copied(nine_days, tmp_path, ask)
    refused = gate.baseline()
    assert refused.code == 2
    assert "--reason" in refused.err
    text = gate.file.read_text(encoding="utf-8")
    gate.file.write_text(text.replace("clock: 9 d", "clock: 3 d", 1), encoding="utf-8")
    answer = gate.baseline("--reason", "sellers are to answer sooner")
    assert answer.code == 0
    assert "half have it after" in answer.out
    assert gate.check().code == 0
    document = json.loads((gate.baselines / "nine-days" / "baseline.json").read_text(encoding="utf-8"))
    assert document["reason"] == "sellers are to answer sooner"


def test_a_new_baseline_keeps_the_size_and_the_margins_of_the_old_one(
    nine_days: Gate, ask: Ask, tmp_path: Path
) -> None:
    gate = Gate(nine_days.file, tmp_path / "kept", ask)
    gate.baseline("--replications", 2, "--margin", "success_rate=0.25")
    again = gate.baseline("--reason", "once more")
    assert "2 × 2 replications" in again.out
    assert "nothing moved" in again.out
    document = json.loads((gate.baselines / "nine-days" / "baseline.json").read_text(encoding="utf-8"))
    assert document["margins"]["success_rate"]["margin"] == 0.25


def test_the_same_market_gives_the_same_baseline_to_the_byte(nine_days: Gate, ask: Ask, tmp_path: Path) -> None:
    gates = [Gate(nine_days.file, tmp_path / name, ask) for name in ("one", "two")]
    for gate in gates:
        assert gate.baseline("--replications", 2).code == 0
    contents = [
        {path.name: path.read_bytes() for path in (gate.baselines / "nine-days").iterdir()} for gate in gates
    ]
    assert contents[0] == contents[1]
    assert set(contents[0]) == {"baseline.json", "scenario.yaml", "claims.csv.xz"}


def test_a_table_too_large_for_a_repository_says_how_many_replications_would_fit(
    nine_days: Gate, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.show.baseline_files.LARGEST", 10_000)
    answer = Gate(nine_days.file, tmp_path / "kept", ask).baseline("--replications", 3)
    assert answer.code == 2
    assert "1 replication would fit" in answer.err or "0 replications would fit" in answer.err
    assert not (tmp_path / "kept" / "nine-days").exists()


# -------------------------------------------------------------------------------- what is expected


@pytest.mark.parametrize(
    ("expected", "code", "said"),
    [
        ("success_rate: {at_least: 0.3}", 0, "✓ pass: expected refunded in full: at least 30 %"),
        ("success_rate: {at_least: 0.9}", 1, "✗ fail: expected refunded in full: at least 90 %"),
        ("refund_time_median_all: {at_most: 3}", 1, "✗ fail: expected half of all claims"),
    ],
)
def test_what_a_scenario_expects_is_judged_by_the_check(
    nine_days: Gate, ask: Ask, tmp_path: Path, expected: str, code: int, said: str
) -> None:
    gate = copied(nine_days, tmp_path, ask)
    text = gate.file.read_text(encoding="utf-8")
    assert "expect: {}\n" in text
    gate.file.write_text(text.replace("expect: {}\n", f"expect:\n  {expected}\n"), encoding="utf-8")
    answer = gate.check()
    assert answer.code == code
    assert said in answer.out


def test_an_expectation_right_at_the_value_is_inconclusive_and_says_how_many_more_would_tell(
    nine_days: Gate, ask: Ask, tmp_path: Path
) -> None:
    gate = copied(nine_days, tmp_path, ask)
    kept = json.loads((gate.baselines / "nine-days" / "baseline.json").read_text(encoding="utf-8"))
    value = kept["blocks"]["judging"]["measures"]["success_rate"]["value"] + 0.002
    text = gate.file.read_text(encoding="utf-8")
    expected = f"expect:\n  success_rate: {{at_least: {value}}}\n"
    gate.file.write_text(text.replace("expect: {}\n", expected), encoding="utf-8")
    answer = gate.check()
    assert answer.code == 4
    assert "? inconclusive (" in answer.out
    assert "more replications)" in answer.out

"""Files that are no scenarios: refused at once, in plain words, with nothing written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.regression.program import Ask, files_of, program
from tests.scenario_files import BASE, written

BAD_INPUT = 2
COMMANDS = ("run", "validate", "show", "trace --order 1")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("missing.yaml", "missing.yaml: there is no file 'missing.yaml'\n"),
        ("empty", "empty: no scenario files (*.yaml) in this folder\n"),
        ("pipe.yaml", "pipe.yaml: 'pipe.yaml' is not a regular file\n"),
        ("/dev/zero", "/dev/zero: 'zero' is not a regular file\n"),
        ("outside.yaml", "outside.yaml:1:10: extends: '../base.yaml' lies outside the scenario's folder\n"),
        ("binary.yaml", "binary.yaml:1:1: this is not UTF-8; save the file as UTF-8\n"),
        ("blank.yaml", "blank.yaml:1:1: the file is empty\n"),
    ],
)
def test_what_is_no_scenario_is_refused(ask: Ask, tmp_path: Path, command: str, name: str, fault: str) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "outside.yaml").write_text("extends: ../base.yaml\n")
    (tmp_path / "binary.yaml").write_bytes(b"\x93NUMPY")
    (tmp_path / "blank.yaml").write_text("")
    assert ask(*command.split(), name) == (BAD_INPUT, "", fault)
    assert not (tmp_path / "results").exists()


TEN = """\
name: ten-faults
start: 2018-02-30
experiment: {warm_up: 28, cohort: 28 d, run_out: 60 d}
market:
  orders_per_day: -30
  order_value: {lognormaal: {median: 24, p95: 160}}
  payment_methods: {card: 1}
  sellers:
    count: 15
    types:
      prompt:
        share: 0.75
        arrange: 1 d
        dispatch: 1 d
        cancellation: {accept: 0.5, refuse: 0.3, silent: 0.1}
        dispute: {accept: 1}
      absent: {share: 0.25, arrange: 6 d, dispatch: 4 d, cancellation: {silent: 1}, dispute: {silent: 1}}
  carrier: {transit: [20 d]}
buyers:
  regret: {probability: 0.2}
policy:
  cancellation: {window: {within: 9 d}, clock: 9 d, on_silense: decline, on_silence: aprove}
  refund: {within: 9 d, posting: {card: 1 bd}}
provenance:
  policy: {kind: sourced, from: the rules, form: paper}
"""
PLACES = {
    "2:8": "start: found '2018-02-30', expected a date",
    "3:23": "experiment.warm_up: found 28, expected a duration",
    "5:19": "market.orders_per_day: found -30, expected more than 0",
    "6:17": "market.order_value.lognormaal: unknown key — did you mean 'lognormal'?",
    "15:23": "market.sellers.types.prompt.cancellation: the chances of what it says must sum to 1",
    "18:22": "market.carrier.transit: found ['20 d'], expected a duration",
    "20:11": "buyers.regret.after: missing",
    "22:53": "policy.cancellation.on_silense: unknown key — did you mean 'on_silence'?",
    "22:86": "policy.cancellation.on_silence: found 'aprove', expected one of approve, decline",
    "25:44": "provenance.policy.form: unknown key — did you mean 'from'?",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_ten_faults_are_ten_places_and_nothing_is_written(ask: Ask, tmp_path: Path, command: str) -> None:
    (tmp_path / "ten.yaml").write_text(TEN)
    answer = ask(*command.split(), "ten.yaml")
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert len(answer.err.splitlines()) == len(PLACES) == 10
    for line, (place, fault) in zip(answer.err.splitlines(), PLACES.items(), strict=True):
        assert line.startswith(f"ten.yaml:{place}: {fault}")
    assert set(files_of(tmp_path)) == {"ten.yaml"}


def test_parts_that_do_not_fit_are_reported_beside_parts_that_are_wrong(ask: Ask, tmp_path: Path) -> None:
    faulty = BASE.replace(", wallet: 1 bd", "").replace("count: 15", "count: 0")
    written(tmp_path, faulty)
    answer = ask("validate", "child.yaml")
    assert answer.code == BAD_INPUT
    assert [line.split(": ")[1] for line in answer.err.splitlines()] == [
        "market.sellers.count",
        "policy.refund.posting",
    ]


BOMBS = {
    "merge keys": "a: &a {x: 1}\n" + "".join(f"k{level}: &a {{<<: [*a, *a]}}\n" for level in range(40)),
    "aliases": "a: &a [x, x]\n" + "".join(f"b{level}: &b{level} [{'*a, ' * 9}*a]\n" for level in range(2000)),
    "nesting": "[" * 10_000,
    "nested mappings": "{a: " * 10_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_within_a_fifth_of_a_second(ask: Ask, tmp_path: Path, bomb: str) -> None:
    ask("validate", "loads what there is to load")
    (tmp_path / "bomb.yaml").write_text(BOMBS[bomb])
    began = time.process_time()
    answer = ask("validate", "bomb.yaml")
    assert time.process_time() - began < 0.2
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err.startswith("bomb.yaml:1:")


def test_a_faulty_file_is_reported_without_loading_what_only_runs_need(tmp_path: Path) -> None:
    (tmp_path / "ten.yaml").write_text(TEN)
    answer = program("validate", "ten.yaml", cwd=tmp_path, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert answer.code == BAD_INPUT
    assert "ten.yaml:2:8: start" in answer.err
    imported = {line.rsplit("|")[-1].strip() for line in answer.err.splitlines() if line.startswith("import time:")}
    assert "sim.scenario.loading" in imported
    assert not imported & {"numpy", "scipy", "pandas", "matplotlib", "simpy", "rich"}

"""The command line: what each command answers, on which stream, with which exit code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim import __version__
from sim.cli import parser
from sim.errors import BrokenInvariant
from sim.experiment import engine_choice
from sim.experiment.result import Result
from sim.scenario.loading import load
from sim.show import files
from tests.regression.program import SHORT, SMALL, Ask, commands, document, files_of, market_of_two, told
from tests.scenario_files import BASE_FILE, spoilt, written

FINE, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 2, 3, 130
PLACE = "results and charts: results/<scenario>/\n"
TABLES = {"costs.csv", "curves.csv", "by_hours.csv", "by_group.csv", "backlog.csv", "waits.csv"}
ALWAYS = {"scenario.yaml", "run.json", "summary.json", *TABLES}


# ------------------------------------------------------------------------------------ help, and words that are off


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in commands())], ids=" ".join)
def test_help_is_an_answer_and_no_fault(ask: Ask, words: list[str]) -> None:
    answer = ask(*words)
    assert (answer.code, answer.err) == (FINE, "")
    assert answer.out.startswith("usage: refund-sim")


def test_the_help_names_every_command() -> None:
    assert all(f"\n    {command} " in parser().format_help() for command in commands())


def test_the_version_is_the_packages(ask: Ask) -> None:
    assert ask("--version") == (FINE, f"refund-sim {__version__}\n", "")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "compute",
        "--nope",
        "run",
        "run a.yaml --nope",
        "run a.yaml --keep everything",
        "trace a.yaml",
        "trace a.yaml --order -1",
        "trace a.yaml --order first",
        "trace a.yaml --order 1 --replication 1.5",
        "show",
        "show a.yaml b.yaml",
        "schema a.yaml",
    ],
)
def test_words_that_no_command_knows_are_bad_usage(ask: Ask, words: str, tmp_path: Path) -> None:
    answer = ask(*words.split())
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err.startswith("usage: refund-sim")
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------------------------------------- run


@pytest.mark.usefixtures("without_charts")
def test_a_run_prints_its_table_on_stdout_and_says_on_stderr_where_the_rest_is(ask: Ask) -> None:
    answer = ask("run", *SMALL)
    assert (answer.code, answer.err) == (FINE, PLACE)
    assert re.search(r"^base +\d+ %", answer.out, re.MULTILINE)
    assert "95 % interval over 2 replications" in answer.out
    assert "\x1b" not in answer.out


@pytest.mark.usefixtures("without_charts")
def test_a_quiet_run_says_only_its_table(ask: Ask) -> None:
    answer = ask("run", *SMALL, "-q")
    assert (answer.code, answer.err) == (FINE, "")
    assert "base " in answer.out
    assert "interval" not in answer.out


@pytest.mark.usefixtures("without_charts")
def test_json_is_one_document_and_nothing_else(ask: Ask) -> None:
    answer = ask("run", *SMALL, "--json")
    assert (answer.code, answer.err) == (FINE, "")
    (scenario,) = document(answer.out)["scenarios"]
    assert scenario == told(Path("results/base/summary.json"))
    assert scenario["measures"]["claims"]["value"] > 100


@pytest.mark.usefixtures("without_charts")
def test_two_scenarios_share_a_table_and_have_a_folder_each(ask: Ask, tmp_path: Path) -> None:
    answer = ask("run", market_of_two(tmp_path / "market"), *SHORT)
    assert answer.code == FINE
    assert re.findall(r"^(\w+) +\d+ %", answer.out, re.MULTILINE)[:2] == ["base", "other"]
    assert sorted(path.name for path in Path("results").iterdir()) == ["base", "other"]


@pytest.mark.usefixtures("without_charts")
@pytest.mark.parametrize(
    ("keep", "more"),
    [
        ("summary", set()),
        ("claims", {"orders.csv.gz", "orders.parquet"}),
        ("journal", {f"{table}.{kind}" for table in ("orders", "journal") for kind in ("csv.gz", "parquet")}),
    ],
)
def test_a_run_keeps_what_it_was_told_to_keep(ask: Ask, keep: str, more: set[str]) -> None:
    assert ask("run", *SMALL, "--keep", keep).code == FINE
    kept = set(files_of(Path("results/base")))
    assert kept >= ALWAYS
    assert {name for name in kept if name.startswith(("orders.", "journal."))} == more


@pytest.mark.usefixtures("without_charts")
def test_a_run_says_which_engine_it_was_and_why(ask: Ask) -> None:
    assert ask("run", *SMALL).err.startswith("results and charts:")  # few claims go to SimPy, and nobody wonders
    few = told(Path("results/base/run.json"))
    assert few["engine"] == "simpy"
    assert few["engine_because"].startswith("the quicker one for so few claims")
    ask("run", *SMALL, "--engine", "simpy", "--force")
    assert told(Path("results/base/run.json"))["engine_because"] == "asked for"


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_many_claims_with_a_journal_are_left_to_simpy_and_that_is_said(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_choice, "PAYS_FROM", 1)
    answer = ask("run", *SMALL, "--keep", "journal")
    assert answer.code == FINE
    assert answer.err.startswith("base: engine simpy, only SimPy keeps the journal\n")
    assert ask("run", *SMALL, "--keep", "journal", "--force", "-q").err == ""


def test_the_compiled_engine_keeps_no_journal(ask: Ask) -> None:
    answer = ask("run", *SMALL, "--engine", "compiled", "--keep", "journal")
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err == (
        "the compiled engine keeps no journal: use --engine simpy (or auto) with --keep journal\n"
    )
    assert not Path("results").exists()


# ------------------------------------------------------------------------------------------- where results go


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_results_that_are_there_are_only_replaced_by_force(ask: Ask) -> None:
    ask("run", *SMALL)
    before = files_of(Path("results"))
    answer = ask("run", *SMALL, "--seed", 2)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err == "results/base: already there; use --force to replace, or another --out\n"
    assert files_of(Path("results")) == before
    assert ask("run", *SMALL, "--seed", 2, "--force").code == FINE
    assert told(Path("results/base/run.json"))["seed"] == 2


def test_a_folder_that_is_no_result_is_not_even_replaced_by_force(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "results" / "base").mkdir(parents=True)
    (tmp_path / "results" / "base" / "thesis.txt").write_text("years of work")
    answer = ask("run", *SMALL, "--force")
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err.startswith("results/base: in the way, and not written by refund-sim")
    assert files_of(tmp_path) == {"results/base/thesis.txt": b"years of work"}


@pytest.mark.usefixtures("_nothing_runs")
def test_two_scenarios_of_one_name_are_refused_before_anything_runs(ask: Ask) -> None:
    answer = ask("run", BASE_FILE, BASE_FILE)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err == "two scenarios are named 'base': their results would share a folder\n"


@pytest.mark.usefixtures("_nothing_runs")
def test_the_faults_of_all_scenarios_are_told_before_anything_runs(ask: Ask, tmp_path: Path) -> None:
    for name in ("one", "two"):
        written(tmp_path, spoilt("limit: none", "limit: 9"), f"{name}.yaml")
    answer = ask("run", "one.yaml", BASE_FILE, "two.yaml")
    assert answer.code == BAD_INPUT
    assert [line.split(":")[0] for line in answer.err.splitlines()] == ["one.yaml", "two.yaml"]


@pytest.fixture
def _nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("sim.experiment.experiment.run")


# ------------------------------------------------------------------------------------------ changes for one run


@pytest.mark.usefixtures("without_charts")
def test_options_change_the_scenario_for_one_run(ask: Ask) -> None:
    changes = ("--seed", 0, "--replications", 3, "--orders-per-day", 12.5, "--set", "policy.cancellation.clock=3 d")
    assert ask("run", *SMALL, *changes, "--set", "name=changed").code == FINE
    scenario, clock = load("results/changed/scenario.yaml"), load(BASE_FILE, {"policy.cancellation.clock": "3 d"})
    assert (scenario.experiment.seed, scenario.experiment.replications) == (0, 3)
    assert scenario.market.orders_per_day == 12.5
    assert scenario.policy == clock.policy
    assert told(Path("results/changed/run.json"))["seed"] == 0


@pytest.mark.parametrize("command", ["run", "trace --order 1", "show"])
@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        ("--seed", "-1", "experiment.seed: found -1, expected at least 0"),
        ("--seed", "luck", "experiment.seed: found 'luck', expected a whole number"),
        ("--seed", "4294967296", "experiment.seed: found 4294967296, expected "),
        ("--replications", "0", "experiment.replications: found 0, expected at least 1"),
        ("--replications", "2.5", "experiment.replications: found 2.5, expected a whole number"),
        ("--orders-per-day", "0", "market.orders_per_day: found 0, expected more than 0"),
        ("--orders-per-day", "nan", "market.orders_per_day: found nan, which is not a finite number"),
        ("--orders-per-day", "1e9", "market.orders_per_day: found 1000000000.0, expected at most "),
        ("--set", "policy.cancelation.clock=3 d", "policy.cancelation.clock: nothing here is called 'cancelation'"),
        ("--set", "policy.cancellation.clock", "found 'policy.cancellation.clock', expected path=value"),
    ],
)
def test_a_change_that_cannot_be_is_named_by_its_path(
    ask: Ask, command: str, option: str, value: str, fault: str
) -> None:
    answer = ask(*command.split(), BASE_FILE, option, value)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err.split(": ", 1)[1].startswith(fault)


# ---------------------------------------------------------------------------------- when something goes wrong


@pytest.mark.parametrize(
    ("surprise", "code", "words"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "interrupted"),
        (BrokenInvariant("order 7: refunded twice"), INTERNAL, "internal error: order 7: refunded twice\n"),
        (ZeroDivisionError("x"), INTERNAL, "internal error (ZeroDivisionError): this is a defect of refund-sim"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.usefixtures("without_charts")
def test_a_run_that_is_stopped_says_why_and_leaves_whole_folders(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, surprise: BaseException, code: int, words: str
) -> None:
    write = files.write_result

    def write_one(result: Result, *place: Any, **how: Any) -> Path:
        if result.scenario.name == "other":
            raise surprise
        return write(result, *place, **how)

    monkeypatch.setattr(files, "write_result", write_one)
    answer = ask("run", market_of_two(tmp_path / "market"), *SHORT)
    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err
    assert answer.err.startswith("Traceback") == ("defect" in words)
    assert [path.name for path in Path("results").iterdir()] == ["base"]
    assert set(files_of(Path("results/base"))) > ALWAYS

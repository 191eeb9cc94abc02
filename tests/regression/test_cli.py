"""The command line: what each command answers, on which stream, with which exit code."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pandas as pd
import pytest

from sim import __version__
from sim.cli import parser
from sim.errors import BrokenInvariant
from sim.scenario.loading import load
from tests.regression.conftest import Ask
from tests.regression.program import SCENARIOS, SHORT, SMALL, files_of, market_of_two, told
from tests.scenario_files import BASE_FILE, spoilt, written

FINE, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 2, 3, 130
COMMANDS = ("run", "trace", "validate", "show", "schema")
PLACE = "results and charts: results/<scenario>/\n"
ALWAYS = {"scenario.yaml", "run.json", "summary.json", "curves.csv", "by_hours.csv", "backlog.csv"}


# ------------------------------------------------------------------------------------ help, and words that are off


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_is_an_answer_and_no_fault(ask: Ask, words: list[str]) -> None:
    answer = ask(*words)
    assert (answer.code, answer.err) == (FINE, "")
    assert answer.out.startswith("usage: refund-sim")


def test_the_help_names_every_command() -> None:
    assert all(f"\n    {command} " in parser().format_help() for command in COMMANDS)


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
    assert answer.out.isprintable() or "\x1b" not in answer.out


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
    (scenario,) = as_json(answer.out)["scenarios"]
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
        ("claims", {"orders.csv.gz"}),
        ("journal", {"orders.csv.gz", "journal.csv.gz"}),
    ],
)
def test_a_run_keeps_what_it_was_told_to_keep(ask: Ask, keep: str, more: set[str]) -> None:
    assert ask("run", *SMALL, "--keep", keep).code == FINE
    assert set(files_of(Path("results/base"))) == ALWAYS | more


def test_a_run_draws_each_chart_for_the_web_and_for_print(ask: Ask) -> None:
    assert ask("run", *SMALL, "--out", "here/and/there").code == FINE
    charts = {path.name for path in Path("here/and/there/base/charts").iterdir()}
    names = {Path(chart).stem for chart in charts}
    assert {"time_to_money", "outcomes_by_route", "by_hours_to_ask", "backlog"} <= names
    assert charts == {f"{name}.{kind}" for name in names for kind in ("svg", "png")}


# ------------------------------------------------------------------------------------------- where results go


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
    monkeypatch.delattr("sim.study.experiment.run")


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


# ------------------------------------------------------------------------------------------------------- trace


@pytest.mark.usefixtures("without_charts")
def test_a_claim_of_the_table_has_the_ending_that_its_story_tells(ask: Ask) -> None:
    ask("run", *SMALL)
    with gzip.open("results/base/orders.csv.gz") as table:
        claims = pd.read_csv(table)
    claim = claims[(claims["replication"] == 1) & (claims["outcome"] == "refunded") & (claims["route"] == "dispute")].iloc[0]
    answer = ask("trace", *SMALL, "--order", claim["order"], "--replication", 1)
    assert (answer.code, answer.err) == (FINE, "")
    assert answer.out.startswith(f"Order {claim['order']} · A small marketplace\n")
    assert f"Refunded in full after a {claim['route']}: {claim['refund']:.2f} USD" in answer.out
    story = as_json(ask("trace", *SMALL, "--order", claim["order"], "--replication", 1, "--json").out)
    assert story["events"][0]["at"] == claim["paid_at"]
    assert story["events"][-1]["at"] == claim["refunded_at"]


def test_an_order_without_a_claim_is_told_as_one(ask: Ask) -> None:
    answers = [ask("trace", *SMALL, "--order", number) for number in range(10)]
    assert {answer.code for answer in answers} == {FINE}
    assert any("there was no claim" in answer.out for answer in answers)


@pytest.mark.parametrize(
    ("which", "fault"),
    [
        (("--order", "1" + "0" * 30), r"there is no order 10{30} in this replication, expected one from 0 to \d+\n"),
        (
            ("--order", "1", "--replication", "2"),
            "there is no replication 2 in this experiment, expected one from 0 to 1\n",
        ),
    ],
)
def test_an_order_that_does_not_exist_is_bad_usage(ask: Ask, which: tuple[str, ...], fault: str) -> None:
    answer = ask("trace", *SMALL, *which)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert re.fullmatch(fault, answer.err)


@pytest.mark.parametrize("command", ["trace --order 1", "show"])
def test_where_one_scenario_is_meant_a_folder_must_hold_one(ask: Ask, command: str, tmp_path: Path) -> None:
    market = market_of_two(tmp_path / "market")
    (market / "other.yaml").rename(tmp_path / "other.yaml")
    assert ask(*command.split(), "market").code == FINE
    (tmp_path / "other.yaml").rename(market / "other.yaml")
    answer = ask(*command.split(), "market")
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err == "market: 2 scenario files in this folder, expected one\n"


# --------------------------------------------------------------------------------------- validate, show, schema


def test_validating_says_which_numbers_lack_a_provenance(ask: Ask) -> None:
    assert ask("validate", SCENARIOS / "aliexpress.yaml").out.endswith("aliexpress.yaml: valid\n")
    answer = ask("validate", BASE_FILE)
    assert (answer.code, answer.err) == (FINE, "")
    first, number, *_ = answer.out.splitlines()
    assert re.fullmatch(r".*base\.yaml: valid, \d+ numbers without provenance:", first)
    assert re.fullmatch(r"  .*base\.yaml:\d+:\d+: [a-z_.]+", number)


def test_validating_quietly_says_nothing_unless_there_is_a_fault(ask: Ask) -> None:
    assert ask("validate", "-q", BASE_FILE, SCENARIOS) == (FINE, "", "")
    assert ask("validate", "-q", BASE_FILE, "--set", "policy.dispatch.limit=9").code == BAD_INPUT


def test_what_show_prints_is_the_scenario_again(ask: Ask, tmp_path: Path) -> None:
    answer = ask("show", *SMALL, "--set", "policy.cancellation.clock=3 d")
    assert (answer.code, answer.err) == (FINE, "")
    assert "clock: 3 d  # set on the command line" in answer.out
    assert "limit: none  # " in answer.out
    (tmp_path / "shown.yaml").write_text(answer.out)
    assert load("shown.yaml") == load(BASE_FILE, {"experiment.run_out": "10 d", "policy.cancellation.clock": "3 d"})


@pytest.mark.usefixtures("without_charts")
def test_what_show_and_run_write_runs_to_the_same_numbers(ask: Ask, tmp_path: Path) -> None:
    ask("run", *SMALL)
    before = told(Path("results/base/summary.json"))
    (tmp_path / "shown.yaml").write_text(ask("show", *SMALL).out)
    for number, again in enumerate(("shown.yaml", "results/base/scenario.yaml")):
        assert ask("run", again, "--out", number).code == FINE
        assert told(Path(str(number), "base", "summary.json")) == before


def test_the_schema_is_the_one_beside_the_scenarios(ask: Ask) -> None:
    assert ask("schema") == (FINE, (SCENARIOS / "schema.json").read_text(), "")


# ---------------------------------------------------------------------------------- when something goes wrong


@pytest.mark.parametrize(
    ("surprise", "code", "words"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "interrupted; result folders that are there are complete\n"),
        (BrokenInvariant("order 7: refunded twice"), INTERNAL, "internal error: order 7: refunded twice\n"),
        (ZeroDivisionError("x"), INTERNAL, "internal error (ZeroDivisionError): this is a defect of refund-sim"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.usefixtures("without_charts")
def test_a_run_that_is_stopped_says_why_and_leaves_whole_folders(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, surprise: BaseException, code: int, words: str
) -> None:
    from sim.show import files

    write = files.write_result

    def write_one(result, *place, **how):  # type: ignore[no-untyped-def]
        if result.scenario.name == "other":
            raise surprise
        return write(result, *place, **how)

    monkeypatch.setattr(files, "write_result", write_one)
    answer = ask("run", market_of_two(tmp_path / "market"), *SHORT)
    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err
    assert answer.err.startswith("Traceback") == ("defect" in words)
    assert set(files_of(Path("results"))) == {f"base/{name}" for name in ALWAYS | {"orders.csv.gz"}}


def as_json(text: str):  # type: ignore[no-untyped-def]
    """The one document that a text is; NaN is no JSON."""
    import json

    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)

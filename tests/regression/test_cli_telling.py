"""The commands that tell: trace, validate, show and schema."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.scenario.loading import load
from tests.regression.program import SCENARIOS, SMALL, Ask, document, market_of_two, told
from tests.scenario_files import BASE_FILE

FINE, BAD_INPUT = 0, 2


# ------------------------------------------------------------------------------------------------------- trace


@pytest.mark.usefixtures("without_charts")
def test_a_claim_of_the_table_has_the_ending_that_its_story_tells(ask: Ask) -> None:
    ask("run", *SMALL)
    with gzip.open("results/base/orders.csv.gz") as table:
        claims = pd.read_csv(table)
    claim = claims[
        (claims["replication"] == 1) & (claims["outcome"] == "refunded") & (claims["route"] == "dispute")
    ].iloc[0]
    answer = ask("trace", *SMALL, "--order", claim["order"], "--replication", 1)
    assert (answer.code, answer.err) == (FINE, "")
    assert answer.out.startswith(f"Order {claim['order']} · A small marketplace\n")
    assert f"Refunded in full after a {claim['route']}: {claim['refund']:.2f} USD" in answer.out
    story = document(ask("trace", *SMALL, "--order", claim["order"], "--replication", 1, "--json").out)
    assert story["events"][0]["at"] == claim["paid_at"]
    assert story["events"][-1]["at"] == claim["refunded_at"]


def test_an_order_without_a_claim_is_told_as_one(ask: Ask) -> None:
    answers = [ask("trace", *SMALL, "--order", number) for number in range(10)]
    assert {answer.code for answer in answers} == {FINE}
    assert any("there was no claim" in answer.out for answer in answers)


@pytest.mark.parametrize(
    ("which", "fault"),
    [
        (
            ("--order", "1" + "0" * 30),
            r"there is no order 10{30} in this replication, expected one from 0 to \d+\n",
        ),
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
    assert re.fullmatch(r".*base\.yaml: valid, \d+ .*without provenance:", first)
    assert re.fullmatch(r"  .*base\.yaml:\d+:\d+: [a-z_.]+", number)


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_what_show_and_run_write_runs_to_the_same_numbers(ask: Ask, tmp_path: Path) -> None:
    ask("run", *SMALL)
    before = told(Path("results/base/summary.json"))
    assert before.pop("changed"), "the file says another run-out"
    (tmp_path / "shown.yaml").write_text(ask("show", *SMALL).out)
    for number, again in enumerate(("shown.yaml", "results/base/scenario.yaml")):
        assert ask("run", again, "--out", number).code == FINE
        after = told(Path(str(number), "base", "summary.json"))
        assert after.pop("changed") == [], "what was written is what was run"
        assert after == before


def test_the_schema_is_the_one_beside_the_scenarios(ask: Ask) -> None:
    assert ask("schema") == (FINE, (SCENARIOS / "schema.json").read_text(), "")

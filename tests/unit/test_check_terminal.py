"""What a check says on stdout: commands that can be copied whole, and words that agree with their numbers."""

from __future__ import annotations

import io
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from sim.baselines.causes import MOST, Found, _cut
from sim.baselines.checking import advice_of
from sim.baselines.judgement import CHANGED, DRAWS, UNCHANGED, Cause, Check
from sim.experiment.number import Number
from sim.experiment.verdicts import INCONCLUSIVE
from sim.show.checked.summary import summary
from sim.show.checked.terminal import print_check
from sim.show.checked.words import finding, row_of
from tests.unit.checked import check, left_over, scenario_check


def printed(found: Check, width: int = 100) -> list[str]:
    out = io.StringIO()
    print_check(found, console=Console(file=out, width=width, highlight=False))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 100])
def test_a_command_stands_whole_on_one_line(width: int) -> None:
    one = scenario_check("silence-approves")
    command = f"refund-sim trace scenarios/a.yaml {'--set market.orders_per_day=80 ' * 9}--order 58"
    told = f"accept it: {command}"
    found = check("silence-approves", advice=told, examples=(replace(one.examples[0], command=command),))
    lines = printed(found, width)
    assert f"    look at an order: {command}" in lines
    assert f"    {told}" in lines


def test_what_is_copied_has_no_blanks_at_its_end() -> None:
    lines = printed(check("silence-approves"))
    said = [line for line in lines if "because of" in line or "look at" in line]
    assert said
    assert all(line == line.rstrip() for line in said)


def test_changes_that_a_baseline_was_recorded_with_are_said_in_one_line() -> None:
    lines = printed(check("same", "three"))
    told = "recorded with market.orders_per_day=80; a check sets these too, and its own after them"
    assert f"same, three: {told}" in lines


def test_one_order_is_not_one_orders() -> None:
    pairs = scenario_check("silence-approves").flip_pairs
    pairs = pairs[pairs["base_outcome"] != pairs["other_outcome"]].head(1)
    found = check("silence-approves", flip_pairs=pairs.assign(orders=1))
    text = "\n".join(printed(found))
    assert re.search(r"^    1 order: ", text, re.MULTILINE)
    assert "1 orders" not in text
    assert "<summary>1 order ends otherwise</summary>" in summary(found)


def test_causes_beyond_the_most_are_counted_in_plain_words() -> None:
    redrawn = [Cause(DRAWS, f"D{number}", "", "", "") for number in range(MOST + 6)]
    causes = _cut(redrawn, "decisions")
    assert causes[-1].said == "6 more decisions"


@pytest.mark.parametrize("verdict", [CHANGED, INCONCLUSIVE])
def test_advice_can_be_pasted_whatever_the_path(verdict: str) -> None:
    found = Found((), is_paired=True, is_redrawn=False)
    told = advice_of(verdict, found, Path("my policies/$(id).yaml"), Path("kept here"))
    words = shlex.split(told[told.index("refund-sim") :])
    assert words == [
        "refund-sim",
        "baseline",
        "my policies/$(id).yaml",
        "--baselines",
        "kept here",
        "--reason",
        "…",
    ]
    assert advice_of(UNCHANGED, found, Path("a"), Path("b")) == ""


def test_what_is_not_settled_is_not_said_to_reach_over_its_margin() -> None:
    """It may lie wholly beyond, and the confirming block disagree."""
    one = scenario_check("silence-approves")
    measures = tuple(
        replace(each, verdict=INCONCLUSIVE, is_confirmed=False) if each.is_headline else each
        for each in one.measures
    )
    told = finding(replace(one, measures=measures, verdict=INCONCLUSIVE))
    assert told.endswith(f"measures are not settled, {len(one.headlines)} of them suspected, not confirmed")


def test_what_has_no_counterpart_is_printed_with_what_to_do() -> None:
    lines = printed(left_over())
    assert "+ new  three: there is no baseline of it yet (1 claim in 6 replications)" in lines
    assert "    record one with: plain" in lines
    assert "✗ orphan  plain: the scenario of the baseline in kept/plain is no longer there" in lines
    assert "    remove it: plain; or let it stay with --allow-orphans" in lines


def test_before_and_after_stand_in_the_same_digits() -> None:
    """18 d beside 17.3 d were not the 1.0 d that the table says lies between."""
    one = next(each for each in scenario_check("silence-approves").measures if each.unit == "d")
    row = row_of(replace(one, baseline=Number(18.26, 16.1, 20.4), now=Number(17.27, 16.8, 17.8)))
    assert (row.baseline.value, row.now.value) == ("18 d", "17 d")

"""The scenario files: each asks a question, says where its numbers come from, and answers as people expect."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import sim
from sim.scenario.loading import load_with_places
from sim.scenario.strict_yaml import read
from sim.scenario.tree import plain
from tests.regression.program import MARKETPLACES, SCENARIOS

FILES = sorted(SCENARIOS.glob("*.yaml"))
OF_THE_ARTICLE = [path for path in FILES if path.stem not in MARKETPLACES]
WHAT_IFS = [path for path in OF_THE_ARTICLE if path.stem != "aliexpress"]
SMALL = {"market.orders_per_day": 60, "experiment.warm_up": "7 d", "experiment.run_out": "7 d"}
MODEST = {"experiment.warm_up": "7 d", "experiment.run_out": "14 d"}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


# --------------------------------------------------------------------------------------------- every file


@each_file
def test_a_file_is_named_as_its_scenario_and_vouches_for_every_number(path: Path) -> None:
    loaded = load_with_places(path)
    assert loaded.scenario.name == path.stem
    assert loaded.scenario.title
    assert loaded.unsourced() == []


@each_file
def test_a_file_asks_a_question_that_the_contents_page_repeats(path: Path) -> None:
    contents = (SCENARIOS / "README.md").read_text()
    (asked,) = re.findall(rf"^\| `{re.escape(path.name)}` \| (.*) \|$", contents, re.MULTILINE)
    question = sim.load(path).question
    assert question.endswith("?")
    assert asked.startswith(question)


def test_the_contents_page_names_no_file_that_is_not_there() -> None:
    named = re.findall(r"^\| `(.*?)` \|", (SCENARIOS / "README.md").read_text(), re.MULTILINE)
    assert sorted(named) == [path.name for path in FILES]


@each_file
def test_a_file_fits_the_schema_that_its_first_line_names(path: Path) -> None:
    text = path.read_text()
    schema = json.loads((SCENARIOS / "schema.json").read_text())
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    root, faults = read(text.encode(), path.name)
    assert root is not None
    assert not faults
    Draft202012Validator(schema).validate(plain(root))


@pytest.mark.parametrize("path", WHAT_IFS, ids=lambda path: path.stem)
def test_a_what_if_is_a_handful_of_lines_over_another_file(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if not line.startswith(("#", " "))]
    assert any(line.startswith("extends: ") for line in lines)
    assert len(lines) <= 8


@pytest.mark.parametrize("path", OF_THE_ARTICLE, ids=lambda path: path.stem)
def test_a_small_run_keeps_every_invariant(path: Path) -> None:
    result = sim.run(sim.load(path, SMALL), replications=2)
    assert len(result.orders) > 100
    assert len(result.about["invariants"]) >= 17
    assert 0.5 < result.summary.loc["success_rate", "value"] < 1


# ------------------------------------------------------------------------- what people expect of their answers


@cache
def claims_of(name: str) -> pd.DataFrame:
    """The claims of a modest run, by replication and order."""
    scenario = sim.load(SCENARIOS / f"{name}.yaml", MODEST)
    return sim.run(scenario, replications=4).orders.set_index(["replication", "order"])


def both_ways(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same claims in the article's world and under a what-if, row by row."""
    article, what_if = claims_of("aliexpress"), claims_of(name)
    assert article.index.equals(what_if.index)
    return article, what_if


def success(claims: pd.DataFrame) -> float:
    return float((claims["outcome"] == "refunded").mean())


def test_success_falls_with_the_hours_to_ask_over_the_first_week() -> None:
    claims = claims_of("aliexpress")
    first_day, two_more, the_rest = (
        claims[claims["hours_to_ask"].between(24 * begins, 24 * ends, inclusive="left")]
        for begins, ends in ((0, 1), (1, 3), (3, 7))
    )
    assert success(first_day) > 0.95
    assert success(first_day) > success(two_more) > success(the_rest)
    assert success(the_rest) < 0.6


def test_silence_that_approves_loses_no_claim_and_gains_some() -> None:
    declines, approves = both_ways("silence-approves")
    was, is_now = declines["outcome"] == "refunded", approves["outcome"] == "refunded"
    assert not (was & ~is_now).any()
    assert (is_now & ~was).sum() >= 5
    gained = approves[is_now & ~was]
    assert set(gained["request_settled_by"]) == {"silence"}
    assert set(gained["route"]) == {"cancellation"}


def test_silence_is_the_sooner_refund_the_sooner_it_approves() -> None:
    declines, approves = both_ways("silence-approves")
    silent = (declines["request_settled_by"] == "silence") & (declines["outcome"] == "refunded")
    assert silent.sum() >= 5
    assert (approves["refund_days"] < declines["refund_days"])[silent].all()


def test_a_clock_of_three_days_shortens_the_wait_for_an_answer() -> None:
    nine, three = both_ways("three-day-clock")
    answered = (nine["request_settled_by"] == "answered") & (three["request_settled_by"] == "answered")
    waits = [(claims["request_settled_at"] - claims["request_opened_at"])[answered] for claims in (nine, three)]
    assert answered.sum() >= 50
    assert waits[1].mean() < waits[0].mean() - pd.Timedelta(hours=4)
    assert waits[1].max() <= pd.Timedelta(days=3)


def test_returns_that_cost_nothing_leave_fewer_who_give_up() -> None:
    buyer_pays, seller_pays = both_ways("free-returns")
    gave_up = buyer_pays["outcome"] == "gave_up"
    went_on = gave_up & (seller_pays["outcome"] != "gave_up")
    assert went_on.sum() > gave_up.sum() / 2
    assert success(seller_pays) > success(buyer_pays)
    assert (seller_pays["buyer_cost"] == 0).all()


def test_a_free_day_twice_as_long_frees_those_who_asked_on_the_second() -> None:
    one_day, two_days = both_ways("generous-first-days")
    second = one_day["hours_to_ask"].between(24, 48, inclusive="right")
    unshipped = second & ~(one_day["dispatched_at"] <= one_day["asked_at"])
    assert (two_days["route"] == "free_cancellation")[unshipped].all()
    assert success(two_days[second]) > success(one_day[second])


def test_a_parcel_stays_while_a_request_is_open_where_shipping_is_held() -> None:
    allowed, held = both_ways("no-shipping-while-open")
    assert (allowed["request_settled_by"] == "shipped_over").sum() >= 20
    assert not (held["request_settled_by"] == "shipped_over").any()
    assert success(held) > success(allowed)


def test_no_parcel_leaves_later_than_the_automatic_cancellation() -> None:
    never, after_nine = claims_of("aliexpress"), claims_of("automatic-cancellation")
    limit = pd.Timedelta(days=9)
    assert (never["dispatched_at"] - never["paid_at"]).max() > limit
    assert (after_nine["dispatched_at"] - after_nine["paid_at"]).max() <= limit
    unasked = never.index.difference(after_nine.index)
    assert after_nine.index.difference(never.index).empty
    assert (never.loc[unasked, "hours_to_ask"] > 9 * 24).all(), "who has the money back has nothing to ask for"
    assert success(after_nine) > success(never.drop(unasked))


def test_silence_that_escalates_is_ruled_on_by_the_platform() -> None:
    declines, escalates = both_ways("silence-escalates")
    silent = (declines["request_settled_by"] == "silence") & declines["mediation_opened_at"].isna()
    assert silent.any()
    called_in = (escalates["mediation_opened_at"] == escalates["request_settled_at"])[silent]
    assert called_in.all()

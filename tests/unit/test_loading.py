"""From files to a scenario: what a child file may do, and what `extends` may name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.durations import parse_duration
from sim.scenario.loading import load
from sim.scenario.merging import merged
from sim.scenario.model import Scenario
from sim.scenario.resolved import described
from sim.scenario.tree import Place, plain, planted
from tests.scenario_files import BASE, BASE_FILE, faults_of, spoilt, written

# What a child file may do


def test_a_child_says_only_what_differs(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, "extends: base.yaml\nname: fast\npolicy: {cancellation: {clock: 3 d}}"))
    assert scenario.name == "fast"
    assert scenario.policy.cancellation is not None
    assert scenario.policy.cancellation.clock == parse_duration("3 d")
    assert scenario.policy.cancellation.on_silence.word == "decline"
    assert scenario.market == load(BASE_FILE).market


def test_a_child_does_not_ask_the_question_of_its_base(tmp_path: Path) -> None:
    written(tmp_path, "extends: base.yaml\nquestion: What if nobody answered?", "asks.yaml")
    assert load(tmp_path / "asks.yaml").question == "What if nobody answered?"
    assert load(written(tmp_path, "extends: asks.yaml\nname: fast")).question == ""


def test_lists_are_replaced_and_not_joined(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: base.yaml\ncalendars: {seller: {closed: [2018-12-24]}}")
    assert described(load(path))["calendars"]["seller"]["closed"] == [{"from": "2018-12-24", "to": "2018-12-24"}]


@pytest.mark.parametrize(
    "law", [{"exponential": {"mean": 30}}, 25, {"lognormal": {"mean": 30, "sd": 10}}], ids=repr
)
def test_a_law_is_replaced_as_a_whole(tmp_path: Path, law: object) -> None:
    path = written(tmp_path, f"extends: base.yaml\nmarket: {{order_value: {law}}}".replace("'", ""))
    assert described(load(path))["market"]["order_value"] == law


def test_a_week_of_opening_hours_is_replaced_as_a_whole(tmp_path: Path) -> None:
    text = "extends: base.yaml\ncalendars: {seller: {hours: {mon: '08:00-09:00'}}}"
    seller = load(written(tmp_path, text)).calendars.seller
    assert list(seller.hours or ()) == ["mon"]
    assert seller.closed == load(BASE_FILE).calendars.seller.closed


def test_a_statement_of_provenance_is_replaced_as_a_whole(tmp_path: Path) -> None:
    text = "extends: base.yaml\nprovenance: {policy: {kind: derived, from: a sum}}"
    statement = load(written(tmp_path, text)).provenance.root["policy"]
    assert (statement.kind, statement.as_of) == ("derived", None)


def test_none_switches_a_block_off_and_a_mapping_switches_it_on(tmp_path: Path) -> None:
    off = written(tmp_path, "extends: base.yaml\npolicy: {cancellation: none}", "off.yaml")
    assert load(off).policy.cancellation is None
    terms = "{window: {within: 1 d}, clock: 1 d, on_silence: decline}"
    on = load(written(tmp_path, f"extends: off.yaml\npolicy: {{cancellation: {terms}}}")).policy.cancellation
    assert on is not None
    assert on.clock == parse_duration("1 d")
    assert on.free_until is None


def test_extends_none_builds_on_nothing(tmp_path: Path) -> None:
    assert load(written(tmp_path, "extends: none\n" + BASE)) == load(BASE_FILE)


def test_a_row_of_a_claim_kind_is_laid_over_the_default(tmp_path: Path) -> None:
    text = "extends: base.yaml\npolicy: {dispute: {default: {on_silence: decline}}}"
    dispute = load(written(tmp_path, text)).policy.dispute
    assert dispute is not None
    assert dispute.default is not None
    assert dispute.regret == dispute.default.model_copy(update={"clock": parse_duration("4 d")})
    assert dispute.regret.on_silence.word == "decline"


# What `extends` may name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("missing.yaml", "there is no file"),
        ("aliexpress", "there is no file 'aliexpress' — did you mean 'preset:aliexpress'?"),
        ("ebay-2014.yaml", "there is no file 'ebay-2014.yaml' — did you mean 'preset:ebay-2024'?"),
        ("basis.yaml", "there is no file 'basis.yaml' — did you mean 'base.yaml'?"),
        ("../outside.yaml", "outside the scenario's folder"),
        ("/etc/hostname", "outside the scenario's folder"),
        ("link.yaml", "outside the scenario's folder"),
        ("loop.yaml", "cannot be followed"),
        ("pipe", "not a regular file"),
        (".", "not a regular file"),
        ("..", "outside the scenario's folder"),
        ("sub", "not a regular file"),
        ("x" * 300, "cannot be"),
        ("child.yaml", "circle"),
        ("[base.yaml]", "expected the name of one file"),
        ("5", "expected the name of one file"),
        ("true", "expected the name of one file"),
    ],
)
def test_a_base_that_may_not_be_read_is_refused_where_it_is_named(tmp_path: Path, name: str, hint: str) -> None:
    folder = tmp_path / "scenarios"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(BASE)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    os.mkfifo(folder / "pipe")
    (fault,) = faults_of(written(folder, f"name: child\nextends: {name}\n"))
    assert fault.startswith("child.yaml:2:10: extends: ")
    assert hint in fault


def test_an_unreadable_base_is_reported_once(tmp_path: Path) -> None:
    assert len(faults_of(written(tmp_path, "extends: *base"))) == 1
    assert len(faults_of(written(tmp_path, "extends:"))) == 1


def test_a_longer_circle_is_found(tmp_path: Path) -> None:
    written(tmp_path, "extends: b.yaml", "a.yaml")
    written(tmp_path, "extends: a.yaml", "b.yaml")
    (fault,) = faults_of(written(tmp_path, "extends: a.yaml"))
    assert fault.startswith("b.yaml:1:10: extends: ")
    assert "circle" in fault


def but_its_words(scenario: Scenario) -> Scenario:
    """Title and question are a file's own."""
    return scenario.model_copy(update={"title": "", "question": ""})


def test_a_chain_has_an_end(tmp_path: Path) -> None:
    for number in range(8):
        written(tmp_path, f"extends: {number - 1}.yaml" if number else BASE, f"{number}.yaml")
    assert but_its_words(load(written(tmp_path, "extends: 6.yaml"))) == but_its_words(load(BASE_FILE))
    (fault,) = faults_of(written(tmp_path, "extends: 7.yaml"))
    assert "more than 8 files" in fault


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    child = written(tmp_path, "extends: link.yaml")
    (tmp_path / "link.yaml").symlink_to("base.yaml")
    assert but_its_words(load(child)) == but_its_words(load(BASE_FILE))


def test_title_and_question_are_those_of_the_file_that_asks(tmp_path: Path) -> None:
    """A child goes by its own name: the title of its base would name another policy."""
    written(tmp_path, BASE + "\nquestion: How soon?")
    child = load(written(tmp_path, "extends: base.yaml\nname: child"))
    assert (child.title, child.question) == ("", "")
    assert load(written(tmp_path, "extends: base.yaml\nname: child\ntitle: Mine")).title == "Mine"


def test_what_another_kind_of_file_calls_its_base_is_known(tmp_path: Path) -> None:
    assert "child.yaml:1:1: base: unknown key — did you mean 'extends'?" in faults_of(
        written(tmp_path, "base: temu")
    )


def test_a_scenario_that_is_no_file_is_a_fault_without_a_line(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "gone.yaml") == ["gone.yaml: there is no file 'gone.yaml'"]
    (fault,) = faults_of(tmp_path)
    assert fault.endswith("is not a regular file")


@pytest.mark.parametrize("text", ["- a", "a", "5"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert faults_of(written(tmp_path, text)) == ["child.yaml:1:1: expected a mapping, such as 'name: my_market'"]


def test_faults_of_a_child_and_its_base_are_reported_each_in_its_file(tmp_path: Path) -> None:
    written(tmp_path, spoilt("count: 15", "count: 0"), "bad.yaml")
    child = "extends: bad.yaml\nbuyers: {regret: {probability: 2}}\npolicy: {cancellation: {clock: 010}}"
    assert faults_of(written(tmp_path, child)) == [
        "bad.yaml:17:12: market.sellers.count: found 0, expected at least 1",
        "child.yaml:2:32: buyers.regret.probability: found 2, expected at most 1 or a mapping",
        "child.yaml:3:32: policy.cancellation.clock: found 010, a leading zero that readers of YAML understand "
        "differently; write the number without it, or in quotes if it is text",
    ]


# The algebra of merging

HERE = Place("here", 1, 1)
NAMES = st.sampled_from("abc")
MAPPINGS = st.recursive(
    st.fixed_dictionaries({}, optional=dict.fromkeys("abc", st.integers())),
    lambda inner: st.fixed_dictionaries({}, optional={"a": st.integers(), "d": inner, "e": inner}),
    max_leaves=6,
)
"""Mappings of one shape: a, b and c are always numbers, d and e always mappings."""


def laid(*layers: dict[str, Any]) -> Any:
    """The layers merged, the first lowest, where the model allows any names."""
    root = planted(layers[0], HERE)
    for layer in layers[1:]:
        root = merged(root, planted(layer, HERE), ())
    return plain(root)


@given(MAPPINGS, MAPPINGS, MAPPINGS)
def test_a_chain_of_files_may_be_merged_from_either_end(a: Any, b: Any, c: Any) -> None:
    assert laid(laid(a, b), c) == laid(a, laid(b, c)) == laid(a, b, c)


@given(MAPPINGS, MAPPINGS)
def test_a_file_merged_with_itself_or_with_nothing_stays_as_it_is(a: Any, b: Any) -> None:
    assert laid(a, a) == laid(a, {}) == laid({}, a) == a
    assert laid(a, b, b) == laid(a, b)

"""From files to a scenario: inheritance, changes, faults in plain words and at their place."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import BadScenario
from sim.scenario.durations import parse_duration
from sim.scenario.loading import load, load_with_places, with_changes
from sim.scenario.merging import merged
from sim.scenario.model import Scenario
from sim.scenario.resolved import described, resolved_yaml
from sim.scenario.tree import Place, plain, planted

FIXTURES = Path(__file__).parents[1] / "fixtures"
BASE = (FIXTURES / "base.yaml").read_text()
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file beside `base.yaml` in an otherwise empty folder."""
    (tmp_path / "base.yaml").write_text(BASE)

    def write(text: str, name: str = "child.yaml") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


@pytest.fixture
def child(write: Write) -> Callable[[str], Scenario]:
    """Loads a child of `base.yaml`."""
    return lambda text: load(write(f"extends: base.yaml\n{text}"))


def faults(path: Path, changes: object = ()) -> list[str]:
    """Every fault of a file, without the folder."""
    with pytest.raises(BadScenario) as caught:
        load(path, changes)  # type: ignore[arg-type]
    return [str(fault).replace(f"{path.parent}{os.sep}", "") for fault in caught.value.faults]


def faulty(old: str, new: str) -> str:
    """The base with one place spoilt."""
    assert BASE.count(old) == 1
    return BASE.replace(old, new)


# What a child file may do


def test_a_child_says_only_what_differs(child: Callable[[str], Scenario]) -> None:
    scenario = child("name: fast\npolicy: {cancellation: {clock: 3 d}}")
    assert scenario.name == "fast"
    assert scenario.policy.cancellation is not None
    assert scenario.policy.cancellation.clock == parse_duration("3 d")
    assert scenario.policy.cancellation.on_silence.word == "decline"
    assert scenario.market == load(FIXTURES / "base.yaml").market


def test_lists_are_replaced_and_not_joined(child: Callable[[str], Scenario]) -> None:
    scenario = child("calendars: {seller: {closed: [2018-12-24]}}")
    assert [str(closed.from_) for closed in scenario.calendars.seller.closed] == ["2018-12-24"]


@pytest.mark.parametrize(
    "law", [{"exponential": {"mean": 30}}, 25, {"lognormal": {"mean": 30, "sd": 10}}], ids=repr
)
def test_a_law_is_replaced_as_a_whole(write: Write, law: object) -> None:
    path = write(f"extends: base.yaml\nmarket: {{order_value: {law}}}".replace("'", ""))
    assert described(load(path))["market"]["order_value"] == law


def test_a_week_of_opening_hours_is_replaced_as_a_whole(child: Callable[[str], Scenario]) -> None:
    calendar = child("calendars: {seller: {hours: {mon: '08:00-09:00'}}}").calendars.seller
    assert list(calendar.hours or ()) == ["mon"]
    assert calendar.closed == load(FIXTURES / "base.yaml").calendars.seller.closed


def test_none_switches_a_block_off_and_a_mapping_switches_it_on(write: Write) -> None:
    write("extends: base.yaml\npolicy: {cancellation: none}", "off.yaml")
    assert load(write("extends: off.yaml")).policy.cancellation is None
    terms = "{window: {within: 1 d}, clock: 1 d, on_silence: decline}"
    cancellation = load(write(f"extends: off.yaml\npolicy: {{cancellation: {terms}}}")).policy.cancellation
    assert cancellation is not None
    assert cancellation.clock == parse_duration("1 d")
    assert cancellation.free_until is None


def test_extends_none_builds_on_nothing(write: Write) -> None:
    assert load(write("extends: none\n" + BASE)) == load(FIXTURES / "base.yaml")


def test_a_row_of_a_claim_kind_is_laid_over_the_default(write: Write) -> None:
    dispute = load(FIXTURES / "base.yaml").policy.dispute
    assert dispute is not None
    assert dispute.default is not None
    assert dispute.regret == dispute.default.model_copy(update={"clock": parse_duration("4 d")})
    changed = load(
        write("extends: base.yaml\npolicy: {dispute: {default: {on_silence: decline}}}")
    ).policy.dispute
    assert changed is not None
    assert changed.regret is not None
    assert changed.regret.on_silence.word == "decline"
    assert changed.regret.clock == parse_duration("4 d")


# What `extends` may name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("missing.yaml", "there is no file"),
        ("../outside.yaml", "outside the scenario's folder"),
        ("/etc/hostname", "outside the scenario's folder"),
        ("link.yaml", "outside the scenario's folder"),
        ("loop.yaml", "cannot be followed"),
        ("pipe", "not a regular file"),
        (".", "not a regular file"),
        ("x" * 300, "cannot be"),
        ("child.yaml", "circle"),
        ("[base.yaml]", "expected the name of one file"),
        ("5", "expected the name of one file"),
        ("true", "expected the name of one file"),
    ],
)
def test_a_base_that_may_not_be_read_is_refused_where_it_is_named(
    tmp_path: Path, name: str, hint: str
) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(BASE)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    os.mkfifo(folder / "pipe")
    (folder / "child.yaml").write_text(f"name: child\nextends: {name}\n")
    (fault,) = faults(folder / "child.yaml")
    assert fault.startswith("child.yaml:2:10: extends: ")
    assert hint in fault


def test_a_longer_circle_is_found(write: Write) -> None:
    write("extends: b.yaml", "a.yaml")
    write("extends: a.yaml", "b.yaml")
    (fault,) = faults(write("extends: a.yaml"))
    assert fault.startswith("b.yaml:1:10: extends: ")
    assert "circle" in fault


def test_a_chain_has_an_end(write: Write) -> None:
    for number in range(8):
        write(f"extends: {number - 1}.yaml" if number else BASE, f"{number}.yaml")
    assert load(write("extends: 6.yaml"))
    (fault,) = faults(write("extends: 7.yaml"))
    assert "more than 8 files" in fault


def test_a_link_inside_the_folder_is_followed(write: Write, tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("base.yaml")
    assert load(write("extends: link.yaml")) == load(FIXTURES / "base.yaml")


def test_a_scenario_that_is_not_there_is_a_fault_without_a_line(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.yaml") == ["none.yaml: there is no file 'none.yaml'"]
    (fault,) = faults(tmp_path)
    assert "not a regular file" in fault


def test_faults_of_a_child_and_its_base_are_reported_each_in_its_file(write: Write) -> None:
    write(faulty("count: 15", "count: 0"), "bad.yaml")
    assert faults(write("extends: bad.yaml\nbuyers: {regret: {probability: 2}}")) == [
        "bad.yaml:17:12: market.sellers.count: found 0, expected at least 1",
        "child.yaml:2:32: buyers.regret.probability: found 2, expected at most 1",
    ]


# What is said of a fault


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name: base", "name: A b", "2:7: name: found 'A b', expected a short name of lower-case letters"),
        ("as_of: 2018\nstart", "as_of: '18'\nstart", "4:8: as_of: found '18', expected a whole number"),
        ("start: 2018-10-01", "start: 1 May", "5:8: start: found '1 May', expected a date such as 2018-11-11"),
        ("start: 2018-10-01\n", "", "2:1: start: missing"),
        ("replications: 2", "replications: 0", "6:73: experiment.replications: found 0, expected at least 1"),
        ("orders_per_day: 30", "orders_per_day: true", "12:19: market.orders_per_day: found true, expected a number"),
        ("orders_per_day: 30", "orders_per_day: '30'", "12:19: market.orders_per_day: found '30', expected a number"),
        ("orders_per_day: 30", "orders_per_day: 030", "12:19: market.orders_per_day: found 030, a leading zero"),
        ("{not_needed: 3, other: 1}", "not_needed", "38:14: buyers.regret.reasons: found 'not_needed', expected a mapping"),
        ("{not_needed: 3, other: 1}", "{}", "38:14: buyers.regret.reasons: found an empty mapping, expected at least 1"),
        ("staff: 1\n", "staff: 0\n", "19:12: market.sellers.staff: found 0, expected at least 1 or 'unlimited'"),
        ("staff: 1\n", "staff: unlimitd\n", "19:12: market.sellers.staff: found 'unlimitd', expected a whole number or 'unlimited' — did you mean 'unlimited'?"),
        ("mean: 2 d}}\n        dispatch", "men: 2 d}}\n        dispatch", "23:33: market.sellers.types.prompt.arrange.exponential.men: unknown key — did you mean 'mean'?"),
        ("carrier: {transit", "carier: {transit", "33:3: market.carier: unknown key — did you mean 'carrier'?"),
        ("limit: none", "limit: 9", "41:21: policy.dispatch.limit: found 9, expected a duration"),
        ("limit: none", "limt: none", "41:14: policy.dispatch.limt: unknown key — did you mean 'limit'?"),
        ("limit: none", "zzz: none", "41:14: policy.dispatch.zzz: unknown key, expected limit or on_miss"),
        ("{limit: none}", "[none]", "41:13: policy.dispatch: found a list of 1, expected a mapping"),
        ("on_silence: decline", "on_silence: aprove", "46:17: policy.cancellation.on_silence: found 'aprove', expected one of"),
        ("clock: 9 d", "clock:", "45:11: policy.cancellation.clock: found nothing, expected a value"),
        ("why: National Day", "wy: x", "10:48: calendars.seller.closed.wy: unknown key — did you mean 'why'?"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_fault_in_plain_words(write: Write, old: str, new: str, fault: str) -> None:
    (found,) = faults(write(faulty(old, new)))
    assert found.startswith(f"child.yaml:{fault}")

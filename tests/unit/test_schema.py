"""The JSON Schema accepts what the loader accepts, and tells an editor what the loader would refuse."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sim.scenario.schema import schema
from sim.scenario.strict_yaml import read
from sim.scenario.tree import plain
from tests.scenario_files import BASE, BASE_FILE, spoilt

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@cache
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def fits(text: str) -> bool:
    root, faults = read(text.encode(), "a.yaml")
    assert root is not None
    assert faults == []
    return validator().is_valid(plain(root))


@pytest.mark.parametrize("path", [BASE_FILE, *SCENARIOS], ids=lambda path: path.stem)
def test_every_scenario_file_fits_the_schema(path: Path) -> None:
    assert fits(path.read_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: base", "name: A b"),
        ("name: base\n", ""),
        ("as_of: 2018\nstart", "as_of: soon\nstart"),
        ("replications: 2", "replications: 0"),
        ("_per_day: 30", "_per_day: many"),
        ("staff: 1\n", "staff: 0\n"),
        ("staff: 1\n", "stuff: 1\n"),
        ("{median: 24, p95: 160}", "{median: 24}"),
        ("{median: 24, p95: 160}", "{median: 24, mean: 160}"),
        ("lognormal: ", "normal: "),
        ("after: {exponential: {mean: 2 d}}", "after: {exponential: {mean: 2}}"),
        ("{limit: none}", "{limit: 9}"),
        ("{limit: none}", "none"),
        ("on_silence: decline", "on_silence: aprove"),
        ("    on_silence: decline\n", ""),
        ("opens: {after: delivered}", "opens: delivered"),
        ("      opens: {after: delivered}\n", ""),
        ("regret: {clock: 4 d}", "regret: {clok: 4 d}"),
        ("kind: sourced", "kind: known"),
        (", from: oversampled", ""),
    ],
)
def test_a_broken_scenario_does_not_fit(old: str, new: str) -> None:
    assert not fits(spoilt(old, new))


def test_a_file_that_extends_another_need_not_repeat_it() -> None:
    assert fits("extends: base.yaml")
    assert fits("extends: base.yaml\npolicy: {cancellation: {clock: 3 d}, dispute: {default: {turns: 1}}}") is False
    assert fits("extends: base.yaml\npolicy: {cancellation: {clock: 3 d}, dispute: {default: {clock: 1 d}}}")
    assert fits("extends: base.yaml\nmarket: {sellers: {types: {prompt: {share: 0.5}}}}")
    assert not fits("name: child\npolicy: {cancellation: {clock: 3 d}}")
    assert not fits("extends: none\nname: child")


def test_what_a_child_replaces_as_a_whole_stays_complete() -> None:
    assert not fits("extends: base.yaml\nmarket: {order_value: {lognormal: {median: 3}}}")
    assert not fits("extends: base.yaml\nprovenance: {policy: {kind: sourced}}")
    assert not fits("extends: base.yaml\ncalendars: {seller: {closed: [{to: 2018-10-01}]}}")


def test_null_fits_nowhere() -> None:
    document = plain(read(BASE.encode(), "base.yaml")[0])  # type: ignore[arg-type]
    assert not validator().is_valid(document | {"as_of": None})
    assert not validator().is_valid(document | {"policy": document["policy"] | {"dispute": None}})


def test_an_editor_can_explain_every_block_and_the_keys_that_have_a_text() -> None:
    definitions: dict[str, Any] = schema()["$defs"]
    assert definitions["CancellationTerms"]["description"].startswith("A buyer asks to cancel an order")
    clock = definitions["CancellationTermsPart"]["properties"]["clock"]
    assert clock["description"].startswith("How long the seller may take")
    probability = definitions["CancellationAnswers"]["properties"]["accept"]
    assert probability["description"] == "Chance that it says yes.", "inherited keys are explained too"


def test_the_schema_is_plain_json_without_leftovers() -> None:
    text = json.dumps(schema(), allow_nan=False)
    assert "x-merges" not in text
    assert '"null"' not in text


def test_the_schema_beside_the_scenarios_is_up_to_date() -> None:
    beside = Path(__file__).parents[2] / "scenarios" / "schema.json"
    if beside.exists():
        assert json.loads(beside.read_text()) == schema()


def nodes_of(node: Any, path: str = "") -> Any:
    if isinstance(node, dict):
        yield path, node
        for key, inner in node.items():
            yield from nodes_of(inner, f"{path}/{key}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from nodes_of(inner, f"{path}/{number}")


def test_an_editor_is_told_what_each_word_means_and_what_a_text_has_to_look_like() -> None:
    choices = {path: one for path, one in nodes_of(schema()) if isinstance(one.get("enum"), list)}
    values = {path: one for path, one in choices.items() if not path.endswith("propertyNames")}
    assert len(values) > 50
    assert [path for path, one in values.items() if len(one.get("enumDescriptions", ())) != len(one["enum"])] == []
    texts = [one for _, one in nodes_of(schema()) if isinstance(one.get("pattern"), str)]
    assert {
        one["patternErrorMessage"] for one in texts if re.search(r"[\\^$]", one["patternErrorMessage"])
    } == set()


def test_every_key_says_what_it_is() -> None:
    """Itself, or what stands there."""
    whole = schema()
    untold = [
        f"{path}/{name}"
        for path, node in nodes_of(whole["$defs"])
        for name, key in (node["properties"].items() if isinstance(node.get("properties"), dict) else ())
        if "description" not in json.dumps(key) and "$ref" not in json.dumps(key)
    ]
    assert untold == []

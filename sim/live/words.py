"""What the page says: from one file (`words.toml`), which whoever translates it translates; and of values what the
JSON Schema says, what may stand there and what it means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from sim.scenario.schema import schema
from sim.scenario.wording import printable


@cache
def words() -> dict[str, Any]:
    """All of them, by section."""
    return tomllib.loads(resources.files("sim.live").joinpath("words.toml").read_text(encoding="utf-8"))


def said(key: str, **given: object) -> str:
    """One of them, `section.name`, with its blanks filled. Raises KeyError for one that is not there."""
    section, name = key.split(".", 1)
    text = words()[section][name]
    return str(text).format(**given) if given else str(text)


def called(section: str, name: str, otherwise: str) -> str:
    """What the page calls something; what it is called anyway where the file has no word for it."""
    return str(words()[section].get(name, otherwise))


# ------------------------------------------------------------------------------- what the schema says


SchemaNode = Mapping[str, Any]
"""A part of the JSON Schema."""
NONE = "none"
"""What switches a part of a scenario off."""
_FREE = "x-free"
"""Marks what stands below a key of the user's own."""


@cache
def _schema() -> dict[str, Any]:
    return schema()


def root() -> SchemaNode:
    """What it says of a whole scenario."""
    found: SchemaNode = _schema()["$defs"]["Scenario"]
    return found


def options_of(node: SchemaNode) -> Iterator[SchemaNode]:
    """All that may stand in a place, each by itself."""
    if "$ref" in node:
        yield from options_of(_schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    elif "anyOf" in node and "properties" not in node:  # beside properties it only says which are needed
        for one in node["anyOf"]:
            yield from options_of(one)
    else:
        yield node


def below(node: SchemaNode, key: str) -> SchemaNode:
    """What the schema says one step further down; nothing where it says nothing."""
    for one in options_of(node):
        free = [one.get("additionalProperties"), *one.get("patternProperties", {}).values()]
        inner = one.get("properties", {}).get(key)
        if isinstance(inner, dict):
            return inner
        for inner in free:
            if isinstance(inner, dict):
                return {**inner, _FREE: True}
    return {}


def text_of(node: SchemaNode) -> str:
    """What the schema says of it: of the value itself, or else of what may stand there."""
    told = [
        one["description"] for one in (node, *options_of(node)) if "description" in one and "pattern" not in one
    ]
    return printable(" ".join(str(told[0]).split()).replace("`", "")) if told else ""


def can_be_switched_off(node: SchemaNode) -> bool:
    """A part of the model that need not exist; entries of a user's own are taken out in a file."""
    options = list(options_of(node))
    return may_be(NONE, options) and any("properties" in one for one in options) and not node.get(_FREE)


def may_be(word: str, options: Sequence[SchemaNode]) -> bool:
    """Whether a word may stand in a place."""
    return any(one.get("const") == word for one in options)

"""The scenario file as JSON Schema (2020-12), so that an editor completes and checks what is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.scenario.base import Described, text_of, texts_of
from sim.scenario.model import Scenario
from sim.scenario.schema_paths import is_by_claim, merges
from sim.scenario.wording import FORMS
from sim.vocabulary import Word
from sim.vocabulary.meanings import MEANINGS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/"
_PART = "Part"
"""Ends the name of a definition in which no key is required: what a child file or a claim kind's row says."""
_MERGES, _BY_CLAIM = _MARKS = "x-merges", "x-by-claim"
"""Marks of definitions while the schema is made."""
_NO_DEFAULT = ("default", None)
_NONE = {"const": "none"}
_EXTENDS = {
    "type": "string",
    "description": "A scenario file in this folder to build on: then only what differs is said here.",
}


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario file. One that extends another need not repeat what that one says."""
    made = Scenario.model_json_schema(by_alias=True, schema_generator=_Generator)
    merging = {name for name, body in made["$defs"].items() if body.get(_MERGES)}
    by_claim = {name for name in merging if made["$defs"][name][_BY_CLAIM]}
    scenario = _simple(made)
    wholes = {**scenario.pop("$defs"), "Scenario": scenario}
    scenario["properties"] = {"extends": _EXTENDS, **scenario["properties"]}
    parts = {name + _PART: _part(wholes[name], merging) for name in (*merging, "Scenario")}
    for name in by_claim:
        default = wholes[name]["properties"]["default"]
        wholes[name]["properties"] = {**parts[name + _PART]["properties"], "default": default}
    return {
        "$schema": DIALECT,
        "title": "refund-sim scenario",
        "description": scenario["description"],
        "if": {"required": ["extends"], "properties": {"extends": {"not": {"const": "none"}}}},
        "then": {"$ref": f"{_REF}Scenario{_PART}"},
        "else": {"$ref": f"{_REF}Scenario"},
        "$defs": _explained(dict(sorted({**wholes, **parts}.items()))),
    }


def _explained(node: Any) -> Any:
    """With what each of a few words means, and with what was expected where a text has another form: editors show
    these instead of bare words and patterns."""
    if isinstance(node, list):
        return [_explained(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {key: _explained(value) for key, value in node.items()}
    if isinstance(words := made.get("enum"), list) and all(word in MEANINGS for word in words):
        made["enumDescriptions"] = [MEANINGS[word] for word in words]
    if isinstance(pattern := made.get("pattern"), str):
        made["patternErrorMessage"] = f"expected {_form(made, pattern)}"
    return made


def _form(node: Mapping[str, Any], pattern: str) -> str:
    """What a text has to look like, in words."""
    if pattern in FORMS:
        return FORMS[pattern]
    examples = [str(one) for one in node.get("examples", ())]
    return f"something like {' or '.join(examples)}" if examples else str(node.get("description", pattern))


def _or_none(values: dict[str, Any]) -> dict[str, Any]:
    """An entry of a mapping of free keys, or `none`, which takes out one that was inherited."""
    return {"anyOf": [values, _NONE]}


class _Generator(GenerateJsonSchema):
    """Adds to each key what stands below it in the model, and marks what a child file may say in part."""

    def encode_default(self, dft: Any) -> Any:
        """A default as a file writes it: a word is no number."""
        if isinstance(dft, Mapping):
            return {self.encode_default(key): self.encode_default(value) for key, value in dft.items()}
        return dft.word if isinstance(dft, Word) else super().encode_default(dft)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        entries = {**made.get("patternProperties", {}), "": made.get("additionalProperties")}
        if any(isinstance(entry, dict) and entry.get("type") == "array" for entry in entries.values()):
            return made
        if "patternProperties" in made:
            made["patternProperties"] = {key: _or_none(entry) for key, entry in made["patternProperties"].items()}
        if isinstance(made.get("additionalProperties"), dict):
            made["additionalProperties"] = _or_none(made["additionalProperties"])
        return {"anyOf": [made, _NONE]}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made, model = super().model_schema(schema), schema["cls"]
        if "[" not in model.__name__ and (text := text_of(model)):  # as pydantic does, where Python keeps texts
            made["description"] = text
        if issubclass(model, Described):
            texts = texts_of(model)
            for name, field in model.model_fields.items():
                if name in texts:
                    made["properties"][field.alias or name]["description"] = texts[name]
        if merges([model]):
            made |= {_MERGES: True, _BY_CLAIM: is_by_claim([model])}
        return made


def _simple(node: Any) -> Any:
    """Without marks, and without null, which no scenario file may hold, and the choices of one it leaves."""
    if isinstance(node, list):
        return [_simple(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {key: _simple(value) for key, value in node.items() if key not in _MARKS and (key, value) != _NO_DEFAULT}
    choices = [choice for choice in made.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del made["anyOf"]
        return {**choices[0], **made}
    return {**made, "anyOf": choices} if choices else made


def _part(definition: dict[str, Any], merging: set[str]) -> dict[str, Any]:
    """A definition of which a file may say only some: no key is required, here and in what merges below."""
    part: dict[str, Any] = _with_parts(definition, merging)
    part.pop("required", None)
    if "properties" in part:
        part.pop("anyOf", None)  # one of two keys that is needed
    return part


def _with_parts(node: Any, merging: set[str]) -> Any:
    if isinstance(node, list):
        return [_with_parts(inner, merging) for inner in node]
    if not isinstance(node, dict):
        return node
    # A list is replaced as a whole, so its items stay complete.
    made = {key: value if key == "items" else _with_parts(value, merging) for key, value in node.items()}
    name = str(node.get("$ref")).removeprefix(_REF)
    return made | {"$ref": f"{_REF}{name}{_PART}"} if name in merging else made

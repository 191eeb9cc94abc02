"""The model told to people: as JSON Schema (2020-12), so that an editor completes and checks what is written, and
as a file to start from, in which every lever stands as a comment with its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.scenario.base import Described, text_of, texts_of
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.presets import MARK
from sim.scenario.resolved import described, on_one_line
from sim.scenario.schema_paths import Annotations, below, is_by_claim, merges
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


# ------------------------------------------------------------------------- `refund-sim init`: a file to start from


DEEPEST = {"policy": 4, "buyers": 3, "market": 2}
"""What is shown, the policy first, and how many steps down; what lies deeper stands on one line."""
LONGEST = 100
"""Columns that a value may take on its line."""


def starting_file(name: str, preset: str) -> str:
    """The text of the file: it runs as it stands, as the preset does, and says what each lever means.

    A lever is changed by taking away the `# ` before it and before what it stands under.
    """
    scenario = load(f"{MARK}{preset}")
    return "\n".join([*_head(name, preset, scenario), *_levers(scenario)]) + "\n"


def _head(name: str, preset: str, scenario: Scenario) -> Iterator[str]:
    yield f"# {name}: a marketplace of your own, over the preset '{preset}' ({scenario.title or preset})."
    yield "#"
    yield f"# As it stands it is that preset. `refund-sim run {name}.yaml` runs it;"
    yield f"# `refund-sim compare {preset} {name}.yaml` says what your changes do to the same orders."
    yield "# To change a lever, take the '# ' away before it and before the lines it stands under."
    yield "# What you change says where it comes from, or `validate` asks: see `provenance` at the end."
    yield f"extends: {MARK}{preset}"
    yield f"name: {name}"
    yield f"title: {name.replace('-', ' ').replace('_', ' ').capitalize()}"
    yield ""


def _levers(scenario: Scenario) -> Iterator[str]:
    values = described(scenario)
    for part, deepest in DEEPEST.items():
        yield f"# {part}:"
        yield from _block(values[part], below((Scenario,), part), 1, deepest)
        yield ""
    yield "# provenance:"
    yield "#   policy.cancellation.clock: {kind: assumed, from: why I believe it, range: [1 d, 9 d]}"


def _block(values: dict[str, Any], annotations: Annotations, depth: int, deepest: int) -> Iterator[str]:
    texts = _texts(annotations)
    for key, value in values.items():
        indent = "  " * depth
        said = on_one_line(value)
        meaning = texts.get(str(key), "")
        if isinstance(value, dict) and value and depth < deepest and len(said) > 30:
            yield f"# {indent}{key}:{_comment(meaning)}"
            yield from _block(value, below(annotations, key), depth + 1, deepest)
        elif len(said) <= LONGEST:
            yield f"# {indent}{key}: {said}{_comment(meaning)}"
        else:
            yield f"# {indent}# {key}: (long; `refund-sim show` has it){_comment(meaning)}"


def _comment(meaning: str) -> str:
    return f"  # {meaning}" if meaning else ""


def _texts(annotations: Annotations) -> dict[str, str]:
    """What the levers at one place mean: the first sentence of each description."""
    texts: dict[str, str] = {}
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, Described):
            told = texts_of(annotation)
            for name, field in annotation.model_fields.items():
                text = field.description or told.get(name, "")
                texts.setdefault(field.alias or name, " ".join(text.split()).split(". ")[0].rstrip("."))
    return texts

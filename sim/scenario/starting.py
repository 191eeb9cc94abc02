"""`refund-sim init`: a file to start from, in which every lever stands as a comment with its meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.base import Described, texts_of
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.presets import MARK
from sim.scenario.resolved import described, on_one_line
from sim.scenario.schema_paths import Annotations, below

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

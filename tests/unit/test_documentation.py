"""The documentation site names everything that there is, in words."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import sim
from sim.arguments import parser
from sim.experiment.columns import COLUMNS
from sim.experiment.measures import MEASURES
from sim.scenario.schema import schema
from sim.vocabulary import Stage

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "_ext" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_key_of_a_scenario_is_told_with_its_type_default_and_meaning(reference: ModuleType) -> None:
    page = reference.scenario_page()
    keys = {key for node in schema()["$defs"].values() for key in node.get("properties", {})}
    last_words = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`[^`]+`", page))))
    assert keys - last_words == set()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows if len(row) == 5 and not row[3].strip()] == [], "a key without a meaning"
    assert [row[0] for row in rows if len(row) == 5 and not row[4].strip(" |")] == [], "a key without an example"
    assert [row[0] for row in rows if not row[1].strip()] == [], "a key without a type"


def test_every_measure_column_and_command_is_told(reference: ModuleType) -> None:
    assert [name for name in MEASURES if f"`{name}`" not in reference.measures_page()] == []
    assert [name for name in COLUMNS if f"`{name}`" not in reference.columns_page()] == []
    commands = reference.commands_page()
    (told,) = [action for action in parser()._actions if action.dest == "command"]
    assert told.choices is not None
    assert [name for name in told.choices if f"## {name}\n" not in commands] == []


def test_everything_public_is_told(reference: ModuleType) -> None:
    page = reference.python_page()
    assert [name for name in sim.__all__ if name[0] != "_" and f"sim.{name}\n" not in page] == []


def test_every_page_has_its_place(reference: ModuleType) -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index", "changelog"}
    assert {page for page in pages if f"\n{page}\n" not in index} == set()


def test_what_is_said_of_adding_things_names_files_that_are_there() -> None:
    text = (DOCS / "extending.md").read_text(encoding="utf-8")
    named = {name.rstrip("…") for name in re.findall(r"`((?:sim|tests|docs|scenarios)/[\w/.…]+)`", text)}
    assert len(named) > 15
    assert {name for name in named if not (DOCS.parent / name).exists()} == set()


ADDED = {
    "a lever": "returnless_below",
    "another lever": "ships_while_open",
    "any stage": "",
    "a stage with rounds": "[Oo]ffer|OFFER",
    "a law": "[Tt]riangular",
    "a measure": "mediation_share",
    "a measure that is judged": "postage_per_return",
    "a chart": "by_hours_to_ask",
}
"""What was once added, and the word that it is known by; any stage is in the files that name all there are."""


def test_the_page_lists_the_files_that_adding_something_touches() -> None:
    """Built from the code: whoever spreads a stage over more files sees the list grow."""
    text = (DOCS / "extending.md").read_text(encoding="utf-8")
    for what, word in ADDED.items():
        assert _touched(what, word) in text, _touched(what, word)


def _touched(what: str, word: str) -> str:
    house = Path(sim.__file__).parent
    files = [*house.rglob("*.py"), *house.rglob("*.toml")]
    files = [
        one for one in files if not {"evidence", "waiting"} & set(re.split(r"\W|_", str(one.relative_to(house))))
    ]
    words = [word] if word else [f"(?i:{stage.word})" for stage in Stage]
    texts = {str(one.relative_to(house)): one.read_text(encoding="utf-8") for one in files}
    found = sorted(name for name, text in texts.items() if all(re.search(one, text) for one in words))
    named = ", ".join(f"`{one}`" for one in found)
    shown = word.replace("|", "` or `") if word else "`, `".join(stage.word for stage in Stage)
    return f"| {what} | `{shown}` | {len(found)}: {named} |"

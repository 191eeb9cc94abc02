"""Helpers for tests of the program as a whole: a small market to run, and the program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.cli import parser
from tests.scenario_files import BASE_FILE, written

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
PRESETS = (
    "aliexpress-2020",
    "ebay-2023",
    "ebay-2024",
    "amazon-marketplace",
    "shopee",
    "taobao-2024",
    "temu",
    "eu-withdrawal",
)
"""The policies of marketplaces, each a scenario over `no-policy`."""
MARKETPLACES = ("no-policy", *PRESETS)
SHORT = ("--set", "experiment.run_out=10 d")
SMALL = (BASE_FILE, *SHORT)
"""A scenario with an option that keeps its run short: two replications of some hundred claims."""


def market_of_two(folder: Path) -> Path:
    """A new folder with two scenario files, `base` and `other`."""
    folder.mkdir()
    written(folder, "extends: base.yaml\nname: other\n", "other.yaml")
    return folder


class Answer(NamedTuple):
    """What the program answers."""

    code: int
    out: str
    err: str


Ask = Callable[..., Answer]
"""What the fixture `ask` is: give it the program's words."""


def program(*words: object, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Answer:
    """The program in a process of its own, with these variables over those that are there."""
    command = [sys.executable, "-m", "sim", *map(str, words)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    done = subprocess.run(command, env=surroundings, cwd=cwd, capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


def commands() -> dict[str, ArgumentParser]:
    """What the program can be told to do, by its first word."""
    (choices,) = (action.choices for action in parser()._actions if isinstance(action, _SubParsersAction))
    return dict(choices)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder: its path within, and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def told(path: Path) -> Any:
    """What a JSON file says."""
    return document(path.read_text())


def document(text: str) -> Any:
    """The one JSON document that a text is; NaN is no JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)

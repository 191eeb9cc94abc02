"""Which files of a folder are scenarios, and which of its sub-folders hold some that nobody asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

SUFFIXES = (".yaml", ".yml")
"""Of scenario files, in large letters as well as in small ones."""
OURS = {"baseline.json", "run.json", "check.json"}
"""A folder that holds one of these was written by refund-sim: its `scenario.yaml` is a result."""
MOST_FOLDERS = 1_000
"""Sub-folders that are looked into; whoever asks for a whole disk is not kept waiting."""


def is_scenario_file(name: str) -> bool:
    """Whether a file of this name is taken for a scenario where it lies in a folder that was asked for."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def scenarios_in(folder: Path) -> list[Path]:
    """The scenario files that lie in a folder itself, by name."""
    return sorted(path for path in folder.iterdir() if is_scenario_file(path.name))


def left_out_of(folders: Iterable[Path]) -> list[Path]:
    """The sub-folders of these in which there are scenario files, unless they are among `folders` themselves."""
    asked = [folder for folder in folders if folder.is_dir()]
    taken = {folder.resolve() for folder in asked}
    return [found for folder in asked for found in _below(folder) if found.resolve() not in taken]


def told_as_left_out(folder: object) -> str:
    """`left out: scenario files in policies/old, a sub-folder; …`."""
    return f"left out: scenario files in {folder}, a sub-folder; name it to have them taken"


def _below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for number, (place, names, files) in enumerate(os.walk(folder)):
        if number == MOST_FOLDERS:
            break
        if OURS & set(files):
            names.clear()
            continue
        names[:] = sorted(name for name in names if not name.startswith("."))
        if number and any(map(is_scenario_file, files)):
            found.append(Path(place))
    return found

"""Small scenario files for tests: a base with every part, children of it, and faults as people read them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.errors import BadScenario
from sim.scenario.loading import load
from sim.scenario.merging import Changes

FOLDER = Path(__file__).parent / "fixtures"
BASE_FILE = FOLDER / "base.yaml"
BASE = BASE_FILE.read_text()


def written(folder: Path, text: str, name: str = "child.yaml") -> Path:
    """A new file in a folder that also holds `base.yaml`."""
    if not (folder / "base.yaml").exists():
        (folder / "base.yaml").write_text(BASE)
    (folder / name).write_text(text)
    return folder / name


def spoilt(old: str, new: str) -> str:
    """The base with something else in one place."""
    assert BASE.count(old) == 1
    return BASE.replace(old, new)


def faults_of(path: Path, changes: Changes = ()) -> list[str]:
    """Every fault of a file, without the folder's name."""
    with pytest.raises(BadScenario) as caught:
        load(path, changes)
    return [str(fault).replace(f"{path.parent}{os.sep}", "") for fault in caught.value.faults]

"""Which files are meant: scenarios that come with the package, those that lie in a folder, and what is no file yet.

A scenario of the package can be named wherever a file is asked for: `aliexpress`, `ebay-2024`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from sim.scenario.base import did_you_mean

MARK = "preset:"
"""Before a preset's name where a file could be meant: `extends: preset:ebay-2024`."""
_PLACES = (Path(__file__).parent.parent / "presets", Path(__file__).parents[2] / "scenarios")
"""Where they lie in an installed package, and in a clone."""


@cache
def presets_folder() -> Path:
    """The folder that holds them."""
    return next(place for place in _PLACES if (place / "aliexpress.yaml").is_file())


def preset_names() -> list[str]:
    """Every preset, by name."""
    return sorted(path.stem for path in presets_folder().glob("*.yaml"))


def preset(name: str) -> Path | None:
    """The file of a preset, with or without the mark before its name; None where there is none of that name."""
    found = presets_folder() / f"{name.removeprefix(MARK)}.yaml"
    return found if found.stem in preset_names() and found.is_file() else None


def no_such_preset(name: str) -> str:
    """What is to be said of a name that is none."""
    known = preset_names()
    hint = did_you_mean(name.removeprefix(MARK), known) or f", expected one of {', '.join(known)}"
    return f"there is no preset '{name.removeprefix(MARK)}'{hint}"


def named(name: str | Path) -> Path:
    """The file or folder of that name; where there is none, the preset of that name; else the name as it stands."""
    path = Path(name)
    if isinstance(name, Path) or path.exists() or path.is_symlink():
        return path
    return preset(name) or path


def beside(name: str, path: Path) -> Path | str:
    """A scenario named in a file: one that lies beside it, or a preset."""
    there = path.parent / name
    return name if preset(name) is not None and not there.exists() else there


def near(name: str, folder: Path, *, mark: str = "") -> str:
    """` — did you mean …?`: the scenario of a folder, or else the preset, that is named most alike; nothing where
    none is. `mark` is what stands before a preset's name where one is meant."""
    meant = {one: f"{mark}{one}" for one in preset_names()}
    with suppress(OSError):
        meant |= {one.stem: one.name for one in scenarios_in(folder)}
    asked = Path(name.removeprefix(MARK))
    found = get_close_matches(asked.stem if is_scenario_file(asked.name) else asked.name, meant, n=1)
    return f" — did you mean '{meant[found[0]]}'?" if found else ""


def told_as(path: Path) -> str:
    """The file as it is told of: a preset by its name, wherever the package lies."""
    return f"{MARK}{path.stem}" if path.parent == presets_folder() and path.is_absolute() else str(path)


# --------------------------------------------------------------------------- which files of a folder are scenarios


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


_SIGN = b"version https://git-lfs.github.com/spec/"
POINTER = (
    "found a pointer of Git LFS in place of the file; fetch it with git lfs pull (in CI: check out with lfs: true)"
)


def is_pointer(content: bytes) -> bool:
    """Whether these bytes only point to a file that Git LFS keeps."""
    return content.startswith(_SIGN)

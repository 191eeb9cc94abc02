"""Scenarios that come with the package and can be named wherever a file is asked for: `aliexpress`, `ebay-2024`."""

from __future__ import annotations

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


def told_as(path: Path) -> str:
    """The file as it is told of: a preset by its name, wherever the package lies."""
    return f"{MARK}{path.stem}" if path.parent == presets_folder() and path.is_absolute() else str(path)

"""What the page says, from one file (`words.toml`): whoever translates it translates that."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


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

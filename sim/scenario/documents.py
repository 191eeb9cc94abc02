"""Other files that a user writes, read as strictly as scenarios: mappings of logs, studies, searches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.errors import BadScenario, BadUsage
from sim.scenario.base import Described
from sim.scenario.extent import MOST_BYTES
from sim.scenario.faults import Locator, explained
from sim.scenario.strict_yaml import read
from sim.scenario.tree import plain

M = TypeVar("M", bound=Described)


def document(
    path: Path, model: type[M], expected: str, changes: Mapping[str, Any] | None = None
) -> tuple[M, Locator]:
    """What a file says, and where it says it; `changes` take the place of what stands at its top.

    Raises BadScenario with every fault, each where it is written, and BadUsage where there is no file: `expected`
    names one, as "a study such as study.yaml".
    """
    if not path.is_file():
        raise BadUsage(f"{path}: no such file, expected {expected}")
    with path.open("rb") as file:
        root, faults = read(file.read(MOST_BYTES + 1), str(path))
    if root is None:
        raise BadScenario(faults)
    raw, locator = plain(root), Locator(root)
    if isinstance(raw, dict):
        raw = raw | dict(changes or {})
    try:
        found = model.model_validate(raw)
    except ValidationError as error:
        raise BadScenario(faults + explained(error, locator, (model,))) from None
    if faults:
        raise BadScenario(faults)
    return found, locator

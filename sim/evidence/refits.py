"""Worlds that a log could as well have told, by what differs in them, and the file that keeps them.

`worlds.json` lies beside a fitted scenario. World k says by path, as a scenario file says it, what is otherwise
there; what it does not name is as in the scenario. Studies live replication r in world r mod K.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.disk.reading import content_of
from sim.errors import BadUsage, UserError
from sim.evidence.finding import Finding
from sim.evidence.fitted_scenario import SAID
from sim.scenario.loading import load_with_places
from sim.scenario.model import Scenario
from sim.scenario.moving import Document, replaced
from sim.scenario.resolved import described

FILE = "worlds.json"
SCHEMA_VERSION = 1
WORLDS = 40
"""Refits that `fit` writes, unless it is told another number."""
JUDGED_IN = 20
"""How many of them live through the weeks that were held out."""
MOST_BYTES = 100_000_000
WorldChanges = dict[str, Any]
"""By path: what stands there in one world, in place of what the scenario says."""


def changes_between(findings: Iterable[Finding], found: Iterable[Finding]) -> WorldChanges:
    """What of a world is not as it was found at first."""
    before = _by_path(findings)
    return {path: value for path, value in _by_path(found).items() if path in before and before[path] != value}


def _by_path(findings: Iterable[Finding]) -> WorldChanges:
    told: WorldChanges = {}
    for one in findings:
        if one.path.endswith(SAID):
            told |= {f"{one.path.removesuffix(SAID)}.{name}": share for name, share in one.value.items()}
        else:
            told[one.path] = one.value
    return told


def worlds_file(name: str, worlds: Sequence[WorldChanges]) -> dict[str, Any]:
    """Ready for JSON."""
    method = "weighted bootstrap: one weight per seller, weeks as strata"
    return {"schema_version": SCHEMA_VERSION, "scenario": name, "method": method, "worlds": list(worlds)}


def in_world(document: Document, changes: Mapping[str, Any]) -> Document:
    """A scenario written out, in one of its worlds."""
    for path, value in changes.items():
        document = replaced(document, path.split("."), value)
    return document


def worlds_beside(scenario: str | Path) -> list[WorldChanges]:
    """The worlds of a fitted scenario: out of `worlds.json` beside its file, or beside one that it extends.

    Raises BadUsage where there is no such file, and UserError for one that does not fit the scenario.
    """
    loaded = load_with_places(scenario)
    places = {Path(scenario).parent: None} | {Path(file).parent: None for file in reversed(loaded.files)}
    file = next((folder / FILE for folder in places if (folder / FILE).is_file()), None)
    if file is None:
        raise BadUsage(
            f"{scenario}: found no {FILE} beside it, expected the fitted worlds that `refund-sim fit --out` writes"
        )
    return _read(file, loaded.scenario)


def _read(file: Path, scenario: Scenario) -> list[WorldChanges]:
    try:
        written = json.loads(content_of(file, MOST_BYTES))
        worlds = TypeAdapter(list[dict[str, Any]]).validate_python(written["worlds"], strict=True)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise UserError(f"{file}: found {type(fault).__name__}, expected the worlds of a fit as JSON") from None
    if not worlds:
        raise UserError(f"{file}: found no world, expected at least one")
    document = {key: value for key, value in described(scenario).items() if key not in ("provenance", "expect")}
    for number_of, changes in enumerate(worlds):
        try:
            Scenario.model_validate(in_world(document, changes))
        except (ValidationError, ValueError, TypeError, IndexError, KeyError) as fault:
            why = fault.errors()[0] if isinstance(fault, ValidationError) else {"loc": (), "msg": str(fault)}
            where = ".".join(map(str, why["loc"])) or "a path"
            raise UserError(f"{file}: world {number_of}: {where}: {why['msg']}") from None
    return worlds

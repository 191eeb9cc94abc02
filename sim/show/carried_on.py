"""What an interrupted `run` of several scenarios has finished already: it is kept, and known by its content."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from sim.disk.placing import FILES, hash_of, sealed
from sim.disk.reading import content_of
from sim.experiment.experiment import versions
from sim.experiment.result import Result
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml
from sim.show.files import summary_of
from sim.show.measured import Finished
from sim.show.room import SIGN, expect_nothing_else

WANTED = "wanted"
"""Where `run.json` says what was asked for."""
SUMMARY = "summary.json"
MOST_BYTES = 2**24


def wanted_of(scenario: Scenario, arguments: Namespace) -> dict[str, Any]:
    """All that decides on the content of a result folder, but for versions."""
    return {
        "scenario": sha256(resolved_yaml(scenario).encode()).hexdigest(),
        "keep": arguments.keep,
        "report": arguments.report,
        "precision": sorted(arguments.precision),
        "max_replications": arguments.max_replications,
    }


def finished_among(scenarios: Sequence[Scenario], out: Path, arguments: Namespace) -> dict[str, Finished]:
    """The scenarios whose results are there, complete and as they would come out; by name.

    None where all of them are: then nothing was interrupted, and they are in the way like any result that is there.
    With --force none is kept either.
    """
    if arguments.force or len(scenarios) == 1:
        return {}
    found = {scenario.name: _finished(scenario, out / scenario.name, arguments) for scenario in scenarios}
    kept = {name: one for name, one in found.items() if one}
    return kept if len(kept) < len(scenarios) else {}


def document_of(result: Result | Finished) -> Mapping[str, Any]:
    """`summary.json` of a result, wherever it is."""
    return result.document if isinstance(result, Finished) else summary_of(result)


def _finished(scenario: Scenario, folder: Path, arguments: Namespace) -> Finished | None:
    about = sealed(folder, SIGN)
    if about.get(WANTED) != wanted_of(scenario, arguments) or about.get("versions") != versions():
        return None
    hashes = about.get(FILES)
    if not isinstance(hashes, dict) or not _is_whole(folder, hashes):
        return None
    document = json.loads(content_of(folder / SUMMARY, MOST_BYTES))
    return Finished(scenario, about, _summary(document), document["notes"], document)


def _is_whole(folder: Path, hashes: Mapping[str, str]) -> bool:
    try:
        expect_nothing_else(folder, hashes, SIGN)
        return all(hash_of(folder / path) == known for path, known in hashes.items())
    except Exception:  # whatever is wrong with it, it is not what would come out
        return False


def _summary(document: Mapping[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame.from_dict(document["measures"], orient="index")
    numbers = ["value", "low", "high"]
    return rows.assign(**{name: rows[name].astype("float64") for name in numbers})

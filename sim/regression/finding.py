"""Which baseline belongs to a scenario file: the one of its name, or else one of the same scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.errors import BadBaseline
from sim.regression.baselines import Baseline, sized
from sim.regression.layout import SIGN
from sim.regression.reading import read, read_kept
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.study import fingerprints


class Pair(NamedTuple):
    """A scenario and its baseline."""

    file: Path
    changes: tuple[str, ...]
    """That are made to the file: those of the baseline, and then those of the command line."""
    scenario: Scenario
    """As it is run: with these changes, and as many replications as a block has."""
    place: Path
    """Folder of the baseline."""
    baseline: Baseline


def pairs_of(files: Sequence[Path], folder: Path, changes: tuple[str, ...] = ()) -> list[Pair]:
    """Each scenario file with its baseline. Raises BadScenario, or BadBaseline that names all that are missing."""
    pairs: list[Pair] = []
    faults: list[str] = []
    for file in files:
        try:
            pairs.append(_pair(file, folder, changes))
        except BadBaseline as fault:
            faults.append(str(fault))
    if faults:
        raise BadBaseline("\n".join(faults))
    return pairs


def _pair(file: Path, folder: Path, changes: tuple[str, ...]) -> Pair:
    place = folder / file.stem
    if (place / SIGN).is_file():  # as a rule, a scenario is named as its file is: then that is read only once
        pair = _pair_at(place, file, changes)
        if pair.scenario.name == pair.baseline.name:
            return pair
    return _pair_at(_place_of(file, folder, changes), file, changes)


def _pair_at(place: Path, file: Path, changes: tuple[str, ...]) -> Pair:
    baseline = read(place)
    everything = (*baseline.changes, *changes)
    scenario = sized(load(file, everything), baseline.replications)
    return Pair(file, everything, scenario, place, baseline)


def _place_of(file: Path, folder: Path, changes: tuple[str, ...]) -> Path:
    """By name; by fingerprint where the scenario was renamed. Raises BadBaseline."""
    name = load(file, changes).name
    if (folder / name / SIGN).is_file():
        return folder / name
    places = sorted(path.parent for path in folder.glob(f"*/{SIGN}"))
    found = [place for place in places if _is_of(place, file, changes)]
    if found:
        return found[0]
    known = ", ".join(place.name for place in places) or "none"
    raise BadBaseline(
        f"{file}: no baseline for '{name}' in {folder} (there: {known}). "
        f"Record one with: refund-sim baseline {file} --baselines {folder}"
    )


def _is_of(place: Path, file: Path, changes: tuple[str, ...]) -> bool:
    """Whether a baseline was recorded of this very scenario, under another name."""
    kept = read_kept(place)
    scenario = sized(load(file, (*kept.changes, *changes)), kept.replications)
    return fingerprints.of_scenario(scenario) == kept.scenario

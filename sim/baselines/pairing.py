"""Which baseline belongs to a scenario file, which file has none yet, and whose scenario is gone.

A scenario's baseline is the one of its name, or else, where it was renamed, one of the very same scenario that no
other file lays claim to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.baselines.baselines import Baseline
from sim.baselines.reading import ANEW, SIGN, read, read_kept, recording
from sim.errors import BadBaseline, BadUsage, UserError
from sim.experiment import fingerprints
from sim.experiment.experiment import with_numbers
from sim.scenario.loading import load, load_all
from sim.scenario.model import Scenario


class BaselinePair(NamedTuple):
    """A scenario and its baseline."""

    file: Path
    changes: tuple[str, ...]
    """That are made to the file: those of the baseline, and then those of the command line."""
    scenario: Scenario
    """As it is run: with these changes, and as many replications as a block has, whatever the file says."""
    place: Path
    """Folder of the baseline."""
    baseline: Baseline


class Single(NamedTuple):
    """A scenario without a baseline."""

    file: Path
    scenario: Scenario


class LineUp(NamedTuple):
    """Who is held against whom, and who is left over."""

    pairs: list[BaselinePair]
    singles: list[Single]
    spare: list[Path]
    """Baselines of scenarios that are not among these."""

    def scenarios(self) -> Iterator[tuple[Path, Scenario]]:
        """Each with its file, as it is run."""
        yield from ((pair.file, pair.scenario) for pair in self.pairs)
        yield from ((one.file, one.scenario) for one in self.singles)


def line_up(files: Sequence[Path], folder: Path, changes: tuple[str, ...] = ()) -> LineUp:
    """Each scenario file with its baseline, where there is one.

    Raises BadScenario with the faults of all files, BadUsage for two scenarios of one name, and BadBaseline for all
    baselines that cannot be read, or a folder that is not there.
    """
    singles = [Single(*one) for one in zip(files, load_all(files, changes), strict=True)]
    _expect_different_names(singles)
    if not folder.is_dir():
        raise BadBaseline("\n".join(_no_baseline(one, folder) for one in singles))
    named = {folder / one.scenario.name for one in singles}
    spare = [place for place in sorted(path.parent for path in folder.glob(f"*/{SIGN}")) if place not in named]
    pairs: list[BaselinePair] = []
    alone: list[Single] = []
    faults: list[str] = []
    for one in singles:
        try:
            place = _place_of(one, folder, spare, changes)
            if place is None:
                alone.append(one)
            else:
                pairs.append(_pair_at(place, one.file, changes))
                spare = [other for other in spare if other != place]
        except BadBaseline as fault:
            faults.append(str(fault))
    if faults:
        raise BadBaseline("\n".join(faults))
    return LineUp(pairs, alone, spare)


def _no_baseline(one: Single, folder: Path) -> str:
    """That there is none, and how to record one."""
    words = recording(one.file, folder)
    return f"{one.file}: no baseline for '{one.scenario.name}' in {folder}. Record one with: {words}"


def _expect_different_names(singles: Sequence[Single]) -> None:
    first: dict[str, Path] = {}
    for file, scenario in singles:
        if scenario.name in first:
            both = f"{first[scenario.name]} and {file}"
            raise BadUsage(f"two scenarios are named '{scenario.name}': {both}; give one of them another name")
        first[scenario.name] = file


def _place_of(one: Single, folder: Path, spare: Sequence[Path], changes: tuple[str, ...]) -> Path | None:
    """By name; among those that nobody of their name lays claim to, that of the very same scenario."""
    place = folder / one.scenario.name
    if _is_baseline(place):
        return place
    return next((other for other in spare if _is_of(other, one.file, changes)), None)


def _is_baseline(place: Path) -> bool:
    """Whether it is one, or was meant to be: one without its sign is a fault, and no new scenario."""
    return place.is_dir() and any(place.iterdir())


def _pair_at(place: Path, file: Path, changes: tuple[str, ...]) -> BaselinePair:
    baseline = read(place)
    everything = (*baseline.changes, *changes)
    try:
        scenario = with_numbers(load(file, everything), replications=baseline.replications)
    except UserError as fault:
        told = f"recorded with changes that {file} does not take ({fault})"
        raise BadBaseline(f"{place / SIGN}: {told}; {ANEW}") from fault
    return BaselinePair(file, everything, scenario, place, baseline)


def _is_of(place: Path, file: Path, changes: tuple[str, ...]) -> bool:
    """Whether a baseline was recorded of this very scenario, under another name."""
    kept = read_kept(place)
    try:
        scenario = with_numbers(load(file, (*kept.changes, *changes)), replications=kept.replications)
    except UserError:  # what the baseline changed is not there
        return False
    return fingerprints.of_scenario(scenario) == kept.scenario

"""From a file to a scenario: read, inherit, change, check; the faults of all steps at once.

file → tree (strict_yaml) → one tree (inheritance, changes) → rows filled (merging) → Scenario (model)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.errors import BadScenario, BadUsage, Fault
from sim.scenario.base import Described
from sim.scenario.consistency import complaints, complaints_among
from sim.scenario.faults import Locator, explained, valid_parts
from sim.scenario.inheritance import read_chain, with_sellers_named
from sim.scenario.merging import COMMAND_LINE, PYTHON, Changes, changed, with_rows, without_the_removed
from sim.scenario.model import Scenario
from sim.scenario.presets import named
from sim.scenario.provenance import Provenance
from sim.scenario.resolved import described
from sim.scenario.roster_file import overruled
from sim.scenario.sourcing import Layers, Unsourced, standing, stated_at, stray_sources, unsourced
from sim.scenario.strict_yaml import MOST_BYTES, read, too_much
from sim.scenario.tree import Keys, Leaf, Node, Path, Place, child_of, plain, planted

DEFAULT, PROVENANCE = "default", "provenance"
_TOP = (Scenario,)
"""What the model expects at the top of a file."""
AScenario = Scenario | str | FilePath
"""A scenario, a file, or a preset by its name."""


@dataclass(frozen=True)
class Loaded:
    """A scenario, and where each of its values is written."""

    scenario: Scenario
    layers: Layers
    """What the files and the changes say, in their own words."""

    def origin(self, path: Path) -> str:
        """Where the value at a path comes from: `base.yaml:12`, `default`, or that a change set it."""
        node = self.layers.tree
        if path[:1] == (PROVENANCE,) and len(path) > 1:
            path = (PROVENANCE, stated_at(node, str(path[1])), *path[2:])
        for step in path:
            child = child_of(node, step)
            if child is not None:
                node = child
            elif isinstance(step, str) and not isinstance(node, Leaf):
                return DEFAULT
        return {COMMAND_LINE: "set on the command line", PYTHON: "set from Python"}.get(node.place, str(node.place))

    def unsourced(self) -> list[Unsourced]:
        """The numbers of the world that no statement of provenance covers."""
        return unsourced(self.layers)

    def inapplicable_ranges(self) -> list[str]:
        """`file:line:column: …` of every stated range that a program could not apply."""
        from sim.scenario.applying import inapplicable, ranges_of, uncorrelated  # only where it is asked for

        stated = child_of(self.layers.tree, PROVENANCE)
        places = stated.keys if isinstance(stated, Keys) else {}
        ranges = ranges_of(self.scenario)
        written = {path: one for path, one in ranges.items() if path in places}
        found = [*inapplicable(described(self.scenario), written), *uncorrelated(ranges)]
        return [f"{places[one.path]}:{places[one.path].column}: {one}" for one in found if one.path in places]


def load(path: str | FilePath, changes: Changes = ()) -> Scenario:
    """Read a scenario file (or a preset by its name), with what it extends, and make changes to it.

    Changes are `{"policy.cancellation.clock": "3 d"}` or `["policy.cancellation.clock=3 d"]`. Raises
    BadScenario with every fault that can be found, each where it is written.
    """
    return load_with_places(path, changes).scenario


def load_all(files: Iterable[str | FilePath], changes: Changes = ()) -> list[Scenario]:
    """The scenarios of these files. Raises BadScenario with the faults of all of them at once."""
    scenarios: list[Scenario] = []
    faults: set[Fault] = set()
    for file in files:
        try:
            scenarios.append(load(file, changes))
        except BadScenario as found:
            faults |= {*found.faults}
    if faults:
        raise BadScenario(sorted(faults))
    return scenarios


def as_scenario(given: AScenario) -> Scenario:
    """A scenario as it is, a file or a preset loaded. Raises BadUsage for anything else, and what `load` raises."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | FilePath):
        return load(given)
    raise BadUsage(
        f"found {kind_of(given)}, expected a scenario, a file such as 'my-shop.yaml', or a preset's name"
    )


def kind_of(given: object) -> str:
    """What somebody has given in place of what was expected."""
    return f"a {type(given).__name__}" if given is not None else "None"


def load_with_places(path: str | FilePath, changes: Changes = ()) -> Loaded:
    """Like `load`, and keep where each value is written."""
    said, faults = read_chain(named(path), _TOP)
    if said is None:
        raise BadScenario(faults)
    tree, of_changes = changed(said.tree, changes, _TOP)
    tree, of_sellers = with_sellers_named(named(path), tree)
    tree = without_the_removed(tree, _TOP)
    scenario = _checked(tree, faults + of_changes + of_sellers + overruled(tree, (COMMAND_LINE, PYTHON)))
    layers = said._replace(tree=tree)
    return Loaded(_vouched_for(scenario, layers), layers)


def with_changes(scenario: Scenario, changes: Changes) -> Scenario:
    """A scenario that differs only in what is named. Raises BadScenario."""
    before = planted(described(scenario, with_defaults=False), Place(scenario.name))
    tree, faults = changed(before, changes, _TOP)
    tree = without_the_removed(tree, _TOP)
    return _vouched_for(
        _checked(tree, faults + overruled(tree, (PYTHON,))), Layers((scenario.name,), [before], tree)
    )


def built(raw: Mapping[str, Any], name: str) -> Scenario:
    """The scenario that a whole description (as `resolved.described` gives it) stands for. Raises BadScenario."""
    tree = planted(raw, Place(name))
    scenario = _checked(tree, [])
    _expect_room(described(scenario), tree)
    return scenario


def _expect_room(written: dict[str, Any], tree: Node) -> None:
    """What is accepted can be written out and read again. Raises BadScenario."""
    if (found := too_much(written)) is not None:
        raise BadScenario([Locator(tree).fault(*found)])


def _vouched_for(scenario: Scenario, layers: Layers) -> Scenario:
    """The scenario with those statements of provenance that still hold."""
    written = described(scenario)
    _expect_room(written, layers.tree)
    whole = planted(written, Place(scenario.name))
    roots = [with_rows(root, _TOP) for root in layers.roots]
    filled = Layers(layers.files, roots, with_rows(layers.tree, _TOP), layers.tables)
    held = standing(filled, whole, scenario.provenance.root)
    return scenario.model_copy(update={"provenance": Provenance(held)})


def _checked(tree: Node, faults: list[Fault]) -> Scenario:
    """The scenario that a tree describes. Raises BadScenario with the faults so far and its own."""
    filled = with_rows(tree, _TOP)
    locator = Locator(filled)
    faults = faults + stray_sources(filled, _TOP)
    raw = plain(filled)
    try:
        scenario = Scenario.model_validate(raw)
        found = complaints(scenario)
    except ValidationError as error:
        faults += explained(error, locator, _TOP)
        wrong = {one["loc"] for one in error.errors()}
        found = list(complaints_among(valid_parts(Scenario, raw, wrong)))
    faults += [locator.fault(tuple(path.split(".")), message) for path, message in found]
    if faults:
        raise BadScenario(list(dict.fromkeys(faults)))  # rows share what their default got wrong
    return scenario


# ------------------------------------------------------------------------------- other files


M = TypeVar("M", bound=Described)


def document(
    path: FilePath, model: type[M], expected: str, changes: Mapping[str, Any] | None = None
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

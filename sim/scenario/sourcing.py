"""Which numbers of a scenario nobody vouches for, and which statements of provenance vouch for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sim.errors import Fault
from sim.scenario.base import did_you_mean
from sim.scenario.provenance import Source, is_number
from sim.scenario.roster_file import WHERE as ROSTER
from sim.scenario.schema_paths import Annotations, below, known_keys
from sim.scenario.tree import Keys, Node, Path, Place, at_path, child_of, dotted, leaves
from sim.scenario.wording import shown

SECTIONS = ("calendars", "market", "buyers", "policy")
"""Where numbers are statements about the world; those of an experiment are ours to choose."""

_MOST_COMPARED = 100
"""Names that a misspelt one is compared with: comparing is slow, and a file may hold thousands."""


class Unsourced(NamedTuple):
    """A number without provenance."""

    path: Path
    place: Place

    def __str__(self) -> str:
        return f"{self.place}:{self.place.column}: {dotted(self.path)}"


def unsourced(layers: Layers) -> list[Unsourced]:
    """Every number and duration of the world that no statement of provenance covers, in the tree's order.

    A statement covers its path and everything below it, if it stands in the file of the number or in one that
    extends it: a child file that changes a number has to say anew where it comes from. A change on the command line
    is its own provenance, and defaults stand for what is switched off. A list of numbers counts as one.
    """
    sources = [(_path(key), layers.number_of(node)) for key, node in _statements(layers.tree)]
    found: dict[Path, Place] = {}
    for path, leaf in leaves(layers.tree):
        written_in = layers.number_of(leaf)
        if path[0] not in SECTIONS or written_in == len(layers.files) or not is_number(leaf.value):
            continue
        if not any(stated >= written_in and _covers(about, path) for about, stated in sources):
            found.setdefault(_as_one(path), leaf.place)
    return [Unsourced(path, place) for path, place in found.items()]


def _as_one(path: Path) -> Path:
    """A list of numbers counts as one, and so does a roster of sellers."""
    if path[: len(ROSTER)] == ROSTER:
        return ROSTER
    return path[:-1] if isinstance(path[-1], int) else path


class Layers(NamedTuple):
    """How a scenario came about: file upon file, and changes upon the last one."""

    files: Sequence[str]
    """Their names, the deepest base first."""
    roots: Sequence[Node]
    """What was said up to each of them."""
    tree: Node
    """What is said in the end."""
    tables: Mapping[str, str] = {}
    """Files of sellers, and which of the files names each: what they say is said there."""

    def number_of(self, node: Node) -> int:
        """Which of the files a value stands in; beyond the last one for a change."""
        file = self.tables.get(node.place.file, node.place.file)
        return {file: number for number, file in enumerate(self.files)}.get(file, len(self.files))


def standing(layers: Layers, whole: Node, sources: Mapping[str, Source]) -> dict[str, Source]:
    """The statements that still hold: none vouches for a value that a later file or a change has put in its place,
    or has deleted, so that a default has come back.

    One that covers more than what was changed is said anew of each part of the `whole` scenario (defaults and
    all) that still stands as it was.
    """
    stated_in = {key: layers.number_of(node) for key, node in _statements(layers.tree)}
    written_in = {path: layers.number_of(leaf) for path, leaf in leaves(layers.tree)}
    said_by_then = [{path for path, _ in leaves(root)} for root in layers.roots]
    held: dict[str, Source] = {}
    for key, source in sources.items():
        about, stated = _path(key), stated_in[key]
        later = {path for path, written in written_in.items() if written > stated}
        deleted = said_by_then[stated] - written_in.keys() if stated < len(said_by_then) else set()
        changed = {path for path in later | deleted if _covers(about, path)}
        parts = (part for part in _unchanged(whole, about, changed) if part == key or part not in stated_in)
        held |= dict.fromkeys(parts, source)
    return held


def stated_at(tree: Node, key: str) -> str:
    """The statement that one was taken from: itself, or the nearest one about something that it is a part of."""
    stated = {name for name, _ in _statements(tree)}
    steps = key.split(".")
    wider = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((name for name in wider if name in stated), key)


def _unchanged(whole: Node, path: tuple[str, ...], changed: Collection[Path]) -> Iterator[str]:
    """The largest parts at and below a path in which nothing was changed."""
    if not any(_covers(path, other) for other in changed):
        yield dotted(path)
        return
    node = at_path(whole, path)
    for step in node.nodes if isinstance(node, Keys) else ():
        yield from _unchanged(whole, (*path, step), changed)


def stray_sources(root: Node, annotations: Annotations) -> list[Fault]:
    """A fault for every statement of provenance about a path where nothing stands or could stand."""
    provenance = child_of(root, "provenance")
    faults = []
    for key, _ in _statements(root):
        stray = stray_step(_path(key), root, annotations)
        if stray is not None and isinstance(provenance, Keys):
            message = f"found {shown(key)}, expected the path of a value; nothing is called {stray}"
            faults.append(provenance.keys[key].fault(("provenance", key), message))
    return faults


def _statements(root: Node) -> Iterator[tuple[str, Node]]:
    provenance = child_of(root, "provenance")
    if isinstance(provenance, Keys):
        yield from provenance.nodes.items()


def _path(key: str) -> tuple[str, ...]:
    return tuple(key.split("."))


def _covers(about: tuple[str, ...], path: Path) -> bool:
    return about == tuple(map(str, path[: len(about)]))


def stray_step(path: Sequence[str], root: Node, annotations: Annotations) -> str | None:
    """The first step of a path where no value stands and no default would, with what it comes near to."""
    node: Node | None = root
    for step in path:
        here = node.nodes if isinstance(node, Keys) else ()
        known = known_keys(annotations)
        node = child_of(node, step)
        if node is None and step not in known:
            return shown(step) + did_you_mean(step, [*known, *islice(here, _MOST_COMPARED)])
        annotations = below(annotations, step)
    return None

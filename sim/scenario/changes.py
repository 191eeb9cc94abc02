"""`--set path=value`, and the same from Python: changes laid over a scenario after all of its files.

A change is a child file of one line: a mapping merges, everything else replaces what stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import Fault
from sim.scenario.base import did_you_mean
from sim.scenario.merging import merged
from sim.scenario.schema_paths import Annotations, below, known_keys
from sim.scenario.strict_yaml import read
from sim.scenario.tree import (
    REFUSED,
    Items,
    Keys,
    Leaf,
    Node,
    Path,
    Place,
    child_of,
    dotted,
    plain,
    planted,
    with_child,
    without,
)
from sim.scenario.wording import shown

Changes = Mapping[str, Any] | Sequence[str]
"""`{"policy.cancellation.clock": "3 d"}` from Python, or `["policy.cancellation.clock=3 d"]` as typed."""
COMMAND_LINE = Place("--set")
PYTHON = Place("changes")


def changed(root: Node, changes: Changes, annotations: Annotations) -> tuple[Node, list[Fault]]:
    """The tree with all changes made, the later over the earlier, and the faults of those that cannot be."""
    faults: list[Fault] = []
    given = _read(changes, faults)
    if ("name",) in (path for path, _ in given):
        root = without(("title", "question"), root)  # those of another scenario
    for path, value in given:
        if path[0] == "extends":
            faults.append(_fault(value.place, "extends", "a change cannot extend another file"))
            continue
        try:
            root = _with(root, path, value, annotations)
        except ValueError as error:
            faults.append(_fault(value.place, dotted(path), str(error)))
    return root, faults


def _read(changes: Changes, faults: list[Fault]) -> list[tuple[Path, Node]]:
    if isinstance(changes, Mapping):
        return [(_path(path), planted(value, PYTHON)) for path, value in changes.items()]
    return [change for text in changes if (change := _typed(text, faults))]


def _typed(text: str, faults: list[Fault]) -> tuple[Path, Node] | None:
    """One `path=value` from the command line; None where it was reported."""
    path, equals, value = text.partition("=")
    if not equals or not value.strip():
        faults.append(_fault(COMMAND_LINE, "", f"found {shown(text)}, expected path=value"))
        return None
    # Undecodable bytes of the command line become undecodable bytes again, and are reported as such.
    root, found = read(value.encode(errors="surrogateescape"), COMMAND_LINE.file)
    faults += [_fault(COMMAND_LINE, dotted(_path(path)), fault.message) for fault in found]
    return None if root is None or found else (_path(path), _moved(root))


def _moved(node: Node) -> Node:
    """The same value, standing on the command line as a whole: it has no lines."""
    return planted(plain(node), COMMAND_LINE)


def _path(text: str) -> Path:
    return tuple(text.strip().split("."))


def _fault(place: Place, path: str, message: str) -> Fault:
    return Fault(place.file, place.line, place.column, path, message)


def _with(node: Node, path: Path, value: Node, annotations: Annotations) -> Node:
    """The tree with one change made. Raises ValueError where the path cannot be followed."""
    if not path:
        return merged(node, value, annotations)
    step, rest = path[0], path[1:]
    if isinstance(node, Leaf) and node.value in (None, "none", REFUSED):
        node = Keys(value.place, {}, {})  # what was switched off is switched on
    if isinstance(node, Leaf):
        raise ValueError(f"found {shown(node.value)}, which has nothing below it called {shown(step)}")
    there = child_of(node, step)
    if there is None and isinstance(node, Items):
        raise ValueError(f"found {shown(step)}, expected a number below {len(node.nodes)}, counting from 0")
    if there is None and rest and step not in known_keys(annotations):
        near = did_you_mean(step, [*node.nodes, *known_keys(annotations)])
        raise ValueError(f"nothing here is called {shown(step)}{near}")
    inner = below(annotations, step)
    return with_child(node, step, _with(there or Keys(value.place, {}, {}), rest, value, inner))

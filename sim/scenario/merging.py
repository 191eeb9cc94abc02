"""Laying one tree over another: a child file over its base, a row over the default, `--set` over all files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import Fault
from sim.scenario.base import did_you_mean
from sim.scenario.schema_paths import Annotations, below, is_by_claim, is_free, known_keys, merges
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
    plain,
    planted,
    with_child,
    without,
)
from sim.scenario.wording import shown


def merged(base: Node, child: Node, annotations: Annotations) -> Node:
    """Mappings merge key by key; everything else, and what only makes sense as a whole, is replaced.

    `annotations` is what the model says of this place (see `schema_paths`). Every value keeps its own place, and a
    mapping that two files share stands where the child wrote it. Of a mapping of free keys `none` takes out one
    entry, and `none` or `{}` in its place takes out all (see `with_rows`).
    """
    if not (isinstance(base, Keys) and isinstance(child, Keys) and merges(annotations)) or (
        not child.nodes and is_free(annotations)
    ):
        return child
    nodes = dict(base.nodes)
    for key, node in child.nodes.items():
        nodes[key] = merged(nodes[key], node, below(annotations, key)) if key in nodes else node
    return Keys(child.place, nodes, {**base.keys, **child.keys})


def _is_none(node: Node) -> bool:
    return isinstance(node, Leaf) and node.value == "none"


def with_rows(node: Node, annotations: Annotations) -> Node:
    """The tree without what `none` takes out, and with every row of a claim kind laid over its `default`.

    A row says only what differs. What it inherits is the very node of the default, so that a fault in it is
    reported where it is written.
    """
    if is_free(annotations):
        if _is_none(node) and type(None) not in annotations:
            return Keys(node.place, {}, {})
        if isinstance(node, Keys):
            left = {key: child for key, child in node.nodes.items() if not _is_none(child)}
            node = Keys(node.place, left, node.keys)
    match node:
        case Keys():
            nodes = {key: with_rows(child, below(annotations, key)) for key, child in node.nodes.items()}
            filled = Keys(node.place, nodes, node.keys)
            return _rows_over_default(filled, annotations) if is_by_claim(annotations) else filled
        case Items():
            return Items(node.place, tuple(with_rows(child, below(annotations, 0)) for child in node.nodes))
        case _:
            return node


def without_the_removed(tree: Node, annotations: Annotations) -> Node:
    """The tree without what its provenance says of entries that `none` has taken out."""
    stated = tree.nodes.get("provenance") if isinstance(tree, Keys) else None
    if not isinstance(tree, Keys) or not isinstance(stated, Keys):
        return tree
    gone = {path for path in stated.nodes if _is_removed(tree, path.split("."), annotations)}
    return with_child(tree, "provenance", without(gone, stated)) if gone else tree


def _is_removed(node: Node, path: Sequence[str], annotations: Annotations) -> bool:
    """Whether the way there leads through an entry, or a whole mapping of free keys, that `none` stands for."""
    for step in path:
        is_entry, child = is_free(annotations), child_of(node, step)
        if child is None:
            return is_entry and _is_none(node)
        node, annotations = child, below(annotations, step)
        if is_entry and _is_none(node):
            return True
    return False


def _rows_over_default(block: Keys, annotations: Annotations) -> Keys:
    default = block.nodes.get("default")
    if default is None:
        return block
    kinds = [key for key in known_keys(annotations) if key != "default"]
    rows = {kind: merged(default, block.nodes.get(kind, default), below(annotations, kind)) for kind in kinds}
    return Keys(block.place, {**block.nodes, **rows}, {**dict.fromkeys(rows, default.place), **block.keys})


# ------------------------------------------------------ changes: --set path=value, and the same from Python


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
            faults.append(value.place.fault(path[:1], "a change cannot extend another file"))
            continue
        try:
            root = _with(root, path, value, annotations)
        except ValueError as error:
            faults.append(value.place.fault(path, str(error)))
    return root, faults


def _read(changes: Changes, faults: list[Fault]) -> list[tuple[Path, Node]]:
    if isinstance(changes, Mapping):
        return [(_path(path), planted(value, PYTHON)) for path, value in changes.items()]
    return [change for text in changes if (change := _typed(text, faults))]


def _typed(text: str, faults: list[Fault]) -> tuple[Path, Node] | None:
    """One `path=value` from the command line; None where it was reported."""
    path, equals, value = text.partition("=")
    if not equals or not value.strip():
        faults.append(COMMAND_LINE.fault((), f"found {shown(text)}, expected path=value"))
        return None
    # Undecodable bytes of the command line become undecodable bytes again, and are reported as such.
    root, found = read(value.encode(errors="surrogateescape"), COMMAND_LINE.file)
    faults += [COMMAND_LINE.fault(_path(path), fault.message) for fault in found]
    return None if root is None or found else (_path(path), planted(plain(root), COMMAND_LINE))


def _path(text: str) -> Path:
    return tuple(text.strip().split("."))


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

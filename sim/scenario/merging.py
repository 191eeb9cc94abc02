"""Laying one tree over another: a child file over its base, a claim kind's row over the default."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.schema_paths import Annotations, below, is_by_claim, is_free, known_keys, merges
from sim.scenario.tree import Items, Keys, Leaf, Node, child_of, with_child, without


def merged(base: Node, child: Node, annotations: Annotations) -> Node:
    """Mappings merge key by key; everything else, and what only makes sense as a whole, is replaced.

    `annotations` is what the model says of this place (see `outline`). Every value keeps its own place, and a
    mapping that two files share stands where the child wrote it. Of a mapping of free keys `none` takes out one
    entry, and `none` or `{}` in its place takes out all (see `with_rows`).
    """
    if not (isinstance(base, Keys) and isinstance(child, Keys) and merges(annotations)) or _empties(
        child, annotations
    ):
        return child
    nodes = dict(base.nodes)
    for key, node in child.nodes.items():
        nodes[key] = merged(nodes[key], node, below(annotations, key)) if key in nodes else node
    return Keys(child.place, nodes, {**base.keys, **child.keys})


def _empties(child: Keys, annotations: Annotations) -> bool:
    return not child.nodes and is_free(annotations)


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

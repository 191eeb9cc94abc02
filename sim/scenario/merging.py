"""Laying one tree over another: a child file over its base, a claim kind's row over the default."""

from __future__ import annotations

from sim.scenario.outline import Annotations, below, is_by_claim, known_keys, merges
from sim.scenario.tree import Items, Keys, Node


def merged(base: Node, child: Node, annotations: Annotations) -> Node:
    """Mappings merge key by key; everything else, and what only makes sense as a whole, is replaced.

    `annotations` is what the model says of this place (see `outline`). Every value keeps its own place, and a
    mapping that two files share stands where the child wrote it.
    """
    if not (isinstance(base, Keys) and isinstance(child, Keys) and merges(annotations)):
        return child
    nodes = dict(base.nodes)
    for key, node in child.nodes.items():
        nodes[key] = merged(nodes[key], node, below(annotations, key)) if key in nodes else node
    return Keys(child.place, nodes, {**base.keys, **child.keys})


def with_rows(node: Node, annotations: Annotations) -> Node:
    """The tree with every row of a claim kind laid over its `default`.

    A row says only what differs. What it inherits is the very node of the default, so that a fault in it is
    reported where it is written.
    """
    match node:
        case Keys():
            nodes = {key: with_rows(child, below(annotations, key)) for key, child in node.nodes.items()}
            filled = Keys(node.place, nodes, node.keys)
            return _rows_over_default(filled, annotations) if is_by_claim(annotations) else filled
        case Items():
            return Items(node.place, tuple(with_rows(child, below(annotations, 0)) for child in node.nodes))
        case _:
            return node


def _rows_over_default(block: Keys, annotations: Annotations) -> Keys:
    default = block.nodes.get("default")
    if default is None:
        return block
    kinds = [key for key in known_keys(annotations) if key != "default"]
    rows = {kind: merged(default, block.nodes.get(kind, default), below(annotations, kind)) for kind in kinds}
    return Keys(block.place, {**block.nodes, **rows}, {**dict.fromkeys(rows, default.place), **block.keys})

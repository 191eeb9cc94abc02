"""What a scenario file says, as a tree in which every node knows where it stands.

Files are merged, changed and completed as trees, before anything is checked, so that a fault, however far
it was inherited, can be reported at the line a person has to mend.

What a plain (unquoted) value of a scenario file means: the core schema of YAML 1.2, and no guessing.

| written                      | read as                                                                |
|------------------------------|------------------------------------------------------------------------|
| `true`, `false`              | true, false (`yes`, `no`, `on`, `off` are text)                        |
| `12`, `-3`                   | a whole number                                                         |
| `1.5`, `.5`, `1e3`           | a decimal number                                                       |
| `010`, `0x1F`, `.nan`, `1e400` | refused: two readers would read two values, or none that can be used |
| nothing, `~`, `null`         | refused: a key without a value is a slip, and what is absent is `none` |
| anything else                | text (`1:30`, `2018-11-11`, `3 d`)                                     |

Source: YAML 1.2.2, section 10.3.2 (the leading zeros, other bases, NaN and infinities it allows are refused).
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final, TypeVar

from sim.errors import Fault
from sim.scenario.wording import printable, shortened

Path = tuple[str | int, ...]
"""The way from the top of a scenario to a value: keys of mappings and numbers in lists."""


class _Refused:
    def __repr__(self) -> str:
        return "REFUSED"


REFUSED: Final = _Refused()
"""Stands in for a value that was already reported as a fault, so that the rest can still be checked."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value is written. Line and column count from 1; both are 0 outside files (`--set`)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def fault(self, path: Iterable[str | int], message: str) -> Fault:
        """A fault of what is written here, the value at this path."""
        return Fault(self.file, self.line, self.column, dotted(path), message)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value: text, a number, true, false or null."""

    place: Place
    value: Any


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping. `keys` says where each key is written, which is where an unknown key is reported."""

    place: Place
    nodes: Mapping[str, Node]
    keys: Mapping[str, Place]


Node = Leaf | Items | Keys
N = TypeVar("N", Leaf, Items, Keys, Node)


def plain(node: Node) -> Any:
    """The same tree as dicts, lists and single values, without places."""
    match node:
        case Keys():
            return {key: plain(child) for key, child in node.nodes.items()}
        case Items():
            return [plain(child) for child in node.nodes]
        case Leaf():
            return node.value


def planted(value: Any, place: Place) -> Node:
    """A tree grown from dicts, lists and single values, all of it standing at one place."""
    if isinstance(value, Mapping):
        nodes = {str(key): planted(child, place) for key, child in value.items()}
        return Keys(place, nodes, dict.fromkeys(nodes, place))
    if isinstance(value, list | tuple):
        return Items(place, tuple(planted(child, place) for child in value))
    return Leaf(place, value)


def child_of(node: Node | None, step: str | int) -> Node | None:
    """The value under one key (or number in a list); None where there is none, or nothing to look in."""
    match node:
        case Keys():
            return node.nodes.get(str(step))
        case Items():
            text = str(step)
            is_number = text.isascii() and text.isdigit() and len(text) < 6
            return node.nodes[int(text)] if is_number and int(text) < len(node.nodes) else None
    return None


def at_path(root: Node | None, path: Path) -> Node | None:
    """What stands at the end of a path."""
    return reduce(child_of, path, root)


def with_child(node: Keys | Items, step: str | int, child: Node) -> Node:
    """The same mapping or list with one value replaced (or, in a mapping, added)."""
    if isinstance(node, Keys):
        key = str(step)
        return Keys(node.place, {**node.nodes, key: child}, {**node.keys, key: child.place})
    number = int(step)
    return Items(node.place, (*node.nodes[:number], child, *node.nodes[number + 1 :]))


def with_value(node: Node, path: Path, value: Node) -> Any:
    """The same tree with another value at the end of a path that is there."""
    child = child_of(node, path[0]) if path else None
    if child is None or isinstance(node, Leaf):
        return value
    return with_child(node, path[0], with_value(child, path[1:], value))


def without(keys: Container[str], node: N) -> N:
    """The same mapping without these keys; anything else as it is."""
    if not isinstance(node, Keys):
        return node
    return replace(node, nodes={name: child for name, child in node.nodes.items() if name not in keys})


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Every single value with its path, in the order of the file."""
    match node:
        case Keys():
            for key, child in node.nodes.items():
                yield from leaves(child, (*path, key))
        case Items():
            for number, child in enumerate(node.nodes):
                yield from leaves(child, (*path, number))
        case Leaf():
            yield path, node


def dotted(path: Iterable[str | int]) -> str:
    """`policy.cancellation.clock`: a path as people write it. Never holds a control character."""
    return ".".join(printable(str(step)) for step in path)


# ------------------------------------------------------------------------------- plain values


Scalar = str | int | float | bool

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULL = {"", "~", "null", "Null", "NULL"}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_OTHER_BASE = re.compile(r"[-+]?0[xob][0-9a-f]+", re.IGNORECASE)
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|nan|infinity)", re.IGNORECASE)
_MOST_DIGITS = 18
"""A whole number this long still fits 64 bits, which is what the engines compute with."""


def value_of(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError that says why a value cannot be taken."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _NULL:
        raise ValueError(f"found {text or 'nothing'}, expected a value (the word none switches a part off)")
    if _OTHER_BASE.fullmatch(text):
        raise ValueError(f"found {shortened(text)}, expected a number in decimal digits, or quotes if it is text")
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"found {text}, which is not a finite number; put it in quotes if it is text")
    if not _DECIMAL.fullmatch(text):
        return text
    if _LEADING_ZERO.match(text):
        raise ValueError(
            f"found {shortened(text)}, a leading zero that readers of YAML understand differently; "
            "write the number without it, or in quotes if it is text"
        )
    return _whole(text) if _WHOLE.fullmatch(text) else _decimal(text)


def _whole(text: str) -> int:
    if len(text.lstrip("+-")) > _MOST_DIGITS:
        raise ValueError(f"found {shortened(text)}, expected a whole number of at most {_MOST_DIGITS} digits")
    return int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"found {shortened(text)}, a number too large to compute with")
    if number == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise ValueError(f"found {shortened(text)}, a number too small to compute with")
    return number

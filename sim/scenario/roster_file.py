"""`roster: sellers.csv`: the sellers one by one, in a table beside the scenario file.

It becomes the list that a scenario file could hold as well, every value with its line and column, so that faults
are found where they are written and a resolved scenario needs no second file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sim.errors import Fault
from sim.scenario.base import did_you_mean
from sim.scenario.market import MOST_ON_A_ROSTER
from sim.scenario.strict_yaml import MOST_BYTES
from sim.scenario.tree import REFUSED, Items, Keys, Leaf, Node, Place, at_path, value_of, with_value
from sim.scenario.wording import shown

WHERE = ("market", "sellers", "roster")
COLUMNS = ("seller", "share", "type", "staff", "closed")
_NEEDED = ("seller", "share", "type")
_ALSO = {"share_of_orders": "share", "closed_days": "closed"}
_TO = ".."
"""Between the first day and the last of a closed spell."""
ReadFile = Callable[[str, Place], tuple[bytes, str]]
"""The bytes of the file of that name, asked for at that place; and how the file is told of."""


class _Cell(NamedTuple):
    text: str
    place: Place


def with_roster(root: Keys, read_file: ReadFile) -> tuple[Keys, list[Fault]]:
    """The tree of a file with the sellers of the table that it names in place of its name."""
    node = at_path(root, WHERE)
    if not isinstance(node, Leaf) or not isinstance(node.value, str) or node.value == "none":
        return root, []
    data, file = read_file(node.value, node.place)
    faults: list[Fault] = []
    roster = _Table(file, faults).read(data)
    return with_value(root, WHERE, roster), faults


def overruled(tree: Node, changes: Collection[Place]) -> list[Fault]:
    """A fault for every change to what a roster has already settled; what files say of it is overruled silently."""
    roster = at_path(tree, WHERE)
    if not isinstance(roster, Items):
        return []
    asked = {name: at_path(tree, (*WHERE[:-1], name)) for name in ("count", "concentration")}
    return [
        Place(one.place.file).fault((*WHERE[:-1], name), f"the roster of {len(roster.nodes)} settles it")
        for name, one in asked.items()
        if one is not None and one.place in changes
    ]


def table_of(roster: Iterable[Mapping[str, Any]]) -> str:
    """Sellers with their name, share and type as the table that `roster` may name."""
    lines = [f"{_quoted(one['seller'])},{one['share']!r},{one['type']}" for one in roster]
    return "\n".join([",".join(_NEEDED), *lines, ""])


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if doubled != text or "," in text else text


class _Table:
    """Reads one table, and gathers its faults."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file, self.faults = file, faults

    def fault(self, place: Place, message: str, *path: str) -> None:
        self.faults.append(place.fault((*WHERE, *path), message))

    def read(self, data: bytes) -> Node:
        """The list of sellers; refused as a whole where it cannot be read as a table."""
        top = Place(self.file, 1, 1)
        refused = Leaf(top, REFUSED)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.fault(top, "this is not UTF-8; save the file as UTF-8")
            return refused
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(data) > MOST_BYTES or len(lines) > MOST_ON_A_ROSTER + 1:
            self.fault(top, f"found more than {MOST_ON_A_ROSTER:,} sellers, or {MOST_BYTES // 1000} kB")
            return refused
        rows = [list(self._cells(number, line)) for number, line in lines]
        names = self._names(rows[0]) if rows else []
        if len(rows) < 2 or not names:
            if not self.faults:
                self.fault(
                    top, f"found no sellers, expected a line of names ({', '.join(COLUMNS)}) and one of each"
                )
            return refused
        return Items(top, tuple(self._seller(row, names, number) for number, row in enumerate(rows[1:])))

    def _cells(self, line: int, text: str) -> Iterator[_Cell]:
        """Values between commas, each with its column; in double quotes it may hold commas, and "" is a quote."""
        at, ends = 0, False
        while not ends:
            begins = at
            if text[at : at + 1] == '"':
                at += 1
                while at < len(text) and (text[at] != '"' or text[at + 1 : at + 2] == '"'):
                    at += 1 + (text[at] == '"')
            at = text.find(",", at)
            ends = at < 0
            at = len(text) if ends else at
            raw = text[begins:at]
            value = raw.strip()
            if value.startswith('"'):
                value = value[1:-1].replace('""', '"') if len(value) > 1 and value.endswith('"') else value
            yield _Cell(value.strip(), Place(self.file, line, begins + 1 + len(raw) - len(raw.lstrip())))
            at += 1

    def _names(self, head: list[_Cell]) -> list[str]:
        names = []
        for cell in head:
            plain = cell.text.lower().replace(" ", "_")
            name = _ALSO.get(plain, plain)
            if name not in COLUMNS:
                expected = f"expected columns named {', '.join(COLUMNS)}"
                self.fault(cell.place, f"found {shown(cell.text)}, {expected}{did_you_mean(plain, COLUMNS)}")
            elif name in names:
                self.fault(cell.place, f"the column {shown(name)} stands here again")
            names.append(name)
        missing = [name for name in _NEEDED if name not in names]
        if missing and not self.faults:
            self.fault(Place(self.file, 1, 1), f"found no column for {', '.join(missing)}, expected one")
        return [] if self.faults else names

    def _seller(self, row: list[_Cell], names: list[str], number: int) -> Node:
        place = row[0].place
        if len(row) != len(names):
            self.fault(place, f"found {len(row)} values, expected {len(names)}: {', '.join(names)}", str(number))
            return Leaf(place, REFUSED)
        told = {name: cell for name, cell in zip(names, row, strict=True) if cell.text}
        nodes = {name: self._value(name, cell, number) for name, cell in told.items()}
        return Keys(place, nodes, {name: cell.place for name, cell in told.items()})

    def _value(self, name: str, cell: _Cell, number: int) -> Node:
        if name in ("seller", "type"):
            return Leaf(cell.place, cell.text)
        if name == "closed":
            return Items(
                cell.place, tuple(_spell(each, cell.place) for each in cell.text.replace(";", " ").split())
            )
        try:
            return Leaf(cell.place, value_of(cell.text))
        except ValueError as wrong:
            self.fault(cell.place, str(wrong), str(number), name)
            return Leaf(cell.place, REFUSED)


def _spell(text: str, place: Place) -> Node:
    """`2019-02-04..2019-02-10`, or one day."""
    first, to, last = text.partition(_TO)
    if not to:
        return Leaf(place, text)
    nodes: dict[str, Node] = {"from": Leaf(place, first), "to": Leaf(place, last)}
    return Keys(place, nodes, dict.fromkeys(nodes, place))

"""Reading YAML from strangers: no surprises in the values, no bombs in the file.

YAML is a large language, and its usual reader believes too much: `no` is false, `1:30` is ninety, the last
of two equal keys wins, and a file of a few hundred bytes can fill the memory. A scenario needs mappings,
lists and single values, so that is all that is read here:

- plain values are read by the YAML 1.2 core schema: null, true, false, whole numbers, decimal numbers, and
  everything else is text; quoted values are always text, keys are always text;
- refused are anchors, aliases, merge keys, tags, further documents, equal keys, numbers that are not finite
  or could be read in two ways (`010`, `0x1F`), control characters, and text that is not UTF-8;
- size, depth and count are bounded while the file is being read, before anything is built from it; and a scenario
  that is accepted by what it takes written out in full, so that it can be read again from a folder of results.

Reading goes on after a fault wherever it can, so that a person sees all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import yaml
from yaml.reader import ReaderError

from sim.errors import Fault
from sim.scenario.tree import REFUSED, Items, Keys, Leaf, Node, Path, Place, value_of
from sim.scenario.wording import shortened, shown

MOST_BYTES = 4_000_000
"""What a file may take: room for all that a scenario can hold, with a line and a note for every value."""
MOST_DEPTH = 20
"""Levels of mappings and lists in each other."""
MOST_NODES = 50_000
"""Values in a scenario: mappings, lists and what stands in them."""
MOST_ENTRIES = 10_000
"""Entries of one list or mapping: 27 years of single days."""
TOO_DEEP = f"values are nested deeper than {MOST_DEPTH} levels"
TOO_LONG = f"found more than {MOST_ENTRIES:,} entries, expected at most {MOST_ENTRIES:,}"
MOST_FAULTS = 100
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, marks that turn the direction of writing, halves of characters."""


def read(data: bytes, file: str) -> tuple[Node | None, list[Fault]]:
    """The tree that a YAML file holds, and every fault found in it.

    The tree is None where a fault ended the reading (what is not YAML at all, or too much of it), and
    `REFUSED` stands in it for each value that was reported. `file` is only a name, used in places.
    """
    reader = _Reader(file)
    try:
        return reader.document(reader.text(data)), reader.faults
    except _EndOfReading:
        return None, reader.faults


class _EndOfReading(Exception):
    """After the last fault nothing further can be read."""


class _Loader(yaml.SafeLoader):
    """The parser written in Python: libyaml's crashes the process on deep nesting.

    It looks a thousand characters ahead for the end of a key, so too many `[` are refused while it looks.
    """

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:
        if self.flow_level >= MOST_DEPTH:
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=self.get_mark())
        super().fetch_flow_collection_start(TokenClass)


class _Reader:
    """Turns the parser's events for one file into a tree, and gathers the faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.events: Iterator[yaml.Event] = iter(())
        self.path: list[str | int] = []
        self.nodes = 0

    def fault(self, place: Place, message: str) -> None:
        """Note a fault, and read on."""
        self.faults.append(place.fault(self.path, message))
        if len(self.faults) == MOST_FAULTS:
            raise _EndOfReading

    def stop(self, place: Place, message: str) -> NoReturn:
        """Note a fault after which nothing can be read."""
        self.fault(place, message)
        raise _EndOfReading

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def place_after(self, text: str) -> Place:
        lines = text.split("\n")
        return Place(self.file, len(lines), len(lines[-1]) + 1)

    def text(self, data: bytes) -> str:
        if len(data) > MOST_BYTES:
            self.stop(Place(self.file, 1, 1), f"the file is larger than {MOST_BYTES // 1000:,} kB")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8-sig", errors="replace")
            self.stop(self.place_after(before), "this is not UTF-8; save the file as UTF-8")

    def parsed(self, text: str) -> Iterator[yaml.Event]:
        """The parser's events. What the parser cannot read ends the reading."""
        loader = None
        try:
            loader = _Loader(text)
            while loader.check_event():
                yield loader.get_event()  # type: ignore[no-untyped-call]
        except ReaderError as error:
            self.stop(self.place_after(text[: error.position]), "a control character cannot stand here")
        except yaml.MarkedYAMLError as error:
            place = self.place(error.problem_mark or error.context_mark)
            self.stop(place, f"not YAML: {shortened(str(error.problem or error.context), most=120)}")
        except (ValueError, OverflowError):  # PyYAML's own slip on '\U00110000'
            assert loader is not None
            self.stop(self.place(loader.get_mark()), "no such character")

    def document(self, text: str) -> Node:
        """The one document of the file."""
        self.events = self.parsed(text)
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml.StreamEndEvent):
            self.stop(Place(self.file, 1, 1), "the file is empty")
        root = self.node(next(self.events))
        next(self.events)  # the document ends
        if isinstance(further := next(self.events), yaml.DocumentStartEvent):
            self.stop(self.place(further.start_mark), "a second document starts here, expected one in a file")
        return root

    def node(self, event: yaml.Event) -> Node:
        """The value that begins with this event."""
        place = self.place(event.start_mark)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.stop(place, f"the file holds more than {MOST_NODES:,} values")
        self.refuse_references(event, place)
        match event:
            case yaml.ScalarEvent():
                return Leaf(place, self.scalar(event, place))
            case yaml.SequenceStartEvent():
                return self.items(place)
            case yaml.MappingStartEvent():
                return self.mapping(place)
        return Leaf(place, REFUSED)

    def refuse_references(self, event: yaml.Event, place: Place) -> None:
        """Aliases can make a small file unfold into a huge one, and tags can call code: neither is needed."""
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            what = "aliases (*" if isinstance(event, yaml.AliasEvent) else "anchors (&"
            self.fault(place, f"{what}{shortened(event.anchor)}) are not read; use 'extends' or write it out")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            self.fault(place, f"tags ({shortened(event.tag)}) are not read")

    def scalar(self, event: yaml.ScalarEvent, place: Place) -> Any:
        if event.tag is not None:
            return REFUSED
        if _UNFIT.search(event.value):
            self.fault(place, f"found {shown(event.value)}, which holds a control character")
            return REFUSED
        if event.style is not None:  # quoted, or a block of text
            return event.value
        try:
            return value_of(event.value)
        except ValueError as error:
            self.fault(place, str(error))
            return REFUSED

    def items(self, place: Place) -> Items:
        nodes: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            self.expect_room(place, len(nodes))
            nodes.append(self.below(len(nodes), event, place))
        return Items(place, tuple(nodes))

    def mapping(self, place: Place) -> Keys:
        nodes: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self.expect_room(place, len(nodes))
            key_place, key = self.place(event.start_mark), self.key(event)
            value = self.below("?" if key is None else key, next(self.events), place)
            if key in keys:
                self.fault(
                    key_place, f"the key {shown(key)} stands here again; the first is in line {keys[key].line}"
                )
            elif key is not None:
                keys[key], nodes[key] = key_place, value
        return Keys(place, nodes, keys)

    def expect_room(self, place: Place, entries: int) -> None:
        """One more entry of a list or mapping: a list that never ends is refused where it begins."""
        if entries == MOST_ENTRIES:
            self.stop(place, TOO_LONG)

    def below(self, step: str | int, event: yaml.Event, place: Place) -> Node:
        """The value that begins with this event, one level further down."""
        self.path.append(step)
        if len(self.path) > MOST_DEPTH:
            self.stop(place, TOO_DEEP)
        node = self.node(event)
        self.path.pop()
        return node

    def key(self, event: yaml.Event) -> str | None:
        """The text of a key, or None where it was reported."""
        place = self.place(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            self.below("?", event, place)  # read past it
            complaint = "found a list, mapping or alias as a key, expected plain text"
        elif event.value == "<<" and event.style is None:
            complaint = "merge keys (<<) are not read; use 'extends' or write it out"
        elif not event.value or _UNFIT.search(event.value):
            complaint = f"found {shown(event.value)} as a key, expected plain text"
        else:
            self.refuse_references(event, place)
            return event.value
        self.fault(place, complaint)
        return None


# ------------------------------------------------------- how much a scenario may hold, written out in full


_AROUND = 8
"""Characters beside the text of a value: its quotes, its dash or colon, the end of its line, the level's indent."""


class WrittenPart(NamedTuple):
    """A mapping, a list or a value of a scenario, where it stands, and what it takes when it is written."""

    path: Path
    entries: int
    size: int


def too_much(described: dict[str, Any]) -> tuple[Path, str] | None:
    """Where and how a scenario, written out in full, is more than a file may hold; None where it is not."""
    nodes = size = 0
    for part in parts(described, ()):
        nodes, size = nodes + 1, size + part.size
        if part.entries > MOST_ENTRIES:
            return part.path, f"found {part.entries:,} entries, expected at most {MOST_ENTRIES:,}"
        if len(part.path) > MOST_DEPTH:
            return part.path[:MOST_DEPTH], f"written out in full, {TOO_DEEP}"
    if nodes > MOST_NODES:
        return (), f"written out in full, the scenario holds {nodes:,} values, expected at most {MOST_NODES:,}"
    if size > MOST_BYTES:
        return (
            (),
            f"written out in full, the scenario takes {size // 1000:,} kB, expected at most {MOST_BYTES // 1000:,}",
        )
    return None


def parts(value: Any, path: Path) -> Iterator[WrittenPart]:
    """The value and all that it holds, each with its path, its entries and the bytes that it takes at most."""
    is_leaf = not isinstance(value, dict | list)
    name = path[-1] if path and isinstance(path[-1], str) else ""
    size = _room_of(name) + _room_of(str(value) if is_leaf else "") + 2 * len(path)
    yield WrittenPart(path, 0 if is_leaf else len(value), size)
    if is_leaf:
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for step, child in inner:
        yield from parts(child, (*path, step))


def _room_of(text: str) -> int:
    """At most so many bytes, quoted and with every mark escaped."""
    return 2 * len(text.encode("utf-8", "surrogatepass")) + _AROUND

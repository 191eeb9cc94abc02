"""One luck for all scenarios: what was drawn for one serves another that says the same of all that it depends on.

What is drawn notes what it reads of its scenario. It is found again for a scenario that says the same there, word
for word and in the same order, and was given the same things drawn before. So nobody has to write down, and keep
true, what depends on what; and a scenario drawn alone has the same facts to the bit.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any, Final, NamedTuple, Protocol, TypeVar, cast

from pydantic import BaseModel

from sim.scenario.base import Described
from sim.scenario.model import Scenario

T = TypeVar("T")
FieldPath = tuple[str, ...]
"""The way from a scenario to one of its parts, by the names of fields."""
THERE = "there"
"""What is noted of a part of which only this is known so far."""
SCENARIOS = 128
"""Whose texts are at hand."""
ALIKE = 8
"""Draws of one kind that are remembered, the latest: of so many kinds of market, say."""


class Text:
    """What a scenario says, by path."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._tree = scenario.model_dump(mode="json")
        self._said: dict[FieldPath, str] = {}

    def at(self, path: FieldPath) -> str:
        """As JSON, in the order in which it is written."""
        if path not in self._said:
            part: Any = self._tree
            for name in path:
                if isinstance(part, dict) and name in part:  # else it is written as one, and read as one
                    part = part[name]
            self._said[path] = json.dumps(part)
        return self._said[path]

    def says(self, path: FieldPath, text: str) -> bool:
        """Whether this is what it says there, or at least that something is there."""
        said = self.at(path)
        return said != "null" if text == THERE else said == text


_TEXTS: OrderedDict[int, Text] = OrderedDict()


def _text_of(scenario: Scenario) -> Text:
    text = _TEXTS.get(id(scenario))
    if text is None or text.scenario is not scenario:
        text = _TEXTS[id(scenario)] = Text(scenario)
        while len(_TEXTS) > SCENARIOS:
            _TEXTS.popitem(last=False)
    return text


@dataclass
class Notes:
    """What was read of a scenario while something was drawn."""

    text: Text
    read: dict[FieldPath, str] = field(default_factory=dict)
    is_closed: bool = False

    def note(self, path: FieldPath, said: str) -> None:
        """Raises RuntimeError once all is drawn: nobody would compare it any more."""
        if self.is_closed:
            raise RuntimeError(f"{'.'.join(path)} is read after what depends on it was drawn")
        if self.read.get(path, THERE) == THERE:
            self.read[path] = said


class NotedPart:
    """A part of a scenario, which notes what is read of it. It is asked as the part itself would be."""

    __slots__ = ("_notes", "_of", "_path")

    def __init__(self, of: BaseModel, path: FieldPath, notes: Notes) -> None:
        self._of, self._path, self._notes = of, path, notes

    def __getattr__(self, name: str) -> Any:
        kind, path = type(self._of), (*self._path, name)
        if name not in kind.model_fields:
            return self._method(kind, name)
        value = getattr(self._of, name)
        if isinstance(value, Described):
            self._notes.note(path, THERE)
            return NotedPart(value, path, self._notes)
        self._notes.note(path, self._notes.text.at(path))
        return value

    def _method(self, kind: type, name: str) -> Any:
        """A method of ours reads through the part; one of pydantic's reads all of it."""
        for base in kind.__mro__[: kind.__mro__.index(Described)]:
            found = base.__dict__.get(name)
            if isinstance(found, property) and found.fget:
                return found.fget(self)
            if isinstance(found, FunctionType):
                return MethodType(found, self)
        self._notes.note(self._path, self._notes.text.at(self._path))
        return getattr(self._of, name)


class _DrawnOnce(NamedTuple):
    read: dict[FieldPath, str]
    given: tuple[Any, ...]
    value: Any

    def serves(self, text: Text, given: tuple[Any, ...]) -> bool:
        same = len(given) == len(self.given) and all(map(_is, given, self.given))
        return same and all(text.says(*noted) for noted in self.read.items())


def _is(one: object, other: object) -> bool:
    return one is other


class Known(Protocol):
    """Where to ask for what may have been drawn before."""

    def of(self, what: str, scenario: Scenario, draw: Callable[[Scenario], T], *given: object) -> T:
        """What `draw` makes of the scenario: made before for another that says the same, or made now.

        `given` is what else it depends on, told apart by identity. What `draw` is handed is only to be read.
        """


class _Afresh:
    def of(self, what: str, scenario: Scenario, draw: Callable[[Scenario], T], *given: object) -> T:
        return draw(scenario)


AFRESH: Final[Known] = _Afresh()
"""Nothing is remembered: for a scenario on its own."""


class Memory:
    """What was drawn, by what it is called; the latest few of each."""

    def __init__(self) -> None:
        self._drawn: dict[str, deque[_DrawnOnce]] = {}
        self.nbytes = 0
        """What it holds of all that can say how large it is; the others are parts of that."""

    def of(self, what: str, scenario: Scenario, draw: Callable[[Scenario], T], *given: object) -> T:
        """As `Known` says."""
        text, outer = _read_so_far(scenario)
        known = self._drawn.setdefault(what, deque(maxlen=ALIKE))
        found = next((one for one in known if one.serves(text, given)), None)
        if found is None:
            notes = Notes(text)
            value = draw(cast("Scenario", NotedPart(text.scenario, (), notes)))
            notes.is_closed = True
            self.nbytes += _size(value) - (_size(known[-1].value) if len(known) == ALIKE else 0)
            known.appendleft(found := _DrawnOnce(notes.read, given, value))
        if outer:
            for path, said in found.read.items():
                outer.note(path, said)
        return cast("T", found.value)


def _size(value: object) -> int:
    size: int = getattr(value, "nbytes", 0)
    return size


MOST_BYTES = 256 << 20
"""Of draws that a process remembers; a replication that takes more is drawn for each scenario anew."""


class Memories:
    """What was drawn of the latest replications, as many as there is room for."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._of: OrderedDict[int, Memory] = OrderedDict()
        self._latest: object = None
        self._is_shared = False

    def of(self, replication: int, scenario: object, *, shares: bool) -> Known:
        """Where to ask for what was drawn of a replication, given the scenario that is drawn for.

        Nothing is remembered before it is known that there is a second scenario to share it with, by what a task
        says or because there was one: noting what is read takes a tenth as long as drawing.
        """
        if scenario is not self._latest:  # told from its like once, and not for each replication
            self._is_shared |= self._latest is not None and scenario != self._latest
            self._latest = scenario
        self._is_shared |= shares
        if not self._is_shared:
            return AFRESH
        self._of[replication] = memory = self._of.pop(replication, None) or Memory()
        return memory

    def make_room(self) -> None:
        """The replications that were not asked for longest go first."""
        while sum(memory.nbytes for memory in self._of.values()) > self._most:
            self._of.popitem(last=False)


def _read_so_far(scenario: Scenario) -> tuple[Text, Notes | None]:
    """The text of a scenario, and where it is noted what is read of it, if it is."""
    if isinstance(scenario, NotedPart):
        return scenario._notes.text, scenario._notes
    return _text_of(scenario), None

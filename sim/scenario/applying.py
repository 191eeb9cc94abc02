"""Whether the ranges that a scenario states can be applied to it: each is moved to its ends and read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from sim.scenario.model import Scenario
from sim.scenario.moving import Document, Moved, is_whole, moved, value_between
from sim.scenario.provenance import Bound, Range
from sim.scenario.sourcing import stray_step
from sim.scenario.tree import Node, Place, planted
from sim.scenario.wording import expected

NOWHERE = Place("")


class Inapplicable(NamedTuple):
    """A range that a program cannot apply."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"range of {self.path} cannot be applied: {self.why}"


def as_range(given: Range | list[Bound]) -> Range:
    """A range as it may be written short: `[low, high]` is what the value is set to."""
    return given if isinstance(given, Range) else Range(set=given)


def ranges_of(scenario: Scenario) -> Mapping[str, Range]:
    """By path: every range that the provenance of a scenario states."""
    stated = scenario.provenance.root.items()
    return {path: as_range(source.range) for path, source in stated if source.range is not None}


def ends_of(path: str, one: Range) -> list[Moved]:
    """The range at its ends: low and high, or every word."""
    if one.is_words:
        return [Moved(path, one, word) for word in one.bounds]
    whole = is_whole(path, one)
    return [Moved(path, one, value_between(one, u, is_whole=whole)) for u in (0.0, 1.0)]


def inapplicable(document: Document, ranges: Mapping[str, Range]) -> list[Inapplicable]:
    """Those ranges that cannot be applied to a scenario that is written out, each with why.

    Each is judged by the part of the scenario that it stands in (`market`, `buyers` …); what parts need of each
    other is checked where worlds are made.
    """
    tree = planted(document, NOWHERE)
    return [Inapplicable(path, why) for path, one in ranges.items() if (why := _misfit(document, tree, path, one))]


def _misfit(document: Document, tree: Node, path: str, one: Range) -> str:
    """Why a range cannot be applied; empty where it can."""
    section = path.partition(".")[0]
    field = Scenario.model_fields.get(section)
    kind = field.annotation if field else None
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)) or section not in document:
        return f"found no part of a scenario called {section}"
    if stray := stray_step(path.split("."), tree, (Scenario,)):
        return f"nothing here is called {stray}"
    for end in ends_of(path, one):
        try:
            kind.model_validate(moved({section: document[section]}, [end])[section])
        except ValidationError as fault:
            first = fault.errors()[0]
            where = ".".join(map(str, first["loc"]))
            why = first["msg"].removeprefix("Value error, ")
            if first["type"] != "value_error":
                why = f"expected {expected(first['type'], first.get('ctx', {}), why)}"
            return f"at {end.to}: {where and where + ': '}{why}"
        except ValueError as fault:
            return str(fault).removeprefix(f"{path}: ")
    return ""


def uncorrelated(ranges: Mapping[str, Range]) -> Iterator[Inapplicable]:
    """Those that are to move with another range which is not stated."""
    for path, one in ranges.items():
        for other in one.correlated or {}:
            if other not in ranges:
                yield Inapplicable(path, f"found a correlation with {other}, of which no range is stated")

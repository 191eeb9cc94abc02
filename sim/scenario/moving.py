"""Moving a value of a scenario within its range: pure functions on a written-out scenario (dicts and lists)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.scenario.by_claim import ByClaim
from sim.scenario.distributions.combined import quantile_of
from sim.scenario.distributions.families import DurationLaw, NumberLaw
from sim.scenario.distributions.written import Written
from sim.scenario.durations import NEVER, Duration, Kind, parse_duration
from sim.scenario.market import ANSWERS
from sim.scenario.model import Scenario
from sim.scenario.provenance import LAWS_POINTS, Bound, Range, measured
from sim.scenario.schema_paths import Annotations, below, under

Document = dict[str, Any]
"""A scenario as `resolved.described` writes it out."""
SHAPES = {"shape", "sigma", "weights", "weight"}
"""Parameters of a law that say nothing of how long or how much."""
WHOLES = ({*ANSWERS}, {"buyer", "seller", "split"})
"""Keys of which those that stand side by side sum to 1."""
BY_ENTRY = ("share", "weight")
"""Keys of which those of neighbouring entries sum to 1."""


class Moved(NamedTuple):
    """One value that is moved: which, and to where."""

    path: str
    range: Range
    to: Bound
    """The value, the factor, the point of the law or the share, as a file would write it."""


def value_between(one: Range, u: float, *, is_whole: bool = False) -> Bound:
    """The value at `u`, 0 to 1, of a range: the words in equal parts, numbers evenly on their scale."""
    bounds = one.bounds
    if one.is_words:
        return bounds[min(int(u * len(bounds)), len(bounds) - 1)]
    (kind, low), (other, high) = one.sizes
    if one.is_log:
        size = math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    elif is_whole:
        return min(int(low) + int(u * (int(high) - int(low) + 1)), int(high))
    else:
        size = low + u * (high - low)
    size = min(max(size, low), high)
    if is_whole:
        return round(size)
    kind = max(kind, other)
    return float(f"{size:.6g}") if kind is Kind.NONE else str(Duration(kind, round(size)))


def is_whole(path: str, one: Range) -> bool:
    """Whether only whole numbers may stand there."""
    annotations = _allowed_at(place_of(path, one))
    return one.move == "set" and int in annotations and float not in annotations


@lru_cache(maxsize=1024)
def _allowed_at(steps: tuple[str, ...]) -> Annotations:
    return under((Scenario,), steps)


def place_of(path: str, one: Range) -> tuple[str, ...]:
    """The steps to the part of a value that moves."""
    return tuple(f"{path}.{one.at}".split(".") if one.at else path.split("."))


def moved(document: Document, moves: Sequence[Moved]) -> Document:
    """The document with these values moved, and all the rest the very same objects as before. The order does not
    matter: shares of one whole are moved together.

    Raises ValueError, with the path first, for a range that cannot be applied to what stands there.
    """
    for one in moves:
        if one.range.move != "share":
            steps = place_of(one.path, one.range)
            document = replaced(document, steps, _moved_value(document, steps, one))
    for whole in _shares_by_whole([one for one in moves if one.range.move == "share"]):
        document = _with_shares(document, whole)
    return document


def read_moved(document: Document, moves: Sequence[Moved], scenario: Scenario) -> Scenario:
    """The scenario that a document stands for with these values moved; `scenario` is the document as it stands,
    of which what is not moved is taken over and not read again. Raises ValueError as `moved` and reading do."""
    return Scenario.model_validate(_with_known(moved(document, moves), document, scenario))


def _with_known(document: Any, before: Any, known: Any) -> Any:
    """A part of a document, with what was read of it before in place of what is still the very same object."""
    if isinstance(known, BaseModel):
        if document is before:
            return known
        if isinstance(known, ByClaim | Written) or not isinstance(document, dict) or not isinstance(before, dict):
            return document  # rows are laid over each other as written; laws are known by their words
        names = {field.alias or name: name for name, field in type(known).model_fields.items()}
        return {
            key: _with_known(inner, before.get(key), getattr(known, str(names.get(key, key)), None))
            for key, inner in document.items()
        }
    if isinstance(known, Mapping) and isinstance(document, dict) and isinstance(before, dict):
        return {key: _with_known(inner, before.get(key), known.get(key)) for key, inner in document.items()}
    is_list = isinstance(known, tuple | list) and isinstance(document, list) and isinstance(before, list)
    if is_list and len(document) == len(before) == len(known):
        return [_with_known(*entry) for entry in zip(document, before, known, strict=True)]
    return document


def _moved_value(document: Document, steps: tuple[str, ...], one: Moved) -> Any:
    there, annotations = found_at(document, steps), _allowed_at(steps)
    if one.range.move == "set":
        if isinstance(there, dict | list) and one.range.is_words is False:
            raise ValueError(f"{one.path}: found a law or a mapping there, expected how it moves: median, at …")
        return one.to
    if there is None:
        raise ValueError(f"{one.path}: nothing stands at {'.'.join(steps)} that could be stretched")
    size = measured(one.to)
    factor = size[1] if size else math.nan
    if one.range.move in LAWS_POINTS:
        factor = _factor_for(one, there, annotations)
    stretched = stretch(there, annotations, factor)
    if stretched == there and stretch(there, annotations, 2.0) == there:  # by next to nothing, seconds stay
        raise ValueError(f"{one.path}: nothing at {'.'.join(steps)} is a time or an amount that could be stretched")
    return stretched


def _factor_for(one: Moved, there: Any, annotations: Annotations) -> float:
    """By how much a law has to be stretched for a point of it to be there."""
    law = _law_of(there, annotations)
    size = measured(one.to)
    if law is None or size is None:
        raise ValueError(f"{one.path}: found no law there that has a {one.range.move}")
    kind = law.kind if isinstance(law, DurationLaw) else Kind.NONE
    if size[0] is not kind:
        raise ValueError(f"{one.path}: found the {one.range.move} {one.to}, expected what {law} is counted in")
    level = {"median": 0.5, "p95": 0.95}.get(one.range.move)
    point = law.mean() if level is None else quantile_of(law.to_law(), level)
    if not 0 < point < NEVER:
        raise ValueError(f"{one.path}: the {one.range.move} of {law} is no length that could be stretched")
    return size[1] / point


def stretch(value: Any, annotations: Annotations, factor: float, *, is_top: bool = True) -> Any:
    """Every time at and below a place times the factor; a law, or a number, that stands there itself: its size."""
    laws = [one for one in annotations if isinstance(one, type) and issubclass(one, DurationLaw | NumberLaw)]
    if laws:
        return _sized(value, factor) if is_top or any(issubclass(one, DurationLaw) for one in laws) else value
    if isinstance(value, dict):
        numbers = is_top and all(isinstance(inner, int | float) for inner in value.values())
        return {
            key: stretch(inner, below(annotations, key), factor, is_top=numbers) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [stretch(inner, below(annotations, 0), factor, is_top=False) for inner in value]
    is_time = Duration in annotations or any(_holds_durations(one) for one in annotations)
    return _sized(value, factor) if is_top or is_time else value


def _holds_durations(annotation: Any) -> bool:
    """A limit, which may be written as a bare duration."""
    return isinstance(annotation, type) and "within" in getattr(annotation, "model_fields", {})


def _sized(value: Any, factor: float) -> Any:
    """A law, an amount or a length of time, so many times as large."""
    if isinstance(value, dict):
        return {key: _parameter(str(key), inner, factor) for key, inner in value.items()}
    if isinstance(value, list):
        return [_sized(inner, factor) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(f"{value * factor:.9g}")
    try:
        duration = parse_duration(value)
    except ValueError:
        return value
    if duration.seconds in (0, NEVER):
        return value
    return str(Duration(duration.kind, max(1, round(duration.seconds * factor))))


def _parameter(key: str, value: Any, factor: float) -> Any:
    if key in SHAPES:
        return value
    if key == "mu" and isinstance(value, int | float):
        return value + math.log(factor)
    return _sized(value, factor)


def _law_of(written: Any, annotations: Annotations) -> DurationLaw | NumberLaw | None:
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, DurationLaw | NumberLaw):
            return annotation.model_validate(written)
    return None


# -------------------------------------------------------------------------------------------- shares


def _shares_by_whole(moves: Sequence[Moved]) -> Iterator[list[Moved]]:
    """Those that are shares of the same whole, together."""
    wholes: dict[tuple[str, ...], list[Moved]] = {}
    for one in moves:
        steps = place_of(one.path, one.range)
        wholes.setdefault(steps[:-2] if steps[-1] in BY_ENTRY else steps[:-1], []).append(one)
    yield from wholes.values()


def _with_shares(document: Document, moves: Sequence[Moved]) -> Document:
    """The named shares as they are to be, the others in the proportions they had, all of them summing to 1.

    Where those named leave the others less than nothing, the others stay, and those named share what is left.
    """
    first = place_of(moves[0].path, moves[0].range)
    now = dict(_siblings(document, first, moves[0].path))
    new = {place_of(one.path, one.range): float(one.to) for one in moves}
    others, left = sum(share for steps, share in now.items() if steps not in new), 1 - sum(new.values())
    if not others or left <= 0:
        scale, keep = (1 - others) / sum(new.values()), 1.0
    else:
        scale, keep = 1.0, left / others
    for steps, share in now.items():
        document = replaced(document, steps, new[steps] * scale if steps in new else share * keep)
    return document


def _siblings(document: Document, steps: tuple[str, ...], path: str) -> Iterator[tuple[tuple[str, ...], float]]:
    """All the shares that sum to 1 with this one, itself among them."""
    by_entry = steps[-1] in BY_ENTRY
    around = found_at(document, steps[:-2] if by_entry else steps[:-1])
    if not isinstance(around, dict | list) or len(around) < 2:
        raise ValueError(f"{path}: found no siblings of a share there")
    if by_entry:
        names: Any = around if isinstance(around, dict) else map(str, range(len(around)))
        places = [(*steps[:-2], name, steps[-1]) for name in names]
    else:
        whole = next((keys for keys in WHOLES if steps[-1] in keys), set(around))
        places = [(*steps[:-1], name) for name in around if name in whole]
    found = {place: found_at(document, place) for place in places}
    if steps not in found or not all(isinstance(share, int | float) for share in found.values()):
        raise ValueError(f"{path}: found no share there among siblings that are shares")
    total = sum(found.values())
    yield from ((place, share / total) for place, share in found.items())


# -------------------------------------------------------------------------------------------- places


def found_at(document: Any, steps: Sequence[str]) -> Any:
    """What stands at a place of a document; None where nothing does."""
    for step in steps:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def replaced(document: Any, steps: Sequence[str], value: Any) -> Any:
    """A document in which this value stands at a place; what does not lie on the way there is the very same."""
    if not steps:
        return value
    step, below_it = steps[0], steps[1:]
    if isinstance(document, list):
        entries = list(document)
        entries[int(step)] = replaced(entries[int(step)], below_it, value)
        return entries
    around = document if isinstance(document, dict) else {}  # what was switched off is switched on
    return {**around, step: replaced(around.get(step), below_it, value)}


def in_world(document: Document, changes: Mapping[str, Any]) -> Document:
    """A scenario written out, in one of its worlds."""
    for path, value in changes.items():
        document = replaced(document, path.split("."), value)
    return document

"""A scenario written out again: as JSON; complete, runnable, and with a note of where each value comes from; and in
what scenarios differ, lever by lever, in the words of their files."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sim.scenario.model import Scenario
from sim.scenario.schema_paths import Annotations, below, is_by_claim, merges
from sim.scenario.strict_yaml import MOST_BYTES
from sim.scenario.tree import Path, value_of

Origin = Callable[[Path], str]
"""Where the value at a path comes from, in a few words: `base.yaml:12`, `default`."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")
_TAKEN_FOR_BOOLEANS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Words that other readers of YAML do not take for text."""
_LONGEST_LINE = 88
_EXACT = 1e15
MET_LAST = 16
"""Scenarios whose JSON and YAML are remembered: they never change."""
_WRITTEN: deque[tuple[Scenario, Mapping[str, Any]]] = deque(maxlen=MET_LAST)
_RESOLVED: deque[tuple[Scenario, str]] = deque(maxlen=MET_LAST)
T = TypeVar("T")


def as_json(scenario: Scenario) -> Mapping[str, Any]:
    """Complete, by the names that a file has for its parts. It is shared, and only to be read."""
    return _remembered(_WRITTEN, scenario, lambda: scenario.model_dump(mode="json", by_alias=True))


def _remembered(met: deque[tuple[Scenario, T]], scenario: Scenario, write: Callable[[], T]) -> T:
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    found = next((written for known, written in tuple(met) if known is scenario), None)
    if found is None:
        met.append((scenario, found := write()))
    return found


def document_of(scenario: Scenario) -> str:
    """The same as text, which can be sent anywhere."""
    return json.dumps(as_json(scenario), allow_nan=False)


def described(scenario: Scenario, *, with_defaults: bool = True) -> dict[str, Any]:
    """The scenario as dicts, lists and plain values that load to an equal one.

    Defaults are written out, unless they are not wanted; a row of a claim kind says only in what it differs from
    `default`.
    """
    dumped = scenario.model_dump(mode="json", by_alias=True, exclude_unset=not with_defaults)
    written: dict[str, Any] = _as_written(dumped, [type(scenario)])
    return written


def resolved_yaml(scenario: Scenario, origin: Origin | None = None) -> str:
    """The scenario as YAML that loads to an equal one; with `origin`, each line says where it comes from.

    Where these notes would make it longer than what is read, there are none.
    """
    if origin is not None and len((text := yaml_of(described(scenario), origin)).encode()) <= MOST_BYTES:
        return text
    return _remembered(_RESOLVED, scenario, lambda: yaml_of(described(scenario)))


def yaml_of(description: dict[str, Any], origin: Origin | None = None) -> str:
    """A whole description, as `described` gives it, as YAML."""
    return "\n".join(_block(description, (), origin)) + "\n"


def _as_written(value: Any, annotations: Annotations) -> Any:
    """Rows without what they inherit, no time at all as the number 0, and no key without a value."""
    if isinstance(value, list):
        return [_as_written(inner, below(annotations, number)) for number, inner in enumerate(value)]
    if not isinstance(value, dict):
        return 0 if value == "0" and str not in annotations else value
    told = {key: inner for key, inner in value.items() if inner is not None}
    written = {key: _as_written(inner, below(annotations, key)) for key, inner in told.items()}
    if not is_by_claim(annotations):
        return written
    default = written.pop("default", None)
    rows = {
        kind: _difference(row, default, below(annotations, kind)) for kind, row in written.items() if row != default
    }
    return rows if default is None else {"default": default, **rows}


def _difference(row: Any, default: Any, annotations: Annotations) -> Any:
    """What has to be laid over the default to give the row."""
    if not (isinstance(row, dict) and isinstance(default, dict) and merges(annotations)):
        return row
    return {
        key: _difference(value, default.get(key), below(annotations, key))
        for key, value in row.items()
        if value != default.get(key)
    }


def _block(value: dict[str, Any] | list[Any], path: Path, origin: Origin | None) -> Iterator[str]:
    """The lines of a mapping or a list; what is short and of one origin stands on one line."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in pairs:
        head = "-" if isinstance(value, list) else f"{_text(str(step))}:"
        line, origins = f"{head} {on_one_line(inner)}", _origins(inner, (*path, step), origin)
        short = len(line) <= _LONGEST_LINE and len(origins) <= 1
        if short or not isinstance(inner, dict | list) or not inner:
            yield line + "".join(f"  # {where}" for where in origins)
        else:
            yield head
            yield from (f"  {line}" for line in _block(inner, (*path, step), origin))


def _origins(value: Any, path: Path, origin: Origin | None) -> list[str]:
    """The different origins of all values at and below a path."""
    if origin is None:
        return []
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return list(
            dict.fromkeys(where for step, inner in pairs for where in _origins(inner, (*path, step), origin))
        )
    return [origin(path)]


def on_one_line(value: Any) -> str:
    """A value of a scenario file as YAML on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_text(key)}: {on_one_line(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(on_one_line, value)) + "]"
        case str():
            return _text(value)
        case float() if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
    return json.dumps(value, allow_nan=False)


def _text(text: str) -> str:
    """Text without quotes where every reader of YAML takes it for that very text."""
    plain = _PLAIN.fullmatch(text) and not text.endswith(" ") and text.lower() not in _TAKEN_FOR_BOOLEANS
    return text if plain and _is_text(text) else json.dumps(text, ensure_ascii=False)


def _is_text(text: str) -> bool:
    try:
        return value_of(text) == text
    except ValueError:
        return False


# -------------------------------------------------------------------------- in what written-out scenarios differ


WORDS_ONLY = {"name", "title", "question", "as_of", "provenance", "expect"}
"""What says something to people, and is no lever."""
NONE = "none"
FIRST = ("policy", "costs", "buyers", "market", "calendars", "start", "experiment")
"""In this order they are told: a comparison is one of policies."""


class Lever(NamedTuple):
    """One value that is not the same everywhere."""

    path: str
    """`policy.cancellation.clock`."""
    values: tuple[str, ...]
    """One for each scenario, as a file writes it; `none` where it is absent."""


def levers_that_differ(*scenarios: Scenario) -> list[Lever]:
    """Every lever of these scenarios that differs, side by side; the policy's first.

    A row of a claim kind is left out where it differs exactly as the default row does.
    """
    written = [dict(_values(one, (Scenario,), ())) for one in _parts_that_differ(scenarios)]
    paths = list(dict.fromkeys(path for one in written for path in one))
    values = {path: tuple(one.get(path, (NONE, path))[0] for one in written) for path in paths}
    common = {path: one[path][1] for one in reversed(written) for path in one}
    found = [
        Lever(".".join(path), values[path])
        for path in paths
        if len(set(values[path])) > 1 and not (common[path] != path and values[path] == values.get(common[path]))
    ]
    return sorted(found, key=lambda lever: FIRST.index(lever.path.split(".")[0]))


def _parts_that_differ(scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Of each scenario the parts that are not the same in all of them."""
    others = {part for part in Scenario.model_fields.keys() - WORDS_ONLY if _is_another(part, scenarios)}
    dumped = [one.model_dump(mode="json", by_alias=True, include=others) for one in scenarios]
    parts = dict.fromkeys(part for one in dumped for part in one)
    differ = [part for part in parts if any(one.get(part) != dumped[0].get(part) for one in dumped)]
    return [{part: one[part] for part in differ if part in one} for one in dumped]


def _is_another(part: str, scenarios: Sequence[Scenario]) -> bool:
    first, *others = (getattr(one, part) for one in scenarios)
    return any(other is not first and other != first for other in others)


def _values(
    value: Any, annotations: Annotations, path: tuple[str, ...], common: tuple[str, ...] | None = None
) -> Iterator[tuple[tuple[str, ...], tuple[str, tuple[str, ...]]]]:
    """Every value at and below a path, with the path of the row that holds for all kinds of claim."""
    common = path if common is None else common
    if value is None:
        return
    if not (isinstance(value, dict) and value and merges(annotations)):
        yield path, (on_one_line(0 if value == "0" else value), common)
        return
    for key, inner in value.items():
        row = "default" if is_by_claim(annotations) else key
        yield from _values(inner, below(annotations, key), (*path, key), (*common, row))


class Changed(NamedTuple):
    """A lever that a command, or Python, has given another value than its file has."""

    path: str
    before: str
    after: str


def changed_between(before: Scenario, after: Scenario) -> list[Changed]:
    """What was changed, from what to what."""
    return [Changed(lever.path, *lever.values) for lever in levers_that_differ(before, after)]


def changed_as_json(changes: Iterable[Changed]) -> list[dict[str, str]]:
    """As `run.json` has it: `path`, `from`, `to`."""
    return [{"path": one.path, "from": one.before, "to": one.after} for one in changes]

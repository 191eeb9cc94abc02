"""In what scenarios differ: the levers that have not the same value in all of them, in the words of their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sim.scenario.model import Scenario
from sim.scenario.resolved import on_one_line
from sim.scenario.schema_paths import Annotations, below, is_by_claim, merges

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
    dumped = [one.model_dump(mode="json", by_alias=True, exclude=WORDS_ONLY) for one in scenarios]
    parts = dict.fromkeys(part for one in dumped for part in one)
    differ = [part for part in parts if any(one.get(part) != dumped[0].get(part) for one in dumped)]
    return [{part: one[part] for part in differ if part in one} for one in dumped]


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

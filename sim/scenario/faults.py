"""What pydantic found, in plain words and at the line that a person has to mend; and what is right beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from sim.errors import Fault
from sim.scenario.base import FaultBelow, did_you_mean
from sim.scenario.schema_paths import Annotations, known_keys, opened, under
from sim.scenario.tree import REFUSED, Items, Keys, Node, Path, child_of, leaves, plain
from sim.scenario.wording import either, expected, printable, shortened, shown

_KEY = "[key]"
"""How pydantic marks that a key of the user's own is at fault, and not the value below it."""
_LONGEST_MESSAGE = 400


class Locator:
    """Finds where the values of a scenario are written.

    `root` is the tree that was checked, with the rows of claim kinds filled (see `merging.with_rows`). What a
    row inherits is one node with what stands in `default`, and is reported there.
    """

    def __init__(self, root: Node) -> None:
        self.root = root
        self._written: dict[int, Path] = {}
        for path, node in _defaults_first(root):
            self._written.setdefault(id(node), path)

    def fault(self, path: Path, message: str, *, of_key: bool = False) -> Fault:
        """A fault at a value, or at its key, or where it is missing at the mapping that should hold it."""
        node, parent, depth = self.root, None, 0
        for step in path:
            if (child := child_of(node, step)) is None:
                break
            node, parent, depth = child, node, depth + 1
        place = node.place
        if of_key and isinstance(parent, Keys):
            place = parent.keys[str(path[-1])]
        where = (*self._written[id(node)], *path[depth:])
        return place.fault(where, shortened(message, _LONGEST_MESSAGE))


def _defaults_first(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path; what several rows share comes first under the path of `default`."""
    yield path, node
    if isinstance(node, Keys):
        for key in sorted(node.nodes, key=lambda key: key != "default"):
            yield from _defaults_first(node.nodes[key], (*path, key))
    elif isinstance(node, Items):
        for number, child in enumerate(node.nodes):
            yield from _defaults_first(child, (*path, number))


@dataclass(frozen=True)
class _Finding:
    """One of pydantic's errors, traced through the tree."""

    kind: str
    path: Path
    found: Node
    """What stands there; where nothing does, the mapping that should hold it."""
    message: str
    figures: Mapping[str, Any]
    """What was expected in numbers: bounds, lengths, names."""
    of_key: bool
    """Whether the key is at fault, and not the value below it."""
    choice: Path
    option: str
    """Where the model leaves a choice of types: where that is, and which of them was not met."""


def explained(error: ValidationError, locator: Locator, annotations: Annotations) -> list[Fault]:
    """Every fault that pydantic found, once. `annotations` are what the model expects at the tree's top."""
    findings = [_traced(locator.root, details) for details in error.errors(include_url=False)]
    missing = {finding.path for finding in findings if finding.kind == "missing"}
    unknown = [finding.path for finding in findings if finding.kind == "extra_forbidden"]
    echoes = {path for path in missing if _in_default(path) & missing} | _misspelt(missing, unknown)
    refused = [path for path, leaf in leaves(locator.root) if leaf.value is REFUSED]
    told = [
        finding
        for finding in findings
        if finding.path not in echoes and not any(_touch(finding.path, path) for path in refused)
    ]
    faults = [
        locator.fault(finding.path, _message(finding, annotations), of_key=finding.of_key)
        for finding in _one_for_each_choice(told)
    ]
    return list(dict.fromkeys(faults))


def _traced(root: Node, details: Mapping[str, Any]) -> _Finding:
    """Pydantic mixes the names of types it tried into its paths: they are what is no key in the tree."""
    kind, steps, figures = details["type"], details["loc"], details.get("ctx", {})
    of_key = kind == "extra_forbidden" or steps[-1:] == (_KEY,)
    if isinstance(below := figures.get("error"), FaultBelow):
        steps, of_key = (*steps, *below.where), below.of_key
    unwritten = steps[-1:] if kind == "missing" or steps[-1:] == (_KEY,) else ()
    node, option = root, ""
    path: Path = ()
    choice: Path = ()
    for step in steps[: len(steps) - len(unwritten)]:
        if (child := child_of(node, step)) is not None:
            node, path = child, (*path, step)
        elif not option:
            choice, option = path, str(step)
    path = (*path, *unwritten) if kind == "missing" else path
    message = str(figures.get("error", details["msg"]))
    return _Finding(kind, path, node, message, figures, of_key, choice, option)


def _in_default(path: Path) -> set[Path]:
    """Where a row of a claim kind would inherit the value at this path from."""
    return {(*path[:step], "default", *path[step + 1 :]) for step in range(len(path))} - {path}


def _misspelt(missing: set[Path], unknown: list[Path]) -> set[Path]:
    """The missing keys that are there after all, under a name that comes near theirs."""
    names: dict[Path, list[str]] = {}
    for path in unknown:
        names.setdefault(path[:-1], []).append(str(path[-1]))
    return {path for path in missing if did_you_mean(path[-1], names.get(path[:-1], ()))}


def _touch(path: Path, refused: Path) -> bool:
    """Whether a fault may only follow from one that was already reported at, below or above its path."""
    return all(str(step) == str(other) for step, other in zip(path, refused, strict=False))


def _one_for_each_choice(findings: Iterable[_Finding]) -> Iterator[_Finding]:
    """Pydantic lists what was wrong with each option of a choice; a person made one mistake."""
    by_choice: dict[Path, list[_Finding]] = {}
    for finding in findings:
        if finding.option:
            by_choice.setdefault(finding.choice, []).append(finding)
        else:
            yield finding
    for choice, group in by_choice.items():
        deeper = [finding for finding in group if len(finding.path) > len(choice)]
        if deeper:
            yield from _nearest_option(deeper)
        else:
            wanted = either(expected(finding.kind, finding.figures, finding.message) for finding in group)
            yield replace(group[0], kind="literal_error", figures={"expected": wanted})


def _nearest_option(findings: list[_Finding]) -> list[_Finding]:
    """A mapping was written as one of the options: most likely the one it misses least of."""
    by_option: dict[str, list[_Finding]] = {}
    for finding in findings:
        by_option.setdefault(finding.option, []).append(finding)
    return min(by_option.values(), key=len)


def _as_another_file_says_it(path: Path, known: Sequence[str]) -> str:
    """A scenario extends another; a study, a search and a mapping have a base."""
    if path == ("extends",) and "base" in known:
        return " — did you mean 'base'?"
    return " — did you mean 'extends'?" if path == ("base",) and "policy" in known else ""


def _message(finding: _Finding, annotations: Annotations) -> str:
    if finding.kind == "missing":
        return "missing; this key has to be given"
    if finding.kind == "extra_forbidden":
        known = known_keys(under(annotations, finding.path[:-1]))
        meant = did_you_mean(finding.path[-1], known) or _as_another_file_says_it(finding.path, known)
        return f"unknown key{meant or (f', expected {either(known)}' if known else '')}"
    if finding.kind == "value_error":
        return printable(finding.message)
    wanted = expected(finding.kind, finding.figures, finding.message)
    if finding.of_key:
        return f"found the key {shown(str(finding.path[-1]))}, expected {wanted}"
    found = plain(finding.found)
    near = did_you_mean(found, re.findall("'([^']+)'", wanted)) if isinstance(found, str) else ""
    return f"found {shown(found)}, expected {wanted}{near}"


# ------------------------------------------------------ what is right in a scenario that is wrong somewhere


def valid_parts(model: type[BaseModel], raw: Any, wrong: Collection[Path] = (), at: Path = ()) -> Any:
    """A model of the right parts. What is wrong or missing is not there: asking for it raises AttributeError.

    `wrong` are the places that have been found faulty: what a validator of a model refuses is right by its type.
    """
    whole = model.model_construct()
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in raw and not field.is_required():
            continue
        whole.__dict__.pop(name, None)
        if key in raw:
            _keep(whole.__dict__, name, field, raw[key], wrong, (*at, key))
    return whole


def _keep(parts: dict[str, Any], name: Any, field: FieldInfo, raw: Any, wrong: Collection[Path], at: Path) -> None:
    annotation = field.rebuild_annotation()
    try:
        value = TypeAdapter(annotation).validate_python(raw)
    except ValidationError:
        choices = opened(annotation) if isinstance(raw, dict) else []
        models = [one for one in choices if isinstance(one, type) and issubclass(one, BaseModel)]
        if models:
            parts[name] = valid_parts(models[0], raw, wrong, at)
    else:
        if at not in wrong:
            parts[name] = value

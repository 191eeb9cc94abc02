"""Events of an OCEL 2.0 log in JSON: of each the case, the activity and the instant, and what is said of the case.

A case is an object of one type (`order`), and a seller is one of another (`seller`), related to the event or to the
case itself. Values and payment methods are attributes of the case. Source: the OCEL 2.0 specification.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MOST_BYTES = 4 << 30
"""A log larger than this does not fit into memory as JSON; a table of events streams."""
ATTRIBUTES = ("value", "method")


def is_ocel(path: Path) -> bool:
    """Whether a file is called as such logs are."""
    return path.suffix in (".json", ".jsonocel")


def ocel_events(path: Path, columns: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """One row for each event and each case that it belongs to.

    `columns` names the object types of `case` and `seller`, and the attributes of a case that are `value` and
    `method`. Raises ValueError for what is no such log.
    """
    document = _read(path)
    objects = {str(one["id"]): one for one in _listed(document, "objects")}
    kinds = {name: columns.get(name, default) for name, default in (("case", "order"), ("seller", "seller"))}
    told = {
        name: _of_case(one, objects, kinds["seller"], columns)
        for name, one in objects.items()
        if one.get("type") == kinds["case"]
    }
    if not told:
        types = ", ".join(sorted({str(one.get("type")) for one in objects.values()})[:20])
        raise ValueError(f"found no objects of the type '{kinds['case']}' (case), which has: {types}")
    for event in _listed(document, "events"):
        related = [str(one.get("objectId")) for one in event.get("relationships") or ()]
        by = next((name for name in related if _is(objects.get(name), kinds["seller"])), None)
        for case in related:
            if case in told:
                row = {"case": case, "activity": str(event["type"]), "timestamp": str(event["time"])}
                yield row | told[case] | ({"seller": by} if by and "seller" not in told[case] else {})


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"larger than {MOST_BYTES >> 30} GB, expected a table of events instead")
    try:
        document = json.loads(path.read_bytes())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("expected an object with 'objects' and 'events'")
    return document


def _listed(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    needed = {"objects": ("id", "type"), "events": ("type", "time")}[name]
    entries = document.get(name)
    if not isinstance(entries, list):
        raise ValueError(f"expected a list called '{name}'")
    for number, one in enumerate(entries):
        missing = [key for key in needed if not isinstance(one, dict) or key not in one]
        if missing:
            raise ValueError(f"{name}[{number}]: found no {' and no '.join(missing)}")
        if not all(isinstance(other, dict) for other in one.get("relationships") or ()):
            raise ValueError(f"{name}[{number}].relationships: expected objects with an objectId")
    return entries


def _of_case(
    one: dict[str, Any], objects: Mapping[str, dict[str, Any]], seller: str, columns: Mapping[str, str]
) -> dict[str, str]:
    said = {}
    for other in one.get("relationships") or ():
        name = str(other.get("objectId"))
        if _is(objects.get(name), seller):
            said["seller"] = name
    attributes = {
        str(each.get("name")): each.get("value") for each in one.get("attributes") or () if _is_told(each)
    }
    for name in ATTRIBUTES:
        if columns.get(name) in attributes:
            said[name] = str(attributes[columns[name]])
    return said


def _is_told(attribute: object) -> bool:
    return isinstance(attribute, dict) and attribute.get("value") is not None


def _is(one: dict[str, Any] | None, kind: str) -> bool:
    return one is not None and one.get("type") == kind

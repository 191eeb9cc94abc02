"""Files that logs come in: tables as CSV and Parquet, in pieces; events as XES (IEEE 1849) and OCEL 2.0 (JSON).

Of an event the case, the activity and the instant, and what is said of its case. In an OCEL log a case is an object
of one type (`order`), and a seller is one of another (`seller`), related to the event or to the case itself; values
and payment methods are attributes of the case. Source: the OCEL 2.0 specification.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from sim.errors import BadUsage

AT_A_TIME = 100_000
"""Rows, or events, read in one piece."""
CASE, ACTIVITY, TIMESTAMP = "case", "activity", "timestamp"
TOLD_OF_CASES = ("seller", "value", "method")
MOST_BYTES = 4 << 30
"""A log larger than this does not fit into memory as JSON; a table of events streams."""
ATTRIBUTES = ("value", "method")
XES, OCEL = ".xes", (".json", ".jsonocel")
"""How files of such logs are called."""


def table_pieces(
    path: Path, wanted: list[str], expect: Callable[[list[str]], None], *, na_filter: bool = True
) -> Iterator[tuple[pd.DataFrame, int]]:
    """These columns of a table, piece by piece, each with the line on which it begins.

    `expect` is shown what all its columns are called, and raises where one is missing. Raises OSError or ValueError
    for what is no such table.
    """
    line = 2
    if path.suffix == ".parquet":
        for piece in _parquet_pieces(path, wanted, expect):
            yield piece, line - 1
            line += len(piece)
        return
    how: Any = {"dtype": "string", "encoding": "utf-8-sig"}
    expect(list(pd.read_csv(path, nrows=0, **how).columns))
    for piece in pd.read_csv(path, usecols=wanted, chunksize=AT_A_TIME, na_filter=na_filter, **how):
        yield piece, line
        line += len(piece)


def _parquet_pieces(path: Path, wanted: list[str], expect: Callable[[list[str]], None]) -> Iterator[pd.DataFrame]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise BadUsage(f"{path}: reading Parquet needs pyarrow: pip install pyarrow") from None
    try:
        file = ParquetFile(path)
        expect(file.schema_arrow.names)
        yield from (batch.to_pandas() for batch in file.iter_batches(AT_A_TIME, columns=wanted))
    except ArrowException as wrong:
        raise ValueError(str(wrong)) from wrong


def event_frames(path: Path, columns: Mapping[str, str]) -> Iterator[pd.DataFrame]:
    """The events of a log that is no table, piece by piece; `columns` are as for `_ocel_events`.

    Raises OSError, ValueError or ParseError for what is no such log.
    """
    rows = _ocel_events(path, columns) if path.suffix in OCEL else _xes_events(path)
    some = list(islice(rows, AT_A_TIME))
    if not some:
        raise ValueError("found no event of any case")
    while some:
        yield pd.DataFrame(some, columns=[CASE, ACTIVITY, TIMESTAMP, *TOLD_OF_CASES], dtype="string")
        some = list(islice(rows, AT_A_TIME))


def _xes_events(path: Path) -> Iterator[dict[str, str]]:
    """Events of an XES file (IEEE 1849), one trace at a time; the trace's own attributes go with each of them."""
    log = None
    for what, trace in ElementTree.iterparse(path, ("start", "end")):
        log = trace if log is None else log
        if what == "start" or not trace.tag.endswith("trace"):
            continue
        told = {child.get("key", ""): child.get("value", "") for child in trace if not child.tag.endswith("event")}
        for event in trace:
            if event.tag.endswith("event"):
                of_event = {child.get("key", ""): child.get("value", "") for child in event}
                yield {
                    CASE: told.get("concept:name", ""),
                    ACTIVITY: of_event.get("concept:name", ""),
                    TIMESTAMP: of_event.get("time:timestamp", ""),
                    **{name: told[name] for name in TOLD_OF_CASES if name in told},
                }
        log.clear()


def _ocel_events(path: Path, columns: Mapping[str, str]) -> Iterator[dict[str, str]]:
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
                row = {CASE: case, ACTIVITY: str(event["type"]), TIMESTAMP: str(event["time"])}
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

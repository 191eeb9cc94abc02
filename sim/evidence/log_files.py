"""Files that logs come in: tables as CSV and Parquet, in pieces; events as XES (IEEE 1849) and OCEL 2.0 (JSON),
pivoted into orders and claims.

Of an event the case, the activity and the instant, and what is said of its case. In an OCEL log a case is an object
of one type (`order`), and a seller is one of another (`seller`), related to the event or to the case itself; values
and payment methods are attributes of the case. Source: the OCEL 2.0 specification.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Any, get_args
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from sim.errors import BadScenario, BadUsage, UserError
from sim.evidence.mapping import ClaimColumn, EventLog, MappedLog, OrderColumn
from sim.scenario.wording import printable, shortened

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
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

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
    related = (str(other.get("objectId")) for other in one.get("relationships") or ())
    sellers = [name for name in related if _is(objects.get(name), seller)]
    told = (each for each in one.get("attributes") or () if isinstance(each, dict))
    attributes = {str(each.get("name")): each["value"] for each in told if each.get("value") is not None}
    said = {name: str(attributes[columns[name]]) for name in ATTRIBUTES if columns.get(name) in attributes}
    return said | {"seller": sellers[-1]} if sellers else said


def _is(one: dict[str, Any] | None, kind: str) -> bool:
    return one is not None and one.get("type") == kind


# ------------------------------------------- one log of events (case, activity, timestamp) in place of two tables
# Events of one case may stand anywhere. A large log is dealt out by case into files without a name first, so that
# what is pivoted at a time fits into memory; the claims that are found on the way stay there.


Frames = dict[str, tuple[Mapping[str, str], Iterator[tuple[pd.DataFrame, int]]]]
HELD_AT_ONCE, MOST_PARTS = 16 << 20, 250
"""Bytes of a log up to which it is pivoted as a whole; of a compressed one, an eighth. No more files than these."""


def tables_of_events(mapped: MappedLog) -> Frames:
    """The two tables that a log of events comes to; of an activity that comes twice in a case the first counts."""
    log = mapped.mapping.log
    assert log is not None
    path = mapped.file(log.file)
    if not path.is_file():
        raise BadScenario([mapped.fault("log.file", f"found '{printable(log.file)}', no such file")])
    there: dict[str, None] = {}
    told: set[str] = set()
    events = _noted(_events_of(mapped, log, path), there, told)
    parts = path.stat().st_size // (HELD_AT_ONCE // 8 if path.suffix == ".parquet" else HELD_AT_ONCE) + 1
    dealt = _dealt(events, min(parts, MOST_PARTS)) if parts > 1 else _whole(events)
    dealt = chain(iter(list(islice(dealt, 1))), dealt)  # by now all of the log was read
    meant = {log.activities[one] for one in there if one in log.activities}
    if not meant:
        listed = ", ".join(printable(name) for name in islice(there, 20))
        raise BadScenario([mapped.fault("log.activities", f"none of them is in the log, which has: {listed}")])
    names = {"order", *meant, *told}
    begun = [name for name in ("requested", "dispute_opened") if name in names]
    claims: list[pd.DataFrame] = []

    def orders() -> Iterator[pd.DataFrame]:
        for part in dealt:
            wide = _pivoted(part, log).reindex(columns=sorted(names))
            claims.append(wide[wide[begun].notna().any(axis=1)] if begun else wide.iloc[:0])
            yield wide

    return {
        "orders": _columns(orders(), names, get_args(OrderColumn)),
        "claims": _columns(iter(claims), names, get_args(ClaimColumn)),
    }


def _noted(events: Iterable[pd.DataFrame], there: dict[str, None], told: set[str]) -> Iterator[pd.DataFrame]:
    """The same events, while the activities among them are noted, and what is told of cases."""
    for piece in events:
        there.update((str(name), None) for name in piece[ACTIVITY].unique())
        told.update(name for name in TOLD_OF_CASES if name in piece and piece[name].notna().any())
        yield piece


def _whole(events: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    pieces = list(events)
    if pieces:
        yield pd.concat(pieces, ignore_index=True)


def _dealt(events: Iterable[pd.DataFrame], count: int) -> Iterator[pd.DataFrame]:
    """So many parts of the events, in their order, each with all events of its cases."""
    import pyarrow as pa

    files = [TemporaryFile() for _ in range(count)]  # noqa: SIM115 - closed below
    try:
        writers: list[pa.RecordBatchStreamWriter] = []
        for piece in events:
            table = pa.Table.from_pandas(piece, preserve_index=False)
            writers = writers or [pa.ipc.new_stream(file, table.schema) for file in files]
            part = pd.util.hash_array(piece[CASE].fillna("").to_numpy(dtype=object), categorize=False) % count
            for number in np.unique(part).tolist():
                writers[number].write_table(table.filter(pa.array(part == number)))
        for writer in writers:
            writer.close()
        for file in files[: len(writers)]:
            file.seek(0)
            yield pa.ipc.open_stream(file).read_pandas().astype("string")
    except OSError as wrong:
        raise UserError(f"{gettempdir()}: {wrong.strerror}, expected room for the log's events") from None
    finally:
        for file in files:
            file.close()


def _pivoted(events: pd.DataFrame, log: EventLog) -> pd.DataFrame:
    """A row for each case with an event that counts."""
    events["meant"] = events[ACTIVITY].map(log.activities)
    known = events.dropna(subset=["meant"])
    wide = known.drop_duplicates([CASE, "meant"]).pivot_table(
        index=CASE, columns="meant", values=TIMESTAMP, aggfunc="first"
    )
    wide = wide.join(events.groupby(CASE)[[name for name in TOLD_OF_CASES if name in events]].first())
    wide.index.name = "order"
    return wide.reset_index().astype("string")


def _columns(
    pieces: Iterator[pd.DataFrame], there: set[str], wanted: tuple[str, ...]
) -> tuple[Mapping[str, str], Iterator[tuple[pd.DataFrame, int]]]:
    some = {name: name for name in wanted if name in there}
    return some, ((piece[list(some)].fillna(""), 1) for piece in pieces)


def _events_of(mapped: MappedLog, log: EventLog, path: Path) -> Iterator[pd.DataFrame]:
    """The log's events, piece by piece."""
    try:
        if path.suffix in (XES, *OCEL):
            yield from event_frames(path, {str(name): one for name, one in log.columns.items()})
        else:
            columns = {CASE: CASE, ACTIVITY: ACTIVITY, TIMESTAMP: TIMESTAMP}
            columns |= {str(name): column for name, column in log.columns.items()}
            for table, _ in table_pieces(
                path, list(columns.values()), lambda there: _expect(mapped, columns, there)
            ):
                yield pd.DataFrame({name: table[column].astype("string") for name, column in columns.items()})
    except (OSError, ValueError, ElementTree.ParseError) as wrong:
        said = printable(shortened(str(wrong), 300))
        raise BadUsage(f"{path}: {said}; expected events as CSV, Parquet, XES or OCEL 2.0 (JSON)") from wrong


def _expect(mapped: MappedLog, columns: Mapping[str, str], there: list[str]) -> None:
    listed = ", ".join(printable(str(column)) for column in there[:40])
    missing = [
        mapped.fault("log.columns", f"found no column '{column}' for {name}, expected one of {listed}")
        for name, column in columns.items()
        if column not in there
    ]
    if missing:
        raise BadScenario(missing)

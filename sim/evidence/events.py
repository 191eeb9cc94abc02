"""One log of events (case, activity, timestamp) in place of two tables: pivoted into orders and claims.

Events of one case may stand anywhere. A large log is dealt out by case into files without a name first, so that
what is pivoted at a time fits into memory; the claims that are found on the way stay there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import get_args
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from sim.errors import BadScenario, BadUsage, UserError
from sim.evidence.log_files import ACTIVITY, CASE, OCEL, TIMESTAMP, TOLD_OF_CASES, XES, event_frames, table_pieces
from sim.evidence.mapping import ClaimColumn, EventLog, MappedLog, OrderColumn
from sim.scenario.wording import printable, shortened

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

"""One log of events (case, activity, timestamp) in place of two tables: pivoted into orders and claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pandas as pd

from sim.errors import BadScenario, BadUsage
from sim.evidence.mapping import ClaimColumn, EventLog, MappedLog, OrderColumn
from sim.evidence.ocel import is_ocel, ocel_events
from sim.scenario.wording import printable, shortened

Frames = dict[str, tuple[Mapping[str, str], Iterator[tuple[pd.DataFrame, int]]]]
CASE, ACTIVITY, TIMESTAMP = "case", "activity", "timestamp"
XES = {"case": "concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}


def tables_of_events(mapped: MappedLog) -> Frames:
    """The two tables that a log of events comes to; of an activity that comes twice in a case the first counts."""
    log = mapped.mapping.log
    assert log is not None
    events = _events_of(mapped, log)
    events["meant"] = events[ACTIVITY].map(log.activities)
    known = events.dropna(subset=["meant"])
    if known.empty:
        there = ", ".join(printable(str(name)) for name in events[ACTIVITY].unique()[:20])
        raise BadScenario([mapped.fault("log.activities", f"none of them is in the log, which has: {there}")])
    wide = known.drop_duplicates([CASE, "meant"]).pivot_table(
        index=CASE, columns="meant", values=TIMESTAMP, aggfunc="first"
    )
    wide = wide.join(
        events.groupby(CASE)[[name for name in ("seller", "value", "method") if name in events]].first()
    )
    wide.index.name = "order"
    wide = wide.reset_index().astype("string")
    return {
        "orders": _part(wide, get_args(OrderColumn), None),
        "claims": _part(wide, get_args(ClaimColumn), "requested"),
    }


def _part(
    wide: pd.DataFrame, columns: tuple[str, ...], asked: str | None
) -> tuple[Mapping[str, str], Iterator[tuple[pd.DataFrame, int]]]:
    some = {name: name for name in columns if name in wide.columns}
    if asked is not None:
        begun = [name for name in ("requested", "dispute_opened") if name in wide.columns]
        wide = wide[wide[begun].notna().any(axis=1)] if begun else wide.iloc[:0]
    return some, iter([(wide[list(some)].fillna(""), 1)])


def _events_of(mapped: MappedLog, log: EventLog) -> pd.DataFrame:
    path = mapped.file(log.file)
    if not path.is_file():
        raise BadScenario([mapped.fault("log.file", f"found '{printable(log.file)}', no such file")])
    try:
        if path.suffix == ".xes":
            return pd.DataFrame(_xes_events(path))
        if is_ocel(path):
            events = pd.DataFrame(ocel_events(path, {str(name): one for name, one in log.columns.items()}))
            if events.empty:
                raise ValueError("found no event of any case")
            return events.astype("string")
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype="string")
    except (OSError, ValueError, ElementTree.ParseError) as wrong:
        said = printable(shortened(str(wrong), 300))
        raise BadUsage(f"{path}: {said}; expected events as CSV, Parquet, XES or OCEL 2.0 (JSON)") from wrong
    columns = {"case": "case", "activity": "activity", "timestamp": "timestamp", **log.columns}
    missing = [name for name, column in columns.items() if column not in table.columns]
    if missing:
        there = ", ".join(printable(str(column)) for column in table.columns[:40])
        raise BadScenario(
            [
                mapped.fault(
                    "log.columns", f"found no column '{columns[name]}' for {name}, expected one of {there}"
                )
                for name in missing
            ]
        )
    return pd.DataFrame({name: table[column].astype("string") for name, column in columns.items()})


def _xes_events(path: Path) -> Iterator[dict[str, str]]:
    """Events of an XES file (IEEE 1849), one trace at a time; the trace's own attributes go with each of them."""
    for _, trace in ElementTree.iterparse(path):
        if not trace.tag.endswith("trace"):
            continue
        told = {child.get("key", ""): child.get("value", "") for child in trace if not child.tag.endswith("event")}
        for event in trace:
            if event.tag.endswith("event"):
                of_event = {child.get("key", ""): child.get("value", "") for child in event}
                yield {
                    CASE: told.get("concept:name", ""),
                    ACTIVITY: of_event.get("concept:name", ""),
                    TIMESTAMP: of_event.get("time:timestamp", ""),
                    **{name: told[name] for name in ("seller", "value", "method") if name in told},
                }
        trace.clear()

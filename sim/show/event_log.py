"""The journal of a run as event logs that process-mining tools read: XES (IEEE 1849) and OCEL 2.0 in JSON.

Both are written by ourselves, piece by piece: pm4py, which could, is under the AGPL. The marketplace has one clock
and no daylight saving, so a zone lends it a name and its standard offset, all the year: a day has 24 hours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import pandas as pd

from sim.errors import BadUsage

XES_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace"><string key="concept:name" value=""/></global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
  </global>
  <classifier name="activity" keys="concept:name"/>
"""


def offset_of(zone: str, year: int) -> timezone:
    """The standard offset of a zone such as Asia/Shanghai, UTC or +08:00. Raises BadUsage for another word."""
    if len(zone) == 6 and zone[0] in "+-" and zone[3] == ":" and (zone[1:3] + zone[4:]).isdigit():
        minutes = int(zone[1:3]) * 60 + int(zone[4:])
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
    try:
        place = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise BadUsage(f"--zone {zone!r}: expected a time zone such as Asia/Shanghai, UTC or +08:00") from None
    january, july = (datetime(year, month, 1, 12, tzinfo=place) for month in (1, 7))
    standard = min(one.utcoffset() or timedelta() for one in (january, july))
    return timezone(standard)


def xes_of(journals: Iterable[pd.DataFrame], name: str, offset: timezone) -> Iterator[str]:
    """An XES log: a trace per order, its events as they came."""
    yield XES_HEAD
    yield f'  <string key="concept:name" value={quoteattr(name)}/>\n'
    for journal in journals:
        for case, events in journal.groupby("case_id", sort=False):
            yield f'  <trace>\n    <string key="concept:name" value={quoteattr(str(case))}/>\n'
            for event in events.itertuples(index=False):
                detail = f'<string key="detail" value={quoteattr(str(event.detail))}/>' if event.detail else ""
                yield (
                    f'    <event><string key="concept:name" value={quoteattr(str(event.activity))}/>'
                    f'<date key="time:timestamp" value="{_moment(event.timestamp, offset)}"/>'
                    f'<string key="org:resource" value={quoteattr(str(event.resource))}/>{detail}</event>\n'
                )
            yield "  </trace>\n"
    yield "</log>\n"


def ocel_of(journals: Iterable[pd.DataFrame], orders: Iterable[pd.DataFrame], offset: timezone) -> Iterator[str]:
    """An OCEL 2.0 log in JSON: orders and their sellers are objects; an event belongs to both."""
    yield '{"objectTypes": ' + json.dumps(_OBJECT_TYPES) + ',\n "objects": [\n'
    yield from _listed(_objects(orders, offset))
    activities: dict[str, None] = {}
    yield '],\n "events": [\n'
    yield from _listed(_events(journals, offset, activities))
    kinds = [
        {
            "name": activity,
            "attributes": [{"name": "detail", "type": "string"}, {"name": "resource", "type": "string"}],
        }
        for activity in activities
    ]
    yield '],\n "eventTypes": ' + json.dumps(kinds, ensure_ascii=False) + "}\n"


_OBJECT_TYPES = [
    {
        "name": "order",
        "attributes": [
            *({"name": name, "type": "float"} for name in ("value", "refund")),
            *({"name": name, "type": "string"} for name in ("claim", "outcome", "route", "payment_method")),
        ],
    },
    {"name": "seller", "attributes": [{"name": "type", "type": "string"}]},
]


def _listed(entries: Iterator[dict[str, object]]) -> Iterator[str]:
    """Entries of a JSON list, a line each."""
    for number, entry in enumerate(entries):
        yield ("" if number == 0 else ",\n") + json.dumps(entry, ensure_ascii=False, allow_nan=False)
    yield "\n"


def _objects(orders: Iterable[pd.DataFrame], offset: timezone) -> Iterator[dict[str, object]]:
    for table in orders:
        sellers: dict[str, str] = {}
        for one in table.to_dict("records"):
            seller = f"{one['replication']}-seller-{one['seller']}"
            sellers.setdefault(seller, str(one["seller_type"]))
            paid = _moment(one["paid_at"], offset)
            told = {name: one[name] for name in ("value", "refund", "claim", "outcome", "route", "payment_method")}
            yield {
                "id": f"{one['replication']}-{one['order']}",
                "type": "order",
                "attributes": [
                    {"name": name, "time": paid, "value": value if isinstance(value, float) else str(value)}
                    for name, value in told.items()
                    if value == value
                ],
                "relationships": [{"objectId": seller, "qualifier": "sold by"}],
            }
        for seller, kind in sellers.items():
            since = _moment(table["paid_at"].min(), offset)
            yield {
                "id": seller,
                "type": "seller",
                "attributes": [{"name": "type", "time": since, "value": kind}],
                "relationships": [],
            }


def _events(
    journals: Iterable[pd.DataFrame], offset: timezone, activities: dict[str, None]
) -> Iterator[dict[str, object]]:
    number = 0
    for journal in journals:
        for event in journal.to_dict("records"):
            activities.setdefault(str(event["activity"]))
            related = [{"objectId": str(event["case_id"]), "qualifier": "of"}]
            resource = str(event["resource"])
            if resource.startswith("seller "):
                replication = str(event["case_id"]).split("-")[0]
                related.append({"objectId": f"{replication}-seller-{resource.split()[1]}", "qualifier": "by"})
            yield {
                "id": f"e{number}",
                "type": str(event["activity"]),
                "time": _moment(event["timestamp"], offset),
                "attributes": [
                    {"name": "detail", "value": str(event["detail"] or "")},
                    {"name": "resource", "value": resource},
                ],
                "relationships": related,
            }
            number += 1


def _moment(local: Any, offset: timezone) -> str:
    return pd.Timestamp(local).to_pydatetime().replace(tzinfo=offset).isoformat()

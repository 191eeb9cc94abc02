"""How relations between two worlds are told: change a drawn file, live through both, and see what differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from sim.chance.draws import draw_replication
from sim.market.engine import run_simpy
from sim.records.evidence import Evidence
from sim.records.table import Records
from sim.scenario.calendars import Calendar, CalendarSpec, resolve
from sim.scenario.selling import all_calendars
from tests.property.strategies import File, scenario_of

Changes = Mapping[str, Any]
"""Path in the file → what stands there; `*` is every key, as in `{"market.sellers.types.*.arrange": "1 d"}`."""


def changed(file: File, *changes: Changes) -> File:
    """The file with these changes, one after the other. A lever that is not there is not changed."""
    file = deepcopy(file)
    for path, value in (change for some in changes for change in some.items()):
        _put(file, path.split("."), value)
    return file


def _put(place: Any, path: list[str], value: Any) -> None:
    if not isinstance(place, dict):  # a lever that is `none`
        return
    first, *rest = path
    for key in list(place) if first == "*" else [first]:
        if rest:
            _put(place.setdefault(key, {}), rest, value)
        elif first != "*" or place[key] != "none":
            place[key] = deepcopy(value)


def lived_through(file: File, *, with_journal: bool = False) -> Evidence:
    """The file's first replication."""
    scenario = scenario_of(file)
    calendars = all_calendars(scenario, lambda spec, start, days: _calendar(spec.model_dump_json(), start, days))
    draws = draw_replication(scenario, 0, calendars)
    return Evidence(scenario, run_simpy(scenario, draws, calendars, with_journal=with_journal), calendars)


@cache
def _calendar(written: str, start: date, days: int) -> Calendar:
    """Drawn worlds have few calendars between them."""
    return resolve(CalendarSpec.model_validate_json(written), start, days)


def differences(one: Records, other: Records, *, but: Collection[str] = ()) -> list[str]:
    """Where two outcome tables differ, but for these columns; nothing where every order fares the same."""
    if one.claims["order"].tolist() != other.claims["order"].tolist():
        return ["there are other claims"]
    found = [
        f"{column} of order {one.claims['order'][row]}: {one.claims[column][row]} and {other.claims[column][row]}"
        for column in sorted(set(one.claims) - set(but))
        for row in np.flatnonzero(one.claims[column] != other.claims[column])[:1]
    ]
    if one.draws.refunded_unasked.tolist() != other.draws.refunded_unasked.tolist():
        found.append("others are refunded unasked")
    if one.queue_seconds.tolist() != other.queue_seconds.tolist():
        found.append("the queues were of other lengths")
    return found

"""Everybody's calendar in one array, and the clocks that run by it.

The almanac begins with a header for each party: where its five tables begin, where the last one ends, and the
first instant that its calendar does not know.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled.jit import step
from sim.compiled.layout import Record, Words, World
from sim.rules import clocks
from sim.scenario.calendars import Calendar
from sim.vocabulary import Party

TABLES = len(Calendar._fields) - 1
HEADER = TABLES + 2


def almanac_of(calendars: dict[Party, Calendar]) -> Words:
    """Lay the calendars of all parties out one after the other."""
    tables = [np.array(table, dtype=np.int64) for party in Party for table in calendars[party][:TABLES]]
    begins = np.cumsum([HEADER * len(Party), *map(len, tables)])
    headers = [
        [*begins[TABLES * party : TABLES * (party + 1) + 1].tolist(), calendars[party].end] for party in Party
    ]
    return np.concatenate([np.array(headers, dtype=np.int64).ravel(), *tables])


@step
def calendar_of(almanac: Any, party: int) -> Calendar:
    """One party's calendar, as the rules read it."""
    at = HEADER * party
    return Calendar(
        almanac[almanac[at] : almanac[at + 1]],
        almanac[almanac[at + 1] : almanac[at + 2]],
        almanac[almanac[at + 2] : almanac[at + 3]],
        almanac[almanac[at + 3] : almanac[at + 4]],
        almanac[almanac[at + 4] : almanac[at + 5]],
        almanac[at + 6],
    )


@step
def later(world: World, party: int, since: int, kind: int, seconds: int) -> int:
    """So long after an instant, on this party's clock; NEVER where there is no limit."""
    if clocks.is_on_the_wall(kind):
        return clocks.on_the_wall(since, kind, seconds)
    return clocks.instant_after(since, kind, seconds, calendar_of(world.almanac, party))


@step
def after(world: World, party: int, since: int, span: Record) -> int:
    """So long after an instant, as the policy says."""
    return later(world, party, since, span.kind, span.seconds)

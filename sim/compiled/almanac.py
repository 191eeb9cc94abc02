"""Everybody's calendar in one array.

The almanac begins with a header for each party: how far behind it its five tables begin, and the last one ends, and
the first instant that its calendar does not know.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from sim.compiled.layout import Codes
from sim.scenario.calendars import Calendar
from sim.vocabulary import Party

TABLES = len(Calendar._fields) - 1
HEADER = TABLES + 2
_LATEST: deque[tuple[Calendar, list[Codes]]] = deque(maxlen=64)
"""Tables of some calendars: scenarios share them."""


def almanac_of(calendars: dict[Party, Calendar]) -> Codes:
    """Lay the calendars of all parties out one after the other, by number."""
    in_turn = [calendar for _, calendar in sorted(calendars.items())]
    tables = [table for calendar in in_turn for table in _tables_of(calendar)]
    begins = np.cumsum([HEADER * len(in_turn), *map(len, tables)])
    headers = [
        [*(begins[TABLES * number : TABLES * (number + 1) + 1] - HEADER * number).tolist(), calendar.end]
        for number, calendar in enumerate(in_turn)
    ]
    return np.concatenate([np.array(headers, dtype=np.int64).ravel(), *tables])


def _tables_of(calendar: Calendar) -> list[Codes]:
    found = next((tables for known, tables in _LATEST if known is calendar), None)
    if found is None:
        found = [np.array(table, dtype=np.int64) for table in calendar[:TABLES]]
        _LATEST.append((calendar, found))
    return found

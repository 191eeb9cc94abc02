"""Everybody's calendar in one array.

The almanac begins with a header for each party: where its five tables begin, where the last one ends, and the
first instant that its calendar does not know.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.layout import Codes
from sim.scenario.calendars import Calendar
from sim.vocabulary import Party

TABLES = len(Calendar._fields) - 1
HEADER = TABLES + 2


def almanac_of(calendars: dict[Party, Calendar]) -> Codes:
    """Lay the calendars of all parties out one after the other, by number."""
    in_turn = [calendar for _, calendar in sorted(calendars.items())]
    tables = [np.array(table, dtype=np.int64) for calendar in in_turn for table in calendar[:TABLES]]
    begins = np.cumsum([HEADER * len(in_turn), *map(len, tables)])
    headers = [
        [*begins[TABLES * number : TABLES * (number + 1) + 1].tolist(), calendar.end]
        for number, calendar in enumerate(in_turn)
    ]
    return np.concatenate([np.array(headers, dtype=np.int64).ravel(), *tables])

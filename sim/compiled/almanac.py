"""Everybody's calendar in one array.

The almanac begins with a header for each party: where its five tables begin, where the last one ends, and the
first instant that its calendar does not know.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.layout import Words
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

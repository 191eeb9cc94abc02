"""How long desks have been open until an instant, for many instants and several calendars at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.chance.facts import Ints
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Party


def open_until(instants: Ints, whose: Ints, calendars: Mapping[Party, Calendar]) -> Ints:
    """How long the calendar of each party has been open by its instant (s). Nothing is open after a calendar's end.

    The difference of two is what `rules.clocks.working_time` gives one by one.
    """
    spells = _laid_out(calendars)
    at = np.asarray(np.minimum(instants, spells.end))
    spell = spells.first[spells.begins[whose] + at // DAY]
    for _ in range(spells.most):
        spell += spells.closes[spell] <= at
    at -= spells.opens[spell]
    np.maximum(at, 0, out=at)
    at += spells.before[spell]
    return at


class _Spells(NamedTuple):
    """Those of several calendars one below the other, each with one more behind its end, which never closes."""

    opens: Ints
    closes: Ints
    before: Ints
    """How long its calendar was open before each spell (s)."""
    first: Ints
    """Day by day, one calendar after the other: the first spell that closes after the day's first instant."""
    begins: Ints
    """Party → where the days of its calendar begin there."""
    end: int
    """First instant that no calendar knows: all of a scenario reach as far."""
    most: int
    """Spells that close within one day, at the most."""


_LAID_OUT: deque[tuple[Mapping[Party, Calendar], _Spells]] = deque(maxlen=8)
"""Those asked for last: replications, and scenarios with the same calendars, ask for the same."""


def _laid_out(calendars: Mapping[Party, Calendar]) -> _Spells:
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    found = next((spells for known, spells in tuple(_LAID_OUT) if _are_the_same(known, calendars)), None)
    if found is None:
        _LAID_OUT.append((calendars, found := _below_each_other(calendars)))
    return found


def _are_the_same(known: Mapping[Party, Calendar], calendars: Mapping[Party, Calendar]) -> bool:
    return known.keys() == calendars.keys() and all(known[party] is one for party, one in calendars.items())


def _below_each_other(calendars: Mapping[Party, Calendar]) -> _Spells:
    begins, end = np.zeros(max(calendars) + 1, dtype=np.int64), next(iter(calendars.values())).end
    opens: list[int] = []
    closes: list[int] = []
    before: list[int] = []
    first: list[int] = []
    most = 0
    for party, one in calendars.items():
        firsts = np.array([*one.first, len(one.opens)])
        begins[party] = len(first)
        first += (len(opens) + firsts).tolist()
        opens += [*one.opens, end]
        closes += [*one.closes, NEVER]
        before += np.cumsum([0, *np.subtract(one.closes, one.opens)]).tolist()
        most = max(most, int(np.diff(firsts).max()))
    return _Spells(np.array(opens), np.array(closes), np.array(before), np.array(first), begins, end, most)

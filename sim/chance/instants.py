"""`rules.clocks.instant_after` for many orders at once: the same whole seconds, by look-ups in arrays."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.chance.facts import Ints
from sim.errors import BeyondCalendar
from sim.rules.clocks import BEYOND
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, NEVER, Kind

SomeInstants = TypeVar("SomeInstants", Ints, NDArray[np.float64])
"""Instants, in whole seconds or not."""


class Arrays(NamedTuple):
    """A calendar's tables as arrays, for look-ups of many instants at once."""

    opens: Ints
    closes: Ints
    days: Ints
    rank: Ints
    done_before: Ints
    """Working time (s) until each spell opens."""
    done_after: Ints
    """Until it closes."""


_LAID_OUT: deque[tuple[Calendar, Arrays]] = deque(maxlen=64)
"""The calendars of a run or two: each has some thousand entries, and every replication looks things up in them."""


def arrays_of(calendar: Calendar) -> Arrays:
    """The same tables, laid out once for each calendar."""
    # Of a copy: whoever hands in an executor of threads adds to it meanwhile.
    for known, arrays in tuple(_LAID_OUT):
        if known is calendar:
            return arrays
    tables = (calendar.opens, calendar.closes, calendar.days, calendar.rank)
    opens, closes, days, rank = (np.array(table, dtype=np.int64) for table in tables)
    done_after = np.cumsum(closes - opens)
    arrays = Arrays(opens, closes, days, rank, done_after - (closes - opens), done_after)
    _LAID_OUT.append((calendar, arrays))
    return arrays


def instants_after(since: Ints, kind: int, amounts: Ints, calendar: Calendar) -> Ints:
    """The instants at which durations of one kind, begun at `since`, are over; NEVER where they never are.

    Raises BeyondCalendar where the rule for a single one does.
    """
    shape, ends = np.broadcast(since, amounts).shape, (since < NEVER) & (amounts < NEVER)
    if kind != Kind.NONE and ends.all():
        return _after(np.broadcast_to(since, shape), kind, np.broadcast_to(amounts, shape), calendar)
    after = np.full(shape, NEVER, dtype=np.int64)
    if kind != Kind.NONE and ends.any():
        begun, lasts = np.broadcast_to(since, shape)[ends], np.broadcast_to(amounts, shape)[ends]
        after[ends] = _after(begun, kind, lasts, calendar)
    return after


def _after(begun: Ints, kind: int, lasts: Ints, calendar: Calendar) -> Ints:
    """Where all come."""
    if kind == Kind.WALL:
        return begun + lasts
    if kind == Kind.BUSINESS:
        return _business_time_after(begun, lasts, calendar)
    return _work_ends(begun, lasts, calendar)


def earlier_or_later(ends: SomeInstants, until: int, later: bool) -> SomeInstants:
    """`rules.clocks.last_of` for many: of each end and a fixed last second, the one that counts."""
    return np.maximum(ends, until) if later else np.minimum(ends, until)


def _business_time_after(since: Ints, amounts: Ints, calendar: Calendar) -> Ints:
    """On the axis of business days only; a start on a day off counts as 00:00 of the next business day."""
    _known(since, calendar)
    arrays = arrays_of(calendar)
    days, rank = arrays.days, arrays.rank[since // DAY]
    on_business_day = np.append(days, -1)[rank] == since // DAY  # behind the last one there is none
    axis = rank * DAY + np.where(on_business_day, since % DAY, 0) + amounts
    if np.any(axis // DAY >= len(days)):
        raise BeyondCalendar(BEYOND)
    ends: Ints = days[axis // DAY] * DAY + axis % DAY
    return ends


def _work_ends(since: Ints, work: Ints, calendar: Calendar) -> Ints:
    """Work put end to end: the spell in which its last second falls, and how far into that."""
    _known(since, calendar)
    opens, closes, _, _, done_before, done_after = arrays_of(calendar)
    spell = np.searchsorted(closes, since, side="right")
    if np.any(spell == len(opens)):
        raise BeyondCalendar(BEYOND)
    done = done_before[spell] + np.maximum(since - opens[spell], 0) + work
    last = np.maximum(np.searchsorted(done_after, done, side="left"), spell)
    if np.any(last == len(opens)):
        raise BeyondCalendar(BEYOND)
    ends: Ints = closes[last] - (done_after[last] - done)
    return ends


def _known(since: Ints, calendar: Calendar) -> None:
    if np.any((since < 0) | (since >= calendar.end)):
        raise BeyondCalendar(BEYOND)

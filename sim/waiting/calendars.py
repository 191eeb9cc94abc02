"""Business and working time between two instants, and the last look that would have led to an answer by now."""

from __future__ import annotations

import numpy as np

from sim.arrays import Ints
from sim.chance.instants import arrays_of
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, Kind

NOTHING = -1
"""Not even a duration of no time would be over: it would end at the next opening."""


def elapsed(since: Ints, now: Ints, kind: int, calendar: Calendar) -> Ints:
    """The longest duration of this kind (s), begun at `since`, that is over by `now`; NOTHING where none is.

    What `chance.instants.instants_after` puts in, this takes out. Instants lie within the calendar.
    """
    since, now = np.broadcast_arrays(since, now)
    if kind == Kind.BUSINESS:
        length = _business_axis(now, calendar, last=True) - _business_axis(since, calendar, last=False)
    elif kind == Kind.WORK:
        length = np.where(
            next_open(since, calendar) <= now, worked(now, calendar) - worked(since, calendar), NOTHING
        )
    else:
        length = now - since
    longest: Ints = np.where(now < since, NOTHING, np.maximum(length, NOTHING))
    return longest


def worked(until: Ints, calendar: Calendar) -> Ints:
    """Open seconds before an instant, since the calendar's first."""
    opens, closes, *_ = arrays_of(calendar)
    after = np.cumsum(closes - opens)
    spell = np.searchsorted(closes, until, side="right")
    inside = np.minimum(spell, len(opens) - 1)
    begun = np.where(spell < len(opens), np.clip(until - opens[inside], 0, closes[inside] - opens[inside]), 0)
    seconds: Ints = np.where(spell > 0, after[np.maximum(spell, 1) - 1], 0) + begun
    return seconds


def last_look(now: Ints, work: Ints, calendar: Calendar) -> Ints:
    """The last instant at which work of this length could have been taken up to be done by `now`; −1 where none."""
    opens, closes, *_ = arrays_of(calendar)
    lengths = closes - opens
    before = np.cumsum(lengths) - lengths
    axis = worked(now, calendar) - work
    spell = np.clip(np.searchsorted(before, axis, side="right") - 1, 0, len(opens) - 1)
    looked = opens[spell] + axis - before[spell]
    latest: Ints = np.where(work == 0, open_by(now, calendar), np.where(axis >= 0, looked, -1))
    return latest


def open_by(now: Ints, calendar: Calendar) -> Ints:
    """Each of these instants where it is open, else the last open second before; −1 where there was none."""
    return np.where(next_open(now, calendar) == now, now, _last_open(now, calendar))


def _last_open(now: Ints, calendar: Calendar) -> Ints:
    """The last open second before an instant of rest; −1 where there was none."""
    closes = arrays_of(calendar).closes
    spell = np.searchsorted(closes, now, side="right")
    last: Ints = np.where(spell > 0, closes[np.maximum(spell, 1) - 1] - 1, -1)
    return last


def next_open(since: Ints, calendar: Calendar) -> Ints:
    """The first open instant from each of these on."""
    opens, closes, *_ = arrays_of(calendar)
    spell = np.minimum(np.searchsorted(closes, since, side="right"), len(opens) - 1)
    return np.maximum(opens[spell], since)


def _business_axis(instant: Ints, calendar: Calendar, *, last: bool) -> Ints:
    """A place on the axis of business days only; of a day off the last second before it, or the first after."""
    days, rank = arrays_of(calendar).days, arrays_of(calendar).rank[instant // DAY]
    at_work = np.append(days, -1)[rank] == instant // DAY
    axis: Ints = rank * DAY + np.where(at_work, instant % DAY, -1 if last else 0)
    return axis

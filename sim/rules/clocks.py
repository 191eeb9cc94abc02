"""Clocks: when work is done, when a term of business days is over, when a duration of any kind has passed.

Instants, lengths and calendars are whole seconds since the scenario's first midnight. Both engines run this
very source, one of them compiled, so there is nothing here but integers, look-ups and loops. A calendar
knows the instants [0, end); any function that is asked about another one, or whose answer lies beyond the
last spell, raises BeyondCalendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import BeyondCalendar
from sim.scenario.durations import DAY, NEVER, Kind

if TYPE_CHECKING:
    from sim.scenario.calendars import Calendar

BEYOND = (
    "a run went past the days that its calendars know (ten years after the last order): "
    "some party's calendar is open too rarely for its work, or a duration is too long"
)
# Plain integers: three look-ups of an enum's members would take as long as the clock itself.
_NONE, _WALL, _BUSINESS = int(Kind.NONE), int(Kind.WALL), int(Kind.BUSINESS)


def spell_after(t: int, calendar: Calendar) -> int:
    """Number of the spell that t lies in, else of the next one; behind the last one, the number of spells."""
    if not 0 <= t < calendar.end:
        raise BeyondCalendar(BEYOND)
    closes = calendar.closes
    k = calendar.first[t // DAY]
    while k < len(closes) and closes[k] <= t:
        k += 1
    return k


def last_of(limit: int, until: int, later: bool) -> int:
    """Of a limit and a fixed last second, the one that counts; NEVER is no limit, and no date."""
    return max(limit, until) if later else min(limit, until)


def is_open(t: int, calendar: Calendar) -> bool:
    """Whether staff take requests at t. A spell holds its opening instant, not its closing one."""
    k = spell_after(t, calendar)
    return k < len(calendar.opens) and calendar.opens[k] <= t


def next_opening(t: int, calendar: Calendar) -> int:
    """The first open instant from t on: t itself when open."""
    k = spell_after(t, calendar)
    if k == len(calendar.opens):
        raise BeyondCalendar(BEYOND)
    opens = calendar.opens[k]
    return opens if opens > t else t


def work_ends(t: int, work: int, calendar: Calendar) -> int:
    """The instant at which work taken up at t is done: it advances only in opening hours.

    Zero work taken up while closed ends at the next opening; work that exactly fits ends at closing.
    """
    k = spell_after(t, calendar)
    opens, closes = calendar.opens, calendar.closes
    while k < len(closes):
        ends = (opens[k] if opens[k] > t else t) + work
        if ends <= closes[k]:
            return ends
        work = ends - closes[k]
        k += 1
    raise BeyondCalendar(BEYOND)


def working_time(t0: int, t1: int, calendar: Calendar) -> int:
    """Open seconds in [t0, t1); none when t1 is not after t0. What work_ends puts in, this takes out."""
    if t1 <= t0:
        return 0
    if t1 > calendar.end:
        raise BeyondCalendar(BEYOND)
    k = spell_after(t0, calendar)
    seconds = 0
    while k < len(calendar.opens) and calendar.opens[k] < t1:
        seconds += min(t1, calendar.closes[k]) - max(t0, calendar.opens[k])
        k += 1
    return seconds


def business_time_after(t: int, amount: int, calendar: Calendar) -> int:
    """The instant at which `amount` of business time, 86,400 s to the business day, has passed since t.

    Think of an axis on which only business days exist, each with its 24 hours. So n business days end at the
    same time of day on the n-th business day after t's; t on a day off counts as 00:00 of the next business
    day; and half a day from Friday noon is Monday 00:00 (rulebook §1).
    """
    if not 0 <= t < calendar.end:
        raise BeyondCalendar(BEYOND)
    days = calendar.days
    k = calendar.rank[t // DAY]
    if k < len(days) and days[k] == t // DAY:
        amount += t % DAY
    k += amount // DAY
    if k >= len(days):
        raise BeyondCalendar(BEYOND)
    return days[k] * DAY + amount % DAY


def instant_after(t: int, kind: int, amount: int, calendar: Calendar) -> int:
    """The instant at which a duration begun at t is over: `kind` as in `Kind`, `amount` in its seconds.

    NEVER if there is no duration, if it never ends, or if t itself never comes.
    """
    if kind == _NONE or amount >= NEVER or t >= NEVER:
        return NEVER
    if kind == _WALL:
        return t + amount
    if kind == _BUSINESS:
        return business_time_after(t, amount, calendar)
    return work_ends(t, amount, calendar)


def is_on_the_wall(kind: int) -> bool:
    """Whether a duration of this kind needs no calendar, if it is one at all."""
    return kind <= _WALL


def on_the_wall(t: int, kind: int, amount: int) -> int:
    """The instant at which a duration on the clock on the wall is over, wherever and whoever one is."""
    return NEVER if kind == _NONE or amount >= NEVER or t >= NEVER else t + amount

"""Instants, lengths of time and money as people say them, never in the words of the machine's locale.

Within a sentence their parts hang together by no-break spaces: a line may end before `24.10 USD`, not inside.
"""

from __future__ import annotations

from datetime import date, timedelta

from sim.scenario.durations import DAY, HOUR, MINUTE

HELD = "\N{NO-BREAK SPACE}"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_of(at: int, start: date) -> str:
    """`Tue  2 Oct 2018`, always as wide, for an instant in seconds since `start`."""
    day = start + timedelta(days=at // DAY)
    return f"{_WEEKDAYS[day.weekday()]} {day.day:2} {_MONTHS[day.month - 1]} {day.year}"


def day_and_month(day: date) -> str:
    """`8 Feb`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def time_of(at: int) -> str:
    """`14:03`; seconds are for machines."""
    return f"{at % DAY // HOUR:02}:{at % HOUR // MINUTE:02}"


def deadline(at: int, start: date) -> str:
    """`Thu 11 Oct 19:15`, as it stands within a sentence. The year stands in the margin."""
    return HELD.join([*day_of(at, start).split()[:3], time_of(at)])


def length(seconds: int) -> str:
    """`40 s`, `12 min`, `5 h 12 min`, `9 days`, `26 d 3 h`: to the minute below a day, to the hour above."""
    if seconds < MINUTE:
        return f"{seconds}{HELD}s"
    unit = MINUTE if seconds < DAY else HOUR
    rounded = (seconds + unit // 2) // unit * unit
    if rounded % DAY == 0:
        return f"1{HELD}day" if rounded == DAY else f"{rounded // DAY}{HELD}days"
    days, rest = divmod(rounded, DAY)
    parts = {"d": days, "h": rest // HOUR, "min": rest % HOUR // MINUTE}
    return HELD.join(f"{count}{HELD}{unit}" for unit, count in parts.items() if count)


def money(cents: int, currency: str) -> str:
    """`1,024.10 USD`."""
    return f"{cents // 100:,}.{cents % 100:02}{HELD}{currency}"

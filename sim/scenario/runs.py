"""Payment runs: the instants at which a platform pays its refunds together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from sim.errors import UserError
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, HOUR, MINUTE

_TIME = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
RunTime = Annotated[str, Field(pattern=_TIME), AfterValidator(str)]
"""A time of day, written 17:30."""


def second_of(time: str) -> int:
    """`17:30` → 63,000 s after midnight."""
    hour, minute = map(int, time.split(":"))
    return hour * HOUR + minute * MINUTE


def runs_of(weekdays: Collection[int], time: str, start: date, bank: Calendar) -> Calendar:
    """A calendar that is open for the very second of each run: on these weekdays, if the bank has a business day.

    Raises UserError where there is none.
    """
    days = [day for day in bank.days if (start.weekday() + day) % 7 in weekdays]
    if not days:
        raise UserError("found payment runs on days that are never business days of the bank")
    opens = [day * DAY + second_of(time) for day in days]
    count = bank.end // DAY
    closes = [instant + 1 for instant in opens]
    first = [bisect_left(closes, day * DAY + 1) for day in range(count)]
    return Calendar(opens, closes, first, [bisect_left(days, day) for day in range(count)], days, bank.end)

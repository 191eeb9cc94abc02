"""When a party works: what a scenario says of it, and the tables it becomes.

    seller:
      hours: {mon-fri: ["09:00-12:00", "13:30-18:00"], sat: "09:00-12:00"}
      holidays: [CN, {country: BR, subdivision: SP}]
      closed: [{from: 2019-01-31, to: 2019-02-10, why: Spring Festival}, 2019-05-02]

A calendar without hours is open round the clock; holidays and closed days are closed from midnight to
midnight. `resolve` unrolls all this from the first local midnight of a scenario into a `Calendar`: plain
lists of seconds and days, which is all that the clocks of both engines see.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import (
    AfterValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import CoreSchema, core_schema

from sim.errors import UserError
from sim.scenario.base import Described, did_you_mean
from sim.scenario.days import ClosedSpell, Holidays, second_of
from sim.scenario.durations import DAY, HOUR, MINUTE
from sim.scenario.wording import shown
from sim.vocabulary import Weekday

WEEKDAYS = {
    first.word if first is last else f"{first.word}-{last.word}": tuple(
        Weekday((first + step) % 7) for step in range((last - first) % 7 + 1)
    )
    for first in Weekday
    for last in Weekday
}
"""How a weekday or a range of them is written, and the weekdays it means; `sun-thu` is fine."""
_TIME = "([01]?[0-9]|2[0-3]):[0-5][0-9]"
_SPELL = re.compile(f"{_TIME}-({_TIME}|24:00)")


class Calendar(NamedTuple):
    """A party's opening hours over a stretch of days, as lists that a clock can look things up in.

    Instants are whole seconds since the first day's midnight; day 0 is the first day. A business day is a day
    on which the calendar opens at all.
    """

    opens: list[int]
    """First instant of each spell, in order; spells that touch (24:00 and 00:00) are one."""
    closes: list[int]
    """First instant after each spell: spell k is [opens[k], closes[k])."""
    first: list[int]
    """Day → number of the first spell that closes after the day's first instant."""
    rank: list[int]
    """Day → number of the first business day on or after it."""
    days: list[int]
    """Number of a business day → day."""
    end: int
    """First instant that the calendar does not know."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Opening hours [opens, closes) within one day, in seconds since its midnight."""

    opens: int
    closes: int

    def __str__(self) -> str:
        times = (f"{t // HOUR:02}:{t % HOUR // MINUTE:02}" for t in (self.opens, self.closes))
        return "-".join(times)


ROUND_THE_CLOCK = Spell(0, DAY)


def as_spell(value: Any) -> Spell:
    """`"09:00-12:00"` → 32,400 s to 43,200 s. Raises ValueError that says what was found and expected."""
    if isinstance(value, Spell):
        return value
    found = f"found {shown(value)}"
    if not isinstance(value, str) or not _SPELL.fullmatch(value):
        raise ValueError(f"{found}, expected opening hours such as '09:00-12:00', between 00:00 and 24:00")
    opens, closes = map(second_of, value.split("-"))
    if closes == opens:
        raise ValueError(f"{found}, which is no time at all; for a day off leave the weekday out")
    if closes < opens:
        raise ValueError(f"{found}, which closes before it opens; split a night shift at 24:00")
    return Spell(opens, closes)


def _in_order(spells: tuple[Spell, ...]) -> tuple[Spell, ...]:
    for earlier, later in pairwise(spells):
        if later.opens < earlier.closes:
            problem = "overlaps" if earlier.opens < later.closes else "stands before"
            raise ValueError(f"found '{earlier}', which {problem} '{later}', expected spells in order")
    return spells


def _as_weekdays(value: Any) -> str:
    if value in WEEKDAYS:
        return str(value)
    near = did_you_mean(str(value).lower(), WEEKDAYS)
    raise ValueError(f"found {shown(value)}, expected weekdays such as 'mon' or 'mon-fri'{near}")


class OneOrMany:
    """Annotates a tuple: a file may give a list, or the only entry by itself, or `none` for an empty list."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        one = TypeAdapter(get_args(source)[0])

        def read(value: Any, many: Callable[[Any], Any]) -> Any:
            value = () if value == "none" else value
            return many(tuple(value) if isinstance(value, list | tuple) else (one.validate_python(value),))

        return core_schema.no_info_wrap_validator_function(read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many, {"const": "none"}]}


_SPELL_TEXT = {"type": "string", "pattern": f"^{_SPELL.pattern}$", "examples": ["09:00-12:00", "00:00-24:00"]}
SpellOfDay = Annotated[Spell, PlainValidator(as_spell), PlainSerializer(str), WithJsonSchema(_SPELL_TEXT)]
"""Opening hours within one day, written 09:00-12:00."""
SpellsOfDay = Annotated[tuple[SpellOfDay, ...], AfterValidator(_in_order), OneOrMany()]
"""All opening hours of one day, in order."""
_WEEKDAYS_TEXT = {"type": "string", "enum": list(WEEKDAYS)}
Weekdays = Annotated[str, PlainValidator(_as_weekdays), WithJsonSchema(_WEEKDAYS_TEXT)]
"""A weekday or a range of them, written mon-fri."""


class CalendarSpec(Described):
    """When a party works, as a scenario says it. Without a word it is open round the clock every day."""

    hours: dict[Weekdays, SpellsOfDay] | None = None
    """Opening hours by weekday or range of weekdays; one that is left out, or has `[]`, is a day off."""
    holidays: Annotated[tuple[Holidays, ...], OneOrMany()] = ()
    """Whose public holidays are days off."""
    closed: Annotated[tuple[ClosedSpell, ...], OneOrMany()] = ()
    """Other days off, by date."""

    @field_validator("hours")
    @classmethod
    def _each_weekday_once_and_one_open(cls, hours: dict[str, Any] | None) -> dict[str, Any] | None:
        owners: dict[Weekday, str] = {}
        for words in hours or ():
            for weekday in WEEKDAYS[words]:
                if (owner := owners.setdefault(weekday, words)) != words:
                    raise ValueError(f"found {weekday.word} in both '{owner}' and '{words}'")
        if hours is not None and not any(hours.values()):
            raise ValueError("found no opening hours all week, expected some such as mon-fri: 09:00-17:00")
        return hours

    def week(self) -> list[tuple[Spell, ...]]:
        """The spells of each weekday, Monday first."""
        if self.hours is None:
            return [(ROUND_THE_CLOCK,)] * 7
        spells = {weekday: spells for words, spells in self.hours.items() for weekday in WEEKDAYS[words]}
        return [spells.get(weekday, ()) for weekday in Weekday]


ALWAYS_OPEN = CalendarSpec()


def resolve(spec: CalendarSpec, start: date, days: int) -> Calendar:
    """Unroll a calendar over `days` days from `start`: the week's hours over and over, less the days off.

    Raises UserError when it never opens in all that time.
    """
    week, off = tuple(spec.week()), frozenset(_days_off(spec, start, days))
    calendar = _unrolled(week, off, start.weekday(), days)
    if calendar is None:
        raise UserError(f"found a calendar that never opens in the {days} days from {start}")
    return calendar


@lru_cache(maxsize=64)
def _unrolled(week: tuple[tuple[Spell, ...], ...], off: frozenset[int], first: int, days: int) -> Calendar | None:
    """The calendar of such a week, from a first day on this weekday; None where it never opens.

    It is read and never changed, so one serves all who keep the same hours: a command asks several times for each.
    """
    weekdays = [(first + day) % 7 for day in range(days)]
    business = [day for day in range(days) if week[weekdays[day]] and day not in off]
    if not business:
        return None
    opens, closes = _joined((day * DAY, spell) for day in business for spell in week[weekdays[day]])
    return Calendar(
        opens,
        closes,
        first=[bisect_right(closes, day * DAY) for day in range(days)],
        rank=[bisect_left(business, day) for day in range(days)],
        days=business,
        end=days * DAY,
    )


@lru_cache(maxsize=8)
def round_the_clock(days: int) -> Calendar:
    """The calendar of those who never close: buyers. It does not depend on the date."""
    return resolve(ALWAYS_OPEN, date(2001, 1, 1), days)


def _days_off(spec: CalendarSpec, start: date, days: int) -> set[int]:
    last = start + timedelta(days=days - 1)
    reasons: tuple[Holidays | ClosedSpell, ...] = (*spec.holidays, *spec.closed)
    return {(day - start).days for reason in reasons for day in reason.between(start, last)}


def _joined(spells: Iterable[tuple[int, Spell]]) -> tuple[list[int], list[int]]:
    """The opening and closing instants of spells, each given with its midnight; those that touch are one."""
    opens: list[int] = []
    closes: list[int] = []
    for midnight, spell in spells:
        if closes and closes[-1] == midnight + spell.opens:
            closes.pop()
        else:
            opens.append(midnight + spell.opens)
        closes.append(midnight + spell.closes)
    return opens, closes

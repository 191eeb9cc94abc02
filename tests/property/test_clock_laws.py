"""Clocks against the slowest clocks there are, which count minutes; and laws that hold for every calendar."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.errors import BeyondCalendar
from sim.rules.clocks import business_time_after, is_open, next_opening, work_ends, working_time
from sim.scenario.calendars import WEEKDAYS, Calendar, CalendarSpec, Spell, resolve
from sim.scenario.durations import DAY, HOUR, MINUTE

SUNDAY = date(2018, 9, 2)
DAYS = 10
MINUTES_A_DAY = 24 * 60
SINGLE_WEEKDAYS = [words for words, weekdays in WEEKDAYS.items() if len(weekdays) == 1]


@dataclass(frozen=True)
class Case:
    """A calendar, and what it says as plainly as possible: the opening minutes of each of its days."""

    calendar: Calendar
    spells: dict[int, list[tuple[int, int]]]

    @property
    def open_minutes(self) -> list[int]:
        """Every minute at which the party works."""
        spells = [(day * MINUTES_A_DAY, spell) for day in self.spells for spell in self.spells[day]]
        return [midnight + minute for midnight, spell in spells for minute in range(*spell)]

    @property
    def business_minutes(self) -> list[int]:
        """Every minute of the axis on which only business days exist."""
        days = [day for day in self.spells if self.spells[day]]
        return [day * MINUTES_A_DAY + minute for day in days for minute in range(MINUTES_A_DAY)]


def written(opens: int, closes: int) -> str:
    return str(Spell(opens * MINUTE, closes * MINUTE))


edges = st.integers(0, 24).map(lambda hour: hour * 60) | st.integers(0, MINUTES_A_DAY)
spells_of_a_day = st.lists(edges, unique=True, max_size=6).map(
    lambda points: list(zip(sorted(points)[::2], sorted(points)[1::2], strict=False))
) | st.just([(0, MINUTES_A_DAY)])
weeks = st.lists(spells_of_a_day, min_size=7, max_size=7).filter(any)
days_off = st.sets(st.integers(0, DAYS - 1), max_size=4)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A week of random hours, begun on a random weekday, with some days off."""
    week, off, start = draw(weeks), draw(days_off), SUNDAY + timedelta(days=draw(st.integers(0, 6)))
    weekdays = [(start + timedelta(days=day)).weekday() for day in range(DAYS)]
    spells = {day: [] if day in off else week[weekdays[day]] for day in range(DAYS)}
    assume(any(spells.values()))
    hours = {SINGLE_WEEKDAYS[weekday]: [written(*spell) for spell in week[weekday]] for weekday in range(7)}
    closed = [str(start + timedelta(days=day)) for day in off]
    spec = CalendarSpec.model_validate({"hours": hours, "closed": closed})
    return Case(resolve(spec, start, DAYS), spells)


minutes_of_run = st.integers(0, DAYS * MINUTES_A_DAY - 1)
amounts_of_minutes = st.integers(0, 3) | st.integers(0, 5 * MINUTES_A_DAY) | st.integers(0, 9).map(lambda h: 60 * h)
instants = st.integers(0, DAYS * DAY - 1) | st.integers(0, DAYS * 24 - 1).map(lambda hour: hour * HOUR)
amounts = st.integers(0, 3) | st.integers(0, 4 * DAY) | st.integers(0, 48).map(lambda hours: hours * HOUR)
patiently = settings(deadline=None)


def or_never(answer: Callable[[], int]) -> float:
    """The answer, or infinity where it lies beyond the calendar."""
    try:
        return answer()
    except BeyondCalendar:
        return math.inf


def nth_from(minute: int, n: int, minutes: list[int]) -> float:
    """The n-th of these minutes, counted from the first one at or after `minute`, or infinity."""
    to_come = [m for m in minutes if m >= minute]
    return to_come[n] if n < len(to_come) else math.inf


@patiently
@given(cases(), minutes_of_run)
def test_a_calendar_is_open_in_exactly_the_minutes_it_says(case: Case, minute: int) -> None:
    is_open_now = minute in set(case.open_minutes)
    assert is_open(minute * MINUTE, case.calendar) == is_open_now
    assert is_open(minute * MINUTE + 59, case.calendar) == is_open_now
    expected = nth_from(minute, 0, case.open_minutes) * MINUTE
    assert or_never(lambda: next_opening(minute * MINUTE, case.calendar)) == expected


@patiently
@given(cases(), minutes_of_run, amounts_of_minutes)
def test_work_ends_when_that_many_open_minutes_are_over(case: Case, minute: int, work: int) -> None:
    minutes = case.open_minutes
    expected = nth_from(minute, work - 1, minutes) + 1 if work else nth_from(minute, 0, minutes)
    assert or_never(lambda: work_ends(minute * MINUTE, work * MINUTE, case.calendar)) == expected * MINUTE


@patiently
@given(cases(), minutes_of_run, amounts_of_minutes)
def test_working_time_is_the_number_of_open_minutes(case: Case, minute: int, length: int) -> None:
    until = min(minute + length, DAYS * MINUTES_A_DAY)
    expected = sum(minute <= m < until for m in case.open_minutes)
    assert working_time(minute * MINUTE, until * MINUTE, case.calendar) == expected * MINUTE


@patiently
@given(cases(), minutes_of_run, amounts_of_minutes)
def test_business_time_runs_on_an_axis_of_business_days_only(case: Case, minute: int, amount: int) -> None:
    expected = nth_from(minute, amount, case.business_minutes) * MINUTE
    assert or_never(lambda: business_time_after(minute * MINUTE, amount * MINUTE, case.calendar)) == expected


@patiently
@given(cases())
def test_the_tables_are_what_they_say(case: Case) -> None:
    calendar = case.calendar
    assert calendar.days == [day for day in range(DAYS) if case.spells[day]]
    instants = [edge for spell in zip(calendar.opens, calendar.closes, strict=True) for edge in spell]
    assert instants == sorted(set(instants))  # in order, none empty, none touching
    for day in range(DAYS):
        assert calendar.first[day] == sum(closes <= day * DAY for closes in calendar.closes)
        assert calendar.rank[day] == sum(business < day for business in calendar.days)


@patiently
@given(cases(), instants, instants, amounts)
def test_who_begins_earlier_is_not_done_later(case: Case, t: int, u: int, amount: int) -> None:
    earlier, later = sorted((t, u))
    for clock in (work_ends, business_time_after):
        first = or_never(lambda clock=clock: clock(earlier, amount, case.calendar))
        assert first <= or_never(lambda clock=clock: clock(later, amount, case.calendar))


@patiently
@given(cases(), instants, amounts, amounts)
def test_more_work_ends_later(case: Case, t: int, less: int, more: int) -> None:
    first = or_never(lambda: work_ends(t, less, case.calendar))
    both = or_never(lambda: work_ends(t, less + more, case.calendar))
    assert first < both or more == 0 or first == math.inf


@patiently
@given(cases(), instants, amounts, amounts.filter(bool))
def test_work_may_be_put_down_and_taken_up_again(case: Case, t: int, first: int, rest: int) -> None:
    """Even at closing: what is put down there goes on at the next opening. (No rest, no need to go on.)"""
    at_once = or_never(lambda: work_ends(t, first + rest, case.calendar))
    in_two = or_never(lambda: work_ends(work_ends(t, first, case.calendar), rest, case.calendar))
    assert at_once == in_two


@patiently
@given(cases(), instants, amounts, amounts)
def test_business_time_may_be_counted_in_two_parts(case: Case, t: int, first: int, rest: int) -> None:
    at_once = or_never(lambda: business_time_after(t, first + rest, case.calendar))
    in_two = or_never(
        lambda: business_time_after(business_time_after(t, first, case.calendar), rest, case.calendar)
    )
    assert at_once == in_two


@patiently
@given(cases(), instants, amounts)
def test_working_time_takes_out_what_work_put_in(case: Case, t: int, work: int) -> None:
    ends = or_never(lambda: work_ends(t, work, case.calendar))
    if ends < math.inf:
        assert working_time(t, int(ends), case.calendar) == work


@patiently
@given(cases(), instants, instants, instants)
def test_working_times_of_adjacent_spans_add_up(case: Case, t: int, u: int, v: int) -> None:
    a, b, c = sorted((t, u, v))
    parts = working_time(a, b, case.calendar) + working_time(b, c, case.calendar)
    assert working_time(a, c, case.calendar) == parts


@patiently
@given(cases(), st.integers(max_value=-1) | st.integers(min_value=DAYS * DAY))
def test_instants_outside_the_calendar_are_refused_by_every_clock(case: Case, t: int) -> None:
    for ask in (is_open, next_opening):
        with pytest.raises(BeyondCalendar):
            ask(t, case.calendar)
    for clock in (work_ends, business_time_after):
        with pytest.raises(BeyondCalendar):
            clock(t, 0, case.calendar)

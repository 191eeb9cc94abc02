"""Clocks over small calendars, every answer worked out by hand. Day 0 is a Monday unless a test says not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sim.errors import BeyondCalendar
from sim.rules.clocks import (
    business_time_after,
    instant_after,
    is_open,
    next_opening,
    work_ends,
    working_time,
)
from sim.scenario.calendars import ALWAYS_OPEN, Calendar, CalendarSpec, resolve
from sim.scenario.durations import DAY, HOUR, MINUTE, NEVER, Kind

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
NEXT_WEEK = 7
BUSINESS_DAY = DAY


def at(day: int, time: str = "00:00") -> int:
    """Seconds since day 0: `at(TUE, "10:30")`."""
    hour, minute = map(int, time.split(":"))
    return day * DAY + hour * HOUR + minute * MINUTE


def calendar_of(start: date, days: int, **said: Any) -> Calendar:
    return resolve(CalendarSpec.model_validate(said), start, days)


MONDAY = date(2018, 9, 3)
OFFICE = calendar_of(MONDAY, 14, hours={"mon-fri": ["09:00-12:00", "13:00-18:00"]})
ROUND_THE_CLOCK = resolve(ALWAYS_OPEN, MONDAY, 14)
WEEKDAYS_ROUND_THE_CLOCK = calendar_of(MONDAY, 14, hours={"mon-fri": "00:00-24:00"})


def test_staff_take_requests_from_the_opening_instant_until_just_before_closing() -> None:
    assert not is_open(at(MON, "09:00") - 1, OFFICE)
    assert is_open(at(MON, "09:00"), OFFICE)
    assert is_open(at(MON, "12:00") - 1, OFFICE)
    assert not is_open(at(MON, "12:00"), OFFICE)
    assert is_open(at(MON, "13:00"), OFFICE)


def test_nobody_works_at_the_weekend() -> None:
    assert not is_open(at(SAT, "10:00"), OFFICE)
    assert not is_open(at(NEXT_WEEK + SUN, "23:59"), OFFICE)  # nor after the last spell that is known


def test_midnight_is_no_closing_time_where_two_open_days_meet() -> None:
    assert is_open(at(TUE), WEEKDAYS_ROUND_THE_CLOCK)
    assert not is_open(at(SAT), WEEKDAYS_ROUND_THE_CLOCK)


def test_the_next_opening_is_now_when_open() -> None:
    assert next_opening(at(MON, "10:17"), OFFICE) == at(MON, "10:17")
    assert next_opening(at(MON, "09:00"), OFFICE) == at(MON, "09:00")


def test_the_next_opening_follows_lunch_night_or_weekend() -> None:
    assert next_opening(at(MON), OFFICE) == at(MON, "09:00")
    assert next_opening(at(MON, "12:00"), OFFICE) == at(MON, "13:00")
    assert next_opening(at(MON, "18:00"), OFFICE) == at(TUE, "09:00")
    assert next_opening(at(FRI, "18:00"), OFFICE) == at(NEXT_WEEK + MON, "09:00")


def test_work_stops_for_lunch() -> None:
    assert work_ends(at(MON, "11:30"), 90 * MINUTE, OFFICE) == at(MON, "14:00")


def test_work_stops_over_the_weekend() -> None:
    # One hour on Friday, one on Monday.
    assert work_ends(at(FRI, "17:00"), 2 * HOUR, OFFICE) == at(NEXT_WEEK + MON, "10:00")


def test_a_working_week_is_forty_hours() -> None:
    assert work_ends(at(MON), 40 * HOUR, OFFICE) == at(FRI, "18:00")
    assert work_ends(at(MON), 40 * HOUR + 1, OFFICE) == at(NEXT_WEEK + MON, "09:00") + 1


def test_work_that_exactly_fits_ends_at_closing() -> None:
    assert work_ends(at(MON, "11:00"), HOUR, OFFICE) == at(MON, "12:00")


def test_zero_work_ends_at_once_while_open() -> None:
    assert work_ends(at(MON, "09:00"), 0, OFFICE) == at(MON, "09:00")
    assert work_ends(at(MON, "11:59"), 0, OFFICE) == at(MON, "11:59")


def test_zero_work_that_joined_while_closed_ends_at_the_next_opening() -> None:
    assert work_ends(at(MON, "12:00"), 0, OFFICE) == at(MON, "13:00")  # closing is closed
    assert work_ends(at(SAT, "10:00"), 0, OFFICE) == at(NEXT_WEEK + MON, "09:00")


def test_work_taken_up_at_closing_begins_at_the_next_opening() -> None:
    assert work_ends(at(FRI, "18:00"), 1, OFFICE) == at(NEXT_WEEK + MON, "09:00") + 1


def test_work_round_the_clock_passes_midnight() -> None:
    assert work_ends(at(MON, "23:00"), 50 * HOUR, ROUND_THE_CLOCK) == at(THU, "01:00")


def test_work_in_a_round_the_clock_week_still_stops_for_the_weekend() -> None:
    assert work_ends(at(FRI, "23:00"), 2 * HOUR, WEEKDAYS_ROUND_THE_CLOCK) == at(NEXT_WEEK + MON, "01:00")


def test_the_first_instant_of_a_run_may_be_a_saturday() -> None:
    saturday = calendar_of(date(2018, 9, 8), 7, hours={"mon-fri": "09:00-17:00"})
    assert next_opening(0, saturday) == at(2, "09:00")
    assert work_ends(0, HOUR, saturday) == at(2, "10:00")
    assert business_time_after(0, BUSINESS_DAY, saturday) == at(3)


def test_work_waits_for_the_end_of_the_spring_festival() -> None:
    # Monday 28 January 2019 is day 0; closed from Thursday 31 January to Sunday 10 February, days 3 to 13.
    seller = calendar_of(
        date(2019, 1, 28),
        21,
        hours={"mon-fri": "09:00-17:00"},
        closed={"from": "2019-01-31", "to": "2019-02-10"},
    )
    assert work_ends(at(WED, "16:00"), 2 * HOUR, seller) == at(14, "10:00")
    assert business_time_after(at(WED, "16:00"), 2 * BUSINESS_DAY, seller) == at(15, "16:00")


def test_three_business_days_from_the_eve_of_national_day_2018_end_ten_days_later() -> None:
    # Friday 28 September is day 0; 1 to 5 October are holidays; then come Monday 8, Tuesday 9, Wednesday 10.
    bank = calendar_of(date(2018, 9, 28), 21, hours={"mon-fri": "09:00-17:00"}, holidays="CN")
    assert business_time_after(at(0, "15:00"), 3 * BUSINESS_DAY, bank) == at(12, "15:00")


def test_working_time_leaves_out_lunch_and_nights() -> None:
    assert working_time(at(MON, "11:30"), at(MON, "14:00"), OFFICE) == 90 * MINUTE
    assert working_time(at(MON), at(NEXT_WEEK + MON), OFFICE) == 40 * HOUR
    assert working_time(at(FRI, "18:00"), at(NEXT_WEEK + MON, "09:00"), OFFICE) == 0


def test_there_is_no_working_time_in_an_empty_span() -> None:
    assert working_time(at(MON, "10:00"), at(MON, "10:00"), OFFICE) == 0
    assert working_time(at(MON, "11:00"), at(MON, "10:00"), OFFICE) == 0
    assert working_time(OFFICE.end, OFFICE.end, OFFICE) == 0


def test_working_time_is_known_up_to_the_end_of_the_calendar() -> None:
    assert working_time(0, OFFICE.end, OFFICE) == 80 * HOUR


def test_business_days_end_at_the_same_time_of_day() -> None:
    assert business_time_after(at(WED, "10:15"), BUSINESS_DAY, OFFICE) == at(THU, "10:15")
    assert business_time_after(at(WED, "10:15") + 7, 3 * BUSINESS_DAY, OFFICE) == at(NEXT_WEEK, "10:15") + 7


def test_the_time_of_day_of_a_business_day_need_not_be_within_opening_hours() -> None:
    assert business_time_after(at(FRI, "23:00"), BUSINESS_DAY, OFFICE) == at(NEXT_WEEK + MON, "23:00")
    assert business_time_after(at(FRI, "12:30"), BUSINESS_DAY, OFFICE) == at(NEXT_WEEK + MON, "12:30")


def test_a_day_off_counts_as_the_first_instant_of_the_next_business_day() -> None:
    for t in (at(SAT), at(SAT, "15:00"), at(SUN, "23:59"), at(NEXT_WEEK + MON)):
        assert business_time_after(t, 0, OFFICE) == at(NEXT_WEEK + MON)
        assert business_time_after(t, 2 * BUSINESS_DAY, OFFICE) == at(NEXT_WEEK + WED)


def test_a_fraction_of_a_business_day_is_that_fraction_of_24_hours() -> None:
    assert business_time_after(at(MON, "06:00"), BUSINESS_DAY // 2, OFFICE) == at(MON, "18:00")
    assert business_time_after(at(MON, "18:00"), BUSINESS_DAY // 2, OFFICE) == at(TUE, "06:00")


def test_a_fraction_of_a_business_day_skips_the_weekend() -> None:
    # 6 hours are left of Friday, the other 6 are Monday's.
    assert business_time_after(at(FRI, "18:00"), BUSINESS_DAY // 2, OFFICE) == at(NEXT_WEEK + MON, "06:00")
    assert business_time_after(at(SAT, "18:00"), BUSINESS_DAY // 2, OFFICE) == at(NEXT_WEEK + MON, "12:00")


def test_business_time_that_ends_with_friday_ends_at_the_first_instant_of_monday() -> None:
    assert business_time_after(at(FRI, "12:00"), BUSINESS_DAY // 2, OFFICE) == at(NEXT_WEEK + MON)


@pytest.mark.parametrize(
    ("kind", "amount", "ends"),
    [
        (Kind.WALL, 36 * HOUR, at(SUN, "05:00")),
        (Kind.WORK, 2 * HOUR, at(NEXT_WEEK + MON, "10:00")),
        (Kind.BUSINESS, BUSINESS_DAY, at(NEXT_WEEK + MON, "17:00")),
        (Kind.WALL, 0, at(FRI, "17:00")),
    ],
)
def test_each_kind_of_duration_runs_on_its_own_clock(kind: Kind, amount: int, ends: int) -> None:
    assert instant_after(at(FRI, "17:00"), kind, amount, OFFICE) == ends
    assert instant_after(at(FRI, "17:00"), int(kind), amount, OFFICE) == ends


def test_without_a_clock_nothing_ever_runs_out() -> None:
    assert instant_after(at(MON), Kind.NONE, 0, OFFICE) == NEVER


@pytest.mark.parametrize("kind", list(Kind))
def test_what_never_begins_or_never_ends_is_never(kind: Kind) -> None:
    assert instant_after(at(MON), kind, NEVER, OFFICE) == NEVER
    assert instant_after(NEVER, kind, HOUR, OFFICE) == NEVER
    assert instant_after(NEVER + HOUR, kind, HOUR, OFFICE) == NEVER  # never, one sum later


def test_wall_clocks_run_beyond_the_calendar() -> None:
    assert instant_after(OFFICE.end, Kind.WALL, DAY, OFFICE) == OFFICE.end + DAY


def test_work_may_end_exactly_where_the_calendar_ends() -> None:
    assert work_ends(at(MON), 14 * DAY, ROUND_THE_CLOCK) == ROUND_THE_CLOCK.end
    with pytest.raises(BeyondCalendar):
        work_ends(at(MON), 14 * DAY + 1, ROUND_THE_CLOCK)


AFTER_THE_LAST_SPELL = at(NEXT_WEEK + FRI, "18:00")
BEYOND = {
    "nobody knows whether it is open": lambda: is_open(OFFICE.end, OFFICE),
    "nothing is known before the start": lambda: is_open(-1, OFFICE),
    "no opening is known after the last": lambda: next_opening(AFTER_THE_LAST_SPELL, OFFICE),
    "an opening at the end is unknown": lambda: next_opening(OFFICE.end, OFFICE),
    "more work than opening hours": lambda: work_ends(0, 80 * HOUR + 1, OFFICE),
    "zero work waits for an opening": lambda: work_ends(AFTER_THE_LAST_SPELL, 0, OFFICE),
    "work before the start": lambda: work_ends(-1, HOUR, OFFICE),
    "time worked after the end": lambda: working_time(0, OFFICE.end + 1, OFFICE),
    "time worked before the start": lambda: working_time(-1, HOUR, OFFICE),
    "an eleventh business day": lambda: business_time_after(0, 10 * BUSINESS_DAY, OFFICE),
    "a business day after the last": lambda: business_time_after(at(NEXT_WEEK + SAT), 0, OFFICE),
    "business days from the end": lambda: business_time_after(OFFICE.end, 0, OFFICE),
    "business days before the start": lambda: business_time_after(-1, 0, OFFICE),
}


@pytest.mark.parametrize("ask", BEYOND.values(), ids=BEYOND.keys())
def test_what_lies_beyond_the_calendar_is_an_error(ask: Callable[[], int]) -> None:
    with pytest.raises(BeyondCalendar, match="past the days that its calendars know"):
        ask()

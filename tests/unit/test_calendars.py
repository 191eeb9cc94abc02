"""What a scenario says of a party's hours, and the tables that come of it, each worked out by hand."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import holidays
import jsonschema
import pytest
from pydantic import ValidationError

from sim.errors import UserError
from sim.scenario.calendars import ALWAYS_OPEN, Calendar, CalendarSpec, resolve
from sim.scenario.days import Holidays
from sim.scenario.durations import DAY, HOUR

MONDAY = date(2018, 9, 3)
OFFICE = {"mon-fri": ["09:00-12:00", "13:30-18:00"]}
ARTICLE_SELLER = {
    "hours": {"mon-fri": ["09:00-12:00", "13:30-18:00"], "sat": "09:00-12:00", "sun": []},
    "holidays": ["CN", {"country": "BR", "subdivision": "SP"}],
    "closed": [{"from": "2019-01-31", "to": "2019-02-10", "why": "Spring Festival"}, "2019-05-02"],
}


def unrolled(start: date, days: int, **said: Any) -> Calendar:
    return resolve(CalendarSpec.model_validate(said), start, days)


def test_a_calendar_of_which_nothing_is_said_is_open_round_the_clock() -> None:
    calendar = resolve(ALWAYS_OPEN, MONDAY, 3)
    assert calendar == Calendar(
        opens=[0], closes=[3 * DAY], first=[0, 0, 0], rank=[0, 1, 2], days=[0, 1, 2], end=3 * DAY
    )


def test_a_week_with_a_lunch_break_unrolls_from_friday_to_monday() -> None:
    friday = date(2018, 9, 7)
    calendar = unrolled(friday, 4, hours=OFFICE)
    monday = 3 * DAY
    assert calendar.opens == [9 * HOUR, 13.5 * HOUR, monday + 9 * HOUR, monday + 13.5 * HOUR]
    assert calendar.closes == [12 * HOUR, 18 * HOUR, monday + 12 * HOUR, monday + 18 * HOUR]
    assert calendar.first == [0, 2, 2, 2]  # on Saturday and Sunday it is Monday's first spell
    assert calendar.days == [0, 3]  # Friday and Monday are the business days
    assert calendar.rank == [0, 1, 1, 1]
    assert calendar.end == 4 * DAY


def test_days_after_the_last_opening_point_behind_the_last_spell_and_the_last_business_day() -> None:
    calendar = unrolled(MONDAY, 3, hours={"mon": "09:00-12:00"})
    assert calendar.first == [0, 1, 1]
    assert calendar.rank == [0, 1, 1]


def test_a_run_that_begins_on_a_saturday_opens_on_monday() -> None:
    calendar = unrolled(date(2018, 9, 8), 3, hours=OFFICE)
    assert calendar.opens[0] == 2 * DAY + 9 * HOUR
    assert calendar.days == [2]
    assert calendar.rank == [0, 0, 0]


def test_spells_that_touch_are_one() -> None:
    assert unrolled(MONDAY, 1, hours={"mon": ["09:00-12:00", "12:00-18:00"]}).closes == [18 * HOUR]


def test_weekdays_open_round_the_clock_are_one_spell_from_monday_to_friday() -> None:
    calendar = unrolled(MONDAY, 14, hours={"mon-fri": "00:00-24:00"})
    assert calendar.opens == [0, 7 * DAY]
    assert calendar.closes == [5 * DAY, 12 * DAY]
    assert calendar.first == [0] * 5 + [1] * 7 + [2] * 2


def test_a_night_shift_is_one_spell_across_midnight_and_two_business_days() -> None:
    calendar = unrolled(MONDAY, 2, hours={"mon": "22:00-24:00", "tue": "00:00-06:00"})
    assert (calendar.opens, calendar.closes) == ([22 * HOUR], [30 * HOUR])
    assert calendar.first == [0, 0]
    assert calendar.days == [0, 1]


def test_a_range_of_weekdays_may_go_round_the_end_of_the_week() -> None:
    assert unrolled(MONDAY, 7, hours={"sun-thu": "08:00-16:00"}).days == [0, 1, 2, 3, 6]


def test_a_single_spell_country_or_day_may_stand_without_a_list() -> None:
    alone = CalendarSpec.model_validate({"hours": {"mon": "9:00-12:00"}, "holidays": "CN", "closed": "2019-05-02"})
    listed = CalendarSpec.model_validate(
        {"hours": {"mon": ["09:00-12:00"]}, "holidays": ["CN"], "closed": [date(2019, 5, 2)]}
    )
    assert alone == listed


def test_a_weekday_without_spells_is_a_day_off() -> None:
    assert unrolled(MONDAY, 7, hours={"mon-fri": "09:00-17:00", "sat-sun": []}).days == [0, 1, 2, 3, 4]


def test_sellers_in_china_are_off_for_the_national_days_of_2018() -> None:
    # Monday 1 October to Friday 5 October are holidays, so the first business day is Monday 8 October.
    calendar = unrolled(date(2018, 10, 1), 14, hours=OFFICE, holidays="CN")
    assert calendar.days == [7, 8, 9, 10, 11]
    assert calendar.opens[0] == 7 * DAY + 9 * HOUR


def test_holidays_of_a_state_are_off_in_that_state_only() -> None:
    # Monday 9 July 2018, the Constitutionalist Revolution, is a holiday of São Paulo.
    july_9 = date(2018, 7, 9)
    hours = {"mon-fri": "09:00-17:00"}
    assert unrolled(july_9, 2, hours=hours, holidays={"country": "BR", "subdivision": "SP"}).days == [1]
    assert unrolled(july_9, 2, hours=hours, holidays={"country": "BR", "subdivision": "São Paulo"}).days == [1]
    assert unrolled(july_9, 2, hours=hours, holidays={"country": "BR"}).days == [0, 1]


@pytest.mark.parametrize("country", ["CN", "BRA", "UK", "GU"])
def test_the_holidays_of_a_country_are_those_of_the_package(country: str) -> None:
    first, last = date(2018, 1, 1), date(2027, 12, 31)
    theirs = holidays.country_holidays(country, years=range(2018, 2028))
    assert sorted(Holidays(country=country).between(first, last)) == [day for day in sorted(theirs) if day <= last]


def test_a_calendar_loads_the_rules_of_its_own_country_only() -> None:
    program = (
        "import sys; from sim.scenario.days import Holidays; from datetime import date;"
        "list(Holidays(country='CN').between(date(2018, 1, 1), date(2018, 12, 31)));"
        "sys.exit('holidays.countries' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_holidays_of_several_countries_add_up() -> None:
    # 1 to 5 October 2018: National Day in China (all week), German Unity on the 3rd. 12 October: Brazil.
    week = unrolled(date(2018, 10, 8), 7, hours=OFFICE, holidays=["CN", "BR"])
    assert week.days == [0, 1, 2, 3]


def test_holidays_are_known_in_every_year_that_the_calendar_reaches() -> None:
    christmas_to_labour_day = unrolled(date(2018, 12, 25), 130, holidays="DE")
    days_off = set(range(130)) - set(christmas_to_labour_day.days)
    # 25, 26 December; 1 January; Good Friday 19 and Easter Monday 22 April; 1 May.
    assert days_off == {0, 1, 7, 115, 118, 127}


def test_a_spring_festival_closes_its_first_and_its_last_day() -> None:
    spring = {"from": "2019-01-31", "to": "2019-02-10", "why": "Spring Festival"}
    calendar = unrolled(date(2019, 1, 28), 21, hours={"mon-fri": "09:00-17:00"}, closed=[spring])
    assert calendar.days == [0, 1, 2, 14, 15, 16, 17, 18]  # 28 to 30 January, then from 11 February


def test_closed_spells_may_overlap_and_reach_out_of_the_run() -> None:
    long_ago, today = {"from": "1900-01-01", "to": "2018-09-04"}, "2018-09-04"
    after = {"from": "2018-09-06", "to": "2199-12-31"}
    assert unrolled(MONDAY, 30, closed=[long_ago, today, after]).days == [2]


def test_closed_spells_outside_the_run_change_nothing() -> None:
    assert unrolled(MONDAY, 3, closed=["2018-09-02", "2018-09-06"]) == resolve(ALWAYS_OPEN, MONDAY, 3)


@pytest.mark.parametrize(
    "said", [{"hours": {"sun": "09:00-12:00"}}, {"closed": {"from": "2018-09-01", "to": "2018-09-30"}}]
)
def test_a_calendar_that_never_opens_within_its_reach_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="never opens in the 5 days from 2018-09-03"):
        unrolled(MONDAY, 5, **said)


def test_a_calendar_is_written_back_as_it_reads() -> None:
    spec = CalendarSpec.model_validate(ARTICLE_SELLER)
    assert spec.model_dump(mode="json") == {
        "hours": {"mon-fri": ["09:00-12:00", "13:30-18:00"], "sat": ["09:00-12:00"], "sun": []},
        "holidays": ["CN", {"country": "BR", "subdivision": "SP"}],
        "closed": [
            {"from": "2019-01-31", "to": "2019-02-10", "why": "Spring Festival"},
            {"from": "2019-05-02", "to": "2019-05-02"},
        ],
    }
    assert CalendarSpec.model_validate(spec.model_dump()) == spec
    assert CalendarSpec.model_validate(ALWAYS_OPEN.model_dump()) == ALWAYS_OPEN


def test_an_editor_accepts_what_the_scenario_accepts() -> None:
    schema = CalendarSpec.model_json_schema()
    jsonschema.validate(ARTICLE_SELLER, schema)
    jsonschema.validate({"hours": {"mon": "0:00-24:00"}, "holidays": "CN", "closed": "2019-05-02"}, schema)


@pytest.mark.parametrize(
    "said", [{"hours": {"monday": "09:00-12:00"}}, {"hours": {"mon": "09:00-25:00"}}, {"closed": 5}]
)
def test_an_editor_refuses_what_the_scenario_refuses(said: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said, CalendarSpec.model_json_schema())
    with pytest.raises(ValidationError):
        CalendarSpec.model_validate(said)


def test_a_calendar_that_names_no_country_does_not_wait_for_the_package_of_holidays() -> None:
    program = "import sys, sim.scenario.calendars; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

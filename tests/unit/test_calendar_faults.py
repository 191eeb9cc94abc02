"""Every fault that a calendar can have is named: what was found, where it stands, what was expected."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.scenario.calendars import CalendarSpec


def faults(said: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Where the faults stand and what is said of them."""
    with pytest.raises(ValidationError) as caught:
        CalendarSpec.model_validate(said)
    return [(error["loc"], error["msg"].removeprefix("Value error, ")) for error in caught.value.errors()]


FAULTY_HOURS = [
    ("9-5", "found '9-5', expected opening hours such as '09:00-12:00', between 00:00 and 24:00"),
    (
        "09:00-24:30",
        "found '09:00-24:30', expected opening hours such as '09:00-12:00', between 00:00 and 24:00",
    ),
    (
        "09:60-12:00",
        "found '09:60-12:00', expected opening hours such as '09:00-12:00', between 00:00 and 24:00",
    ),
    (900, "found 900, expected opening hours such as '09:00-12:00', between 00:00 and 24:00"),
    ("09:00-09:00", "found '09:00-09:00', which is no time at all; for a day off leave the weekday out"),
    ("22:00-06:00", "found '22:00-06:00', which closes before it opens; split a night shift at 24:00"),
    (
        ["13:00-18:00", "09:00-12:00"],
        "found '13:00-18:00', which stands before '09:00-12:00', expected spells in order",
    ),
    (
        ["09:00-13:00", "12:00-18:00"],
        "found '09:00-13:00', which overlaps '12:00-18:00', expected spells in order",
    ),
]


@pytest.mark.parametrize(("hours", "message"), FAULTY_HOURS)
def test_faulty_opening_hours_are_named(hours: Any, message: str) -> None:
    assert faults({"hours": {"mon": hours}}) == [(("hours", "mon"), message)]


def test_a_faulty_spell_in_a_list_is_reported_at_its_own_place() -> None:
    assert [place for place, _ in faults({"hours": {"mon": ["09:00-12:00", "noon"]}})] == [("hours", "mon", 1)]


@pytest.mark.parametrize(
    ("weekdays", "found"),
    [
        ("monday", "'monday', expected weekdays such as 'mon' or 'mon-fri' — did you mean 'mon'?"),
        ("Mon-Fri", "'Mon-Fri', expected weekdays such as 'mon' or 'mon-fri' — did you mean 'mon-fri'?"),
        (1, "1, expected weekdays such as 'mon' or 'mon-fri'"),
    ],
)
def test_a_faulty_weekday_is_named(weekdays: Any, found: str) -> None:
    assert faults({"hours": {weekdays: "09:00-12:00"}}) == [(("hours", weekdays, "[key]"), f"found {found}")]


def test_a_weekday_that_stands_twice_is_refused() -> None:
    said = {"hours": {"mon-fri": "09:00-12:00", "fri-sat": "09:00-12:00"}}
    assert faults(said) == [(("hours",), "found fri in both 'mon-fri' and 'fri-sat'")]


@pytest.mark.parametrize("hours", [{}, {"mon-sun": []}])
def test_a_week_without_any_opening_hours_is_refused(hours: dict[str, Any]) -> None:
    expected = "found no opening hours all week, expected some such as mon-fri: 09:00-17:00"
    assert faults({"hours": hours}) == [(("hours",), expected)]


@pytest.mark.parametrize(
    ("country", "near"),
    [
        ("cn", " — did you mean 'CN'?"),
        ("Brasil", " — did you mean 'BR'?"),
        ("China", " — did you mean 'CN'?"),
        ("XX", ""),
    ],
)
def test_an_unknown_country_is_named_with_the_nearest_known(country: str, near: str) -> None:
    message = f"found '{country}', expected the code of a country such as 'CN' or 'BR'{near}"
    assert faults({"holidays": country}) == [(("holidays",), message)]
    assert faults({"holidays": ["CN", country]}) == [(("holidays", 1), message)]
    assert faults({"holidays": {"country": country, "subdivision": "SP"}}) == [(("holidays", "country"), message)]


@pytest.mark.parametrize(
    ("country", "subdivision", "message"),
    [
        ("BR", "SPP", "expected a part of 'BR' such as AC, AL, AM — did you mean 'SP'?"),
        ("BR", "Sao Paulo", "expected a part of 'BR' such as AC, AL, AM — did you mean 'São Paulo'?"),
        ("CN", "GD", "but the holidays of 'CN' know no subdivisions"),
    ],
)
def test_an_unknown_subdivision_is_named_with_the_nearest_known(
    country: str, subdivision: str, message: str
) -> None:
    said = {"holidays": [{"country": country, "subdivision": subdivision}]}
    assert faults(said) == [(("holidays", 0, "subdivision"), f"found '{subdivision}', {message}")]


def test_a_closed_spell_that_ends_before_it_begins_is_refused() -> None:
    said = {"closed": [{"from": "2019-02-10", "to": "2019-01-31"}]}
    message = "found from 2019-02-10 to 2019-01-31, which ends before it begins"
    assert faults(said) == [(("closed", 0), message)]


def test_a_day_that_does_not_exist_is_named() -> None:
    said = {"closed": ["2019-02-30", {"from": "2019-02-31", "to": "2019-03-01"}]}
    assert faults(said) == [
        (("closed", 0), "found '2019-02-30', expected a date such as 2018-11-11"),
        (("closed", 1, "from"), "found '2019-02-31', expected a date such as 2018-11-11"),
    ]


def test_a_closed_spell_without_an_end_and_unknown_words_are_reported_together() -> None:
    said = {"closed": [{"from": "2019-02-10"}], "hors": {}, "holidays": [{"region": "SP"}]}
    assert {place for place, _ in faults(said)} == {
        ("closed", 0, "to"),
        ("hors",),
        ("holidays", 0, "country"),
        ("holidays", 0, "region"),
    }

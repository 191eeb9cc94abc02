"""What can hardly be meant is said: dated things that no simulated day meets, holidays that are not sure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sim.scenario.days import entity_of
from sim.scenario.doubts import days_simulated, doubts_among, doubts_of
from tests.worlds import world

FROM_NEW_YEAR = {
    "start": "2024-01-01",
    "experiment.warm_up": "10 d",
    "experiment.cohort": "20 d",
    "experiment.run_out": "30 d",
}
"""Orders come from 1 January to 29 February."""


def doubted(changes: dict[str, Any]) -> dict[str, str]:
    return dict(doubts_of(world(FROM_NEW_YEAR | changes)))


def test_the_days_simulated_are_those_on_which_orders_come_or_that_are_looked_at() -> None:
    assert days_simulated(world(FROM_NEW_YEAR)) == (date(2024, 1, 1), date(2024, 2, 29))
    cut = world(FROM_NEW_YEAR | {"experiment.follow_up": "7 d"})
    assert days_simulated(cut) == (date(2024, 1, 1), date(2024, 2, 6))


DATED = {
    "market.peaks": ({"2024-03-01": 2}, {"2023-12-01..2024-01-01": 2}),
    "market.dispatch_stretch": ({"2023-12-31": 2}, {"2024-02-29": 2}),
    "calendars.seller.closed": (
        [{"from": "2024-03-01", "to": "2024-04-01"}],
        [{"from": "2023-03-01", "to": "2024-01-01"}],
    ),
    "calendars.bank.closed": (["2018-11-11", "2019-11-11"], ["2018-11-11", "2024-02-29"]),
}
"""Lever → days that all lie outside, and days of which one lies inside."""


@pytest.mark.parametrize("path", DATED)
def test_a_dated_lever_that_no_simulated_day_meets_is_doubted_and_one_that_any_does_is_not(path: str) -> None:
    outside, inside = DATED[path]
    assert doubted({path: outside}) == {
        path: "none of its days lies in the days simulated, 2024-01-01 to 2024-02-29"
    }
    assert doubted({path: inside}) == {}


def test_a_world_without_dates_has_no_doubts() -> None:
    assert doubted({}) == {}


def test_holidays_beyond_the_years_that_are_known_are_doubted() -> None:
    last = entity_of("CN").end_year
    (said,) = doubted({"start": f"{last + 1}-02-01", "calendars.seller.holidays": "CN"}).values()
    assert said == f"the holidays of 'CN' are known from 1950 to {last} only"
    said = " ".join(
        said
        for _, said in doubts_of(
            world(FROM_NEW_YEAR | {"start": f"{last}-12-01", "calendars.seller.holidays": "CN"})
        )
    )
    assert "known from 1950" in said


def test_holidays_that_a_country_announces_year_by_year_are_forecast_beyond_the_last_announcement() -> None:
    assert doubted({"calendars.seller.holidays": "CN"}) == {}
    (said,) = doubted({"start": "2090-01-01", "calendars.seller.holidays": "CN"}).values()
    assert said.startswith("the holidays of 'CN' are announced year by year, and known to ")


def test_holidays_by_the_moon_are_forecast_until_it_was_seen() -> None:
    (said,) = doubted(
        {"start": "2090-01-01", "experiment.run_out": "365 d", "calendars.seller.holidays": "EG"}
    ).values()
    assert said.startswith("the dates of some holidays of 'EG' are only forecast: 2090-")


def test_a_window_without_any_holiday_is_doubted() -> None:
    short = {
        "start": "2024-10-10",
        "experiment.warm_up": "0",
        "experiment.cohort": "5 d",
        "experiment.run_out": "5 d",
    }
    assert doubted(short | {"calendars.platform.holidays": "CN"}) == {
        "calendars.platform.holidays": "no holiday of 'CN' lies in the days simulated"
    }


@pytest.mark.parametrize(("country", "part"), [("GB", "SCT"), ("ES", "AN"), ("DE", "BW")])
def test_a_country_whose_parts_have_holidays_of_their_own_is_doubted_until_one_is_named(
    country: str, part: str
) -> None:
    (said,) = doubted({"calendars.seller.holidays": country}).values()
    assert said.startswith(f"'{country}' stands for the holidays of the whole country, and parts of it have more (")
    named = {"country": country, "subdivision": part}
    assert doubted({"calendars.seller.holidays": named}) == {}


def test_banks_that_are_closed_on_other_days_too_are_doubted_in_a_banks_calendar_only() -> None:
    (said,) = doubted({"start": "2024-12-01", "calendars.bank.holidays": "AT"}).values()
    assert said == "the banks of 'AT' are closed on 2024-12-24, 2024-12-31 as well; 'closed' can say so"
    assert doubted({"start": "2024-12-01", "calendars.seller.holidays": "AT"}) == {}


def test_what_several_files_say_alike_is_said_once() -> None:
    one = world(FROM_NEW_YEAR | {"market.peaks": {"2018-11-11": 2}})
    (said,) = doubts_among([("a.yaml", one), ("b\x1b.yaml", one)])
    assert said.startswith("a.yaml, b\\x1b.yaml: warning: market.peaks: none of its days")

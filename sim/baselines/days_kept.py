"""The public holidays that a baseline was recorded with, since the package that knows them may know better today.

    "days_off": {"seller": ["2018-10-01..2018-10-07", "2019-01-01", …]}

With them today's code can live through the baseline's own scenario as it was: a holiday that came or went is then a
difference between calendars, and neither luck nor the rules are blamed for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from sim.baselines.judgement import CALENDARS, Cause
from sim.scenario.calendars import CalendarSpec
from sim.scenario.days import ClosedSpell, Season, as_season
from sim.scenario.model import Calendars, Scenario
from sim.scenario.wording import counted

DaysOff = Mapping[str, list[str]]
"""By party: holidays in the days that calendars know, written as days and seasons."""
PARTIES = tuple(Calendars.model_fields)
NAMED = 3
"""Days that one sentence names."""
_DAY = timedelta(days=1)


def days_off_of(scenario: Scenario) -> dict[str, list[str]]:
    """The public holidays of each party that keeps those of a country."""
    last = scenario.start + _DAY * (scenario.experiment.calendar_days - 1)
    found = {party: holidays for party in PARTIES if (holidays := _calendar(scenario, party).holidays)}
    days = {party: {day for each in found[party] for day in each.between(scenario.start, last)} for party in found}
    return {party: [str(season) for season in _seasons(days[party])] for party in found}


def as_it_was(scenario: Scenario, kept: DaysOff) -> Scenario:
    """The scenario with the holidays that were kept, in place of those that the package knows today."""
    calendars = {party: _with(_calendar(scenario, party), kept[party]) for party in kept if party in PARTIES}
    return scenario.model_copy(update={"calendars": scenario.calendars.model_copy(update=calendars)})


def other_days(scenario: Scenario, kept: DaysOff) -> Iterator[Cause]:
    """Which holidays came or went since they were kept; of a baseline that kept none, nothing is known."""
    now = days_off_of(scenario)
    for party in kept:
        was, becomes = _days(kept[party]), _days(now.get(party, []))
        if was != becomes:
            both = ((becomes - was, "more"), (was - becomes, "less"))
            moved = [f"{_some(days)} {word}" for days, word in both if days]
            path = f"calendars.{party}.holidays"
            said = f"the calendars: {path} has {' and '.join(moved)} than when the baseline was recorded"
            yield Cause(CALENDARS, path, counted(len(was), "day"), counted(len(becomes), "day"), said)


def _calendar(scenario: Scenario, party: str) -> CalendarSpec:
    found: CalendarSpec = getattr(scenario.calendars, party)
    return found


def _with(calendar: CalendarSpec, kept: Iterable[str]) -> CalendarSpec:
    seasons = [as_season(text) for text in kept]
    spells = [ClosedSpell.model_validate({"from": each.first, "to": each.last}) for each in seasons]
    return calendar.model_copy(update={"holidays": (), "closed": (*calendar.closed, *spells)})


def _seasons(days: Iterable[date]) -> Iterator[Season]:
    """Days in order, those that follow each other as one."""
    season: Season | None = None
    for day in sorted(days):
        if season and day == season.last + _DAY:
            season = Season(season.first, day)
            continue
        if season:
            yield season
        season = Season(day, day)
    if season:
        yield season


def _days(kept: Iterable[str]) -> set[date]:
    seasons = [as_season(text) for text in kept]
    return {each.first + _DAY * number for each in seasons for number in range((each.last - each.first).days + 1)}


def _some(days: set[date]) -> str:
    """`4 days (2018-10-08, 2018-10-09, 2018-10-10 and 1 other)`."""
    named = ", ".join(map(str, sorted(days)[:NAMED]))
    more = f" and {counted(len(days) - NAMED, 'other')}" if len(days) > NAMED else ""
    return f"{counted(len(days), 'day')} ({named}{more})"

"""What is not sure about a country's holidays in the days that are simulated: the package's data end, some are only
forecast, or the country by itself stands for fewer than its parts or its banks have.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sim.scenario.days_off import Holidays, entity_of

BANK = "bank"
"""The package's category of days on which banks alone are closed."""
DECREED = 5
"""So many years in a row with days of their own: there, days off are announced anew each year."""


def doubts_about(holidays: Holidays, first: date, last: date, *, of_a_bank: bool) -> Iterator[str]:
    """A sentence for each, of the days from the first to the last, both included."""
    entity, country = entity_of(holidays.country), holidays.country
    if first.year < entity.start_year or last.year > entity.end_year:
        yield f"the holidays of '{country}' are known from {entity.start_year} to {entity.end_year} only"
    if last.year < entity.start_year or first.year > entity.end_year:
        return
    mine = _days(entity, first, last, subdiv=holidays.subdivision)
    if not mine:
        yield f"no holiday of '{country}' lies in the days simulated"
    yield from _forecast(entity, mine, first, last, holidays)
    if holidays.subdivision is None:
        yield from _of_parts(entity, mine, first, last, country)
    if of_a_bank and BANK in entity.supported_categories:
        yield from _of_banks(
            _days(entity, first, last, subdiv=holidays.subdivision, categories=BANK) - mine, country
        )


def _of_banks(more: set[date], country: str) -> Iterator[str]:
    if more:
        yield f"the banks of '{country}' are closed on {_some(sorted(more))} as well; 'closed' can say so"


def _days(entity: Any, first: date, last: date, **which: Any) -> set[date]:
    known = entity(years=range(first.year, last.year + 1), **which)
    return {day for day in known if first <= day <= last}


def _forecast(entity: Any, mine: set[date], first: date, last: date, holidays: Holidays) -> Iterator[str]:
    """Days whose date the package only estimates, and years whose days off nobody has announced yet."""
    known = entity(subdiv=holidays.subdivision, years=range(first.year, last.year + 1))
    if label := getattr(known, "estimated_label", None):
        word = known.tr(label).replace("%s", "").strip(" ()（）")
        if estimated := sorted(day for day in mine if word in known[day]):
            yield f"the dates of some holidays of '{holidays.country}' are only forecast: {_some(estimated)}"
    announced = _announced(known)
    if announced and last.year > announced:
        yield (
            f"the holidays of '{holidays.country}' are announced year by year, and known to {announced} only: "
            "what comes later is forecast"
        )


def _announced(known: Any) -> int | None:
    """The last year with days of its own, in a country that has had some in each of the last years."""
    names = [name for name in dir(known) if name.startswith("special_") and "holidays" in name]
    years = {year for name in names for year in getattr(known, name)}
    last = max(years, default=0)
    return last if years and years.issuperset(range(last - DECREED + 1, last + 1)) else None


def _of_parts(entity: Any, mine: set[date], first: date, last: date, country: str) -> Iterator[str]:
    for part in entity.subdivisions:
        if more := sorted(_days(entity, first, last, subdiv=part) - mine):
            yield (
                f"'{country}' stands for the holidays of the whole country, and parts of it have more "
                f"({part}: {_some(more)}); one is named by {{country: {country}, subdivision: {part}}}"
            )
            return


def _some(days: list[date]) -> str:
    """`2027-03-10, 2027-03-11 and 3 more`."""
    more = f" and {len(days) - 2} more" if len(days) > 2 else ""
    return ", ".join(map(str, days[:2])) + more

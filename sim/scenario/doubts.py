"""What a scenario says that can hardly be meant, and is no fault: dated things of which no day is simulated, and
holidays that are not sure.

It is told as a warning; nothing fails of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from sim.scenario.base import inside
from sim.scenario.calendars import CalendarSpec
from sim.scenario.days import ClosedSpell, Holidays, Season, entity_of
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.scenario.tree import Path, dotted
from sim.scenario.windows import LastInstant
from sim.scenario.wording import printable

DatePair = tuple[date, date]
"""The first day and the last, both included."""
_NOT_LEVERS = {"start", "as_of", "provenance", "expect", "experiment"}
"""Parts of a scenario whose dates say when it is looked at, and not what happens."""


class Doubt(NamedTuple):
    """One thing worth a look."""

    path: str
    said: str

    def __str__(self) -> str:
        return f"{self.path}: {self.said}"


def doubts_among(scenarios: Iterable[tuple[object, Scenario]]) -> list[str]:
    """Those of several scenarios, each given with its file: `a.yaml, b.yaml: market.peaks: none of its days …`.

    What files inherit from each other is said once.
    """
    files: dict[Doubt, list[str]] = {}
    for file, scenario in scenarios:
        for doubt in doubts_of(scenario):
            files.setdefault(doubt, []).append(printable(str(file)))
    return [f"{', '.join(named)}: warning: {doubt}" for doubt, named in files.items()]


def days_simulated(scenario: Scenario) -> DatePair:
    """The first day and the last on which orders come, up to the last one that is looked at."""
    ends = scenario.experiment.arrivals_end
    if scenario.experiment.cut is not None:
        ends = min(ends, scenario.experiment.cut)
    return scenario.start, scenario.start + timedelta(days=max(-(-ends // DAY), 1) - 1)


def doubts_of(scenario: Scenario) -> list[Doubt]:
    """Everything that is worth a look, in the order of the file."""
    first, last = days_simulated(scenario)
    found = [
        Doubt(dotted(path), f"none of its days lies in the days simulated, {first} to {last}")
        for path, spans in _dated(scenario, ())
        if spans and not any(begins <= last and first <= ends for begins, ends in spans)
    ]
    for path, calendar in _calendars(scenario, ()):
        of_a_bank = path[-1] == "bank"
        for holidays in calendar.holidays:
            said = doubts_about(holidays, first, last, of_a_bank=of_a_bank)
            found += [Doubt(dotted((*path, "holidays")), each) for each in said]
    return list(dict.fromkeys(found))


def _dated(value: Any, path: Path) -> Iterator[tuple[Path, list[DatePair]]]:
    """Every lever that names days, and the days that it names; of a last day, all until then."""
    for step, inner in _levers(value, path):
        entries = inner if isinstance(inner, dict | list | tuple) else [inner]
        named = [span for each in entries if (span := _span(each)) is not None]
        spans = [(date.min, ends) for _, ends in named] if isinstance(value, LastInstant) else named
        if spans:
            yield (*path, step), spans
        else:
            yield from _dated(inner, (*path, step))


def _levers(value: Any, path: Path) -> Iterator[tuple[str, Any]]:
    yield from (pair for pair in inside(value) if path or pair[0] not in _NOT_LEVERS)


def _span(entry: Any) -> DatePair | None:
    match entry:
        case Season() | ClosedSpell():
            return entry.first, entry.last
        case date():
            return entry, entry
    return None


def _calendars(value: Any, path: Path) -> Iterator[tuple[Path, CalendarSpec]]:
    """Every calendar, wherever one may be given."""
    if isinstance(value, CalendarSpec):
        yield path, value
    elif not isinstance(value, Holidays):
        for step, inner in _levers(value, path):
            yield from _calendars(inner, (*path, step))


# ------------------------------------------------------------------------------- holidays that are not sure


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
    knows_banks = of_a_bank and BANK in entity.supported_categories
    closed = _days(entity, first, last, subdiv=holidays.subdivision, categories=BANK) if knows_banks else set()
    if more := sorted(closed - mine):
        yield f"the banks of '{country}' are closed on {_some(more)} as well; 'closed' can say so"


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

"""What a scenario says that can hardly be meant, and is no fault: dated things of which no day is simulated, and
holidays that are not sure.

It is told as a warning; nothing fails of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.scenario.calendars import CalendarSpec
from sim.scenario.days import Season
from sim.scenario.days_off import ClosedSpell, Holidays
from sim.scenario.durations import DAY
from sim.scenario.holiday_doubts import doubts_about
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
    for step, inner in _within(value, path):
        named = [span for each in _entries(inner) if (span := _span(each)) is not None]
        spans = [(date.min, ends) for _, ends in named] if isinstance(value, LastInstant) else named
        if spans:
            yield (*path, step), spans
        else:
            yield from _dated(inner, (*path, step))


def _within(value: Any, path: Path) -> Iterator[tuple[str | int, Any]]:
    """The parts of a value: fields of a model, entries of a mapping or a list."""
    if isinstance(value, BaseModel):
        names = {name: field.alias or name for name, field in type(value).model_fields.items()}
        steps: Iterator[tuple[str | int, Any]] = ((alias, getattr(value, name)) for name, alias in names.items())
        yield from (pair for pair in steps if path or pair[0] not in _NOT_LEVERS)
    elif isinstance(value, dict):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def _entries(value: Any) -> list[Any]:
    """What a lever consists of, by its keys or its entries; a single thing is an entry itself."""
    if isinstance(value, dict | list | tuple):
        return list(value)
    return [value]


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
        for step, inner in _within(value, path):
            yield from _calendars(inner, (*path, step))

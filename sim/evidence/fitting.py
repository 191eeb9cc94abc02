"""From a mapped log to a scenario that says of every input where it comes from: `sim.fit`."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Ints
from sim.errors import UserError
from sim.evidence.desks_repaired import repaired
from sim.evidence.finding import Assumed, Finding
from sim.evidence.fitted_scenario import WorldChanges, expected_of, scenario_of
from sim.evidence.held_out import HeldOut, Judged, held_against
from sim.evidence.log import RefundLog
from sim.evidence.log_tables import Reading
from sim.evidence.mapping import MappedLog, Weeks, load_mapping
from sim.evidence.of_orders import sellers_of_types
from sim.evidence.power import unseen_changes
from sim.evidence.reading import read_log
from sim.evidence.refits import JUDGED_IN, Bootstrap, told
from sim.evidence.training_data import Hours, TrainingData
from sim.scenario.calendars import Calendar, resolve
from sim.scenario.durations import DAY
from sim.scenario.loading import built, load
from sim.scenario.model import REACH, Scenario
from sim.scenario.presets import beside
from sim.scenario.resolved import described
from sim.scenario.selling import own_calendar
from sim.vocabulary import Party

UNKNOWN_TYPE = "unknown"
"""Sellers of whose orders none says a type."""
LEAD_DAYS = 35
"""Days before the first one learnt from that calendars know as well."""


@dataclass(frozen=True)
class Fit:
    """What a log came to: a scenario, and how each of its inputs was learnt."""

    scenario: Scenario
    """Complete and runnable; its provenance says `fitted` of what was learnt."""
    findings: tuple[Finding, ...]
    assumed: tuple[Assumed, ...]
    readings: tuple[Reading, ...]
    judged: tuple[Judged, ...]
    """What held-out weeks say of it; empty where none were kept."""
    unseen: tuple[str, ...]
    """Inputs of which these weeks would not show a change by a quarter nine times in ten, in words."""
    data: TrainingData
    bootstrap: Bootstrap

    def worlds(self, count: int, *, seed: int = 1) -> list[Scenario]:
        """So many scenarios as the log could as well have told: see `refits.Bootstrap`."""
        found = (self.bootstrap.world(one, seed) for one in range(count))
        return [scenario_of(self.data, one, self.scenario.name, {}) for one in found]

    def refits(self, count: int, *, seed: int = 1) -> list[WorldChanges]:
        """The same worlds by what of each differs from `scenario`: by path, as a scenario file says it."""
        return self.bootstrap.changes(count, seed)

    def with_expectations(self) -> Fit:
        """The same, its scenario with `expect:` lines from the log, which `run` and `check` then judge."""
        daily = next(one.interval for one in self.findings if one.path == "market.orders_per_day")
        assert daily is not None
        raw = described(self.scenario) | {"expect": expected_of(self.data, self.scenario, daily)}
        return replace(self, scenario=built(raw, self.scenario.name))

    @cached_property
    def verdict(self) -> str:
        """What held-out weeks say of the scenario as a whole.

        `differs` where anything does; `agrees` where nothing does, though a change by a quarter in any one of the
        main inputs that were learnt would have been seen; else, or without held-out weeks, `too few to tell`.
        """
        if any(one.verdict == "differs" for one in self.judged):
            return "differs"
        return "agrees" if self.judged and not self.unseen else "too few to tell"


def fit(mapping: str | Path, *, hold_out: str | None = None, jobs: int | None = 1) -> Fit:
    """Learn a scenario from the log that a mapping file describes, and judge it on weeks it never saw.

    `hold_out` (`"8w"` or days such as `"56d"`) keeps the last weeks before the cut to judge by, in place of what
    the mapping says. Raises BadScenario with every fault of the mapping, each with file, line and column, and with
    what is wrong with the log as a whole; rows that cannot be understood are counted in `readings`.
    """
    return learnt(opened(with_hold_out(load_mapping(mapping), hold_out)), jobs=jobs)


def with_hold_out(mapped: MappedLog, hold_out: str | None) -> MappedLog:
    """The mapping with the last weeks before the cut kept to judge by."""
    if hold_out is None:
        return mapped
    number, unit = hold_out.strip()[:-1], hold_out.strip()[-1:]
    if unit not in ("w", "d") or not number.isdigit() or not int(number):
        raise UserError(f"--hold-out {hold_out}: expected weeks or days such as 8w or 56d")
    days = int(number) * (7 if unit == "w" else 1)
    first = mapped.mapping.cut - timedelta(days=days)
    period = mapped.mapping.period
    if first <= period.fit.first:
        raise UserError(
            f"--hold-out {hold_out}: nothing is left to learn from, the log begins on {period.fit.first}"
        )
    learn = Weeks(period.fit.first, min(first, period.fit.beyond))
    kept = period.model_copy(update={"fit": learn, "hold_out": Weeks(first, mapped.mapping.cut)})
    return replace(mapped, mapping=mapped.mapping.model_copy(update={"period": kept}))


class OpenedLog(NamedTuple):
    """A log as it was read, and what is known beside it."""

    mapped: MappedLog
    start: date
    """The first day that counts."""
    calendars: Mapping[Party, Calendar]
    base: Scenario
    log: RefundLog

    @property
    def days(self) -> int:
        """As far as calendars reach."""
        return (self.mapped.mapping.cut - self.start).days + REACH

    def hours_of_types(self, names: Iterable[str]) -> dict[int, Hours]:
        """By number: of types that are the base's, and have days off of their own there, when they work."""
        of_base = self.base.market.sellers.types
        own = {place: of_base[name] for place, name in enumerate(names) if name in of_base and of_base[name].closed}
        specs = {place: own_calendar(self.base, one) for place, one in own.items()}
        return {place: Hours.of(resolve(spec, self.start, self.days)) for place, spec in specs.items()}

    @property
    def learnt_from(self) -> tuple[float, float]:
        """The weeks to learn from: their first second, and the first beyond them."""
        span = self.mapped.mapping.period.fit
        first, beyond = (float((day - self.start).days * DAY) for day in (span.first, span.beyond))
        return first, beyond


def opened(mapped: MappedLog) -> OpenedLog:
    """Read a log, and the base that its mapping names."""
    base = load(beside(mapped.mapping.base, mapped.path))
    start = mapped.mapping.period.fit.first - timedelta(days=LEAD_DAYS)
    log = read_log(mapped, pd.Timestamp(start))
    given = OpenedLog(mapped, start, {}, base, log)
    parties = (Party.SELLER, Party.PLATFORM, Party.CARRIER, Party.BANK)
    calendars = {party: resolve(getattr(base.calendars, party.word), start, given.days) for party in parties}
    return given._replace(calendars=calendars)


def learnt(given: OpenedLog, *, jobs: int | None) -> Fit:
    """Everything that the weeks to learn from tell, put into the base."""
    mapped, start, calendars, _, log = given
    period, data = mapped.mapping.period, training_data_of(given)
    everything = list(told(data, calendars))
    findings = tuple(one for one in everything if isinstance(one, Finding))
    assumed = tuple(one for one in everything if isinstance(one, Assumed))
    if not findings:
        raise UserError(
            f"{mapped.path}: nothing can be learnt from this log: "
            + "; ".join(f"{one.path}: {one.why}" for one in assumed)
        )
    findings = tuple(
        repaired(data, list(findings), lambda some: scenario_of(data, some, mapped.mapping.name, {}), jobs=jobs)
    )
    source = f"{mapped.path.name}: " + ", ".join(f"{one.table} {one.used:,}" for one in log.readings)
    scenario = scenario_of(data, findings, mapped.mapping.name, {"from": source, "period": str(period.fit)})
    bootstrap = Bootstrap(data, calendars, findings)
    held_out = HeldOut(log, start, period.hold_out, jobs) if period.hold_out is not None else None
    judged, unseen = _judged(scenario, bootstrap, held_out) if held_out else ((), ())
    return Fit(scenario, findings, assumed, log.readings, judged, unseen, data, bootstrap)


def _judged(
    scenario: Scenario, bootstrap: Bootstrap, held_out: HeldOut
) -> tuple[tuple[Judged, ...], tuple[str, ...]]:
    """What held-out weeks say, as worlds that the log could as well have told live through them."""
    worlds = bootstrap.changes(JUDGED_IN, 1)
    expected = held_out.expected(scenario, worlds)
    judged = tuple(held_against(held_out.seen(), expected))
    if any(one.verdict == "differs" for one in judged):
        return judged, ()
    learnt = {one.path for one in bootstrap.findings}
    return judged, tuple(unseen_changes(scenario, learnt, worlds, expected, judged, held_out))


def expect_orders(given: OpenedLog) -> None:
    """Raises UserError where nothing was paid in the weeks to learn from, with when the log's orders were."""
    (first, beyond), log = given.learnt_from, given.log
    paid = [piece.at("paid") for piece in log.orders.pieces()]
    if any(((one >= first) & (one < min(beyond, log.cut))).any() for one in paid):
        return
    told = [one[~np.isnan(one)] for one in paid]
    ends = [end for one in told if one.size for end in (one.min(), one.max())]
    days = [given.start + timedelta(seconds=float(end)) for end in (min(ends), max(ends))] if ends else []
    when = f"those of the log were paid {days[0]} to {days[1]}" if days else "of none is it known when it was paid"
    raise UserError(f"{given.mapped.path}: no order was paid in {given.mapped.mapping.period.fit}: {when}")


def training_data_of(given: OpenedLog) -> TrainingData:
    """The weeks to learn from, as they were known when they were over, and which seller is of which type."""
    mapped, start, calendars, base, log = given
    expect_orders(given)
    first, beyond = given.learnt_from
    seen = log.between(first, beyond, min(beyond, log.cut))
    sellers = len(log.names["seller"])
    hours = {party: Hours.of(calendar) for party, calendar in calendars.items()}
    alike = np.ones(sellers)
    data = TrainingData(base, seen, hours, start, first, beyond, alike, np.zeros(sellers, dtype=np.int64), ("t1",))
    kinds, names = _types(mapped, data)
    return replace(data, kind_of_seller=kinds, kinds=names, own_hours=given.hours_of_types(names))


def _types(mapped: MappedLog, data: TrainingData) -> tuple[Ints, tuple[str, ...]]:
    if mapped.mapping.types.column is None:
        return sellers_of_types(data, mapped.mapping.types.find or 1)
    names = (*data.log.names.get("group", ()), UNKNOWN_TYPE)
    counts = np.zeros((len(data.weight), len(names)))
    counts[:, -1] = 0.5 * (data.orders_of_sellers > 0)
    for orders in data.log.orders.pieces():
        groups, seller = orders.word("group"), orders.word("seller")
        np.add.at(counts, (seller[groups >= 0], groups[groups >= 0]), 1)
    kinds = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    there = sorted(set(kinds[kinds >= 0].tolist()))
    places = np.full(len(names) + 1, -1)
    places[there] = np.arange(len(there))
    return places[kinds].astype(np.int64), names_of_types([names[one] for one in there])


def names_of_types(written: Iterable[str]) -> tuple[str, ...]:
    """What scenarios call types that a log calls so: short, of ASCII, and no two alike."""
    names: dict[str, None] = {}
    for word in written:
        plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
        short = re.sub(r"[^a-z0-9_]", "-", plain)[:36].strip("-_") or "type"
        again = (f"{short}-{count}" for count in itertools.count(2))
        names[next(name for name in itertools.chain([short], again) if name not in names)] = None
    return tuple(names)

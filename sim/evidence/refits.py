"""Everything that a log tells, and worlds that it could as well have told: its sellers weighed anew (a weighted
bootstrap), by what differs in them, and the file that keeps them.

`worlds.json` lies beside a fitted scenario. World k says by path, as a scenario file says it, what is otherwise
there; what it does not name is as in the scenario. Studies live replication r in world r mod K.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from sim.disk.reading import content_of
from sim.errors import BadUsage, UserError
from sim.evidence.desks_repaired import repaired_anew
from sim.evidence.finding import Assumed, Finding, number
from sim.evidence.fitted_scenario import WorldChanges, changes_between
from sim.evidence.of_buyers import told_by_claims
from sim.evidence.of_money import told_by_refunds
from sim.evidence.of_orders import told_by_orders
from sim.evidence.of_sellers import told_by_sellers
from sim.evidence.training_data import TrainingData
from sim.scenario.calendars import Calendar
from sim.scenario.loading import load_with_places
from sim.scenario.model import Scenario
from sim.scenario.moving import in_world
from sim.scenario.resolved import described
from sim.vocabulary import Party

FILE = "worlds.json"
SCHEMA_VERSION = 1
WORLDS = 40
"""Refits that `fit` writes, unless it is told another number."""
JUDGED_IN = 20
"""How many of them live through the weeks that were held out."""
MOST_BYTES = 100_000_000
AS_THEY_ARE = ("market.sellers.roster", "market.sellers.count", "market.sellers.concentration")
"""Who the sellers are is not drawn: weights are of what sellers do."""
DAILY = "market.orders_per_day"


def told(data: TrainingData, calendars: Mapping[Party, Calendar]) -> Iterator[Finding | Assumed]:
    """Everything that the log tells, and what it cannot."""
    yield from told_by_orders(data)
    yield from told_by_sellers(data)
    yield from told_by_claims(data)
    yield from told_by_refunds(data, dict(calendars))


@dataclass(frozen=True)
class Bootstrap:
    """Refits of a log: one exponential weight per seller, weeks as strata (Rubin 1981).

    What one seller does stays together. World k is the same however many there are.
    """

    data: TrainingData
    calendars: Mapping[Party, Calendar]
    findings: tuple[Finding, ...]
    """Of the log as it is."""
    kept: dict[tuple[int, int], list[Finding]] = field(default_factory=dict)
    """Worlds that were asked for before, by seed and number."""

    def world(self, number_of: int, seed: int) -> list[Finding]:
        """What is found in one of the worlds."""
        if (seed, number_of) not in self.kept:
            luck = np.random.Generator(np.random.Philox(key=[seed, number_of]))
            weight = luck.exponential(size=len(self.data.weight))
            data = replace(self.data, weight=weight / weight.mean())
            found = [one for one in told(data, self.calendars) if isinstance(one, Finding)]
            found = repaired_anew(data, found, self.findings, luck)
            self.kept[seed, number_of] = self._as_sure_as_before(found, luck)
        return self.kept[seed, number_of]

    def changes(self, count: int, seed: int) -> list[WorldChanges]:
        """Of so many worlds what is not as in the log as it is."""
        return [changes_between(self.findings, self.world(one, seed)) for one in range(count)]

    def _as_sure_as_before(self, found: Iterable[Finding], luck: np.random.Generator) -> list[Finding]:
        """How many orders come a day is as unsure as its interval says, of days; who the sellers are is known."""
        known = {one.path: one for one in self.findings if one.path in AS_THEY_ARE}
        return [_drawn(one, luck) if one.path == DAILY else known.get(one.path, one) for one in found]


def _drawn(daily: Finding, luck: np.random.Generator) -> Finding:
    low, high = daily.interval or (daily.value, daily.value)
    return replace(daily, value=number(daily.value + luck.normal() * (high - low) / 2 / 1.96))


# ------------------------------------------------------------------------------- the file that keeps them


def worlds_file(name: str, worlds: Sequence[WorldChanges]) -> dict[str, Any]:
    """Ready for JSON."""
    method = "weighted bootstrap: one weight per seller, weeks as strata"
    return {"schema_version": SCHEMA_VERSION, "scenario": name, "method": method, "worlds": list(worlds)}


def worlds_beside(scenario: str | Path) -> list[WorldChanges]:
    """The worlds of a fitted scenario: out of `worlds.json` beside its file, or beside one that it extends.

    Raises BadUsage where there is no such file, and UserError for one that does not fit the scenario.
    """
    loaded = load_with_places(scenario)
    places = {Path(scenario).parent: None} | {Path(file).parent: None for file in reversed(loaded.layers.files)}
    file = next((folder / FILE for folder in places if (folder / FILE).is_file()), None)
    if file is None:
        raise BadUsage(
            f"{scenario}: found no {FILE} beside it, expected the fitted worlds that `refund-sim fit --out` writes"
        )
    return _read(file, loaded.scenario)


def _read(file: Path, scenario: Scenario) -> list[WorldChanges]:
    try:
        written = json.loads(content_of(file, MOST_BYTES))
        worlds = TypeAdapter(list[dict[str, Any]]).validate_python(written["worlds"], strict=True)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise UserError(f"{file}: found {type(fault).__name__}, expected the worlds of a fit as JSON") from None
    if not worlds:
        raise UserError(f"{file}: found no world, expected at least one")
    document = {key: value for key, value in described(scenario).items() if key not in ("provenance", "expect")}
    for number_of, changes in enumerate(worlds):
        try:
            Scenario.model_validate(in_world(document, changes))
        except (ValidationError, ValueError, TypeError, IndexError, KeyError) as fault:
            why = fault.errors()[0] if isinstance(fault, ValidationError) else {"loc": (), "msg": str(fault)}
            where = ".".join(map(str, why["loc"])) or "a path"
            raise UserError(f"{file}: world {number_of}: {where}: {why['msg']}") from None
    return worlds

"""Everything that a log tells, and what it would tell with its sellers weighed anew: a weighted bootstrap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.evidence.desks_repaired import repaired_anew
from sim.evidence.finding import Assumed, Finding, number
from sim.evidence.of_buyers import told_by_claims
from sim.evidence.of_money import told_by_refunds
from sim.evidence.of_orders import told_by_orders
from sim.evidence.of_sellers import told_by_sellers
from sim.evidence.refits import WorldChanges, changes_between
from sim.evidence.training_data import TrainingData
from sim.scenario.calendars import Calendar
from sim.vocabulary import Party

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

"""What replications come to: worked out when it is first asked for, so that what nobody asks for costs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiment.measures import RATIOS, Sums, summary_of, sums_listed, sums_of, watched
from sim.experiment.observation import Observation, tables_of
from sim.experiment.on_demand import OnDemand
from sim.experiment.stopwatch import Stopwatch
from sim.experiment.warm_up import notes_of
from sim.scenario.model import Scenario

STAGE = "estimates"
"""What the stopwatch calls it."""
AT_A_TIME = 20_000
"""Claims and requests that are added up together: pandas is slow to start, and they take a few megabytes."""


class AddedUp(NamedTuple):
    """The two sums that every ratio is made of, by replication, as far as they were added up."""

    until: int = 0
    """So many replications were."""
    sums: tuple[Mapping[str, Sums], ...] = ()
    """Of some at a time, by measure."""

    def with_those(self, new: Sequence[Observation]) -> AddedUp:
        """The next replications as well."""
        sums = sums_of(tables_of(new), self.until + len(new))
        added = {name: Sums(part[self.until :], whole[self.until :], n) for name, (part, whole, n) in sums.items()}
        return AddedUp(self.until + len(new), (*self.sums, added))

    def with_all(self, seen: Sequence[Observation]) -> AddedUp:
        """All that were seen."""
        added = self
        while new := seen[added.until :]:
            rows = np.cumsum([*map(rows_of, new)])
            added = added.with_those(new[: 1 + int(np.searchsorted(rows, AT_A_TIME))])
        return added

    def by_measure(self) -> Mapping[str, Sums]:
        """Of all that were added up."""
        return {ratio.name: _joined([some[ratio.name] for some in self.sums]) for ratio in RATIOS}


def rows_of(one: Observation) -> int:
    """How many claims and requests there are to add up."""
    return len(one.claims) + len(one.requests)


def _joined(sums: Sequence[Sums]) -> Sums:
    parts, wholes, ns = zip(*sums, strict=True)
    return Sums(np.concatenate(parts), np.concatenate(wholes), sum(ns))


class EstimatesOnDemand:
    """Of one experiment: what makes tables of its `Result`, and its notes."""

    def __init__(
        self, scenario: Scenario, seen: Sequence[Observation], claims: OnDemand, added: AddedUp, watch: Stopwatch
    ) -> None:
        """What was `added` up already is not read again; the `watch` takes the time."""
        self._scenario, self._claims, self._watch = scenario, claims, watch
        self._known = seen, added
        """They change together: several threads may ask, and what has no rows left is added up."""

    @property
    def seen(self) -> Sequence[Observation]:
        """Its replications; they hold on to no rows once these are added up."""
        return self._known[0]

    @cached_property
    def _sums(self) -> Mapping[str, Sums]:
        seen, added = self._known
        added = added.with_all(seen)
        self._known = [one.without_rows() for one in seen], added
        return watched(added.by_measure(), self._claims)

    def summary(self) -> pd.DataFrame:
        """As `Result.summary` has it."""
        with self._watch.on(STAGE):
            return summary_of(self._sums, self._claims, len(self.seen), self._scenario.market.currency)

    def by_replication(self) -> pd.DataFrame:
        """As `Result.by_replication` has it."""
        with self._watch.on(STAGE):
            return sums_listed(self._sums)

    def notes(self) -> list[str]:
        """As `Result.notes` has them."""
        with self._watch.on(STAGE):
            return notes_of(self._scenario, self.seen)

"""What is kept of replications that are over, so that memory need not hold all that happened in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.by_hours import asked_within
from sim.experiment.claim_paths import stages_of
from sim.experiment.columns import ASKED_WITHIN, CAME_TO, NARROW
from sim.experiment.measures import RATIOS, Sums, sums_of
from sim.experiment.observation import Observation, tables_of
from sim.experiment.on_demand import OnDemand, Rows, on_demand, one_below_the_other, values_of
from sim.experiment.predicates import NOT_SHIPPED, is_not_shipped

Take = Callable[[Rows, pd.DataFrame | None], None]
"""Takes the cohort's claims of one replication, and its journal if there is one; in the order of replications."""
AT_A_TIME = 20_000
"""Claims and requests that are added up together: pandas is slow to start, and they take a few megabytes."""


class KeptReplications:
    """Takes in replications in their order: of each, the sums that every ratio is made of.

    Without `take` the claims stay as they are. With it they are handed over as they come, and what stays of each is
    what times, curves and groups are estimated from (`columns.NARROW`), some forty bytes.
    """

    def __init__(self, take: Take | None = None) -> None:
        self.seen: list[Observation] = []
        """In their order; those that were added up may have been cut down."""
        self._take = take
        self._sums: list[dict[str, Sums]] = []
        self._added = 0

    def enter(self, one: Observation) -> None:
        """One more replication is over."""
        if self._take:
            self._take(one.claims, one.journal)
        self.seen.append(replace(one, journal=None) if self._take else one)

    def add_up(self, *, at_least: int = 0) -> None:
        """Add up what was not added up yet, if there are so many claims and requests of it."""
        new = self.seen[self._added :]
        if not new or sum(len(one.claims) + len(one.requests) for one in new) < at_least:
            return
        first, self._added = self._added, len(self.seen)
        sums = sums_of(tables_of(new), self._added)
        self._sums.append({name: Sums(part[first:], whole[first:], n) for name, (part, whole, n) in sums.items()})
        if self._take:
            self.seen[first:] = [_cut_down(one) for one in new]

    def sums(self) -> Mapping[str, Sums]:
        """By measure, of all replications."""
        self.add_up()
        return {ratio.name: _joined([some[ratio.name] for some in self._sums]) for ratio in RATIOS}

    def claims(self) -> OnDemand:
        """All of them, one below the other."""
        return one_below_the_other([one.claims for one in self.seen])


def _joined(sums: Sequence[Sums]) -> Sums:
    parts, wholes, ns = zip(*sums, strict=True)
    return Sums(np.concatenate(parts), np.concatenate(wholes), sum(ns))


def _cut_down(one: Observation) -> Observation:
    kept: dict[str, Any] = {name: values_of(one.claims, name) for name in (*NARROW, UNTIL) if name in one.claims}
    number = np.int16 if one.totals["replication"] <= np.iinfo(np.int16).max else np.int32
    kept |= {"replication": kept["replication"].astype(number), "order": kept["order"].astype(np.int32)}
    kept[CAME_TO] = stages_of(one.claims) + is_not_shipped(one.claims) * np.uint8(NOT_SHIPPED)
    kept[ASKED_WITHIN] = asked_within(one.claims)
    return replace(one, claims=pd.DataFrame(kept), requests=_none_of(one.requests), unasked=_none_of(one.unasked))


def _none_of(rows: Rows) -> OnDemand:
    return on_demand(rows).only(np.zeros(len(rows), dtype=bool))

"""What is kept of replications that are over, so that memory need not hold all that happened in all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.by_hours import asked_within
from sim.experiment.claim_paths import stages_of
from sim.experiment.columns import ASKED_WITHIN, CAME_TO, NARROW
from sim.experiment.estimating import AddedUp, rows_of
from sim.experiment.observation import Observation
from sim.experiment.on_demand import OnDemand, Rows, one_below_the_other, values_of
from sim.experiment.predicates import NOT_SHIPPED, is_not_shipped

Take = Callable[[Rows, pd.DataFrame | None], None]
"""Takes the cohort's claims of one replication, and its journal if there is one; in the order of replications."""


class KeptReplications:
    """Takes in replications in their order.

    Without `take` the claims stay as they are. With it they are handed over as they come; what stays of each is the
    sums that every ratio is made of, and what times, curves and groups are estimated from (`columns.NARROW`), some
    forty bytes.
    """

    def __init__(self, take: Take | None = None) -> None:
        self.seen: list[Observation] = []
        """In their order; those that were cut down have no rows left."""
        self.added = AddedUp()
        self._take = take
        self._claims: list[Rows] = []
        self._journals: list[pd.DataFrame] = []

    def enter(self, one: Observation) -> None:
        """One more replication is over."""
        if self._take:
            self._take(one.claims, one.journal)
        elif one.journal is not None:
            self._journals.append(one.journal)
        self._claims.append(one.claims)
        self.seen.append(replace(one, journal=None))

    def cut_down(self, *, at_least: int = 0) -> None:
        """Of claims that were handed over only little stays, once they are added up: if there are so many."""
        first, new = self.added.until, self.seen[self.added.until :]
        if self._take and new and sum(map(rows_of, new)) >= at_least:
            self.added = self.added.with_those(new)
            self._claims[first:] = [_cut_down(one) for one in new]
            self.seen[first:] = [one.without_rows() for one in new]

    def claims(self) -> OnDemand:
        """All of them, one below the other."""
        return one_below_the_other(self._claims)

    def journal(self) -> pd.DataFrame | None:
        """All that was written, one below the other."""
        return pd.concat(self._journals, ignore_index=True) if self._journals else None


def _cut_down(one: Observation) -> pd.DataFrame:
    kept: dict[str, Any] = {name: values_of(one.claims, name) for name in (*NARROW, UNTIL) if name in one.claims}
    number = np.int16 if one.totals["replication"] <= np.iinfo(np.int16).max else np.int32
    kept |= {"replication": kept["replication"].astype(number), "order": kept["order"].astype(np.int32)}
    kept[CAME_TO] = stages_of(one.claims) + is_not_shipped(one.claims) * np.uint8(NOT_SHIPPED)
    kept[ASKED_WITHIN] = asked_within(one.claims)
    return pd.DataFrame(kept)

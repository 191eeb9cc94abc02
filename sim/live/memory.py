"""Workers who remember: a replication that was lived through once is not lived through again.

The base is the same from one move of a lever to the next, and undoing one asks for what was there before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Self

from sim.experiment.engines import SIMPY
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers
from sim.experiment.observation import Observation
from sim.experiment.stopwatch import Stopwatch
from sim.scenario.model import Scenario
from sim.scenario.written import document_of

MOST_CLAIMS = 160_000
"""Claims and requests of all replications remembered: one to two hundred megabytes. The scenario not asked for
longest goes first."""


class Remembering(Workers):
    """Workers whose observations are kept as long as there is room. Only one thread may ask them."""

    def __init__(self, jobs: Jobs = 1) -> None:
        super().__init__(jobs)
        self._kept: OrderedDict[str, dict[int, Observation]] = OrderedDict()
        self.claims = 0
        """So many rows are remembered."""

    def __enter__(self) -> Self:
        return self

    def observations(
        self,
        scenario: Scenario,
        replications: Sequence[int],
        *,
        engine: str = SIMPY,
        with_journal: bool = False,
        watch: Stopwatch | None = None,
    ) -> Iterator[Observation]:
        """As `Workers.observations`; which engine lived through a replication does not matter."""
        document = document_of(scenario)
        kept = self._kept.setdefault(document, {})
        self._kept.move_to_end(document)
        missing = [number for number in replications if number not in kept]
        fresh = super().observations(scenario, missing, engine=engine, with_journal=with_journal, watch=watch)
        for number in replications:
            one = kept[number] if number in kept else next(fresh)
            if number not in kept:
                kept[number] = one
                self.claims += _rows(one)
                self._make_room(document)
            yield one

    def _make_room(self, asked: str) -> None:
        while self.claims > MOST_CLAIMS and len(self._kept) > 1:
            oldest, kept = self._kept.popitem(last=False)
            if oldest == asked:  # the one that is asked for stays
                self._kept[oldest] = kept
                continue
            self.claims -= sum(map(_rows, kept.values()))


def _rows(one: Observation) -> int:
    return len(one.claims) + len(one.requests)

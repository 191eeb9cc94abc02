"""What is kept of one replication once it is over: the cohort's rows, totals, and fingerprints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from sim.chance.facts import Draws
from sim.chance.shared import AFRESH, Known
from sim.experiment import fingerprints
from sim.experiment.backlog import Waiting, waiting_by_day
from sim.experiment.censoring import as_seen
from sim.experiment.cohort import Cohort, cohort_of, in_cohort
from sim.experiment.costs import totals_of
from sim.experiment.desks import load_of, requests_kept, stretches
from sim.experiment.engines import SIMPY
from sim.experiment.frame import CENTS, claims_kept, journal_frame
from sim.experiment.measures import CLAIMS, REPLICATIONS, REQUESTS
from sim.experiment.on_demand import (
    Below,
    Blocks,
    Cells,
    ColumnValues,
    KeptRows,
    OnDemand,
    Rows,
    kept_rows,
    none_of,
    one_below_the_other,
)
from sim.experiment.replication import play
from sim.experiment.requests import SELLERS, requests_of
from sim.experiment.stopwatch import Stopwatch
from sim.experiment.waits import Waits, waits_by_day
from sim.records.checks import check
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.model import Scenario
from sim.vocabulary import Party


@dataclass(frozen=True)
class Observation:
    """One replication as the study sees it. Small beside the records, and complete for every estimate."""

    claims: Rows
    requests: Rows
    unasked: Rows
    """Orders refunded at the dispatch limit before anybody asked, as `Result.unasked` has them."""
    totals: dict[str, float]
    """`replication`, `orders`, `claims`, `refunded_unasked`, `ended_late`, the desks' `Load`, `costs.totals_of`."""
    backlog: dict[str, Waiting]
    waits: dict[str, Waits]
    met: dict[str, tuple[int, int]]
    """From when until when the cohort's requests joined each group of desks (`desks.stretch_of`)."""
    journal: pd.DataFrame | None
    invariants: tuple[str, ...]
    """Names of those that were checked."""
    draws_hash: str
    outcomes_hash: str

    def without_rows(self) -> Observation:
        """What is left once nobody needs its claims, requests and orders refunded unasked any more."""
        claims, requests, unasked = map(none_of, (self.claims, self.requests, self.unasked))
        return replace(self, claims=claims, requests=requests, unasked=unasked)


def witness(
    scenario: Scenario,
    replication: int,
    calendars: dict[Party, Calendar],
    *,
    engine: str = SIMPY,
    with_journal: bool = False,
    watch: Stopwatch | None = None,
    known: Known = AFRESH,
) -> Observation:
    """Live through one replication, check what must always hold, and look at it: the unit of every experiment.

    Pure, so any replication can be had again alone: `witness(scenario, 7, calendars_of(scenario))` sees exactly
    what a run of a hundred saw of its replication 7. Raises BrokenInvariant (a defect of ours) and BeyondCalendar.
    """
    watch = watch or Stopwatch()
    records = play(
        scenario, replication, calendars, engine=engine, with_journal=with_journal, watch=watch, known=known
    )
    with watch.on("checks"):
        invariants = check(scenario, records, calendars)
    with watch.on("tables"):
        return observe(scenario, replication, records, calendars, invariants, with_journal=with_journal)


def observe(
    scenario: Scenario,
    replication: int,
    records: Records,
    calendars: dict[Party, Calendar],
    invariants: tuple[str, ...] = (),
    *,
    with_journal: bool = False,
) -> Observation:
    """Look at one replication: at its end, or at the scenario's cut as if nothing had happened after it."""
    seen = as_seen(scenario, records)
    requests, cohort = requests_of(scenario, seen, calendars), cohort_of(scenario, seen)
    unasked = refunded_unasked(scenario, replication, records.draws)
    totals = {"replication": replication} | counted_of(scenario, records.draws, cohort, unasked)
    backlog, met = waiting_by_day(scenario, requests), stretches(requests)
    return Observation(
        claims=claims_kept(scenario, replication, cohort),
        requests=requests_kept(scenario, replication, requests),
        unasked=unasked,
        totals=totals | load_of(scenario, requests, met)._asdict() | totals_of(scenario, cohort),
        backlog=backlog,
        waits=waits_by_day(requests, days=len(backlog[SELLERS].noon)),
        met=met,
        journal=journal_frame(scenario, replication, seen) if with_journal else None,
        invariants=invariants,
        draws_hash=fingerprints.of_draws(records.draws),
        outcomes_hash=fingerprints.of_outcomes(seen.claims),
    )


COUNTED = ("orders", "claims", "refunded_unasked", "ended_late")


def counted_of(scenario: Scenario, draws: Draws, cohort: Cohort, unasked: Rows) -> dict[str, float]:
    """The cohort in numbers, by `COUNTED`."""
    paid, experiment = draws.orders.paid, scenario.experiment
    window = np.searchsorted(paid, np.array(experiment.cohort_window, dtype=paid.dtype))  # they are in order
    ended = cohort.table["ended_at"]
    # Claims that did not end while orders still came met emptier desks than in real life.
    late = int(np.count_nonzero(ended > experiment.arrivals_end))
    counts = (int(window[1] - window[0]), len(ended), len(unasked), late)
    return dict(zip(COUNTED, counts, strict=True))


def refunded_unasked(scenario: Scenario, replication: int, draws: Draws) -> KeptRows:
    """Cohort orders that the platform refunded at the dispatch limit, by the cut, and nobody had asked."""
    seen = in_cohort(scenario, draws.orders.paid[draws.refunded_unasked])
    if scenario.experiment.cut is not None:
        seen &= draws.unasked_due <= scenario.experiment.cut
    orders = draws.refunded_unasked[seen]
    value = draws.orders.of(orders).value if len(orders) else orders  # as a rule there are none
    return kept_rows(UnaskedReading(), [np.full_like(orders, replication), orders, value])


@dataclass(frozen=True)
class UnaskedReading:
    """How the table of orders refunded unasked is made of whole numbers."""

    def cells(self, blocks: Blocks) -> Cells:
        """From those of `refunded_unasked`."""
        numbers = Below({"replication": 0, "order": 1, "cents": 2}, blocks)
        return {
            "replication": lambda: numbers["replication"],
            "order": lambda: numbers["order"],
            "refund": lambda: numbers["cents"] / CENTS,
        }


def tables_of(seen: Sequence[Observation]) -> dict[str, OnDemand]:
    """The tables that measures read: replications below each other, in the order given."""
    totals = {name: np.array([one.totals[name] for one in seen]) for name in seen[0].totals}
    return {
        CLAIMS: one_below_the_other([one.claims for one in seen]),
        REQUESTS: one_below_the_other([one.requests for one in seen]),
        REPLICATIONS: OnDemand({name: partial(_same, column) for name, column in totals.items()}, len(seen)),
    }


def _same(column: ColumnValues) -> ColumnValues:
    return column

"""What if the seller had more time, or less, and what if silence meant something else? Every answer at once.

The scenario is run once for each length of its cancellation clock and each meaning of silence, with the same luck:
order 17 is the same order at every point, so that even a few replications tell the points apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from math import inf

import pandas as pd

from sim.experiment.aalen_johansen import UNTIL
from sim.experiment.curves import ENDINGS, incidence
from sim.experiment.differences import compared
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.estimates import CONFIDENCE
from sim.experiment.experiment import Progress
from sim.experiment.hands import Jobs
from sim.experiment.influence import ratio_of
from sim.experiment.jobs import Workers, workers_of
from sim.experiment.measures import CLAIMS, Sums, summary_of, sums_of, watched
from sim.scenario.consistency import NEEDS_MEDIATION
from sim.scenario.durations import DAY, Duration, Kind
from sim.scenario.model import Scenario
from sim.scenario.policy import ANY_SILENCE
from sim.vocabulary import Verdict

CLOCKS = tuple(Duration(Kind.WALL, days * DAY) for days in (1, 2, 3, 5, 9, 14))
"""What marketplaces give a seller to answer, and a little beyond; the scenario's own clock joins them."""
COMPARED = ("success_rate",)
"""Measures of which a point's difference from the scenario's own is said: what a page shows."""
SHOWN = (*COMPARED, "refund_time_median_all", *(f"outcome_{ending}" for ending in ENDINGS))
"""Measures that are estimated of a point: what a page shows."""
_COLUMNS = ("replication", "outcome", "asked_at", "refunded_at", "ended_at", UNTIL)
"""Of the claims: what those measures and the curves are made from."""
REPLICATIONS = 5
"""Of each point, at most. With one luck for all, five tell points apart that differ by a percentage point."""
_SILENCE = "policy.cancellation.on_silence"


@dataclass(frozen=True)
class Point:
    """One what-if: so long a clock, and this meaning of silence."""

    clock: Duration
    on_silence: Verdict
    is_own: bool
    """Whether this is the scenario as it stands."""
    summary: pd.DataFrame
    """The rows of `Result.summary` that are `SHOWN`, over the sweep's replications."""
    curves: pd.DataFrame
    """As `Result.curves`."""
    differences: pd.DataFrame
    """This point less the scenario's own, paired: columns `difference`, `low` and `high`, indexed by `COMPARED`."""


@dataclass(frozen=True)
class Sweep:
    """All what-ifs of a scenario: a grid of clocks and of meanings of silence, with one luck for all."""

    clocks: tuple[Duration, ...]
    """Ascending."""
    silences: tuple[Verdict, ...]
    points: tuple[Point, ...]
    """Row by row: for each meaning of silence, every clock."""
    replications: int
    claims: int
    """Of the scenario's own point, all replications."""

    @property
    def own(self) -> Point:
        """The scenario as it stands."""
        return next(point for point in self.points if point.is_own)


def sweep(
    scenario: Scenario,
    *,
    clocks: Sequence[Duration] = CLOCKS,
    replications: int | None = None,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Sweep | None:
    """Run every what-if of the seller's clock and of what silence means; None where the policy has no such clock.

    The policy's own clock joins the `clocks`. Each point has so many `replications`, or as many as the scenario and
    at most `REPLICATIONS`. `progress` is told after each replication how many are done, of all; `jobs`, `engine`
    and `tell` are as for `run`, but that `auto` is the engine that is quicker for all points together.
    """
    terms = scenario.policy.cancellation
    if terms is None or terms.clock is None:
        return None
    each = replications or min(scenario.experiment.replications, REPLICATIONS)
    lengths = tuple(sorted({*clocks, terms.clock}, key=lambda clock: (clock.seconds, clock.kind)))
    silences = _silences(scenario)
    asked, done = list(product(silences, lengths)), count(1)

    def step(_: int, of: int) -> None:
        if progress:
            progress(next(done), of * len(asked))

    lived = made_ready(chosen(engine, [scenario], each * len(asked)), scenario.name, tell).engine
    with workers_of(jobs) as workers:
        workers.shares_luck = True
        seen = [
            _claims_of(
                workers.claim_columns(_changed(scenario, *point), range(each), _COLUMNS, engine=lived), step, each
            )
            for point in ((clock, silence) for silence, clock in asked)
        ]
    own = asked.index((terms.on_silence, terms.clock))
    told = tuple(_points(scenario, asked, seen, own, each))
    return Sweep(lengths, silences, told, each, len(seen[own]))


def _claims_of(replications: Iterator[pd.DataFrame], step: Progress, of: int) -> pd.DataFrame:
    tables = []
    for table in replications:
        tables.append(table)
        step(len(tables), of)
    return pd.concat(tables, ignore_index=True)


def _silences(scenario: Scenario) -> tuple[Verdict, ...]:
    """All that silence may mean; a case cannot be handed to a platform that does not mediate."""
    is_mediated = scenario.policy.mediation is not None
    return tuple(verdict for verdict in ANY_SILENCE if is_mediated or verdict not in NEEDS_MEDIATION)


def _changed(scenario: Scenario, clock: Duration, silence: Verdict) -> Scenario:
    """With another clock and another meaning of silence; neither needs the rest of the file to be read again."""
    terms = scenario.policy.cancellation
    assert terms is not None
    changed = terms.model_copy(update={"clock": clock, "on_silence": silence})
    policy = scenario.policy.model_copy(update={"cancellation": changed})
    return scenario.model_copy(update={"policy": policy})


def _points(
    scenario: Scenario,
    asked: Sequence[tuple[Verdict, Duration]],
    seen: Sequence[pd.DataFrame],
    own: int,
    replications: int,
) -> Iterator[Point]:
    sums = [watched(sums_of({CLAIMS: claims}, replications, SHOWN), claims) for claims in seen]
    for place, ((silence, clock), claims) in enumerate(zip(asked, seen, strict=True)):
        summary = summary_of(sums[place], claims, replications, scenario.market.currency, SHOWN)
        differences = _differences(sums[own], sums[place], is_own=place == own)
        yield Point(clock, silence, place == own, summary, incidence(claims, replications), differences)


def _differences(own: Mapping[str, Sums], its: Mapping[str, Sums], *, is_own: bool) -> pd.DataFrame:
    rows = []
    for name in COMPARED:
        sides = (ratio_of(own[name].parts, own[name].wholes), ratio_of(its[name].parts, its[name].wholes))
        n = inf if is_own else float(min(own[name].n, its[name].n))
        one = compared(name, sides, n, is_paired=True)
        low, high = one.interval(CONFIDENCE)
        rows.append({"measure": name, "difference": float(one.difference.value), "low": low, "high": high})
    return pd.DataFrame(rows).set_index("measure")

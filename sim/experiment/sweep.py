"""What if the seller had more time, or less, and what if silence meant something else? Every answer at once.

The scenario is run once for each length of its cancellation clock and each meaning of silence, with the same luck:
order 17 is the same order at every point, so that even a few replications tell the points apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product

import pandas as pd

from sim.experiment.differences import Yardstick, differences_of, estimates_of
from sim.experiment.engine_choice import chosen
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.estimates import CONFIDENCE
from sim.experiment.experiment import Progress, run
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers, workers_of
from sim.experiment.result import Result
from sim.scenario.durations import DAY, Duration, Kind
from sim.scenario.model import Scenario
from sim.scenario.policy import ANY_SILENCE
from sim.vocabulary import Verdict

CLOCKS = tuple(Duration(Kind.WALL, days * DAY) for days in (1, 2, 3, 5, 9, 14))
"""What marketplaces give a seller to answer, and a little beyond; the scenario's own clock joins them."""
COMPARED = ("success_rate",)
"""Measures of which a point's difference from the scenario's own is said: what a page shows."""
REPLICATIONS = 5
"""Of each point, at most. With one luck for all, five tell points apart that differ by a percentage point."""
_NEEDS_A_PLATFORM = (Verdict.ESCALATE, Verdict.MAY_ESCALATE)
_CLOCK, _SILENCE = "policy.cancellation.clock", "policy.cancellation.on_silence"


@dataclass(frozen=True)
class Point:
    """One what-if: so long a clock, and this meaning of silence."""

    clock: Duration
    on_silence: Verdict
    is_own: bool
    """Whether this is the scenario as it stands."""
    summary: pd.DataFrame
    """As `Result.summary`, over the sweep's replications."""
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

    choice = chosen(engine, [scenario], each * len(asked))
    with workers_of(jobs) as workers:
        workers.shares_luck = True
        results = [
            run(
                _changed(scenario, clock, silence),
                replications=each,
                jobs=workers,
                engine=choice,
                progress=step,
                tell=tell,
            )
            for silence, clock in asked
        ]
    own = results[asked.index((terms.on_silence, terms.clock))]
    points = tuple(_points(asked, results, own))
    return Sweep(lengths, silences, points, each, int(own.about["claims"]))


def _silences(scenario: Scenario) -> tuple[Verdict, ...]:
    """All that silence may mean; a case cannot be handed to a platform that does not mediate."""
    is_mediated = scenario.policy.mediation is not None
    return tuple(verdict for verdict in ANY_SILENCE if is_mediated or verdict not in _NEEDS_A_PLATFORM)


def _changed(scenario: Scenario, clock: Duration, silence: Verdict) -> Scenario:
    return scenario.with_changes({_CLOCK: str(clock), _SILENCE: silence.word})


def _points(asked: list[tuple[Verdict, Duration]], results: list[Result], own: Result) -> Iterator[Point]:
    mine, bench = estimates_of(own, COMPARED), Yardstick({}, CONFIDENCE, is_paired=True, curves_cross=False)
    for (silence, clock), result in zip(asked, results, strict=True):
        differences = differences_of(own, result, (mine, estimates_of(result, COMPARED)), bench)
        yield Point(
            clock, silence, result is own, result.summary, result.curves,
            differences.set_index("measure")[["difference", "low", "high"]],
        )  # fmt: skip

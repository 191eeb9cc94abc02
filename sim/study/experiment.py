"""An experiment: replications of one scenario, folded one at a time into a result."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pandas as pd

from sim.records.checks import check
from sim.scenario.model import Experiment, Scenario
from sim.study import fingerprints
from sim.study.backlog import backlog_frame
from sim.study.by_hours import success_by_hours
from sim.study.curves import incidence
from sim.study.measures import CLAIMS, REPLICATIONS, REQUESTS, summarise
from sim.study.observation import Observation, observe
from sim.study.replication import calendars_of, play
from sim.study.result import Result
from sim.study.stopwatch import Stopwatch

Progress = Callable[[int, int], None]
"""Told after each replication: how many are done, of how many."""
PACKAGES = ("refund-sim", "numpy", "scipy", "pandas", "simpy", "holidays", "pydantic")


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    with_journal: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Simulate a scenario and estimate what became of its cohort.

    `replications` and `seed` take the place of the scenario's own. The same scenario and seed give the same
    tables, to the bit. Raises ValidationError (pydantic) for numbers that no experiment may have, BeyondCalendar
    when a claim outlives the calendars, and BrokenInvariant, which is a defect of ours.
    """
    scenario = _with(scenario, replications=replications, seed=seed)
    watch = Stopwatch()
    seen = []
    for observation in _observations(scenario, watch, with_journal):
        seen.append(observation)
        if progress:
            progress(len(seen), scenario.experiment.replications)
    return _result(scenario, seen, watch)


def _with(scenario: Scenario, **numbers: int | None) -> Scenario:
    """The scenario with some of its experiment's numbers replaced; None leaves one as it is."""
    given = {name: number for name, number in numbers.items() if number is not None}
    described = dict(scenario.experiment) | given
    return scenario.model_copy(update={"experiment": Experiment.model_validate(described)})


def _observations(scenario: Scenario, watch: Stopwatch, with_journal: bool) -> Iterator[Observation]:
    """One replication after the other; the records of one are gone before the next begins."""
    with watch.on("calendars"):
        calendars = calendars_of(scenario)
    for replication in range(scenario.experiment.replications):
        records = play(scenario, replication, calendars, with_journal=with_journal, watch=watch)
        with watch.on("checks"):
            invariants = check(scenario, records, calendars)
        with watch.on("tables"):
            observation = observe(scenario, replication, records, calendars, invariants, with_journal=with_journal)
        yield observation


def _result(scenario: Scenario, seen: Sequence[Observation], watch: Stopwatch) -> Result:
    replications = len(seen)
    with watch.on("estimates"):
        claims = pd.concat([one.claims for one in seen], ignore_index=True)
        tables = {
            CLAIMS: claims,
            REQUESTS: pd.concat([one.requests for one in seen], ignore_index=True),
            REPLICATIONS: pd.DataFrame([one.totals for one in seen]),
        }
        summary = summarise(tables, replications, scenario.market.currency)
        curves, by_hours = incidence(claims, replications), success_by_hours(claims, replications)
        backlog = backlog_frame(scenario, [one.backlog for one in seen])
    journals = [one.journal for one in seen if one.journal is not None]
    return Result(
        scenario=scenario,
        summary=summary,
        orders=claims,
        curves=curves,
        by_hours=by_hours,
        backlog=backlog,
        journal=pd.concat(journals, ignore_index=True) if journals else None,
        about=_about(scenario, seen, watch),
    )


def _about(scenario: Scenario, seen: Sequence[Observation], watch: Stopwatch) -> dict[str, Any]:
    """Where the numbers come from, ready for JSON."""
    return {
        "scenario": scenario.name,
        "seed": scenario.experiment.seed,
        "replications": len(seen),
        "stopped": "all replications that were asked for are done",
        "orders": sum(int(one.totals["orders"]) for one in seen),
        "claims": sum(len(one.claims) for one in seen),
        "invariants": list(seen[0].invariants),
        "fingerprints": {
            "scenario": fingerprints.of_scenario(scenario),
            "draws": fingerprints.together([one.draws_hash for one in seen]),
            "outcomes": fingerprints.together([one.outcomes_hash for one in seen]),
        },
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "platform": platform.platform(),
        "wall_seconds": {stage: round(seconds, 3) for stage, seconds in watch.seconds.items()},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"  # run from a folder of sources, without installing

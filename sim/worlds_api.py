"""Many worlds from Python: `sim.stress`, `sim.study`, `sim.search`, `sim.sums`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.api import expect_whole, with_named_changes
from sim.errors import BadUsage
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers
from sim.experiment.light import Pair, expect_measures, sums_of_one
from sim.scenario.loading import AScenario, as_scenario
from sim.scenario.model import Scenario
from sim.worlds.plan import HEADLINES, plan_of_file, read_plan
from sim.worlds.playing import Means, Progress
from sim.worlds.search_plan import read_search
from sim.worlds.searching import Search, searched
from sim.worlds.store import store_in
from sim.worlds.stress import REPLICATIONS, WORLDS, Stressed, stressed
from sim.worlds.studying import Study, carried_out


def stress(
    base: AScenario,
    *others: AScenario,
    what_if: Mapping[str, Mapping[str, Any]] | None = None,
    worlds: int = WORLDS,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    measures: Sequence[str] = HEADLINES,
    until_clear: int = 0,
    fitted: str | None = None,
    store: str | Path | None = None,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Stressed:
    """In what share of worlds does a difference from the base hold, by how much, and what decides it?

    Every range that the provenance of the base states is varied at once (a Latin hypercube of so many `worlds`),
    but for what the policies differ in. `others` and `what_if` are as for `compare`; `replications` is of each
    world, `measures` what is judged, the headline first; with `store`, a folder, none is lived through twice. With
    `until_clear`, a world has up to so many while the sign of the headline's difference is not clear. With
    `fitted="bootstrap"`, replications take turns at the worlds that `fit` wrote beside the base, which is a file.

    Returns a `Stressed`: `verdicts` by policy (`holds`, `holds where …`, `does not hold`), `survivals` (a share of
    worlds with its Wilson interval, the greatest regret, what decides …) and `study` with `points` and `worlds`.

    Raises BadUsage for nothing to compare with and for numbers that make no sense, and what `compare` raises.

    >>> import sim
    >>> faster = {"faster": {"policy.cancellation.clock": "3 d"}}
    >>> result = sim.stress("aliexpress", what_if=faster, worlds=8, replications=1, jobs=1)
    >>> result.survivals[0].share.n
    8
    """
    expect_whole("worlds", worlds, 2)
    expect_whole("replications", replications, 1)
    first = as_scenario(base)
    policies = [*map(as_scenario, others), *(with_named_changes(first, *one) for one in (what_if or {}).items())]
    if not policies:
        raise BadUsage("stress: found nothing to hold against the base, expected another scenario or a what_if")
    expect_measures(measures, "measures")
    if fitted not in (None, "bootstrap") or (fitted and isinstance(base, Scenario)):
        raise BadUsage(
            f"fitted: found {fitted!r}, expected 'bootstrap', and a base that is a file with worlds beside it"
        )
    return stressed(
        first, policies, worlds=worlds, replications=replications, measures=measures, until_clear=until_clear,
        seed=first.experiment.seed if seed is None else seed,
        fitted_beside=base if fitted and not isinstance(base, Scenario) else None,
        by=Means(jobs, engine, store_in(store), progress, tell),
    )  # fmt: skip


def study(
    file: str | Path,
    *,
    store: str | Path | None = None,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Study:
    """Carry out a study file (docs/studies.md): policies on the same orders in many worlds.

    Returns a `Study` with tidy pandas frames: `points` (a row per world and response, with its interval), `worlds`
    (a row per world with the value of every factor), `indices` (what each factor decides), `noise`. With `store`, a
    folder, no replication is lived through twice: an interrupted study goes on where it was. `jobs`, `engine`,
    `progress` and `tell` are as for `run`; none of them changes a number.

    Raises BadScenario for a faulty file, with every fault at its place, and BadUsage where there is none.
    """
    path = Path(file)
    plan = plan_of_file(read_plan(path), path)
    return carried_out(plan, Means(jobs, engine, store_in(store), progress, tell))


def search(
    file: str | Path,
    *,
    store: str | Path | None = None,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Search:
    """Find the best policy that keeps its bounds, or the frontier of two aims (a search file: docs/studies.md).

    Returns a `Search`: `best` (by lever, None where nothing surely keeps its bounds), `is_settled` (whether the
    guarantee of the file's `error` and `indifference` holds), `candidates` with what was seen of each, and `again`,
    the best few on luck that the search never saw. The other arguments are as for `study`.

    Raises BadScenario for a faulty file, with every fault at its place, and BadUsage where there is none.
    """
    path = Path(file)
    return searched(read_search(path), path, Means(jobs, engine, store_in(store), progress, tell))


def sums(
    scenario: AScenario,
    replication: int = 0,
    *,
    measures: Sequence[str] = HEADLINES,
    engine: str = "simpy",
) -> dict[str, Pair]:
    """What one replication adds to some measures, part and whole, at hardly more than the engine's cost.

    A measure's value is the sum of parts over the sum of wholes. Of a time to money it is its quantile in days
    (NaN: not reached) and 1. Raises BadUsage for a measure or a replication that does not exist.

    >>> import sim
    >>> part, whole = sim.sums("aliexpress", 0)["success_rate"]
    >>> 0 < part < whole
    True
    """
    expect_measures(measures, "measures")
    expect_whole("replication", replication, 0)
    return sums_of_one(as_scenario(scenario), replication, measures, engine=engine)

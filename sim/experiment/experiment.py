"""An experiment: replications of one scenario, folded one at a time into a result."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from sim.chance.streams import EDITION
from sim.errors import BadUsage
from sim.experiment import fingerprints
from sim.experiment.backlog import backlog_frame
from sim.experiment.by_group import success_by_group
from sim.experiment.by_hours import success_by_hours
from sim.experiment.curves import incidence
from sim.experiment.engine_choice import EngineChoice, chosen, made_ready
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.estimating import AT_A_TIME, STAGE, EstimatesOnDemand
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers, workers_of
from sim.experiment.kept_replications import KeptReplications, Take
from sim.experiment.observation import Observation
from sim.experiment.on_demand import OnDemand, one_below_the_other
from sim.experiment.precision import MOST, AsAsked, ReplicationPlan, UntilPrecise
from sim.experiment.precision_targets import targets_of
from sim.experiment.result import Result
from sim.experiment.stopwatch import Stopwatch
from sim.experiment.waits import waits_frame
from sim.experiment.warm_up import first_days
from sim.scenario.model import Experiment, Scenario
from sim.scenario.resolved import changed_as_json, changed_between

Progress = Callable[[int, int], None]
"""Told after each replication: how many are done, of how many."""
LivesThrough = Callable[[Sequence[int]], Iterator[Observation]]
"""Some replications of a scenario, in their order."""
PACKAGES = ("refund-sim", "numpy", "scipy", "pandas", "pyarrow", "simpy", "holidays", "pydantic")


class KeptObservations(Protocol):
    """Where replications are kept that were lived through before."""

    def seen(
        self, scenario: Scenario, numbers: Sequence[int], with_journal: bool, live: LivesThrough
    ) -> Iterator[Observation]:
        """These replications in their order; `live` says what is seen of those that are not kept."""


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    precision: Mapping[str, float | str] | None = None,
    max_replications: int = MOST,
    jobs: Jobs | Workers = None,
    engine: str | EngineChoice = AUTO,
    with_journal: bool = False,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
    take: Take | None = None,
    kept: KeptObservations | None = None,
) -> Result:
    """Simulate a scenario and estimate what became of its cohort.

    `replications` and `seed` take the place of the scenario's own. With `precision`, replications go on until each
    named measure is known so well (`precision`), and no further than `max_replications`; `about["stopped"]`
    says which it was. `jobs` is the number of processes, None for all cores where that pays; or `Workers` that
    several experiments share. `engine` is `simpy`, `compiled`, or `auto` for the quicker one (or what
    `experiment.engine_choice.chosen` has chosen for several experiments); `about["engine"]` says which it was.
    Neither changes anything in the result: the same scenario and seed give the same tables, to the bit. `tell`
    hears of what takes its time, such as compiling; unless told otherwise it writes to stderr.
    With `take`, claims and journal are handed over replication by replication instead of being kept: `orders` then
    has the columns `columns.NARROW` and `IN_A_BYTE` only, there is no `journal` and no `unasked`, and memory hardly
    grows. With `kept`, no replication that is kept there is lived through again, and every other is kept.

    Raises BadUsage for a precision that makes no sense and for a journal from the compiled engine, ValidationError
    (pydantic) for numbers that no experiment may have, BeyondCalendar when a claim outlives the calendars, and
    BrokenInvariant, which is a defect of ours.
    """
    expect_one_of(replications, precision)
    changed = partial(changed_by, scenario, replications=replications, seed=seed)
    scenario = with_numbers(scenario, replications=max_replications if precision else replications, seed=seed)
    most = scenario.experiment.replications
    plan: ReplicationPlan = UntilPrecise(targets_of(precision), most) if precision else AsAsked(most)
    with workers_of(jobs) as workers:
        choice = chosen(engine, [scenario], plan.wanted, with_journal=with_journal, jobs=workers.jobs_here)
        underway = Underway(scenario, workers, choice, with_journal=with_journal, tell=tell, take=take, kept=kept)
        while len(underway.seen) < plan.wanted:
            underway.carry_on(plan.wanted, progress, at_a_time=None if plan.learns else AT_A_TIME)
            plan.learn(underway.seen)
            underway.cut_down()
    return underway.result(plan.stopped, asked_for(precision, max_replications), changed)


def expect_one_of(replications: int | None, precision: Mapping[str, float | str] | None) -> None:
    """Raises BadUsage where both are given."""
    if precision and replications is not None:
        raise BadUsage("found replications and a precision, expected one of them: a precision decides how many")


def asked_for(precision: Mapping[str, float | str] | None, max_replications: int) -> dict[str, Any]:
    """How sure one wanted to be, as it can be given again, ready for JSON; nothing where that was not said."""
    if not precision:
        return {}
    written = {measure: str(half_width) for measure, half_width in precision.items()}
    return {"precision": written, "max_replications": max_replications}


def with_numbers(scenario: Scenario, **numbers: int | None) -> Scenario:
    """The scenario with some of its experiment's numbers replaced; None leaves one as it is."""
    given = {name: number for name, number in numbers.items() if number is not None}
    described = dict(scenario.experiment) | given
    return scenario.model_copy(update={"experiment": Experiment.model_validate(described)})


def changed_by(scenario: Scenario, **numbers: int | None) -> list[dict[str, str]]:
    """What such numbers change of a scenario, as `about["changed"]` has it."""
    if all(number is None for number in numbers.values()):
        return []
    return changed_as_json(changed_between(scenario, with_numbers(scenario, **numbers)))


class Underway:
    """An experiment at work: the replications so far, which can be carried on."""

    def __init__(
        self,
        scenario: Scenario,
        workers: Workers,
        choice: EngineChoice,
        *,
        with_journal: bool = False,
        tell: Tell = to_stderr,
        take: Take | None = None,
        kept: KeptObservations | None = None,
    ) -> None:
        self.scenario, self._kept = scenario, kept
        self._ledger = KeptReplications(take)
        self._workers = workers
        self._with_journal = with_journal
        self._watch = Stopwatch()
        with self._watch.on("compiling"):
            self._choice = made_ready(choice, scenario.name, tell)

    @property
    def seen(self) -> Sequence[Observation]:
        """All so far, in their order."""
        return self._ledger.seen

    @property
    def jobs(self) -> int:
        """How many may live through replications at the same time."""
        return self._workers.jobs

    def cut_down(self) -> None:
        """Nobody else wants to look at the claims of the replications so far."""
        self._ledger.cut_down()

    def carry_on(self, until: int, progress: Progress | None = None, at_a_time: int | None = None) -> None:
        """Live through more replications, until there are so many; cut down so many claims at a time meanwhile."""
        numbers = range(len(self.seen), until)
        with self._watch.on("replications"):
            kept, journal = self._kept, self._with_journal
            watched = kept.seen(self.scenario, numbers, journal, self._live) if kept else self._live(numbers)
            for one in watched:
                self._ledger.enter(one)
                if at_a_time is not None:
                    self._ledger.cut_down(at_least=at_a_time)
                if progress:
                    progress(len(self.seen), until)

    def _live(self, numbers: Sequence[int]) -> Iterator[Observation]:
        engine, journal, watch = self._choice.engine, self._with_journal, self._watch
        return self._workers.observations(self.scenario, numbers, engine=engine, with_journal=journal, watch=watch)

    def result(
        self,
        stopped: str,
        asked: Mapping[str, Any] | None = None,
        changed: Callable[[], Sequence[Mapping[str, str]]] = tuple,
    ) -> Result:
        """What came of it; `stopped` says why there were no more replications, `asked` is that of `asked_for`, and
        `changed` says what that of `changed_by` is."""
        is_as_asked = len(self.seen) == self.scenario.experiment.replications
        scenario = self.scenario if is_as_asked else with_numbers(self.scenario, replications=len(self.seen))
        engine = {"engine": self._choice.engine, "engine_because": self._choice.why}
        why, done = {"stopped": stopped, "asked": asked or {}}, {"jobs": self._workers.at_work} | engine
        return _result(scenario, self._ledger, self._watch, lambda: why | {"changed": [*changed()]} | done)


def _result(
    scenario: Scenario, ledger: KeptReplications, watch: Stopwatch, how: Callable[[], dict[str, Any]]
) -> Result:
    with watch.on(STAGE):
        claims = ledger.claims()
    seen = tuple(ledger.seen)
    estimates = EstimatesOnDemand(scenario, seen, claims, ledger.added, watch)
    parts = _when_asked(scenario, seen, claims, estimates)
    parts["about"] = lambda: _about(scenario, estimates.seen, watch) | how()
    return Result(scenario=scenario, journal=ledger.journal(), **parts)


def _when_asked(
    scenario: Scenario, seen: Sequence[Observation], claims: OnDemand, estimates: EstimatesOnDemand
) -> dict[str, Any]:
    """What parts of a result are made from, each when it is first looked at."""
    replications, backlogs, waits = len(seen), [one.backlog for one in seen], [one.waits for one in seen]
    return {
        "summary": estimates.summary,
        "notes": estimates.notes,
        "orders": claims,
        "unasked": one_below_the_other([one.unasked for one in seen]),
        "by_replication": estimates.by_replication,
        "curves": partial(incidence, claims, replications),
        "by_hours": partial(success_by_hours, claims, replications),
        "by_group": partial(success_by_group, claims, replications),
        "backlog": partial(backlog_frame, scenario, backlogs),
        "waits": partial(waits_frame, scenario, waits),
    }


def _about(scenario: Scenario, seen: Sequence[Observation], watch: Stopwatch) -> dict[str, Any]:
    """Where the numbers come from, ready for JSON."""
    return {
        "scenario": scenario.name,
        "seed": scenario.experiment.seed,
        "luck_edition": EDITION,
        "replications": len(seen),
        "orders": sum(int(one.totals["orders"]) for one in seen),
        "claims": sum(int(one.totals["claims"]) for one in seen),
        "first_days_at_desks": first_days(seen),
        "invariants": list(seen[0].invariants),
        "fingerprints": {
            "scenario": fingerprints.of_scenario(scenario),
            "draws": fingerprints.together([one.draws_hash for one in seen]),
            "outcomes": fingerprints.together([one.outcomes_hash for one in seen]),
        },
        "versions": versions(),
        "platform": platform.platform(),
        "wall_seconds": watch.rounded,
    }


def versions() -> dict[str, str]:
    """Of Python, of this package and of all that its numbers may depend on."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"  # run from a folder of sources, without installing

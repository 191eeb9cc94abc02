"""Scenarios lived through together, a few replications of each at a time, and compared order by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import ceil

import pandas as pd

from sim.experiment.comparison import Comparison, comparison_of, expect_comparable
from sim.experiment.engine_choice import chosen, expected_claims
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.estimating import AT_A_TIME
from sim.experiment.experiment import (
    KeptObservations,
    Progress,
    Underway,
    asked_for,
    changed_by,
    expect_one_of,
    with_numbers,
)
from sim.experiment.hands import Jobs
from sim.experiment.jobs import AHEAD, Workers, workers_of
from sim.experiment.kept_replications import Take
from sim.experiment.order_outcomes import outcomes_by_order, side_of
from sim.experiment.pairing import Pairing, pairs_of
from sim.experiment.precision import MOST, AsAsked, ReplicationPlan, UntilCompared
from sim.experiment.precision_targets import targets_of
from sim.experiment.verdicts import headlines_with
from sim.scenario.model import Scenario


def compare(
    base: Scenario,
    *others: Scenario,
    replications: int | None = None,
    seed: int | None = None,
    precision: Mapping[str, float | str] | None = None,
    max_replications: int = MOST,
    progress: Progress | None = None,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    margins: Mapping[str, float] | None = None,
    with_journal: bool = False,
    tell: Tell = to_stderr,
    take: Mapping[str, Take] | None = None,
    kept: KeptObservations | None = None,
) -> Comparison:
    """Simulate a base and what-ifs with the same luck, and say what changes and how sure one can be of it.

    All run with as many replications as the base has, unless `replications` says otherwise; `seed` takes the
    place of each scenario's own. With `precision`, all go on together until the *difference* from the base is known
    so well for each named measure of each scenario (`experiment.precision_targets`; a share of the base's value
    where it is relative), and no further than `max_replications`; `about["stopped"]` of every result says which it
    was.

    `margins` gives headline measures other margins than their own, in the measure's unit: `{"success_rate": 0.01}`.
    `progress` is told after each replication how many are done, of all; `jobs`, `engine`, `with_journal`, `tell`
    and `kept` are as for `run`. So is `take`, by the scenario's name: with it for all of them, memory holds the
    claims of a few replications of each, and of every order what became of it. Raises BadUsage for no other
    scenario, for two of one name and for a margin or a precision that makes no sense, before anything is run; and
    what `run` raises.
    """
    expect_comparable(base, others)
    headlines_with(margins or {})
    expect_one_of(replications, precision)
    most = base.experiment.replications if replications is None else replications
    most = max_replications if precision else most
    changed = [partial(changed_by, one, replications=replications, seed=seed) for one in (base, *others)]
    scenarios = [with_numbers(one, replications=most, seed=seed) for one in (base, *others)]
    pairs = pairs_of(scenarios[0], scenarios[1:])
    plan: ReplicationPlan = UntilCompared(targets_of(precision), pairs, most) if precision else AsAsked(most)
    takes = _takes([one.name for one in scenarios], take or {})
    with workers_of(jobs) as workers:
        workers.shares_luck = True
        choice = chosen(engine, scenarios, plan.wanted, with_journal=with_journal, jobs=workers.jobs_here)
        underway = [
            Underway(one, workers, choice, with_journal=with_journal, tell=tell, take=its, kept=kept)
            for one, its in zip(scenarios, takes, strict=True)
        ]
        outcomes = _carried_out(underway, plan, pairs, progress)
    asked = asked_for(precision, max_replications)
    results = [one.result(plan.stopped, asked, its) for one, its in zip(underway, changed, strict=True)]
    return comparison_of(*results, margins=margins, outcomes=outcomes, pairs=pairs)


def _takes(names: Sequence[str], take: Mapping[str, Take]) -> list[Take | None]:
    """Who takes the claims of each. Where the base is compared with itself, its claims are handed over once."""
    return [take.get(name) if name not in names[:place] else None for place, name in enumerate(names)]


def _carried_out(
    underway: Sequence[Underway], plan: ReplicationPlan, pairs: Mapping[str, Pairing], progress: Progress | None
) -> dict[str, pd.DataFrame]:
    """All to the same number of replications, until the plan has enough; what became of each order, by scenario."""
    outcomes: dict[str, list[pd.DataFrame]] = {name: [] for name, pair in pairs.items() if pair.is_paired}
    base, others = underway[0], dict(zip(pairs, underway[1:], strict=True))
    at_a_time = _at_a_time(base)
    while (done := len(base.seen)) < plan.wanted:
        until = plan.wanted if plan.learns else min(done + at_a_time, plan.wanted)
        for one in underway:
            one.carry_on(until, _of_all(underway, plan, progress))
        plan.learn(*(one.seen for one in underway))
        mine = side_of(base.seen[done:])
        for name, some in outcomes.items():
            some.append(outcomes_by_order(mine, side_of(others[name].seen[done:])))
        for one in underway:
            one.cut_down()
    return {name: pd.concat(some, ignore_index=True) for name, some in outcomes.items()}


def _at_a_time(one: Underway) -> int:
    """Replications between two looks at each order: some megabytes of claims, and work for everybody."""
    experiment = one.scenario.experiment
    of_cohort = expected_claims(one.scenario) * experiment.cohort.seconds / experiment.arrivals_end
    return max(ceil(AT_A_TIME / max(of_cohort, 1.0)), AHEAD * one.jobs)


def _of_all(underway: Sequence[Underway], plan: ReplicationPlan, progress: Progress | None) -> Progress | None:
    """Counts the replications of all scenarios together."""
    if progress is None:
        return None

    def step(*_: int) -> None:
        progress(sum(len(one.seen) for one in underway), plan.wanted * len(underway))

    return step

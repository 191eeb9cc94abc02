"""Does the conclusion survive? Policies against a base, in worlds drawn from all that is not known for sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import BadUsage, UserError
from sim.experiment.jobs import workers_of
from sim.experiment.number import Number
from sim.scenario.model import Scenario
from sim.worlds.deciding import Survival, survival
from sim.worlds.designs import design_of
from sim.worlds.estimating import Response, known
from sim.worlds.factors import paths_that_differ, stated_factors
from sim.worlds.plan import HEADLINES, consistent
from sim.worlds.playing import Effort, Means, Sign, VariedWorld, fitted_worlds, play_worlds
from sim.worlds.studying import Plan, Study, carried_out

WORLDS, REPLICATIONS = 128, 2
AT_BASE = 20
"""Replications of the world as the file has it, at the most: as many as `compare` has."""


@dataclass(frozen=True)
class Stressed:
    """What became of each difference; the headline's first."""

    study: Study
    base: str
    survivals: tuple[Survival, ...]

    @property
    def verdicts(self) -> dict[str, str]:
        """By policy, of the headline measure: `holds`, `holds where …`, `does not hold`."""
        return {one.policy: one.verdict for one in self.survivals if one.measure == self.headline}

    @property
    def headline(self) -> str:
        """The measure that a verdict is about."""
        return self.survivals[0].measure


def plan_of_stress(
    base: Scenario,
    others: Sequence[Scenario],
    *,
    worlds: int,
    replications: int,
    seed: int,
    measures: Sequence[str] = HEADLINES,
    until_clear: int = 0,
    fitted_beside: Path | str | None = None,
) -> Plan:
    """Every stated range of the base's world varied at once, and every policy in each world.

    With `fitted_beside`, the base's file, in the worlds that were fitted to a log beside it.
    """
    policies = {one.name: one for one in (base, *others)}
    if len(policies) <= len(others):
        raise BadUsage("found two scenarios of one name, expected different ones")
    factors, left_out = stated_factors(base, list(policies.values()))
    factors, more = consistent(factors, list(policies.values()))
    design = design_of("latin_hypercube", factors, points=worlds, seed=seed)
    responses = [Response(measure, other.name, base.name) for other in others for measure in measures]
    signs = tuple(Sign(measures[0], place, 0) for place in range(1, len(policies)))
    effort = Effort(replications, seed=seed, until_clear=until_clear, signs=signs if until_clear else ())
    fitted = (
        fitted_worlds(fitted_beside, paths_that_differ(list(policies.values())), factors) if fitted_beside else ()
    )
    title = f"Does it survive? {base.name} against {', '.join(one.name for one in others)}"
    return Plan(title, policies, tuple(factors), (*left_out, *more), design, tuple(responses), effort, fitted)


def stressed(
    base: Scenario,
    others: Sequence[Scenario],
    *,
    worlds: int = WORLDS,
    replications: int = REPLICATIONS,
    seed: int = 1,
    measures: Sequence[str] = HEADLINES,
    until_clear: int = 0,
    fitted_beside: Path | str | None = None,
    by: Means,
) -> Stressed:
    """Play so many worlds, and judge in what share of them each difference holds.

    With `until_clear`, a world has up to so many replications while the sign of the headline's difference is not
    clear.
    """
    plan = plan_of_stress(
        base, others, worlds=worlds, replications=replications, seed=seed, measures=measures,
        until_clear=until_clear, fitted_beside=fitted_beside,
    )  # fmt: skip
    with workers_of(by.jobs) as workers:
        study = carried_out(plan, by._replace(jobs=workers))
        here = _as_it_stands(plan, base.experiment.replications, Means(workers, by.engine, by.store))
    return Stressed(study, base.name, tuple(_judged(study, here)))


def _as_it_stands(plan: Plan, replications: int, by: Means) -> list[Number]:
    """The differences in the world as the file has it: those of `compare`, with its luck."""
    policies = list(plan.policies.values())
    effort = Effort(min(max(replications, 2), AT_BASE), seed=plan.effort.seed)
    nothing = iter([VariedWorld(0, ((),) * len(policies))])
    (sums,) = play_worlds(nothing, 1, policies, plan.measures, effort, by)
    by_policy = dict(zip(plan.policies, sums, strict=True))
    return [known(one, by_policy)._replace(unit=plan.unit_of(one.measure)) for one in plan.responses]


def _judged(study: Study, here: Sequence[Number]) -> Iterator[Survival]:
    plan = study.plan
    for response, at_base in zip(plan.responses, here, strict=True):
        mine = study.points[study.points["response"] == response.name]
        value, error, low, high = (mine[name].to_numpy(dtype=float) for name in ("value", "error", "low", "high"))
        if np.isnan(at_base.value) or np.isnan(value).all():
            where = "the world as the file has it" if np.isnan(at_base.value) else "any of the worlds"
            raise UserError(f"{response.name}: no value in {where}, too few claims; expected more orders a day, "
                            "a longer cohort or more replications")  # fmt: skip
        yield survival(
            (response.measure, response.of, response.less),
            at_base,
            plan.design.points,
            plan.factors,
            value,
            error,
            np.nan_to_num(np.maximum(high - value, value - low), nan=np.inf),
        )

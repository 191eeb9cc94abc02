"""From what is asked to a plan: `stress` of whole scenarios, and a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.errors import BadScenario, BadUsage
from sim.experiment.light import scenario_of
from sim.scenario.applying import as_range
from sim.scenario.base import did_you_mean
from sim.scenario.consistency import quick_complaints
from sim.scenario.model import Scenario
from sim.scenario.moving import read_moved
from sim.scenario.presets import beside
from sim.scenario.resolved import described
from sim.worlds.designs import design_of
from sim.worlds.estimating import Response
from sim.worlds.factors import Factor, LeftOut, at_its_ends, fitting, paths_that_differ, stated_factors, unfit
from sim.worlds.fitted import fitted_worlds
from sim.worlds.plan import HEADLINES, FactorGiven, PolicyDifference, StudyFile, base_of, fault_in
from sim.worlds.playing import Effort, FittedWorlds, Sign, bare
from sim.worlds.studying import Plan

AS_IT_STANDS = "as it stands"


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


def consistent(factors: Sequence[Factor], policies: Sequence[Scenario]) -> tuple[list[Factor], list[LeftOut]]:
    """Those factors at whose ends every policy is a scenario, all its parts agreeing, and the others with why."""
    kept, left_out = [], []
    documents = [(document, scenario_of(document)) for document in (bare(one, 1) for one in policies)]
    for factor in factors:
        try:
            for document, scenario in documents:
                for moves in at_its_ends(fitting(factor, document)):
                    _expect_consistent(read_moved(document, moves, scenario))
        except ValueError as fault:
            left_out.append(LeftOut(factor.name, str(fault).partition("\n")[0]))
        else:
            kept.append(factor)
    return kept, left_out


def _expect_consistent(scenario: Scenario) -> None:
    """Raises ValueError where parts of it do not agree."""
    for path, message in quick_complaints(scenario):
        raise ValueError(f"{path}: {message}")


def plan_of_file(given: StudyFile, path: Path) -> Plan:
    """The plan of a study file. Raises BadScenario where it does not fit its base, and what loading that raises."""
    base = base_of(given.base, path)
    policies = {name: _policy(base, name, changes, path) for name, changes in given.policies.items()}
    policies = policies or {AS_IT_STANDS: base}
    scenarios = list(policies.values())
    if given.factors is None:
        factors, left_out = stated_factors(base, scenarios)
        factors, more = consistent(factors, scenarios)
        left_out += more
    else:
        factors, left_out = [_factor(base, name, one, scenarios, path) for name, one in given.factors.items()], []
    worlds = given.worlds
    design = design_of(worlds.design, factors, points=worlds.points, levels=worlds.levels, seed=given.seed)
    effort = Effort(given.replications or 2, given.precision or {}, given.seed)
    responses = tuple(one for asked in given.responses for one in _responses(asked, policies))
    fitted = fitted_of(given.base, path, paths_that_differ(scenarios), factors) if worlds.fitted else ()
    return Plan(given.study, policies, tuple(factors), tuple(left_out), design, responses, effort, fitted)


def fitted_of(base: str, path: Path, theirs: Sequence[str], factors: Sequence[Factor]) -> FittedWorlds:
    """The fitted worlds of the base that a study or a search names. Raises BadScenario where there are none."""
    try:
        return fitted_worlds(beside(base, path), theirs, factors)
    except BadUsage as why:
        raise fault_in(path, "worlds\x1ffitted", str(why)) from None


def _policy(base: Scenario, name: str, changes: Mapping[str, object], path: Path) -> Scenario:
    try:
        return base.with_changes(changes) if changes else base
    except BadScenario as fault:
        first = fault.faults[0]
        raise fault_in(path, f"policies\x1f{name}\x1f{first.path}", first.message) from None


def _factor(base: Scenario, name: str, given: FactorGiven, policies: Sequence[Scenario], path: Path) -> Factor:
    one = given.as_range()
    if one is None:
        source = base.provenance.root.get(given.path)
        if source is None or source.range is None:
            near = did_you_mean(given.path, list(base.provenance.root))
            raise fault_in(
                path, f"factors\x1f{name}", f"the base states no range of {given.path}{near}, expected one"
            )
        one = as_range(source.range)
    factor = Factor(name, (given.path,), one, given.correlated or {})
    if why := unfit(factor, list(map(described, policies)), paths_that_differ(policies)):
        raise fault_in(path, f"factors\x1f{name}", f"{given.path}: {why}")
    kept, left_out = consistent([factor], policies)
    if not kept:
        raise fault_in(path, f"factors\x1f{name}", f"{given.path}: {left_out[0].why}")
    return factor


def _responses(asked: str | PolicyDifference, policies: Mapping[str, Scenario]) -> list[Response]:
    if isinstance(asked, PolicyDifference):
        return [Response(asked.difference, asked.of, asked.from_)]
    return [Response(asked, policy) for policy in policies]

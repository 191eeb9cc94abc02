"""What a study file says, strict and with every fault at its place, and the plan that it comes to with its base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.errors import BadScenario, BadUsage, Fault
from sim.experiment.light import scenario_of
from sim.experiment.measures import MEASURES
from sim.scenario.applying import as_range
from sim.scenario.base import Described, FaultBelow, did_you_mean
from sim.scenario.consistency import quick_complaints
from sim.scenario.faults import Locator
from sim.scenario.loading import document, load
from sim.scenario.model import Scenario
from sim.scenario.moving import read_moved
from sim.scenario.presets import beside, near
from sim.scenario.provenance import LAWS_POINTS, Correlation, Range, RangeEnds
from sim.scenario.resolved import described
from sim.scenario.strict_yaml import read
from sim.worlds.designs import design_of
from sim.worlds.estimating import Response
from sim.worlds.factors import Factor, LeftOut, at_its_ends, fitting, paths_that_differ, stated_factors, unfit
from sim.worlds.playing import Effort, FittedWorlds, bare, fitted_worlds
from sim.worlds.studying import Plan

AS_IT_STANDS = "as it stands"
"""The policy where a file names none."""
HEADLINES = ("success_rate", "refunded_within_30d", "money_days_30d")
"""What a conclusion is judged by: the first of them decides."""
Label = Annotated[str, Field(min_length=1, max_length=80)]
Title = Annotated[str, Field(max_length=80, pattern=r"^[^=+@\s-]")]
"""What tables call a policy or a factor: spreadsheets open them, and would take the others for formulas."""


class FactorGiven(Described):
    """Something that is varied: which value, how it moves, and between which bounds."""

    set: Label | None = None
    """The path of a value that is set."""
    stretch: Label | None = None
    """The path of a law, or of a part with times in it, that is stretched."""
    share: Label | None = None
    """The path of a share whose siblings keep their proportions."""
    range: RangeEnds | None = None
    """Between which bounds, or the words; where it is not said, what the base's provenance states."""
    by: RangeEnds | None = None
    """A stretch: the factor."""
    median: RangeEnds | None = None
    """A stretch: so that the law's median is between these."""
    mean: RangeEnds | None = None
    """A stretch: so that the law's mean is between these."""
    p95: RangeEnds | None = None
    """A stretch: so that the law's 95 % point is between these."""
    at: Label | None = None
    """The part of the value that moves."""
    scale: Literal["linear", "log"] | None = None
    """`linear`: every value is equally likely; `log`: every ratio."""
    correlated: dict[str, Correlation] | None = None
    """By name of another factor: their correlation."""

    @model_validator(mode="after")
    def _moves_in_one_way(self) -> FactorGiven:
        if sum(path is not None for path in (self.set, self.stretch, self.share)) != 1:
            raise ValueError("expected exactly one of set, stretch and share, with a path")
        bounds = [name for name in ("range", "by", *LAWS_POINTS) if getattr(self, name) is not None]
        if len(bounds) > 1:
            raise ValueError(f"found {' and '.join(bounds)}, expected one of them")
        if self.stretch is None and bounds and bounds != ["range"]:
            raise ValueError(f"found {bounds[0]}, which belongs to stretch; expected range")
        if self.stretch is not None and bounds == ["range"]:
            raise ValueError("found range, expected by: [0.5, 2], or median, mean or p95, for a stretch")
        if bounds:
            self.as_range()
        return self

    @property
    def path(self) -> str:
        """Of what moves."""
        return self.set or self.stretch or self.share or ""

    def as_range(self) -> Range | None:
        """How it moves; None where that is for the base's provenance to say."""
        move = "set" if self.set else "share" if self.share else "stretch"
        name = next((name for name in ("range", "by", *LAWS_POINTS) if getattr(self, name) is not None), None)
        if name is None:
            return None
        move = name if name in LAWS_POINTS else move
        more = {"at": self.at, "scale": self.scale}
        return Range.model_validate({move: getattr(self, name), **{k: v for k, v in more.items() if v is not None}})


class Worlds(Described):
    """Which worlds are looked at."""

    assumed: Literal["ranges"] = "ranges"
    """Assumptions move within their ranges."""
    fitted: Literal["bootstrap"] | None = None
    """`bootstrap`: what was fitted to a log is as in the worlds beside the base, which take turns."""
    design: Literal["latin_hypercube", "sobol", "grid", "one_at_a_time"] = "latin_hypercube"
    """How the worlds lie: see docs/studies.md."""
    points: Annotated[int, Field(ge=2, le=1_000_000)] = 128
    """How many worlds; of a Sobol design, how many base points (times factors + 2)."""
    levels: Annotated[int, Field(ge=2, le=100)] = 5
    """Of a grid: values of each factor that is no choice of words."""


class PolicyDifference(Described):
    """How a measure differs between two policies on the same orders."""

    difference: Label
    """The measure."""
    of: Label
    """The policy."""
    from_: Annotated[str, Field(alias="from", min_length=1, max_length=80)]
    """The policy whose value is taken away."""


class StudyFile(Described):
    """A study: policies on the same orders in many worlds."""

    study: Annotated[str, Field(min_length=1, max_length=300)]
    """What it asks."""
    base: Label
    """The scenario whose world is varied: a file beside this one, or a preset."""
    policies: Annotated[dict[Title, dict[str, Any]], Field(max_length=50)] = Field(default_factory=dict)
    """By name: what each changes of the base. The base as it stands where nothing is said."""
    factors: dict[Title, FactorGiven] | None = None
    """What is varied; every range that the base's provenance states where it is left out."""
    worlds: Worlds = Field(default_factory=Worlds)
    """Which worlds."""
    responses: Annotated[list[Label | PolicyDifference], Field(min_length=1, max_length=50)] = Field(
        default=[*HEADLINES]
    )
    """What is looked at: measures of every policy, and differences."""
    replications: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Of each world (2 where nothing is said)."""
    precision: dict[Label, Annotated[float, Field(gt=0)]] | None = None
    """Instead: until each of these measures is known to within so much, in every world."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    """Where all luck, and the choice of worlds, starts."""

    @model_validator(mode="after")
    def _makes_sense(self) -> StudyFile:
        if self.replications is not None and self.precision:
            raise ValueError("found replications and a precision, expected one of them")
        for name in self.precision or {}:
            _expect_measure(name, ("precision", name), of_key=True)
        for number, one in enumerate(self.responses):
            if isinstance(one, PolicyDifference):
                self._expect_difference(one, ("responses", number))
            else:
                _expect_measure(one, ("responses", number))
        return self

    def _expect_difference(self, one: PolicyDifference, where: tuple[str | int, ...]) -> None:
        _expect_measure(one.difference, (*where, "difference"))
        policies = self.policies or {AS_IT_STANDS: {}}
        for key, policy in (("of", one.of), ("from", one.from_)):
            if policy not in policies:
                near = did_you_mean(policy, policies)
                raise FaultBelow((*where, key), f"found the policy {policy!r}{near}, expected one of them")


def _expect_measure(name: str, where: tuple[str | int, ...], *, of_key: bool = False) -> None:
    if name not in MEASURES:
        message = f"found the measure {name!r}{did_you_mean(name, MEASURES)}, expected a known measure"
        raise FaultBelow(where, message, of_key=of_key)


def read_plan(path: str | Path) -> StudyFile:
    """A study file. Raises BadScenario with every fault, each where it is written; BadUsage where there is none."""
    return document(Path(path), StudyFile, "a study such as study.yaml")[0]


def base_of(name: str, path: Path) -> Scenario:
    """The base that a study or a search names. Raises BadScenario, at its name where there is none."""
    there = beside(name, path)
    if isinstance(there, Path) and not there.is_file():
        raise fault_in(
            path, "base", f"found {name!r}{near(name, path.parent)}, expected a file beside this one, or a preset"
        )
    return load(there)


def fault_in(path: str | Path, where: str, message: str) -> BadScenario:
    """A fault of a study file that was found when it was put together with its base."""
    root, _ = read(Path(path).read_bytes(), str(path))
    if root is None:
        return BadScenario([Fault(str(path), 0, 0, where, message)])
    return BadScenario([Locator(root).fault(tuple(where.split("\x1f")), message)])


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

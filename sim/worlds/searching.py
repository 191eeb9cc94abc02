"""Searching policies: the best by an aim, or two, among those that keep their bounds, with a stated guarantee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.arrays import Floats
from sim.errors import BadScenario
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.jobs import workers_of
from sim.experiment.number import Number
from sim.scenario.model import Scenario
from sim.scenario.provenance import Bound
from sim.worlds.amounts import DeskRate
from sim.worlds.bench import FIRST, MORE, SURELY, SURELY_NOT, TOGETHER, UNCLEAR, Candidate, PolicyBench
from sim.worlds.plan import base_of, fault_in
from sim.worlds.playing import APART, Means
from sim.worlds.proposing import Proposals
from sim.worlds.robust import ROUNDS, RobustWorlds, WorldsAsked, best_first, worlds_asked
from sim.worlds.search_plan import SearchFile
from sim.worlds.selecting import Selected, frontier, select_least

MOST = 200
"""Replications of a policy, at the most."""
BEST, ON_FRONTIER, AGAIN = 3, 8, 20
"""Policies that are run again on new luck, of one aim and of two, and how often."""
UNSEEN = 50_000
"""The world of luck that the search never sees; worlds that it never sees have a seed, and luck, from there on."""
SMALL = 0.01
"""Of what the best came to at first: what does not matter, where the file does not say."""


@dataclass(frozen=True)
class Again:
    """One of the best on luck that the search never saw, and in worlds that it never saw."""

    levers: dict[str, Bound]
    aims: tuple[Number, ...]
    bounds: dict[str, Number]
    keeps: str
    in_worlds: Number | None = None
    """The share of worlds in which it surely keeps its bounds."""

    @property
    def aim(self) -> Number:
        """The first."""
        return self.aims[0]


@dataclass(frozen=True)
class Search:
    """What was found: the best, or the frontier of two aims, how sure that is, and every policy that was tried."""

    plan: SearchFile
    candidates: list[Candidate]
    best: dict[str, Bound] | None
    """None where no policy surely keeps its bounds; of two aims the one that is best by the first."""
    is_settled: bool
    """One aim: whether the guarantee holds, the budget was not spent first. Two: all others are surely worse."""
    replications: int
    """All together."""
    again: list[Again]
    """The best first; of two aims the frontier, thinned out, from one end to the other."""
    indifference: float
    """Up to this a difference in the aim did not matter."""
    frontier: list[Candidate]
    """Of two aims; empty of one."""
    aims: Floats
    """Candidates × aims, means as people read them, as if of the same replications (`PolicyBench.alike`)."""
    fitted_worlds: int = 0
    """At how many worlds of a fit replications took turns, in each of the worlds asked for."""


@dataclass(frozen=True)
class _BestFound:
    best: Candidate | None
    is_settled: bool
    indifference: float
    ranked: list[Candidate]
    frontier: list[Candidate]


def searched(plan: SearchFile, path: Path, by: Means) -> Search:
    """Try the policies of a search file. Raises BadScenario where one of them is no scenario."""
    base, candidates, asked = prepared(plan, path)
    proposals = None if plan.is_finite else Proposals(plan)
    name = made_ready(chosen(by.engine, [base], FIRST * plan.policies), "search", by.tell).engine
    with workers_of(by.jobs) as workers:
        bench = PolicyBench(plan, workers, name, by.store, by.progress)
        if proposals is not None:
            candidates = _proposed(bench, proposals, base, path)
        bench.screen(candidates)
        in_play = [one for one in candidates if one.keeps != SURELY_NOT]
        if asked and in_play:
            best_first(bench, RobustWorlds(bench, asked), in_play)
        found = _found(bench, candidates)
        again = _again(bench, asked, found.ranked)
    aims = np.stack([one.sign * bench.alike(candidates, n) for n, one in enumerate(plan.aim)], axis=1)
    return Search(
        plan, candidates, found.best.levers if found.best else None, found.is_settled, bench.lived, again,
        found.indifference, found.frontier, aims, len(asked.fitted) if asked else 0,
    )  # fmt: skip


def prepared(plan: SearchFile, path: Path) -> tuple[Scenario, list[Candidate], WorldsAsked | None]:
    """The base, the policies where all are tried, and the worlds. Raises BadScenario where one cannot be."""
    base = base_of(plan.base, path)
    _expect_its_money(plan, base, path)
    corners = [_changed(base, values, path) for values in plan.corners]
    asked = worlds_asked(plan, base, corners, path)
    return base, [Candidate(values, _changed(base, values, path)) for values in plan.candidates()], asked


def effort_of(plan: SearchFile, asked: WorldsAsked | None) -> tuple[int, int]:
    """How many replications a search takes: at the least, and where all stays unclear to the end."""
    policies, two = plan.policies, len(plan.aim) == 2
    again = min(policies, ON_FRONTIER if two else BEST)
    most = policies * (MORE if two else MOST) + again * AGAIN
    worlds = (policies + again) * asked.points * sum(ROUNDS) if asked else 0
    return policies * FIRST, most + worlds


def _expect_its_money(plan: SearchFile, base: Scenario, path: Path) -> None:
    for number, aim in enumerate(plan.aim):
        for name, rate in aim.terms.items():
            if isinstance(rate, DeskRate) and rate.currency != base.market.currency:
                where = "\x1f".join(map(str, plan.place_of(number, name)))
                raise fault_in(path, where, f"found {rate}, expected {base.market.currency}")


def _changed(base: Scenario, values: Mapping[str, Bound], path: Path) -> Scenario:
    try:
        return base.with_changes(values)
    except BadScenario as fault:
        first = fault.faults[0]
        lever = next((one for one in values if first.path.startswith(one)), next(iter(values)))
        raise fault_in(path, f"levers\x1f{lever}", first.message) from None


def _proposed(bench: PolicyBench, proposals: Proposals, base: Scenario, path: Path) -> list[Candidate]:
    """Those that an optimiser wanted to see, until as many as asked for are different, or nothing new comes."""
    plan = bench.plan
    found: dict[tuple[Bound, ...], Candidate] = {}
    for _ in range(3 * plan.tries):
        asked = proposals.ask(min(TOGETHER, plan.tries - len(found)))
        for _, values in asked:
            key = tuple(values.values())
            found[key] = found.get(key) or Candidate(values, _changed(base, values, path))
        mine = [found[tuple(values.values())] for _, values in asked]
        bench.look_at(list({id(one): one for one in mine}.values()))
        for (trial, _), one in zip(asked, mine, strict=True):
            aims = [float(bench.aims(one, which).mean()) for which in range(len(plan.aim))]
            proposals.tell(trial, aims, _violated(bench, one))
        if len(found) >= plan.tries:
            break
    return list(found.values())


def _violated(bench: PolicyBench, one: Candidate) -> list[float]:
    """By how much each bound is missed by what was seen; below 0 where it is kept."""
    missed = []
    for name, bound in bench.plan.keep.items():
        value = bench.known(name, one.seen).value
        missed.append(bound.at_least - value if bound.at_least is not None else value - (bound.at_most or 0.0))
    return missed


def _found(bench: PolicyBench, candidates: Sequence[Candidate]) -> _BestFound:
    """The best of those that surely keep their bounds."""
    feasible = [one for one in candidates if one.keeps == SURELY]
    if not feasible:
        unclear = [one for one in candidates if one.keeps == UNCLEAR]
        return _BestFound(None, False, bench.plan.indifference or 0.0, sorted(unclear, key=bench.mean)[:BEST], [])
    if len(bench.plan.aim) == 2:
        found, is_settled = frontier(bench, feasible)
        places = np.unique(np.linspace(0, len(found) - 1, min(ON_FRONTIER, len(found))).round().astype(int))
        return _BestFound(found[0], is_settled, 0.0, [found[place] for place in places], found)
    best, indifference = _selected(bench, feasible)
    winner = feasible[best.best]
    order = np.argsort(bench.alike(feasible), kind="stable")
    others = [feasible[place] for place in order if place != best.best]
    return _BestFound(winner, best.is_settled, indifference, [winner, *others][:BEST], [])


def _selected(bench: PolicyBench, feasible: Sequence[Candidate]) -> tuple[Selected, float]:
    """The best of these by ranking and selection on paired differences, and up to what nothing mattered."""
    plan = bench.plan
    least = min(abs(float(bench.aims(one)[:FIRST].mean())) for one in feasible)
    indifference = plan.indifference or SMALL * least or SMALL

    def sample(chosen: Sequence[int], number: int) -> Floats:
        missing = [feasible[one] for one in chosen if len(feasible[one].seen) <= number]
        bench.expected += len(missing)
        bench.live(missing, number)
        return np.array([bench.aim(feasible[one], feasible[one].seen[number]) for one in chosen])

    return select_least(sample, len(feasible), indifference=indifference, error=plan.error, most=MOST), indifference


def _again(bench: PolicyBench, asked: WorldsAsked | None, ranked: Sequence[Candidate]) -> list[Again]:
    """On luck, and in worlds, that the search never saw."""
    fresh = [Candidate(one.levers, one.scenario, keeps=SURELY) for one in ranked]
    bench.expected += AGAIN * len(fresh)
    for number in range(AGAIN if fresh else 0):
        bench.live(fresh, UNSEEN * APART + number)
    if asked and fresh:
        RobustWorlds(bench, asked, unseen=UNSEEN).screen(fresh)
    return [
        Again(
            one.levers,
            tuple(bench.known_aim(one, which) for which in range(len(bench.plan.aim))),
            {name: bench.known(name, one.seen) for name in bench.plan.keep},
            bench.judged(one.seen),
            one.in_worlds,
        )
        for one in fresh
    ]

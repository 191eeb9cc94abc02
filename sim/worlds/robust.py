"""Robust search: the bounds have to be kept in so large a share of worlds, the same worlds for all policies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import Floats
from sim.experiment.estimates import student
from sim.experiment.number import Number
from sim.experiment.shares import share_of
from sim.scenario.model import Scenario
from sim.worlds.amounts import behind
from sim.worlds.bench import SURELY, SURELY_NOT, TOGETHER, UNCLEAR, Candidate, PolicyBench, together, within
from sim.worlds.designs import design_of
from sim.worlds.estimating import Response, known
from sim.worlds.factors import Factor, stated_factors
from sim.worlds.plan import consistent, fitted_of
from sim.worlds.playing import Effort, FittedWorlds, Portion, worlds_of
from sim.worlds.search_plan import SearchFile
from sim.worlds.stored import answers_of

ROUNDS = (5, 20)
"""Replications of each world: of all policies at first, and then of those and there where it is unclear."""
NOT_SEEN = "not seen"
BATCH = 8
"""Worlds after which policies that cannot make it any more are dropped."""


class WorldsAsked(NamedTuple):
    """Where the bounds have to be kept as well: so many worlds, kept in so many of them."""

    base: Scenario
    factors: list[Factor]
    fitted: FittedWorlds
    points: int
    needed: int


def worlds_asked(plan: SearchFile, base: Scenario, corners: Sequence[Scenario], path: Path) -> WorldsAsked | None:
    """The worlds of a search file; None where it asks for none. Raises BadScenario where fitted ones lack.

    The corners of the levers stand for all policies: what a lever turns is theirs, and no range of a world.
    """
    asked, levers = plan.worlds, list(plan.levers)
    if asked is None:
        return None
    factors, _ = stated_factors(base, [base, *corners], levers)
    factors, _ = consistent(factors, [base, *corners])
    fitted = fitted_of(plan.base, path, levers, factors) if asked.fitted else ()
    return WorldsAsked(base, factors, fitted, asked.points, math.ceil(asked.share * asked.points - 1e-9))


class RobustWorlds:
    """The worlds of a search. With `unseen` others, and other luck in them, so far from the first."""

    def __init__(self, bench: PolicyBench, asked: WorldsAsked, *, unseen: int = 0) -> None:
        self._bench, self._points, self._needed = bench, asked.points, asked.needed
        design = design_of("latin_hypercube", asked.factors, points=asked.points, seed=bench.plan.seed + unseen)
        worlds = worlds_of(design, asked.factors, [asked.base], asked.fitted)
        self._worlds = [one._replace(luck=one.luck + unseen).with_turns(*ROUNDS) for one in worlds]

    def screen(self, candidates: Sequence[Candidate]) -> None:
        """Judge these: a policy keeps its bounds surely where it does so in as many worlds as have to be."""
        verdicts = {id(one): [NOT_SEEN] * self._points for one in candidates}
        left = list(candidates)
        for replications in ROUNDS:
            for first in range(0, self._points, BATCH):
                for place in range(first, min(first + BATCH, self._points)):
                    self._live(left, place, replications, verdicts)
                left = [one for one in left if self._verdict(verdicts[id(one)]) == UNCLEAR]
        for one in candidates:
            mine = verdicts[id(one)]
            one.in_worlds = share_of(mine.count(SURELY), len(mine) - mine.count(NOT_SEEN))
            one.keeps = together(iter((one.keeps, self._verdict(mine))))

    def _verdict(self, mine: Sequence[str]) -> str:
        if mine.count(SURELY) >= self._needed:
            return SURELY
        return SURELY_NOT if len(mine) - mine.count(SURELY_NOT) < self._needed else UNCLEAR

    def _live(
        self, left: Sequence[Candidate], place: int, replications: int, verdicts: Mapping[int, list[str]]
    ) -> None:
        """This world under those policies of which it is unclear here."""
        bench, world = self._bench, self._worlds[place]
        there = [one for one in left if verdicts[id(one)][place] in (UNCLEAR, NOT_SEEN)]
        groups = [there[first : first + TOGETHER] for first in range(0, len(there), TOGETHER)]
        effort = Effort(replications, seed=bench.plan.seed)
        tasks: Any = (
            Portion(
                tuple(one.document(bench.plan.seed) for one in some),
                world._replace(moves=world.moves * len(some)),
                bench.measures, effort, bench.engine, bench.store,
            )
            for some in groups
        )  # fmt: skip
        for some, sums in zip(groups, answers_of(bench.workers, tasks, bench.store), strict=True):
            bench.count(len(some) * replications)
            for one, mine in zip(some, sums, strict=True):
                verdicts[id(one)][place] = together(
                    within(bound, _value(name, mine)) for name, bound in bench.plan.keep.items()
                )


def _value(name: str, sums: Mapping[str, Floats]) -> Number:
    pairs = sums[behind(name)] * np.array([-1.0 if behind(name) != name else 1.0, 1.0])
    return known(Response(name, ""), {"": {name: pairs}})


def best_first(bench: PolicyBench, worlds: RobustWorlds, in_play: Sequence[Candidate]) -> None:
    """Judge policies in many worlds: the best first, until all others are surely worse than one that holds.

    Those that nobody had to look at stay unclear. Of two aims every policy is judged.
    """
    if len(bench.plan.aim) == 2:
        worlds.screen(in_play)
        return
    left = sorted(in_play, key=bench.mean)
    best: Candidate | None = None
    while left and not (best is not None and _is_surely_worse(bench, left[0], best)):
        some, left = left[:TOGETHER], left[TOGETHER:]
        worlds.screen(some)
        best = best or next((one for one in some if one.keeps == SURELY), None)
    for one in left:
        one.keeps = UNCLEAR


def _is_surely_worse(bench: PolicyBench, one: Candidate, best: Candidate) -> bool:
    """Whether its aim is, by the whole interval of the paired difference, or a mean that is as good as equal."""
    common = min(len(one.seen), len(best.seen))
    apart = bench.aims(one)[:common] - bench.aims(best)[:common]
    half = float(student(common)) * apart.std(ddof=1) / math.sqrt(common)
    return bool(apart.mean() - half >= 0)

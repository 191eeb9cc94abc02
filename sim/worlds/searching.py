"""Searching policies: the best by an aim among those that keep their bounds, with a stated guarantee."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.chance.shared import Memory
from sim.errors import BadScenario
from sim.experiment.choosing import chosen, made_ready
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.jobs import Workers, workers_of
from sim.experiment.light import Pair, scenario_of, sums_of_one
from sim.experiment.shares import CountedShare, share_of
from sim.scenario.durations import DAY
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.ranges import Bound
from sim.worlds.asking import beside, consistent
from sim.worlds.designs import Floats, design_of
from sim.worlds.estimating import KnownValue, Response, known
from sim.worlds.factors import stated_factors
from sim.worlds.plan import fault_in
from sim.worlds.playing import APART, Effort, Progress, bare, play_worlds, worlds_of
from sim.worlds.search_plan import SearchFile, rate_of
from sim.worlds.selecting import FIRST, Selected, select_least
from sim.worlds.store import Store

SURELY, UNCLEAR, SURELY_NOT = "surely", "unclear", "surely not"
MOST = 200
"""Replications of a policy, at the most."""
MORE = 40
"""Replications up to which it is looked again at a policy of which it is unclear whether it keeps its bounds."""
BEST, AGAIN, TOGETHER = 3, 20, 8
"""Policies that are run again on new luck, how often; and those that a task tries on one luck."""
UNSEEN = 50_000
"""The world of luck that the search never sees."""


class Trial(NamedTuple):
    """A task: some policies in one replication, on the same luck."""

    documents: tuple[str, ...]
    replication: int
    measures: tuple[str, ...]
    engine: str
    store: Store | None

    def __str__(self) -> str:
        return f"replication {self.replication} of {len(self.documents)} policies"

    def __call__(self) -> list[dict[str, Pair]]:
        """By policy."""
        memory = Memory()
        return [self._one(scenario_of(json.loads(text)), memory) for text in self.documents]

    def _one(self, scenario: Scenario, memory: Memory) -> dict[str, Pair]:
        kept = self.store.found(scenario).get(self.replication, {}) if self.store else {}
        if not set(self.measures) <= kept.keys():
            kept = sums_of_one(scenario, self.replication, self.measures, engine=self.engine, known=memory)
            if self.store:
                self.store.keep(scenario, {self.replication: kept})
        return kept


@dataclass
class Candidate:
    """A policy, and what was seen of it."""

    levers: dict[str, Bound]
    scenario: Scenario
    seen: list[dict[str, Pair]] = field(default_factory=list)
    keeps: str = UNCLEAR
    """Whether it keeps its bounds: surely, unclear, surely not."""


@dataclass(frozen=True)
class Again:
    """One of the best on luck that the search never saw, and in many worlds."""

    levers: dict[str, Bound]
    aim: KnownValue
    bounds: dict[str, KnownValue]
    keeps: str
    in_worlds: CountedShare | None = None
    """The share of worlds in which it keeps its bounds."""


@dataclass(frozen=True)
class Search:
    """What was found: the best, how sure that is, and every policy that was tried."""

    plan: SearchFile
    candidates: list[Candidate]
    best: dict[str, Bound] | None
    """None where no policy surely keeps its bounds."""
    is_settled: bool
    """Whether the guarantee holds: the budget was not spent first."""
    replications: int
    """All together."""
    again: list[Again]
    """The best first."""


def searched(
    plan: SearchFile,
    path: Path,
    *,
    jobs: int | Workers | None = None,
    engine: str = AUTO,
    store: Store | None = None,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Search:
    """Try the policies of a search file. Raises BadScenario where one of them is no scenario."""
    base = load(beside(plan.base, path))
    candidates = [Candidate(values, _changed(base, values, path)) for values in plan.candidates()]
    choice = chosen(engine, [base], FIRST * len(candidates))
    name = made_ready(choice, "search", tell).engine
    with workers_of(jobs) as workers:
        bench = _Bench(plan, workers, name, store, progress)
        bench.screen(candidates)
        feasible = [one for one in candidates if one.keeps == SURELY]
        best = bench.choose(feasible) if feasible else None
        ranked = sorted(feasible or [one for one in candidates if one.keeps == UNCLEAR], key=bench.mean)
        if best is not None:
            ranked.remove(feasible[best.best])
            ranked.insert(0, feasible[best.best])
        again = [bench.again(one, base, workers, name) for one in ranked[:BEST]]
    winner = feasible[best.best].levers if best is not None else None
    return Search(plan, candidates, winner, best is not None and best.is_settled, bench.lived, again)


def _changed(base: Scenario, values: Mapping[str, Bound], path: Path) -> Scenario:
    try:
        return base.with_changes(values)
    except BadScenario as fault:
        first = fault.faults[0]
        lever = next((one for one in values if first.path.startswith(one)), next(iter(values)))
        raise fault_in(path, f"levers\x1f{lever}", first.message) from None


class _Bench:
    """Where policies are tried, replication by replication, all on the same luck."""

    def __init__(
        self, plan: SearchFile, workers: Workers, engine: str, store: Store | None, progress: Progress | None
    ) -> None:
        self._plan, self._workers, self._engine, self._store = plan, workers, engine, store
        self._progress, self.lived = progress, 0
        of_aim = [name for name, weight in plan.aim.terms.items() if not isinstance(weight, str)]
        self.measures = tuple(sorted({*of_aim, *plan.keep, "claims"}))

    def screen(self, candidates: Sequence[Candidate]) -> None:
        """Look at every policy, and again at those of which it is unclear whether they keep their bounds."""
        for number in range(FIRST):
            self.live(candidates, number)
        for one in candidates:
            one.keeps = self.judged(one.seen)
        for number in range(FIRST, MORE):
            unclear = [one for one in candidates if one.keeps == UNCLEAR]
            if not unclear:
                break
            self.live(unclear, number)
            for one in unclear:
                one.keeps = self.judged(one.seen)

    def choose(self, feasible: Sequence[Candidate]) -> Selected:
        """The best of these, by ranking and selection on paired differences."""

        def sample(chosen: Sequence[int], number: int) -> Floats:
            missing = [feasible[one] for one in chosen if len(feasible[one].seen) <= number]
            self.live(missing, number)
            return np.array([self.aim(feasible[one], feasible[one].seen[number]) for one in chosen])

        plan = self._plan
        return select_least(sample, len(feasible), indifference=plan.indifference, error=plan.error, most=MOST)

    def live(self, candidates: Sequence[Candidate], number: int) -> None:
        """One more replication of these."""
        texts = [json.dumps(bare(one.scenario, self._plan.seed), allow_nan=False) for one in candidates]
        groups = [texts[first : first + TOGETHER] for first in range(0, len(texts), TOGETHER)]
        tasks: Iterator[Any] = (
            Trial(tuple(some), number, self.measures, self._engine, self._store) for some in groups
        )
        sums = (one for group in self._workers.answers(tasks) for one in group)
        for candidate, found in zip(candidates, sums, strict=True):
            candidate.seen.append(found)
        self.lived += len(candidates)
        if self._progress:
            self._progress(self.lived, max(self.lived, FIRST * len(candidates)))

    def aim(self, candidate: Candidate, sums: Mapping[str, Pair]) -> float:
        """What is to be least, of one replication."""
        total = 0.0
        for name, weight in self._plan.aim.terms.items():
            if isinstance(weight, str):
                total += self._staff_per_claim(candidate, name, weight, sums)
            else:
                part, whole = sums[name]
                total += weight * part / whole if whole else np.nan
        return total if self._plan.aim.least is not None else -total

    def _staff_per_claim(self, candidate: Candidate, path: str, rate: str, sums: Mapping[str, Pair]) -> float:
        """What a lever costs for each claim: every seller has as many as `market.sellers.staff` says."""
        scenario = candidate.scenario
        each = scenario.market.sellers.count if path.startswith("market.sellers.") else 1
        days = scenario.experiment.cohort.seconds / DAY
        return float(candidate.levers[path]) * each * rate_of(rate) * days / max(sums["claims"][0], 1.0)

    def mean(self, candidate: Candidate) -> float:
        """Of the aim so far."""
        return float(np.mean([self.aim(candidate, sums) for sums in candidate.seen]))

    def judged(self, seen: Sequence[Mapping[str, Pair]]) -> str:
        """Whether the bounds are kept, each by its interval."""
        verdicts = [self._kept(self.known(name, seen), name) for name in self._plan.keep]
        if SURELY_NOT in verdicts:
            return SURELY_NOT
        return UNCLEAR if UNCLEAR in verdicts else SURELY

    def _kept(self, one: KnownValue, name: str) -> str:
        bound = self._plan.keep[name]
        limit = bound.at_least if bound.at_least is not None else bound.at_most
        low, high = (one.low, one.high) if bound.at_least is not None else (-one.high, -one.low)
        at = limit if bound.at_least is not None else -(limit or 0.0)
        if np.isnan(low) or at is None:
            return UNCLEAR
        return SURELY if low >= at else SURELY_NOT if high < at else UNCLEAR

    @staticmethod
    def known(name: str, seen: Sequence[Mapping[str, Pair]]) -> KnownValue:
        """A measure with its interval."""
        pairs = np.array([one[name] for one in seen], dtype=float)
        return known(Response(name, ""), {"": {name: pairs}})

    def again(self, candidate: Candidate, base: Scenario, workers: Workers, engine: str) -> Again:
        """On luck that the search never saw; and, where that is asked for, in many worlds."""
        fresh = Candidate(candidate.levers, candidate.scenario)
        for number in range(AGAIN):
            self.live([fresh], UNSEEN * APART + number)
        values = np.array([[self.aim(fresh, sums), 1.0] for sums in fresh.seen])
        aim = known(Response("aim", ""), {"": {"aim": values}})
        if self._plan.aim.most is not None:
            aim = KnownValue(-aim.value, aim.error, -aim.high, -aim.low, aim.n)
        bounds = {name: self.known(name, fresh.seen) for name in self._plan.keep}
        share = self._in_worlds(fresh, base, workers, engine) if self._plan.worlds else None
        return Again(candidate.levers, aim, bounds, self.judged(fresh.seen), share)

    def _in_worlds(self, candidate: Candidate, base: Scenario, workers: Workers, engine: str) -> CountedShare:
        """The share of worlds in which it keeps its bounds, by the values found there."""
        plan = self._plan
        points = plan.worlds.points if plan.worlds else 0
        factors, _ = stated_factors(base, [base, candidate.scenario])
        factors, _ = consistent(factors, [candidate.scenario])
        design = design_of("latin_hypercube", factors, points=points, seed=plan.seed)
        worlds = worlds_of(design, factors, [candidate.scenario])
        effort = Effort(2, seed=plan.seed)
        kept = 0
        for (sums,) in play_worlds(
            worlds, points, [candidate.scenario], self.measures, effort,
            jobs=workers, engine=engine, store=self._store,
        ):  # fmt: skip
            kept += all(self._is_kept(known(Response(name, ""), {"": sums}).value, name) for name in plan.keep)
        return share_of(kept, points)

    def _is_kept(self, value: float, name: str) -> bool:
        bound = self._plan.keep[name]
        if bound.at_least is not None:
            return value >= bound.at_least
        return bound.at_most is not None and value <= bound.at_most

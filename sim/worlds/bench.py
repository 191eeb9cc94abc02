"""The bench of a search: where policies are tried, replication by replication, all of them on the same luck."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import Floats
from sim.chance.shared import Memory
from sim.experiment.jobs import Workers
from sim.experiment.light import Pair, scenario_of, sums_of_one
from sim.experiment.number import Number
from sim.scenario.model import Scenario
from sim.scenario.provenance import Bound
from sim.worlds.amounts import DeskRate, cost_of, known_names, pair_of, size_of
from sim.worlds.estimating import Response, known
from sim.worlds.playing import Progress, bare
from sim.worlds.search_plan import Kept, SearchFile
from sim.worlds.store import KeptSums, SeedMeaning, Store
from sim.worlds.stored import answers_of

SURELY, UNCLEAR, SURELY_NOT = "surely", "unclear", "surely not"
FIRST = 10
"""Replications of each policy before any is dropped."""
MORE = 40
"""Replications up to which it is looked again at a policy of which it is unclear whether it keeps its bounds."""
TOGETHER = 8
"""Policies that a task tries on one luck."""


class Trial(NamedTuple):
    """A task: some policies in one replication, on the same luck."""

    documents: tuple[str, ...]
    replication: int
    measures: tuple[str, ...]
    engine: str
    store: KeptSums | None

    def __str__(self) -> str:
        return f"replication {self.replication} of {len(self.documents)} policies"

    def __call__(self) -> list[dict[str, Pair]]:
        """By policy."""
        memory = Memory()
        return [self._one(scenario, memory) for scenario in self.scenarios()]

    def scenarios(self) -> list[Scenario]:
        """The policies."""
        return [_scenario(text) for text in self.documents]

    def _one(self, scenario: Scenario, memory: Memory) -> dict[str, Pair]:
        which = SeedMeaning.of(scenario) if self.store else None
        kept = self.store.found(which).get(self.replication, {}) if self.store and which else {}
        if not set(self.measures) <= kept.keys():
            kept = sums_of_one(scenario, self.replication, self.measures, engine=self.engine, known=memory)
            if self.store and which:
                self.store.keep(which, {self.replication: kept})
        return kept


@lru_cache(maxsize=256)
def _scenario(document: str) -> Scenario:
    return scenario_of(json.loads(document))


@dataclass
class Candidate:
    """A policy, and what was seen of it."""

    levers: dict[str, Bound]
    scenario: Scenario
    seen: list[dict[str, Pair]] = field(default_factory=list)
    keeps: str = UNCLEAR
    """Whether it keeps its bounds: surely, unclear, surely not."""
    in_worlds: Number | None = None
    """The share of the worlds looked at in which it surely keeps its bounds, where that was asked for."""
    _document: str = ""

    def document(self, seed: int) -> str:
        """The policy written out once, with the seed of the search that it is tried in."""
        self._document = self._document or json.dumps(bare(self.scenario, seed), allow_nan=False)
        return self._document


class PolicyBench:
    """Where policies are tried."""

    def __init__(
        self, plan: SearchFile, workers: Workers, engine: str, store: Store | None, progress: Progress | None
    ) -> None:
        self.plan, self.workers, self.engine, self.store = plan, workers, engine, store
        self._progress, self.lived, self.expected = progress, 0, plan.policies * FIRST
        self.measures = plan.measures

    def live(self, candidates: Sequence[Candidate], number: int) -> None:
        """One more replication of these."""
        texts = [one.document(self.plan.seed) for one in candidates]
        groups = [texts[first : first + TOGETHER] for first in range(0, len(texts), TOGETHER)]
        tasks: Iterator[Any] = (
            Trial(tuple(some), number, self.measures, self.engine, self.store) for some in groups
        )
        sums = (one for group in answers_of(self.workers, tasks, self.store) for one in group)
        for candidate, found in zip(candidates, sums, strict=True):
            candidate.seen.append(found)
            self.count(1)

    def count(self, replications: int) -> None:
        """So many more were lived through."""
        self.lived += replications
        if self._progress:
            self._progress(self.lived, max(self.lived, self.expected))

    def screen(self, candidates: Sequence[Candidate]) -> None:
        """Look at every policy, and again at those of which it is unclear whether they keep their bounds."""
        self.look_at(candidates)
        for number in range(FIRST, MORE):
            unclear = [one for one in candidates if one.keeps == UNCLEAR]
            if not unclear:
                break
            self.expected += len(unclear)
            self.live(unclear, number)
            for one in unclear:
                one.keeps = self.judged(one.seen)

    def look_at(self, candidates: Sequence[Candidate]) -> None:
        """The first look, at those that nobody has looked at."""
        new = [one for one in candidates if not one.seen]
        for number in range(FIRST):
            self.live(new, number)
        for one in new:
            one.keeps = self.judged(one.seen)

    def aim(self, candidate: Candidate, sums: Mapping[str, Pair], which: int = 0) -> float:
        """What is to be least, of one replication."""
        aim, total = self.plan.aim[which], 0.0
        for name, weight in aim.terms.items():
            total += self._term(candidate, name, weight, sums)
        return aim.sign * total

    @staticmethod
    def _term(candidate: Candidate, name: str, weight: float | DeskRate, sums: Mapping[str, Pair]) -> float:
        if isinstance(weight, DeskRate):
            cost = cost_of(candidate.scenario, name, candidate.levers[name], weight)
            return cost / max(sums["claims"][0], 1.0)
        if name in candidate.levers and name not in known_names():
            return weight * size_of(candidate.levers[name])
        part, whole = pair_of(name, sums)
        return weight * part / whole if whole else np.nan

    def aims(self, candidate: Candidate, which: int = 0) -> Floats:
        """Of every replication so far."""
        return np.array([self.aim(candidate, sums, which) for sums in candidate.seen])

    def mean(self, candidate: Candidate) -> float:
        """Of the aim so far."""
        return float(self.aims(candidate).mean())

    def alike(self, candidates: Sequence[Candidate], which: int = 0) -> Floats:
        """Means of an aim as if all had lived through as many replications as any.

        On the same luck, what a policy that was given up early lacks is what the one most like it had there, of
        those that were looked at longest.
        """
        own = [self.aims(one, which) for one in candidates]
        longest = [one for one in own if len(one) == max(map(len, own))]
        return np.array([one.mean() + _later(one, longest) for one in own])

    def judged(self, seen: Sequence[Mapping[str, Pair]]) -> str:
        """Whether the bounds are kept, each by its interval."""
        return together(within(bound, self.known(name, seen)) for name, bound in self.plan.keep.items())

    @staticmethod
    def known(name: str, seen: Sequence[Mapping[str, Pair]]) -> Number:
        """A measure with its interval."""
        pairs = np.array([pair_of(name, one) for one in seen], dtype=float)
        return known(Response(name, ""), {"": {name: pairs}})

    def known_aim(self, candidate: Candidate, which: int = 0) -> Number:
        """An aim with its interval, as people read it: not turned round where it is to be most."""
        values = np.array([[one, 1.0] for one in self.aims(candidate, which)])
        aim = known(Response("aim", ""), {"": {"aim": values}})
        if self.plan.aim[which].sign < 0:
            return aim._replace(value=-aim.value, low=-aim.high, high=-aim.low)
        return aim


def _later(own: Floats, longest: Sequence[Floats]) -> float:
    """By how much the mean moves after the replications of `own`."""
    alike = min(longest, key=lambda one: float(np.std(own - one[: len(own)])))
    return float(alike.mean() - alike[: len(own)].mean())


def within(bound: Kept, one: Number) -> str:
    """Whether a bound is kept: surely where the whole interval does, surely not where none of it."""
    low, high = (one.low, one.high) if bound.at_least is not None else (-one.high, -one.low)
    at = bound.at_least if bound.at_least is not None else -(bound.at_most or 0.0)
    if np.isnan(low):
        return UNCLEAR
    return SURELY if low >= at else SURELY_NOT if high < at else UNCLEAR


def together(verdicts: Iterator[str]) -> str:
    """All at once: as sure as the least sure of them."""
    found = set(verdicts)
    return next((one for one in (SURELY_NOT, UNCLEAR) if one in found), SURELY)

"""Playing worlds: every policy in each world on the same orders, replication by replication, sums and nothing else.

Each row of a design has luck of its own (policies of one world share it), so worlds are independent of each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import Floats
from sim.chance.shared import AFRESH, Memory
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.experiment import Progress as Progress
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers, workers_of
from sim.experiment.light import Pair, scenario_of, sums_of_one
from sim.scenario.model import Scenario
from sim.scenario.moving import Document, Moved, in_world, place_of, read_moved
from sim.scenario.resolved import described
from sim.worlds.designs import Design
from sim.worlds.estimating import Response, half_width, known
from sim.worlds.factors import Factor, fitting, overlap
from sim.worlds.store import KeptSums, Replications, SeedMeaning, Store
from sim.worlds.stored import answers_of

APART = 10_000
"""Replications that are kept free for each world: the next world's luck begins there."""
FEWEST, MOST = 5, 200
"""Replications of a world that is to be known so well: at the least, and at the most."""
BARE = ("provenance", "expect", "title", "question")
"""What a scenario says to people, which nobody reads in a world."""


class Sign(NamedTuple):
    """A difference of which only the sign matters: of a measure, between two policies by their places."""

    measure: str
    of: int
    less: int


@dataclass(frozen=True)
class Effort:
    """How much is simulated of each world."""

    replications: int = 2
    precision: Mapping[str, float] = field(default_factory=dict)
    """Instead: until the half-width of each of these measures, of every policy, is at most this."""
    seed: int = 1
    until_clear: int = 0
    """Up to so many replications where it is not clear yet which sign each of `signs` has."""
    signs: tuple[Sign, ...] = ()

    @property
    def fewest(self) -> int:
        """Replications of a world, at the least."""
        return FEWEST if self.precision else self.replications

    @property
    def most(self) -> int:
        """And at the most."""
        return MOST if self.precision else max(self.replications, self.until_clear)


FittedWorlds = tuple[str, ...]
"""Worlds that a log could as well have told: what stands, by path, in place of what the policies say, as JSON."""
AS_TOLD: FittedWorlds = ("{}",)


class VariedWorld(NamedTuple):
    """One world: what is moved of each policy, and which luck it has."""

    luck: int
    """0 is that of `run` and `compare`: their replications, to the digit."""
    moves: tuple[tuple[Moved, ...], ...]
    """By policy."""
    fitted: FittedWorlds = AS_TOLD
    """Replications take turns at these."""

    def with_turns(self, each: int, most: int) -> VariedWorld:
        """With the fitted worlds that its replications, `most` at the most, meet: replication r of all, `each` of
        every world, lives in fitted world r modulo their number, so that what comes first here comes later in the
        next one."""
        count, first = len(self.fitted), self.luck * each
        turns = range(first, first + min(count, most))
        return self._replace(fitted=tuple(self.fitted[turn % count] for turn in turns))


SumsByMeasure = dict[str, Floats]
"""By measure: what each replication adds, an array of replications × (part, whole)."""


class Portion(NamedTuple):
    """A task: one world under every policy."""

    documents: tuple[str, ...]
    """The policies as JSON, each in the base's world."""
    world: VariedWorld
    measures: tuple[str, ...]
    effort: Effort
    engine: str
    store: KeptSums | None = None

    def __str__(self) -> str:
        return f"world {self.world.luck}"

    def __call__(self) -> list[SumsByMeasure]:
        """By policy. Pure, so it does not matter in which process."""
        seen: list[list[dict[str, Pair]]] = [[] for _ in self.documents]
        lives: dict[str, list[_Life]] = {}
        for number in range(self.effort.most):
            there = self.world.fitted[number % len(self.world.fitted)]
            if there not in lives:
                lives[there] = list(map(self._begun, self._scenarios(there)))
            self._replicate(lives[there], self.world.luck * APART + number, seen)
            if self._is_enough(seen):
                break
        for one in (one for some in lives.values() for one in some):
            if self.store and one.which and one.new:
                self.store.keep(one.which, one.new)
        return [_arrays(one, self.measures) for one in seen]

    def scenarios(self) -> list[Scenario]:
        """The policies in this world, in each of the fitted worlds that replications may take turns at."""
        return [one for there in dict.fromkeys(self.world.fitted) for one in self._scenarios(there)]

    def _scenarios(self, fitted: str) -> list[Scenario]:
        known = (_known(text, fitted) for text in self.documents)
        return [
            read_moved(document, moves, scenario)
            for (document, scenario), moves in zip(known, self.world.moves, strict=True)
        ]

    def _begun(self, scenario: Scenario) -> _Life:
        if self.store is None:
            return _Life(scenario, None, {}, {})
        which = SeedMeaning.of(scenario)
        return _Life(scenario, which, self.store.found(which), {})

    def _replicate(self, lives: Sequence[_Life], number: int, seen: Sequence[list[dict[str, Pair]]]) -> None:
        """One replication of every policy, with one luck; what is in the store is not lived through again."""
        memory = Memory() if len(lives) > 1 else AFRESH
        for (scenario, _, kept, new), so_far in zip(lives, seen, strict=True):
            if not set(self.measures) <= kept.get(number, {}).keys():
                new[number] = sums_of_one(scenario, number, self.measures, engine=self.engine, known=memory)
            so_far.append(new.get(number) or kept[number])

    def _is_enough(self, seen: list[list[dict[str, Pair]]]) -> bool:
        effort, done = self.effort, len(seen[0])
        if effort.precision:
            sums = [_arrays(one, tuple(effort.precision)) for one in seen]
            aims = effort.precision.items()
            return done >= effort.fewest and all(
                half_width(one[name]) <= most for one in sums for name, most in aims
            )
        return done >= effort.fewest and all(_is_clear(one, seen) for one in effort.signs)


class _Life(NamedTuple):
    """A policy in a world: what the store has of it, and what is new."""

    scenario: Scenario
    which: SeedMeaning | None
    kept: Replications
    new: Replications


def _is_clear(sign: Sign, seen: Sequence[Sequence[Mapping[str, Pair]]]) -> bool:
    """Whether the interval of the difference leaves zero out."""
    sums = {side: _arrays(seen[place], [sign.measure]) for side, place in (("of", sign.of), ("less", sign.less))}
    found = known(Response(sign.measure, "of", "less"), sums)
    return found.low > 0 or found.high < 0


def _arrays(replications: Sequence[Mapping[str, Pair]], measures: Sequence[str]) -> SumsByMeasure:
    return {name: np.array([one[name] for one in replications], dtype=np.float64) for name in measures}


@lru_cache(maxsize=128)
def _known(document: str, fitted: str) -> tuple[Document, Scenario]:
    """A policy in a fitted world, where no factor is moved."""
    there = in_world(json.loads(document), json.loads(fitted))
    return there, scenario_of(there)


def bare(policy: Scenario, seed: int) -> Document:
    """The policy written out, without what it says to people; in a study the seed is the study's."""
    document: dict[str, Any] = {key: value for key, value in described(policy).items() if key not in BARE}
    document["experiment"] = {**document["experiment"], "seed": seed}
    return document


def fitted_worlds(base: Path | str, theirs: Sequence[str], factors: Sequence[Factor]) -> FittedWorlds:
    """Those beside a base, without what the policies differ in (`theirs`), and what the factors move.

    Raises as `evidence.refits.worlds_beside` does.
    """
    from sim.evidence.refits import worlds_beside  # only where worlds were fitted

    taken = [*theirs, *(".".join(place_of(path, factor.range)) for factor in factors for path in factor.paths)]
    return tuple(
        json.dumps({path: value for path, value in world.items() if not any(overlap(path, one) for one in taken)})
        for world in worlds_beside(base)
    )


def worlds_of(
    design: Design, factors: Sequence[Factor], policies: Sequence[Scenario], fitted: FittedWorlds = ()
) -> Iterator[VariedWorld]:
    """The worlds of a design, one by one."""
    fits = [[fitting(factor, policy) for factor in factors] for policy in map(described, policies)]
    for row, point in enumerate(design.points):
        moves = tuple(
            tuple(
                move
                for one, u in zip(mine, point, strict=True)
                if not np.isnan(u)
                for move in one.moves_at(float(u))
            )
            for mine in fits
        )
        yield VariedWorld(row + 1, moves, fitted or AS_TOLD)


class Means(NamedTuple):
    """By what means worlds are played, none of which changes a number: who works, and who hears of it."""

    jobs: Jobs | Workers = None
    engine: str = AUTO
    store: Store | None = None
    progress: Progress | None = None
    tell: Tell = to_stderr


def play_worlds(
    worlds: Iterator[VariedWorld],
    count: int,
    policies: Sequence[Scenario],
    measures: Sequence[str],
    effort: Effort,
    by: Means,
) -> Iterator[list[SumsByMeasure]]:
    """What came of each world, in their order: for each policy, the sums by measure and replication."""
    choice = chosen(by.engine, list(policies), max(1, count * effort.replications))
    name = made_ready(choice, "study", by.tell).engine
    documents = tuple(json.dumps(bare(one, effort.seed), allow_nan=False) for one in policies)
    turns = (one.with_turns(effort.replications, effort.most) for one in worlds)
    tasks: Iterator[Any] = (Portion(documents, one, tuple(measures), effort, name, by.store) for one in turns)
    with workers_of(by.jobs) as workers:
        for done, sums in enumerate(answers_of(workers, tasks, by.store), 1):
            if by.progress:
                by.progress(done, count)
            yield sums

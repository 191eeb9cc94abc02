"""Playing worlds: every policy in each world on the same orders, replication by replication, sums and nothing else.

Each row of a design has luck of its own (policies of one world share it), so worlds are independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.chance.shared import AFRESH, Memory
from sim.experiment.engine_choice import chosen, made_ready
from sim.experiment.engines import AUTO, Tell, to_stderr
from sim.experiment.experiment import Progress as Progress
from sim.experiment.hands import Jobs
from sim.experiment.jobs import Workers, workers_of
from sim.experiment.light import Pair, scenario_of, sums_of_one
from sim.scenario.model import Scenario
from sim.scenario.moving import Document, Moved, moved
from sim.scenario.resolved import described
from sim.worlds.designs import Design, Floats
from sim.worlds.estimating import half_width
from sim.worlds.factors import Factor, fitting
from sim.worlds.store import KeptSums, Replications, Store
from sim.worlds.stored import answers_of

APART = 10_000
"""Replications that are kept free for each world: the next world's luck begins there."""
FEWEST, MOST = 5, 200
"""Replications of a world that is to be known so well: at the least, and at the most."""
BARE = ("provenance", "expect", "title", "question")
"""What a scenario says to people, which nobody reads in a world."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated of each world."""

    replications: int = 2
    precision: Mapping[str, float] = field(default_factory=dict)
    """Instead: until the half-width of each of these measures, of every policy, is at most this."""
    seed: int = 1


class VariedWorld(NamedTuple):
    """One world: what is moved of each policy, and which luck it has."""

    luck: int
    """0 is that of `run` and `compare`: their replications, to the digit."""
    moves: tuple[tuple[Moved, ...], ...]
    """By policy."""


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
        scenarios = self.scenarios()
        kept = [self.store.found(one) if self.store else {} for one in scenarios]
        new: list[Replications] = [{} for _ in scenarios]
        seen: list[list[dict[str, Pair]]] = [[] for _ in scenarios]
        for number in range(self.effort.replications if not self.effort.precision else MOST):
            self._replicate(scenarios, self.world.luck * APART + number, kept, new)
            for one, mine, so_far in zip(kept, new, seen, strict=True):
                replication = self.world.luck * APART + number
                so_far.append(mine[replication] if replication in mine else one[replication])
            if self.effort.precision and self._is_known(seen):
                break
        for scenario, mine in zip(scenarios, new, strict=True):
            if self.store and mine:
                self.store.keep(scenario, mine)
        return [_arrays(one, self.measures) for one in seen]

    def scenarios(self) -> list[Scenario]:
        """The policies in this world."""
        return [_moved(text, moves) for text, moves in zip(self.documents, self.world.moves, strict=True)]

    def _replicate(
        self, scenarios: Sequence[Scenario], number: int, kept: Sequence[Replications], new: Sequence[Replications]
    ) -> None:
        """One replication of every policy, with one luck; what is in the store is not lived through again."""
        known = Memory() if len(scenarios) > 1 else AFRESH
        for scenario, had, mine in zip(scenarios, kept, new, strict=True):
            if not set(self.measures) <= had.get(number, {}).keys():
                mine[number] = sums_of_one(scenario, number, self.measures, engine=self.engine, known=known)

    def _is_known(self, seen: list[list[dict[str, Pair]]]) -> bool:
        if len(seen[0]) < FEWEST:
            return False
        sums = [_arrays(one, tuple(self.effort.precision)) for one in seen]
        return all(half_width(one[name]) <= most for one in sums for name, most in self.effort.precision.items())


def _arrays(replications: Sequence[Mapping[str, Pair]], measures: Sequence[str]) -> SumsByMeasure:
    return {name: np.array([one[name] for one in replications], dtype=np.float64) for name in measures}


def _moved(document: str, moves: Sequence[Moved]) -> Scenario:
    return scenario_of(moved(_read(document), moves))


@lru_cache(maxsize=32)
def _read(document: str) -> Document:
    import json

    read: Document = json.loads(document)
    return read


def bare(policy: Scenario, seed: int) -> Document:
    """The policy written out, without what it says to people; in a study the seed is the study's."""
    document: dict[str, Any] = {key: value for key, value in described(policy).items() if key not in BARE}
    document["experiment"] = {**document["experiment"], "seed": seed}
    return document


def worlds_of(design: Design, factors: Sequence[Factor], policies: Sequence[Scenario]) -> Iterator[VariedWorld]:
    """The worlds of a design, one by one."""
    fits = [[fitting(factor, policy) for factor in factors] for policy in policies]
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
        yield VariedWorld(row + 1, moves)


def play_worlds(
    worlds: Iterator[VariedWorld],
    count: int,
    policies: Sequence[Scenario],
    measures: Sequence[str],
    effort: Effort,
    *,
    jobs: Jobs | Workers = None,
    engine: str = AUTO,
    store: Store | None = None,
    progress: Progress | None = None,
    tell: Tell = to_stderr,
) -> Iterator[list[SumsByMeasure]]:
    """What came of each world, in their order: for each policy, the sums by measure and replication."""
    import json

    choice = chosen(engine, list(policies), max(1, count * effort.replications))
    name = made_ready(choice, "study", tell).engine
    documents = tuple(json.dumps(bare(one, effort.seed), allow_nan=False) for one in policies)
    tasks: Iterator[Any] = (Portion(documents, one, tuple(measures), effort, name, store) for one in worlds)
    with workers_of(jobs) as workers:
        for done, sums in enumerate(answers_of(workers, tasks, store), 1):
            if progress:
                progress(done, count)
            yield sums

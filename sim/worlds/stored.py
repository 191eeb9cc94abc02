"""A store that travels: where no file of here is, what is kept goes with a task, and what is new comes back.

Here, workers look into the store and write to it themselves: whoever is killed loses the task under way only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from sim.experiment.jobs import Workers
from sim.scenario.model import Scenario
from sim.worlds.store import KeptSums, Replications, SeedMeaning, Store

T = TypeVar("T", covariant=True)


class Storing(Protocol[T]):
    """A task that looks into a store, and keeps there what is new."""

    @property
    def store(self) -> KeptSums | None: ...
    def scenarios(self) -> list[Scenario]: ...
    def _replace(self, *, store: KeptSums) -> Self: ...
    def __call__(self) -> T: ...


@dataclass
class Satchel:
    """What a store holds of some scenarios, and what is new of them: small enough to go with a task."""

    kept: dict[SeedMeaning, Replications]
    new: list[tuple[SeedMeaning, Replications]] = field(default_factory=list)

    def found(self, which: SeedMeaning) -> Replications:
        """What was kept when the task was sent."""
        return self.kept.get(which, {})

    def keep(self, which: SeedMeaning, replications: Replications) -> None:
        """For whoever opens it at home."""
        self.new.append((which, replications))


class SentAway(NamedTuple):
    """A task whose store went with it."""

    task: Storing[Any]

    def __str__(self) -> str:
        return str(self.task)

    def __call__(self) -> tuple[Any, list[tuple[SeedMeaning, Replications]]]:
        """What it came to, and what is to be kept."""
        satchel = self.task.store
        assert isinstance(satchel, Satchel)
        return self.task(), satchel.new


def answers_of(workers: Workers, tasks: Iterable[Storing[T]], store: Store | None) -> Iterator[T]:
    """What these tasks come to, in their order; what is new in the store by then, wherever they were carried out.

    Raises what a task raises, and UserError where the store cannot be written.
    """
    if store is None or not workers.are_far:
        yield from workers.answers(tasks)
        return
    sent: Iterator[Any] = map(partial(_sent_away, store), tasks)
    answer: T
    new: list[tuple[SeedMeaning, Replications]]
    for answer, new in workers.answers(sent):
        for which, replications in new:
            store.keep(which, replications)
        yield answer


def _sent_away(store: Store, task: Storing[Any]) -> SentAway:
    asked = map(SeedMeaning.of, task.scenarios())
    satchel = Satchel({one: kept for one in asked if (kept := store.found(one))})
    return SentAway(task._replace(store=satchel))

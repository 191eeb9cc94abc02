"""A store that travels: workers elsewhere have no file of here, so what is kept goes with their task and comes back.

Here, workers look into the store and write to it themselves: whoever is killed loses the task under way only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from sim.experiment.jobs import Workers
from sim.scenario.model import Scenario
from sim.worlds.store import Replications, Store, meaning_of

T = TypeVar("T", covariant=True)


class Storing(Protocol[T]):
    """A task that looks into a store, and keeps there what is new."""

    @property
    def store(self) -> Shelf | None:
        """Where."""

    def scenarios(self) -> list[Scenario]:
        """What it lives through."""

    def _replace(self, *, store: Shelf) -> Self:
        """The same task with another store."""

    def __call__(self) -> T:
        """Carry it out."""


class Shelf(Protocol):
    """What a task sees of a store."""

    def found(self, scenario: Scenario) -> Replications:
        """What is kept of a scenario."""

    def keep(self, scenario: Scenario, replications: Replications) -> None:
        """Keep more of it."""


@dataclass
class Satchel:
    """What a store holds of some scenarios, and what is new of them: small enough to go with a task."""

    kept: dict[str, Replications]
    new: list[tuple[Scenario, Replications]] = field(default_factory=list)

    def found(self, scenario: Scenario) -> Replications:
        """What was kept when the task was sent."""
        return self.kept.get(_key(scenario), {})

    def keep(self, scenario: Scenario, replications: Replications) -> None:
        """For whoever opens it at home."""
        self.new.append((scenario, replications))


class SentAway(NamedTuple):
    """A task whose store went with it."""

    task: Storing[Any]

    def __str__(self) -> str:
        return str(self.task)

    def __call__(self) -> tuple[Any, list[tuple[Scenario, Replications]]]:
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
    for answer, new in workers.answers(map(partial(_sent_away, store), tasks)):
        for scenario, replications in new:
            store.keep(scenario, replications)
        yield answer


def _sent_away(store: Store, task: Storing[T]) -> Callable[[], tuple[T, list[tuple[Scenario, Replications]]]]:
    satchel = Satchel({_key(one): kept for one in task.scenarios() if (kept := store.found(one))})
    return SentAway(task._replace(store=satchel))


def _key(scenario: Scenario) -> str:
    return f"{meaning_of(scenario)}-{scenario.experiment.seed}"

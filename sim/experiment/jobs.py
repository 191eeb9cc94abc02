"""Who does the work: this process, or several others, here or elsewhere. What comes out is the same to the bit.

    with Workers(2) as workers:
        for observation in workers.observations(scenario, range(20)):
            ...

How work is cut into tasks, in which order answers are taken and how much is under way is decided here; who carries
tasks out stands behind a seam of four names (`hands`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from time import perf_counter, thread_time
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import pandas as pd

from sim.errors import BadUsage
from sim.experiment.engines import SIMPY
from sim.experiment.hands import Awaited, Hands, Jobs
from sim.experiment.local import LocalHands
from sim.experiment.local import cores as cores
from sim.experiment.observation import Observation
from sim.experiment.stopwatch import Stopwatch
from sim.experiment.worker import Answer, Task, carry_out
from sim.scenario.model import Scenario
from sim.scenario.resolved import document_of

T = TypeVar("T")

STARTING = 2.0
"""Seconds of the processor that must be saved before workers are worth starting; each imports for about one. By the
clock a busy machine would have the shortest work shared out, and so would other threads' work, if it counted."""
SLOW_START = 0.2
"""Seconds, likewise, that a first replication may take longer than others: code is fetched, laws are read."""
SHORTEST = 0.1
"""Seconds of work that a task holds, at the least: asking and answering costs a millisecond."""
SCHEDULING = 0.002
"""Seconds that a scheduler takes for a task, about: far tasks grow with the crew, so that it keeps up."""
AHEAD = 2
"""Tasks under way for each worker: one that it is at, and one that waits for it. More would only fill memory."""
MOST_JOBS = 1024
"""More processes than any machine has cores for would only fill its memory."""


class Several(NamedTuple):
    """Small tasks that travel together."""

    tasks: tuple[Callable[[], Any], ...]

    def __str__(self) -> str:
        first, last = self.tasks[0], self.tasks[-1]
        return str(first) if len(self.tasks) == 1 else f"{first} to {last}"

    def __call__(self) -> tuple[list[Any], float]:
        """What they came to, in their order, and the seconds that they took."""
        began = perf_counter()
        return [task() for task in self.tasks], perf_counter() - began


class Workers:
    """Up to so many who live through replications. A context: they are gone when it is left.

    `jobs` is how many processes. None means one for each core, started when that saves more time than it costs;
    until then, and with one job, this process does the work. Or where else it is done: a cluster or an executor
    (`hands.Jobs`).
    Raises BadUsage for fewer than one, for more than `MOST_JOBS` and for an address that is none.
    """

    def __init__(self, jobs: Jobs = None) -> None:
        self._hands = _hands_of(jobs)
        self._only_if_it_pays = jobs is None
        self._pace = self._work = 0.0
        self.shares_luck = False
        """Whether several scenarios will be lived through with the same luck."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hands.dismiss()

    @property
    def jobs(self) -> int:
        """How many may live through replications at the same time."""
        return self._hands.hands

    @property
    def jobs_here(self) -> int:
        """How many of them take memory of this machine."""
        return 1 if self.are_far else self.jobs

    @property
    def at_work(self) -> int:
        """How many processes live through replications: the places of work that were taken, or this one."""
        return self._hands.taken or 1

    @property
    def are_far(self) -> bool:
        """Whether they work elsewhere, where no file of here is."""
        return self._hands.far

    def observations(
        self,
        scenario: Scenario,
        replications: Sequence[int],
        *,
        engine: str = SIMPY,
        with_journal: bool = False,
        watch: Stopwatch | None = None,
    ) -> Iterator[Observation]:
        """What is seen of these replications, in their order, whoever lives through them.

        Bounded in memory: no more is done ahead than two tasks for each worker. Raises what a replication raises
        (the first in order), and UserError when workers are killed over the same task time and again.
        """
        how = (engine, with_journal, self.shares_luck)
        yield from self._seen(Task("", tuple(replications), *how), scenario, watch)

    def claim_columns(
        self, scenario: Scenario, replications: Sequence[int], columns: tuple[str, ...], *, engine: str
    ) -> Iterator[pd.DataFrame]:
        """Some columns of the cohort's claims, by replication, and nothing else; the rest is as above."""
        task = Task("", tuple(replications), engine, False, self.shares_luck, columns)
        yield from self._seen(task, scenario)

    def _seen(self, task: Task, scenario: Scenario, watch: Stopwatch | None = None) -> Iterator[Any]:
        for answer in self._answers(task, scenario):
            self._pace = sum(answer.seconds.values()) / len(answer.observations)
            if watch:
                watch.take_over(answer.seconds)
            yield from answer.observations

    def answers(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """What these tasks come to, in their order, whoever carries them out.

        They are taken from their source as they are done: no more wait than two for each worker.

        With one job here this process carries them out. Raises what a task raises (the first in order).
        """
        if self.jobs == 1 and not self.are_far:
            yield from (task() for task in tasks)
            return
        left, pace, under_way = iter(tasks), 0.0, deque[Awaited]()
        try:
            while True:
                while len(under_way) < AHEAD * self.jobs:
                    together = max(1, int(self._shortest / pace)) if self.are_far and pace else 1
                    if not (some := tuple(islice(left, together))):
                        break
                    under_way.append(self._hands.submit(Several(some)))
                if not under_way:
                    return
                done, seconds = under_way.popleft().result()
                pace = seconds / len(done)
                yield from done
        finally:
            for pending in under_way:
                pending.cancel()

    @property
    def _shortest(self) -> float:
        """Seconds of work that are worth a task."""
        return max(SHORTEST, SCHEDULING * self.jobs) if self.are_far else SHORTEST

    def _answers(self, everything: Task, scenario: Scenario) -> Iterator[Answer]:
        left = deque(everything.replications)
        while left and not self._pays(len(left), seen=len(everything.replications) - len(left)):
            began = thread_time()
            answer = carry_out(everything._replace(replications=(left.popleft(),)), scenario)
            self._work = thread_time() - began
            yield answer
        if left:
            everything = everything._replace(document=document_of(scenario))
        under_way: deque[Awaited] = deque()
        try:
            while left or under_way:
                while left and len(under_way) < AHEAD * self.jobs:
                    task = everything._replace(replications=self._portion(left))
                    under_way.append(self._hands.submit(task))
                yield under_way.popleft().result()
        finally:
            for pending in under_way:
                pending.cancel()

    def _pays(self, left: int, seen: int) -> bool:
        """Whether so many replications are better shared out than done here, where so many were."""
        if self.are_far:
            return True
        if self.jobs == 1 or left == 1:
            return False
        work = self._work - SLOW_START if seen == 1 else self._work
        saved = left * work * (1 - 1 / self.jobs)
        return not self._only_if_it_pays or self._hands.taken > 0 or saved > STARTING

    def _portion(self, left: deque[int]) -> tuple[int, ...]:
        """What the next task takes from what is left: enough to be worth asking, and no more than a fair share."""
        enough = int(self._shortest / self._pace) if self._pace else 1
        fair = -(-len(left) // self.jobs)
        return tuple(left.popleft() for _ in range(max(1, min(enough, fair))))


def _hands_of(jobs: Jobs) -> Hands:
    if jobs is None:
        return LocalHands(cores())
    if isinstance(jobs, int):
        if not 1 <= jobs <= MOST_JOBS:
            raise BadUsage(f"found {jobs:,} jobs, expected a number from 1 to {MOST_JOBS:,}")
        return LocalHands(jobs)
    from sim.experiment.cluster import far_hands

    return far_hands(jobs)


def workers_of(jobs: Jobs | Workers) -> AbstractContextManager[Workers]:
    """Workers of one's own; or those that are there and stay, shared by several experiments."""
    return nullcontext(jobs) if isinstance(jobs, Workers) else Workers(jobs)

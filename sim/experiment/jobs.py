"""Who does the work: this process, or several others. What comes out is the same to the bit.

    with Workers(2) as workers:
        for observation in workers.observations(scenario, range(20)):
            ...

Each worker is a plain child process with a pipe of its own to ask and to answer (`experiment.worker`). A killed one
takes nothing with it but the task it was at, and that is given to its successor. (`concurrent.futures` and
`multiprocessing` share one pipe between all workers: one that is killed while it answers leaves half a message
there, and the run hangs. They also import the caller's script again, unless it is guarded.)
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import islice
from queue import SimpleQueue
from threading import Lock
from types import TracebackType
from typing import Any, TypeVar

from sim.errors import BadUsage, UserError
from sim.experiment.engines import SIMPY
from sim.experiment.observation import Observation
from sim.experiment.stopwatch import Stopwatch
from sim.experiment.worker import Answer, Task, carry_out
from sim.scenario.model import Scenario

T = TypeVar("T")

STARTING = 2.0
"""Seconds that must be saved before workers are worth starting; each imports for about one."""
SHORTEST = 0.1
"""Seconds of work that a task holds, at the least: asking and answering costs a millisecond."""
AHEAD = 2
"""Tasks under way for each worker: one that it is at, and one that waits for it. More would only fill memory."""
MOST_JOBS = 1024
"""More processes than any machine has cores for would only fill its memory."""
ATTEMPTS = 3
"""Workers that may die over one task before it is given up."""
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Cores are shared out between workers, and not once more inside NumPy."""
WORK = "from sim.experiment.worker import main; main()"


class Workers:
    """Up to so many processes that live through replications. A context: they are gone when it is left.

    `jobs` is how many. None means one for each core, started when that saves more time than it costs; until then,
    and with one job, this process does the work. Raises BadUsage for fewer than one, and for more than `MOST_JOBS`.
    """

    def __init__(self, jobs: int | None = None) -> None:
        if jobs is not None and not 1 <= jobs <= MOST_JOBS:
            raise BadUsage(f"found {jobs:,} jobs, expected a number from 1 to {MOST_JOBS:,}")
        self.jobs = jobs or cores()
        self._only_if_it_pays = jobs is None
        self._workers = [_Worker() for _ in range(self.jobs)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(self.jobs)
        self._pace = 0.0
        self.shares_luck = False
        """Whether several scenarios will be lived through with the same luck."""

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.dismiss()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.bury()

    @property
    def at_work(self) -> int:
        """How many processes live through replications: the places of work that were taken, or this one."""
        return sum(worker.is_taken for worker in self._workers) or 1

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
        document = json.dumps(scenario.model_dump(mode="json", by_alias=True), allow_nan=False)
        for answer in self._answers(Task(document, tuple(replications), engine, with_journal, self.shares_luck)):
            self._pace = sum(answer.seconds.values()) / len(answer.observations)
            if watch:
                watch.take_over(answer.seconds)
            yield from answer.observations

    def answers(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """What these tasks come to, in their order, whoever carries them out.

        They are taken from their source as they are done: no more wait than two for each worker.

        With one job this process carries them out. Raises what a task raises (the first in order).
        """
        if self.jobs == 1:
            yield from (task() for task in tasks)
            return
        left, under_way = iter(tasks), deque[Future[Any]]()
        try:
            while True:
                for task in islice(left, AHEAD * self.jobs - len(under_way)):
                    under_way.append(self._threads.submit(self._carried_out, task))
                if not under_way:
                    return
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()

    def _answers(self, everything: Task) -> Iterator[Answer]:
        left = deque(everything.replications)
        while left and not self._pays(len(left)):
            yield carry_out(everything._replace(replications=(left.popleft(),)))
        under_way: deque[Future[Answer]] = deque()
        try:
            while left or under_way:
                while left and len(under_way) < AHEAD * self.jobs:
                    task = everything._replace(replications=self._portion(left))
                    under_way.append(self._threads.submit(self._carried_out, task))
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()

    def _pays(self, left: int) -> bool:
        """Whether so many replications are better shared out than done here."""
        if self.jobs == 1 or left == 1:
            return False
        saved = left * self._pace * (1 - 1 / self.jobs)
        return not self._only_if_it_pays or any(worker.is_taken for worker in self._workers) or saved > STARTING

    def _portion(self, left: deque[int]) -> tuple[int, ...]:
        """What the next task takes from what is left: enough to be worth asking, and no more than a fair share."""
        enough = int(SHORTEST / self._pace) if self._pace else 1
        fair = -(-len(left) // self.jobs)
        return tuple(left.popleft() for _ in range(max(1, min(enough, fair))))

    def _carried_out(self, task: Task | Callable[[], Any]) -> Any:
        worker = self._idle.get()
        try:
            return worker.carry_out(task)
        finally:
            self._idle.put(worker)


class _Worker:
    """One place of work. Whoever is killed there is replaced."""

    def __init__(self) -> None:
        self.is_taken = False
        """Whether anybody has ever worked here."""
        self._process: subprocess.Popen[bytes] | None = None
        self._is_dismissed = False
        self._coming_and_going = Lock()

    def carry_out(self, task: Task | Callable[[], Any]) -> Any:
        """Ask, and wait for the answer. Raises the error that came in its place."""
        for _ in range(ATTEMPTS):
            process = self._started()
            try:
                answer = _asked(process, task)
            except (EOFError, OSError, pickle.UnpicklingError):
                self.bury()
                continue
            if isinstance(answer, Exception):
                raise answer
            return answer
        raise UserError(_in_vain(task, process))

    def _started(self) -> subprocess.Popen[bytes]:
        with self._coming_and_going:
            if self._is_dismissed:
                raise InterruptedError("the work was called off")
            if self._process is None:
                self._process, self.is_taken = _start(), True
            return self._process

    def dismiss(self) -> None:
        """Stop at once, whatever it is at, and let nobody follow."""
        with self._coming_and_going:
            self._is_dismissed = True
            if self._process:
                self._process.kill()

    def bury(self) -> None:
        """Leave nothing behind of one who is gone, or is to go."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # What was still to be told to the dead cannot be.
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def _start() -> subprocess.Popen[bytes]:
    """A new worker. It finds modules where this process finds them."""
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    return subprocess.Popen(
        [sys.executable, "-P", "-c", WORK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
    )


def _asked(process: subprocess.Popen[bytes], task: Task | Callable[[], Any]) -> Any:
    """Raises EOFError, OSError or UnpicklingError when the worker dies before or while it answers."""
    assert process.stdin
    assert process.stdout
    pickle.dump(task, process.stdin)
    process.stdin.flush()
    return pickle.load(process.stdout)


def _in_vain(task: Task | Callable[[], Any], process: subprocess.Popen[bytes]) -> str:
    which = str(task)
    if isinstance(task, Task):
        first, last = task.replications[0], task.replications[-1]
        which = f"replication {first}" if first == last else f"replications {first} to {last}"
    code = process.returncode
    how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
    return (
        f"{which}: {ATTEMPTS} worker processes died over this, the last one of {how}. Memory may be short: "
        "try fewer --jobs, or a smaller scenario"
    )


def workers_of(jobs: int | Workers | None) -> AbstractContextManager[Workers]:
    """Workers of one's own, so many; or those that are there and stay, shared by several experiments."""
    return nullcontext(jobs) if isinstance(jobs, Workers) else Workers(jobs)


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Worker processes of this machine.

Each is a plain child process with a pipe of its own to ask and to answer (`experiment.worker`). A killed one
takes nothing with it but the task it was at, and that is given to its successor. (`concurrent.futures` and
`multiprocessing` share one pipe between all workers: one that is killed while it answers leaves half a message
there, and the run hangs. They also import the caller's script again, unless it is guarded.)
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock
from typing import Any

from sim.errors import UserError
from sim.experiment.worker import Task

ATTEMPTS = 3
"""Workers that may die over one task before it is given up."""
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Cores are shared out between workers, and not once more inside NumPy."""
WORK = "import sim.door; from sim.experiment.worker import main; main()"
"""With the door there, libraries are imported as in a command: without what nobody asks for."""


class LocalHands:
    """So many places of work in processes of this machine, each started when it is first needed (`hands.Hands`)."""

    far = False

    def __init__(self, hands: int) -> None:
        self.hands = hands
        self._workers = [_Worker() for _ in range(hands)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(hands)

    @property
    def taken(self) -> int:
        """At how many places anybody has ever worked."""
        return sum(worker.is_taken for worker in self._workers)

    def submit(self, task: Task | Callable[[], Any]) -> Future[Any]:
        """Carry it out as soon as a place is free. Its result raises what the task raises, and UserError when
        workers are killed over it time and again."""
        return self._threads.submit(self._carried_out, task)

    def dismiss(self) -> None:
        """All stop at once, whatever they are at, and nothing of them is left."""
        for worker in self._workers:
            worker.dismiss()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.bury()

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


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

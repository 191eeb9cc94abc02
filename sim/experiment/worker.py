"""A worker process: told which replications to live through, it answers with what was seen of them.

`jobs` starts it with one pipe for tasks (its stdin) and one for answers (its stdout). It ends when the pipe
of tasks closes, in the middle of a replication if need be: nobody is left behind when the parent dies, however it
dies. Ctrl-C is the parent's to handle, so it is ignored here, and nothing heavy is imported before that.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import InternalError, UserError

if TYPE_CHECKING:
    from sim.chance.shared import Known, Memories
    from sim.experiment.stopwatch import Stopwatch
    from sim.scenario.model import Scenario

REMEMBERED = 128
"""Scenarios that a process keeps at hand."""


class Task(NamedTuple):
    """Some replications of one scenario."""

    document: str
    """The scenario, complete, as JSON: text can be sent anywhere. Empty where it is at hand."""
    replications: tuple[int, ...]
    engine: str
    with_journal: bool
    shares: bool = False
    """Whether other scenarios are to be lived through with the same luck."""
    columns: tuple[str, ...] = ()
    """Of the cohort's claims, where nothing else is looked at."""


class Answer(NamedTuple):
    """What was seen, by replication, and how many seconds each stage took."""

    observations: list[Any]
    """An `Observation` of each; or a table of its claims, where columns were asked for."""
    seconds: dict[str, float]


def carry_out(task: Task, scenario: Scenario | None = None) -> Answer:
    """Live through some replications. Pure but for the seconds, so it does not matter in which process.

    `scenario` is the one of the task, where it is at hand and need not be read.

    Raises BeyondCalendar and BrokenInvariant, as `experiment.observation.witness` does.
    """
    from sim.experiment.light import calendars_at_hand
    from sim.experiment.stopwatch import Stopwatch

    watch, memories = Stopwatch(), _memories()
    scenario = scenario or _read(task.document)
    with watch.on("calendars"):
        calendars = calendars_at_hand(scenario)
    seen = []
    for replication in task.replications:
        drawn = memories.of(replication, scenario, shares=task.shares)
        seen.append(_seen(task, scenario, replication, calendars, watch, drawn))
        memories.make_room()
    return Answer(seen, watch.seconds)


def _seen(task: Task, scenario: Any, replication: int, calendars: Any, watch: Stopwatch, known: Known) -> Any:
    if task.columns:
        from sim.experiment.light import claims_of_one

        with watch.on("replications"):
            return claims_of_one(scenario, replication, calendars, task.columns, engine=task.engine, known=known)
    from sim.experiment.observation import witness

    how: dict[str, Any] = {"engine": task.engine, "with_journal": task.with_journal}
    return witness(scenario, replication, calendars, **how, watch=watch, known=known)


@lru_cache(maxsize=REMEMBERED)
def _read(document: str) -> Scenario:
    from sim.scenario.model import Scenario

    return Scenario.model_validate(json.loads(document))


@cache
def _memories() -> Memories:
    """What this process has drawn lately."""
    from sim.chance.shared import Memories

    return Memories()


LIBRARIES = ("numpy", "scipy", "pandas")
"""Whose sums may differ in the last bit from one version to the next."""
_ONE_AT_A_TIME = Lock()
"""What a process remembers is made for one task at a time; an executor may have several threads."""


@cache
def build() -> str:
    """Of which program this is: its version, those of what its numbers may depend on to the last bit, and a
    fingerprint of all of its sources."""
    from hashlib import sha256
    from importlib.metadata import version
    from pathlib import Path

    from sim.version import __version__

    house, digest = Path(__file__).parents[1], sha256()
    for page in sorted(house.rglob("*.py")):
        digest.update(page.relative_to(house).as_posix().encode() + b"\0" + page.read_bytes())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"refund-sim {__version__}, {libraries}, build {digest.hexdigest()[:12]}"


def errand(asked_by: str, task: bytes) -> bytes:
    """Carry out a task of another machine: the pickled answer, or the error that came in its place.

    What another build asks for is refused, by name: its answers would be other numbers.
    """
    import socket

    if asked_by != build():
        worker = f"worker {socket.gethostname()}, process {os.getpid()}"
        return _told(
            UserError(f"{worker}: it has {build()}, and was asked by {asked_by}: install the same on both")
        )
    with _ONE_AT_A_TIME:
        return _answered(pickle.loads(task))


def main() -> None:
    """The life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library may print must not get among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tasks: SimpleQueue[Task | Callable[[], Any]] = SimpleQueue()
    Thread(target=_listen, args=(tasks,), daemon=True).start()
    with suppress(BrokenPipeError):  # nobody is there any more to hear the answer
        while True:
            answers.write(_answered(tasks.get()))
            answers.flush()
    # At once: an ordinary end would try to flush the answer again, and complain.
    os._exit(0)


def _listen(tasks: SimpleQueue[Task | Callable[[], Any]]) -> None:
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            tasks.put(pickle.load(sys.stdin.buffer))
    os._exit(0)


def _answered(task: Task | Callable[[], Any]) -> bytes:
    """The answer, or the error that came instead of one, as it travels."""
    try:
        return pickle.dumps(carry_out(task) if isinstance(task, Task) else task())
    except Exception as error:  # all of them are the parent's to judge
        return _told(error)


def _told(error: Exception) -> bytes:
    """An error that says the same on the other side, with the place where it happened."""
    error.add_note("".join(["In a worker process:\n", *traceback.format_exception(error)]))
    try:
        told = pickle.dumps(error)
        if str(pickle.loads(told)) == str(error):
            return told
    except Exception:  # some errors cannot be taken apart and put together again
        pass
    kind = UserError if isinstance(error, UserError) else InternalError
    return pickle.dumps(kind(f"{type(error).__name__}: {error}"))

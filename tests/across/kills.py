"""A study that is killed over and over: `python -m tests.across.kills --kills 200`.

Each kill meets one of: the command itself, a worker of its own, a write of its own to the store, a disk that is
full, a worker of a cluster, the scheduler of a cluster. Afterwards the same command goes on undisturbed, and has to
come to the same bytes; nothing damaged is in the store, and nothing is left beside the results. All processes are
forks of this one, which has imported what they need: a kill then costs two small studies and no more.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet

from sim.cli import main as command
from sim.worlds.keeping import checked, pruned
from sim.worlds.store import Store

WORLDS = 24
STUDY = f"""study: how long a clock
base: little.yaml
policies: {{as it stands: {{}}, three days: {{policy.cancellation.clock: 3 d}}}}
factors:
  goes on: {{set: buyers.goes_on, range: [0.1, 0.9]}}
worlds: {{design: grid, levels: {WORLDS}}}
replications: 1
responses: [success_rate, {{difference: success_rate, of: three days, from: as it stands}}]
"""
LITTLE = """name: little
extends: preset:aliexpress
experiment: {warm_up: 0 d, cohort: 3 d, run_out: 1 d}
market: {orders_per_day: 40}
"""
HERE, CLUSTER = ("command", "worker", "write", "disk"), ("far worker", "scheduler")
PATIENCE = 10.0
"""Seconds within which children of a killed command have to be gone."""
Doing = Callable[[], Any]


class Forked(NamedTuple):
    """A process that does one thing, and the file that it writes its errors to."""

    pid: int
    errors: Path

    @classmethod
    def doing(cls, what: Doing, folder: Path, errors: Path) -> Forked:
        """Begin it, in a folder."""
        if pid := os.fork():
            return cls(pid, errors)
        code = 70
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(folder)
            # Not those of pytest: they are kept in a file that outgrows the disk of `full`.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
            sys.stderr = open(errors, "w", buffering=1)  # noqa: SIM115
            os.dup2(sys.stdout.fileno(), 1)
            os.dup2(sys.stderr.fileno(), 2)
            code = int(what() or 0)
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def wait(self) -> tuple[int, str]:
        """Its end: the exit code, below 0 for a signal, and what it wrote of errors."""
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), self.errors.read_text(errors="replace")

    def kill(self) -> None:
        """At once, without a word."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def torn(at: int) -> None:
    """From now on: the process dies in the middle of the write with this number."""
    _each_write(at, lambda place: (os.truncate(place, os.path.getsize(place) // 2), os._exit(9)))


def full(at: int) -> None:
    """From now on: the disk takes no file beyond a few bytes after so many writes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _each_write(at, lambda _: resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900)))


def _each_write(at: int, then: Callable[[Any], Any]) -> None:
    real, numbers = pyarrow.parquet.write_table, iter(range(1, 10**9))

    def write_table(table: Any, place: Any, *words: Any, **more: Any) -> None:
        real(table, place, *words, **more)
        if ".part-" in str(place) and next(numbers) == at:
            then(place)

    pyarrow.parquet.write_table = write_table


class Place:
    """Where a study is carried out."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.luck = folder / "place", random.Random(seed)
        self.folder.mkdir()
        self._beside = folder
        (self.folder / "study.yaml").write_text(STUDY)
        (self.folder / "little.yaml").write_text(LITTLE)
        self.undisturbed = self._bytes_of(self.whole("alone", "--jobs", "1"))
        began = time.monotonic()
        self.whole("out", "--jobs", "1", "--store", "kept")
        self.lasts = time.monotonic() - began
        self._clear()

    def start(self, out: str, *words: str, before: Doing = lambda: None) -> Forked:
        """The command, in a process that can be killed."""
        asked = ["study", "study.yaml", "--out", out, "--force", "-q", *words]
        return Forked.doing(lambda: before() or command(asked), self.folder, self._beside / "errors")

    def whole(self, out: str, *words: str) -> Path:
        """The command from its beginning to its end."""
        code, told = self.start(out, *words).wait()
        assert code == 0, told
        return self.folder / out

    def kill_once(self, way: str) -> None:
        """Start it, and disturb it at a moment that nobody knows."""
        at = self.luck.randint(1, 2 * WORLDS)
        before: dict[str, Doing] = {"write": lambda: torn(at), "disk": lambda: full(at)}
        jobs = "2" if way == "worker" or (way == "command" and self.luck.random() < 0.3) else "1"
        process = self.start("out", "--store", "kept", "--jobs", jobs, before=before.get(way, lambda: None))
        hands: list[int] = []
        if way in ("command", "worker"):
            time.sleep(self.luck.uniform(0.02, 1.0 if jobs == "1" else 2.0) * self.lasts)
            hands = children_of(process.pid)
            for pid in [process.pid] if way == "command" else hands[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        code, told = process.wait()
        assert "Traceback" not in told, told
        assert code in {"command": (-9, 0), "write": (9,), "disk": (2,), "worker": (0,)}[way], (way, code, told)
        expect_gone(hands)

    def kill_far(self, way: str) -> None:
        """The same, on a cluster."""
        with a_cluster(self._beside) as (address, scheduler, workers):
            process = self.start("out", "--store", "kept", "--on", address)
            time.sleep(self.luck.uniform(0.3, 2.0) * self.lasts)
            (scheduler if way == "scheduler" else workers[0]).kill()
            code, told = process.wait()
        assert "Traceback" not in told, told
        assert code in ((0, 2) if way == "scheduler" else (0,)), (way, code, told)

    def expect_the_same(self) -> None:
        """Go on, and look."""
        store = Store(self.folder / "kept")
        assert not [line for line in checked(store) if line.endswith("damaged")]
        assert self._bytes_of(self.whole("out", "--store", "kept", "--jobs", "1")) == self.undisturbed
        pruned(store)
        assert checked(store) == []
        assert {path.name for path in self.folder.iterdir()} == {
            "study.yaml",
            "little.yaml",
            "alone",
            "out",
            "kept",
        }
        self._clear()

    def _clear(self) -> None:
        shutil.rmtree(self.folder / "kept")
        shutil.rmtree(self.folder / "out")

    def _bytes_of(self, out: Path) -> dict[str, bytes]:
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def children_of(parent: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []


def expect_gone(pids: list[int]) -> None:
    """Raises AssertionError where one of these processes goes on."""
    until = time.monotonic() + PATIENCE
    while left := [pid for pid in pids if _is_alive(pid)]:
        assert time.monotonic() < until, f"left over: {left}"
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextmanager
def a_cluster(folder: Path) -> Iterator[tuple[str, Forked, list[Forked]]]:
    """A scheduler and two workers, each a process of its own."""
    port = 20_000 + random.Random(time.monotonic_ns()).randrange(10_000)
    address, scratch = f"tcp://127.0.0.1:{port}", Path(tempfile.mkdtemp(dir=folder))
    scheduler = Forked.doing(lambda: asyncio.run(_schedule(port)), scratch, scratch / "scheduler")
    workers = [
        Forked.doing(lambda: asyncio.run(_work(address)), scratch, scratch / f"worker-{number}")
        for number in range(2)
    ]
    try:
        yield address, scheduler, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
        shutil.rmtree(scratch, ignore_errors=True)


async def _schedule(port: int) -> None:
    from distributed import Scheduler

    async with Scheduler(host="127.0.0.1", port=port, dashboard=False) as one:
        await one.finished()


async def _work(address: str) -> None:
    from distributed import Worker

    async with Worker(address, nthreads=1, dashboard=False) as one:
        await one.finished()


def killed(folder: Path, kills: int, seed: int = 1, ways: tuple[str, ...] = (*HERE, *CLUSTER)) -> Counter[str]:
    """Kill so often, and look each time. Returns how often in which way; raises AssertionError."""
    place, done = Place(folder, seed), Counter[str]()
    for number in range(kills):
        way = ways[number % len(ways)]
        (place.kill_far if way in CLUSTER else place.kill_once)(way)
        place.expect_the_same()
        done[way] += 1
    return done


def main() -> None:
    """As asked for on the command line."""
    import distributed  # noqa: F401  before anybody forks

    import sim.show.across.page  # noqa: F401

    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{dict(killed(Path(folder), arguments.kills, arguments.seed))}\n")


if __name__ == "__main__":
    main()

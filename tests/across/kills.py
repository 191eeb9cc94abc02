"""A study that is killed over and over: `python -m tests.across.kills --kills 200`.

Each kill meets one of: the command itself, a worker of its own, a write of its own to the store, a disk that is
full, a worker of a cluster, the scheduler of a cluster. Afterwards the same command goes on undisturbed, and has to
come to the same bytes; nothing damaged is in the store, and nothing is left beside the results.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.worlds.keeping import checked, pruned
from sim.worlds.store import Store

STUDY = """study: how long a clock
base: preset:aliexpress
policies: {as it stands: {}, three days: {policy.cancellation.clock: 3 d}}
factors:
  goes on: {set: buyers.goes_on, range: [0.1, 0.9]}
worlds: {design: grid, points: 12}
replications: 1
responses: [success_rate, {difference: success_rate, of: three days, from: as it stands}]
"""
COMMAND = "import sys; sys.argv[0] = 'refund-sim'; from sim.door import door; door()"
MID_WRITE = """
import os, random, pyarrow.parquet as pq
real = pq.write_table
def torn(table, place, *words, **more):
    real(table, place, *words, **more)
    if '.part-' in str(place) and random.random() < 0.15:
        os.truncate(place, os.path.getsize(place) // 2)
        os._exit(9)
pq.write_table = torn
"""
FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
"""
HERE, CLUSTER = ("command", "worker", "write", "disk"), ("far worker", "scheduler")


class Place:
    """Where a study is carried out."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.luck = folder, random.Random(seed)
        (folder / "study.yaml").write_text(STUDY)
        self.began = 0.0
        self.undisturbed = self._bytes_of(self.whole("alone", "--jobs", "1"))

    def start(self, out: str, *words: str, before: str = "") -> subprocess.Popen[bytes]:
        """The command, in a process that can be killed."""
        asked = ["study", "study.yaml", "--out", out, "--force", "-q", *words]
        return subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{COMMAND}", *asked],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def whole(self, out: str, *words: str) -> Path:
        """The command from its beginning to its end. How long that takes is what later kills are meted out by."""
        began = time.monotonic()
        process = self.start(out, *words)
        _, told = process.communicate()
        assert process.returncode == 0, told.decode()
        self.began = self.began or time.monotonic() - began
        return self.folder / out

    def kill_once(self, way: str) -> None:
        """Start it, and disturb it at a moment that nobody knows."""
        before = {"write": MID_WRITE, "disk": FULL}.get(way, "")
        process = self.start("out", "--store", "kept", "--jobs", "2" if way == "worker" else "1", before=before)
        if way in ("command", "worker"):
            time.sleep(self.luck.uniform(0.2, 1.0) * self.began)
            for pid in [process.pid] if way == "command" else children_of(process.pid)[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        _, told = process.communicate()
        assert b"Traceback" not in told, told.decode()
        if way == "disk":
            assert process.returncode == 2, told.decode()
        if way == "worker":
            assert process.returncode == 0, told.decode()

    def kill_far(self, way: str) -> None:
        """The same, on a cluster."""
        with a_cluster(self.folder) as (address, scheduler, workers):
            process = self.start("out", "--store", "kept", "--on", address)
            time.sleep(self.luck.uniform(0.5, 1.5) * self.began)
            (scheduler if way == "scheduler" else workers[0]).kill()
            _, told = process.communicate()
        assert b"Traceback" not in told, told.decode()
        assert process.returncode in ((0, 2) if way == "scheduler" else (0,)), told.decode()

    def expect_the_same(self) -> None:
        """Go on, and look."""
        store = Store(self.folder / "kept")
        assert not [line for line in checked(store) if line.endswith("damaged")]
        assert self._bytes_of(self.whole("out", "--store", "kept", "--jobs", "1")) == self.undisturbed
        pruned(store)
        assert checked(store) == []
        assert {path.name for path in self.folder.iterdir()} <= {"study.yaml", "alone", "out", "kept"}
        shutil.rmtree(self.folder / "kept")
        shutil.rmtree(self.folder / "out")

    def _bytes_of(self, out: Path) -> dict[str, bytes]:
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def children_of(parent: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []


@contextmanager
def a_cluster(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own."""
    port = 20_000 + random.Random(time.monotonic_ns()).randrange(20_000)
    address, quiet = f"tcp://127.0.0.1:{port}", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "distributed.cli."]
    scratch = tempfile.mkdtemp()
    scheduler = subprocess.Popen(
        [*dask[:2], f"{dask[2]}dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        cwd=scratch, **quiet,
    )  # fmt: skip
    workers = [
        subprocess.Popen(
            [*dask[:2], f"{dask[2]}dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"],
            cwd=scratch, **quiet,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        yield address, scheduler, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
        shutil.rmtree(scratch, ignore_errors=True)


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
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{dict(killed(Path(folder), arguments.kills, arguments.seed))}\n")


if __name__ == "__main__":
    main()

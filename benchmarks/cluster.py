"""How much more two Dask workers get done than one, with tasks of 0.2 s. Wants a quiet machine.

    python -m benchmarks.cluster            worlds of a study: the article's world
    python -m benchmarks.cluster --naps     tasks that only wait: what seam and scheduler cost

Workers and scheduler are processes of this machine. Each crew is asked once before its time is taken.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter, process_time, sleep
from typing import Any, cast

from distributed import LocalCluster

import sim
from sim.experiment.hands import Cluster
from sim.experiment.jobs import Workers
from sim.worlds.playing import Effort, Portion, VariedWorld, bare

SECONDS = 0.2
"""Of a task, about."""
BAR = 1.8


def main() -> None:
    """Print both times, their ratio, and how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--naps", action="store_true")
    asked = parser.parse_args()
    task = cast("Callable[[], Any]", partial(sleep, SECONDS) if asked.naps else _of_a_study())
    one, two = (seconds(task, asked.tasks, workers) for workers in (1, 2))
    sys.stdout.write(
        f"{asked.tasks} tasks of {SECONDS} s: 1 worker {one:.1f} s, 2 workers {two:.1f} s\n"
        f"{one / two:.2f} times the throughput (bar: {BAR}); load {os.getloadavg()[0]:.1f}\n"
    )


def _of_a_study() -> Portion:
    """A world with as many replications as take that long."""
    document = json.dumps(bare(sim.load("aliexpress"), 1))

    def portion(replications: int) -> Portion:
        return Portion((document,), VariedWorld(0, ((),)), ("success_rate",), Effort(replications), "simpy")

    portion(1)()
    began = process_time()
    portion(2)()
    return portion(max(1, round(2 * SECONDS / (process_time() - began))))


def seconds(task: Callable[[], Any], tasks: int, workers: int) -> float:
    """That so many workers take for all of them."""
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as made:
        address = Cluster(made.scheduler_address, tell=lambda line: None)
        with Workers(address) as crew:
            list(crew.answers([task] * 4 * workers))
            began = perf_counter()
            list(crew.answers([task] * tasks))
            return perf_counter() - began


if __name__ == "__main__":
    main()

"""How fast it is, as one table: engines on the same draws, the pipeline by stage, and the floor below it.

    python -m benchmarks              about ten minutes on a quiet machine, and some gigabytes
    python -m benchmarks --quick      up to a million orders: about four
    python -m benchmarks --peers      also SimPy by hand, plain C, and cimba and Ciw where installed (two minutes)
    python -m benchmarks.bars         the bars alone: what, today's figure, the bar

The world is the article's, with as many orders as are wanted and staff in proportion at every desk. Each number is
measured in a process of its own, on one core, in processor seconds; what is compiled is compiled before. Other work
on the machine slows all of them: ratios within one table mean more than the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from math import inf
from operator import itemgetter
from pathlib import Path
from typing import Any

from benchmarks import bars, by_hand, plain, queue

SIZES = (10_000, 100_000, 200_000, 1_000_000, 10_000_000)
"""Orders in one replication, for the engines alone."""
LARGEST_FOR_SIMPY = 1_000_000
RUNS = ((1, 100_000), (10, 100_000), (100, 100_000), (20, 500_000))
"""Replications, and the orders of each, for the pipeline. The article's own replications have 105,000."""
QUICK = 1_000_000
TIMES = 3
STAGES = ("calendars", "draws", "engine", "checks", "tables", "estimates")
MILLION, GIGABYTE = 1e6, 2**30


def main() -> None:
    """Print the tables, line by line as they are measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="up to a million orders only")
    parser.add_argument("--peers", action="store_true", help="also SimPy by hand, plain C, cimba, Ciw")
    asked = parser.parse_args()
    most = QUICK if asked.quick else max(SIZES)
    others = peers() if asked.peers else iter(())
    for line in chain([machine()], engines(most), pipelines(most), bars.told(large=not asked.quick), others):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def peers() -> Iterator[str]:
    """Other systems beside ours, those that are there."""
    yield from chain(by_hand.lines(), plain.lines(), queue.lines())
    if find_spec("cimba") is None:
        yield "cimba is not installed (pip install cimba): left out"
        return
    from benchmarks import with_cimba

    yield from with_cimba.lines()


def engines(most: int) -> Iterator[str]:
    """Both engines on the same draws, filling the engine's arrays counted."""
    yield ""
    yield "Engines alone, one replication, the same draws"
    yield f"{'orders':>11} {'claims':>9} {'SimPy':>12} {'compiled':>12} {'ratio':>6} {'compiled':>12} {'memory':>8}"
    yield f"{'':>11} {'':>9} {'claims/s':>12} {'claims/s':>12} {'':>6} {'µs/order':>12} {'added':>8}"
    for orders in [size for size in SIZES if size <= most]:
        fast = measured("engine", "compiled", orders)
        slow = measured("engine", "simpy", orders)["seconds"] if orders <= LARGEST_FOR_SIMPY else inf
        orders, claims, seconds = fast["orders"], fast["claims"], fast["seconds"]
        added = (fast["peak"] - fast["before"]) / GIGABYTE
        beside = f"{claims / slow:>12,.0f}" if slow < inf else f"{'':>12}"
        ratio = f"{slow / seconds:>6.1f}" if slow < inf else f"{'':>6}"
        yield (
            f"{orders:>11,} {claims:>9,} {beside} {claims / seconds:>12,.0f} {ratio} "
            f"{seconds / orders * MILLION:>12.3f} {added:>5.2f} GB"
        )


def pipelines(most: int) -> Iterator[str]:
    """The whole run but imports and compiling; the floor is drawing its uniform numbers, and nothing else."""
    yield ""
    yield "From the first draw to the estimates, compiled engine: µs per order"
    yield f"{'replications':>12} {'orders':>11} " + " ".join(
        f"{stage:>9}" for stage in (*STAGES, "together", "floor")
    )
    lines, first = [], 0.0
    for replications, orders in [run for run in RUNS if run[0] * run[1] <= most]:
        found = measured("pipeline", replications, orders)
        each = MILLION / found["orders"]
        stages = [found["stages"].get(stage, 0.0) * each for stage in STAGES]
        total, floor = found["seconds"] * each, found["floor"] * each
        first = first or total
        size = f"{replications:>4} × {found['orders'] // replications:>7,}"
        yield f"{replications:>12} {found['orders']:>11,} " + " ".join(
            f"{us:>9.3f}" for us in (*stages, total, floor)
        )
        lines.append(
            f"{size}: {1 / total:.2f} million orders/s, {total / floor:.1f} times the floor, "
            f"{total / first:.2f} times the first line's cost per order, {found['peak'] / GIGABYTE:.2f} GB; "
            f"charts and files: another {found['stages']['write']:.1f} s"
        )
    yield ""
    yield from lines
    yield the_command(*[run for run in RUNS if run[0] * run[1] <= most][-1])


def the_command(replications: int, orders: int) -> str:
    """The same as a user sees it, from typing the command to its end; the quickest of three, as in `measure`."""
    found = min((measured("command", replications, orders) for _ in range(TIMES)), key=itemgetter("seconds"))
    each = found["seconds"] / found["orders"] * MILLION
    return (
        f"`refund-sim run --keep summary` with {found['orders']:,} orders, from start to end: "
        f"{found['seconds']:.1f} s, {1 / each:.2f} million orders/s, {found['peak'] / GIGABYTE:.2f} GB; "
        f"loading the machine code: another {found['compiling']:.1f} s"
    )


def measured(*what: str | int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.measure", *map(str, what)]
    house = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": str(house), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(words, cwd=house, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def machine() -> str:
    """What it runs on, and how busy that is with other work."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, NumPy {version('numpy')}, Numba {version('numba')}"
    )


if __name__ == "__main__":
    main()

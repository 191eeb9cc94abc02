"""How fast it is: where the seconds of a run go, on one core.

    python benchmarks/engine.py [SCENARIO] [--replications N]

Seconds are the processor's, so that other work on the machine does not count. Claims and orders are all that were
lived through, in warm-up and run-out as well, not only those reported.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

import sim
from sim.chance.draws import draw_replication
from sim.scenario.model import Scenario
from sim.show.files import write_result
from sim.study import stopwatch
from sim.study.replication import calendars_of

ARTICLE = Path(__file__).parents[1] / "scenarios" / "aliexpress.yaml"
STAGES = ("calendars", "draws", "engine", "checks", "tables", "estimates", "write")
GIGABYTE = 2**30


def lived_through(scenario: Scenario) -> tuple[int, int]:
    """Orders and claims of all replications."""
    calendars = calendars_of(scenario)
    draws = [draw_replication(scenario, number, calendars) for number in range(scenario.experiment.replications)]
    return sum(len(one.orders) for one in draws), sum(len(one.claims["order"]) for one in draws)


def seconds_by_stage(scenario: Scenario) -> dict[str, float]:
    """Of a run in this process, and of writing its result folder with charts and claims."""
    stopwatch.perf_counter = process_time
    watch = stopwatch.Stopwatch()
    result = sim.run(scenario, jobs=1)
    with watch.on("write"), tempfile.TemporaryDirectory() as folder:
        write_result(result, Path(folder))
    return result.about["wall_seconds"] | watch.seconds


def machine() -> str:
    """What it ran on, and how busy that was with other work."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}"
    )


def table(seconds: dict[str, float], orders: int, claims: int) -> list[str]:
    """A line per stage, and one for all of them."""
    stages = {stage: seconds[stage] for stage in STAGES}
    lines = [f"{'':<10}{'seconds':>9}{'claims/s':>11}{'orders/s':>12}"]
    for stage, took in (stages | {"all": sum(stages.values())}).items():
        lines.append(f"{stage:<10}{took:>9.2f}{claims / took:>11,.0f}{orders / took:>12,.0f}")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenario", nargs="?", default=ARTICLE, metavar="SCENARIO")
    parser.add_argument("--replications", type=int, metavar="N")
    asked = parser.parse_args()
    changes = {"experiment.replications": asked.replications} if asked.replications else {}
    scenario = sim.load(asked.scenario, changes)
    orders, claims = lived_through(scenario)
    began = perf_counter()
    seconds = seconds_by_stage(scenario)
    took = perf_counter() - began
    lines = [
        f"{scenario.name}: {scenario.experiment.replications} replications, {orders:,} orders, {claims:,} claims",
        machine(),
        "",
        *table(seconds, orders, claims),
        "",
        f"{took:.1f} seconds on the clock on the wall",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""One measurement, in a process of its own so that its peak memory is its own: prints one JSON document.

    python -m benchmarks.measure engine compiled 200000
    python -m benchmarks.measure pipeline 20 500000
    python -m benchmarks.measure command 20 500000

Seconds are the processor's, so that other work on the machine counts little; what is compiled is compiled before.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from math import ceil
from pathlib import Path
from time import process_time
from typing import Any

import sim
from sim.chance import streams
from sim.chance.arrivals import cumulative_rate
from sim.chance.draws import draw_replication
from sim.experiment import engines, making, stopwatch
from sim.experiment.replication import calendars_of
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml
from sim.show.files import files_of

ARTICLE = Path(__file__).parents[1] / "scenarios" / "aliexpress.yaml"
TIMES = 3
"""A short measurement is repeated, and the quickest counts: the others were disturbed."""
SHORT = 5.0
"""Seconds."""
KILOBYTE = 2**10
TIMED = """
import time
from sim.experiment import stopwatch
stopwatch.perf_counter = time.process_time
from sim.door import door
door()
"""
"""The program as it is, but that the times in its `run.json` are the processor's as well."""


def the_article(orders: int, replications: int = 1) -> Scenario:
    """The article's world with so many orders expected in a replication, and staff in proportion at every desk."""
    article = sim.load(ARTICLE)
    growth = orders / cumulative_rate(article)[1][-1]
    terms = article.policy.mediation
    assert terms
    changes = {"market.sellers.staff": article.market.sellers.staff, "policy.mediation.staff": terms.staff}
    staff = {path: max(1, ceil(int(members) * growth)) for path, members in changes.items()}
    numbers = {
        "market.orders_per_day": article.market.orders_per_day * growth,
        "experiment.replications": replications,
    }
    return article.with_changes(numbers | staff)


def engine(name: str, orders: int) -> dict[str, Any]:
    """One replication on one engine, the draws made before; filling the engine's arrays is counted."""
    scenario = the_article(orders)
    calendars = calendars_of(scenario)
    draws = draw_replication(scenario, 0, calendars)
    if name == engines.COMPILED:
        making.have_ready(engines.to_stderr)
    before = peak()
    seconds = quickest(lambda: engines.live(name, scenario, draws, calendars))
    claims = len(draws.claims["order"])
    return {"orders": len(draws.orders), "claims": claims, "seconds": seconds, "before": before, "peak": peak()}


def pipeline(replications: int, orders: int) -> dict[str, Any]:
    """What `refund-sim run --engine compiled --jobs 1 --keep summary` does once it is imported, by stage."""
    scenario = the_article(orders, replications)
    making.have_ready(engines.to_stderr)
    vars(stopwatch)["perf_counter"] = process_time
    watch = stopwatch.Stopwatch()
    began = process_time()
    result = sim.run(scenario, jobs=1, engine=engines.COMPILED, take=lambda claims, journal: None)
    seconds, memory = process_time() - began, peak()
    with watch.on("write"), tempfile.TemporaryDirectory() as folder:
        for name, content in files_of(result, "summary"):
            (Path(folder) / name.replace("/", "-")).write_bytes(content)
    stages = result.about["wall_seconds"] | watch.seconds
    asked, fetched = uniforms(scenario)
    return {
        "orders": replications * asked,
        "seconds": seconds,
        "stages": {stage: spent for stage, spent in stages.items() if stage != "replications"},
        "peak": memory,
        "floor": replications * fetched,
    }


def command(replications: int, orders: int) -> dict[str, Any]:
    """`refund-sim run --keep summary` as a user types it: Python's start, imports, charts and files as well.

    What it takes to have the machine code ready is told apart: it lies on the disk already.
    """
    scenario = the_article(orders, replications)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(resolved_yaml(scenario), encoding="utf-8")
        how = ["--keep", "summary", "--engine", "compiled", "--jobs", "1", "--out", folder, "-q"]
        subprocess.run([sys.executable, "-c", TIMED, "run", str(file), *how], stdout=subprocess.DEVNULL, check=True)
        about = json.loads((Path(folder) / scenario.name / "run.json").read_text(encoding="utf-8"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    compiling = about["wall_seconds"].get("compiling", 0.0)
    return {
        "orders": replications * len(draw_replication(scenario, 0, calendars_of(scenario)).orders),
        "seconds": used.ru_utime + used.ru_stime - compiling,
        "compiling": compiling,
        "peak": used.ru_maxrss * (1 if sys.platform == "darwin" else KILOBYTE),
    }


def uniforms(scenario: Scenario) -> tuple[int, float]:
    """The orders of a replication, and how many seconds go into its uniform numbers alone."""
    asked: list[tuple[streams.Key, streams.Numbers]] = []

    def noted(key: streams.Key, numbers: streams.Numbers) -> streams.Floats:
        asked.append((key, numbers))
        return streams.drawn_by_numpy(key, numbers)

    orders = len(draw_replication(scenario, 0, calendars_of(scenario), streams.LuckSource(noted)).orders)

    def fetch() -> None:
        for key, numbers in asked:
            streams.drawn_by_numpy(key, numbers)

    return orders, quickest(fetch)


def quickest(work: Any) -> float:
    """The processor seconds of the quickest of a few times."""
    spent: list[float] = []
    while len(spent) < TIMES and sum(spent) < SHORT:
        began = process_time()
        work()
        spent.append(process_time() - began)
    return min(spent)


def peak() -> int:
    """The most memory that this process has held so far, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * KILOBYTE


def main(what: str, *how: str) -> None:
    """Measure one thing and print it."""
    if what == "engine":
        found = engine(how[0], int(how[1]))
    else:
        found = {"pipeline": pipeline, "command": command}[what](int(how[0]), int(how[1]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])

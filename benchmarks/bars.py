"""Every bar of speed and memory as one short table: what, today's figure, the bar.

    python -m benchmarks.bars              some three minutes on a quiet machine
    python -m benchmarks.bars --large      also 10 and 50 million orders: some minutes and gigabytes more

Processor seconds. What compares two things is measured in one process, in turn, and is the best of some rounds:
work of others on the machine slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

import sim
from benchmarks import by_hand, plain
from benchmarks.commands import ARTICLE, RUN, spent
from benchmarks.measure import peak, the_article
from sim.chance.draws import draw_replication
from sim.experiment import engines, making
from sim.experiment.comparing import compare
from sim.experiment.experiment import run
from sim.experiment.replication import calendars_of, play
from sim.experiment.sweep import sweep
from sim.scenario.model import Scenario

ROUNDS = 3
MARKETPLACE = str(Path(__file__).parents[1] / "scenarios" / "ebay-2024.yaml")
CLOCKS = ("1 d", "2 d", "3 d", "4 d", "5 d", "6 d", "7 d", "8 d")
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MILLION, GIGABYTE = 1e6, 1e9
Line = tuple[str, str, str]


def main() -> None:
    """Print the table, line by line as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bars", description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="also 10 and 50 million orders")
    parser.add_argument("--only", choices=sorted(MEASURED), help="one measurement, as JSON, in this process")
    asked = parser.parse_args()
    if asked.only:
        sys.stdout.write(json.dumps(MEASURED[asked.only]()))
        return
    for line in told(large=asked.large):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def told(*, large: bool = False) -> Iterator[str]:
    """The table as text, line by line."""
    yield ""
    yield f"{'Bars':<62} {'today':>9}   bar"
    for what, figure, bar in lines(large=large):
        yield f"{what:<62} {figure:>9}   {bar}".rstrip()


def lines(*, large: bool = False) -> Iterator[Line]:
    """What, today's figure, the bar."""
    making.have_ready(engines.to_stderr)
    plain = spent(RUN, 2)
    yield "run of the article, machine code at hand (s)", f"{plain:.2f}", "≤ 3.5"
    yield "--report full beyond the plain run (s)", f"{spent([*RUN, '--report', 'full'], 1) - plain:.2f}", "≤ 4"
    simpy = [spent([*RUN, "--engine", "simpy", "--jobs", jobs], 1) for jobs in ("1", "2")]
    yield "two jobs on SimPy ÷ one", f"{simpy[1] / simpy[0]:.2f}", "little above 1"
    yield "trace of one order (s)", f"{spent(['trace', ARTICLE, '--order', '17'], 2):.2f}", "< 1"
    found = measured("further")
    yield "a further scenario in compare ÷ the first", f"{found['whole']:.2f}", "≤ 0.35"
    yield "    every table of it read", f"{found['read']:.2f}", ""
    yield "    its draws and engine alone", f"{found['lived']:.2f}", ""
    found = measured("many")
    yield "64 scenarios × 5 replications (s)", f"{found['seconds']:.1f}", "≤ 3.5"
    yield "    every summary read", f"{found['read']:.1f}", ""
    yield "sweep of the full report alone (s)", f"{measured('sweep')['seconds']:.1f}", ""
    found = measured("draws")
    yield "draws per order, eBay's world ÷ article's", f"{found['ratio']:.2f}", "≤ 1.3"
    yield "    article's (µs an order)", f"{found['article']:.3f}", ""
    found = measured("simpy")
    yield "SimPy engine ÷ SimPy by hand, 20,000 orders", f"{found['ratio']:.2f}", "≥ 1.1"
    found = measured("limit")
    for orders in by_hand.SIZES:
        beside = f"{found[f'ratio {orders}']:.2f}" if f"ratio {orders}" in found else "no cc"
        yield f"draws and engine ÷ plain C, {orders:,} orders", beside, "≥ 0.5"
        yield "    its whole replication (1,000 claims/s)", f"{found[f'whole {orders}'] / 1000:.0f}", ""
    yield "bytes kept per cohort claim, --keep summary", f"{measured('kept')['bytes']:.0f}", "≤ 40"
    if large:
        yield "10 million orders, whole command (s)", f"{measured('ten')['seconds']:.1f}", "≤ 3.5"
        yield (
            "50 million orders in one replication, peak (GB)",
            f"{measured('fifty')['peak'] / GIGABYTE:.2f}",
            "≤ 2.0",
        )


def measured(what: str) -> dict[str, Any]:
    """One of them in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.bars", "--only", what]
    house = str(Path(__file__).parents[1])
    done = subprocess.run(
        words, cwd=house, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def best_of(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Processor seconds of the quickest round."""
    return min(_seconds(work) for _ in range(rounds))


def _seconds(work: Callable[[], Any]) -> float:
    return _timed(work)[0]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = process_time()
    found = work()
    return process_time() - began, found


def further() -> dict[str, float]:
    """Three what-ifs of the article beside it: what each adds, over what the article takes alone."""
    base = sim.load(ARTICLE)
    others, seeds = [clocked(base, clock) for clock in CLOCKS[1:4]], iter(range(100))
    how: dict[str, Any] = {"jobs": 1, "engine": engines.COMPILED}
    run(base, replications=1, **how)
    # Each round with another seed: nothing of it was drawn before.
    alone = [_timed(lambda: run(base, seed=next(seeds), **how)) for _ in range(ROUNDS)]
    whole = [_timed(lambda: compare(base, *others, seed=next(seeds), **how)) for _ in range(ROUNDS)]
    first, together = min(alone, key=itemgetter(0)), min(whole, key=itemgetter(0))
    lived_in = first[0], together[0]
    read = np.add(lived_in, [_seconds(lambda: first[1].summary), _seconds(lambda: together[1].differences)])
    whole_share, read_share = ((both[1] - both[0]) / len(others) / both[0] for both in (lived_in, read))
    spans = [one.about["wall_seconds"] for one in (together[1].others[-1], first[1])]
    lived = [spent_on["draws"] + spent_on["engine"] for spent_on in spans]
    return {"whole": whole_share, "read": read_share, "lived": lived[0] / lived[1]}


def clocked(base: Scenario, clock: str, goes_on: float | None = None) -> Scenario:
    """The scenario with another clock, and another share of buyers who go on."""
    changes: dict[str, Any] = {"policy.cancellation.clock": clock, "name": f"after-{clock.replace(' ', '')}"}
    if goes_on is not None:
        changes |= {"buyers.goes_on": goes_on, "name": f"{changes['name']}-{goes_on:.0%}".removesuffix("%")}
    return base.with_changes(changes)


def many() -> dict[str, float]:
    """64 scenarios by `sim.run`, one after the other: eight clocks, eight shares of buyers who go on."""
    base = sim.load(ARTICLE)
    worlds = [clocked(base, clock, share) for share in SHARES for clock in CLOCKS]
    run(base, replications=1, jobs=1, engine=engines.COMPILED)
    seconds, results = _timed(lambda: [run(one, replications=5, jobs=1, engine="compiled") for one in worlds])
    return {"seconds": seconds, "read": seconds + _seconds(lambda: [one.summary for one in results])}


def the_sweep() -> dict[str, float]:
    """What a full report adds before it is drawn."""
    return {"seconds": _seconds(lambda: sweep(sim.load(ARTICLE), jobs=1, engine=engines.COMPILED))}


def draws() -> dict[str, float]:
    """Of one replication, by machine code."""
    each = []
    for file in (ARTICLE, MARKETPLACE):
        scenario = sim.load(file)
        draw = partial(draw_replication, scenario, 0, calendars_of(scenario), engines.source_of(engines.COMPILED))
        orders = len(draw().orders)
        each.append(best_of(draw, 5) / orders * MILLION)
    return {"ratio": each[1] / each[0], "article": each[0]}


def simpy() -> dict[str, float]:
    """Of claims per second."""
    return {"ratio": float(by_hand.beside(by_hand.SIZES[0]).rpartition(" ")[2])}


def limit() -> dict[str, float]:
    """The small model beside plain C, by size."""
    found: dict[str, float] = {}
    for orders in by_hand.SIZES:
        ours, whole, c = plain.rates(orders)
        found |= {f"whole {orders}": whole} | ({f"ratio {orders}": ours / c} if c else {})
    return found


def kept() -> dict[str, float]:
    """What stays of claims that are handed over as they come."""
    result = run(
        sim.load(ARTICLE), replications=3, jobs=1, engine=engines.COMPILED, take=lambda claims, journal: None
    )
    return {"bytes": float(result.orders.memory_usage(deep=True).sum()) / len(result.orders)}


def ten_million() -> dict[str, float]:
    """`run --keep summary`, from its start to its end."""
    from benchmarks.measure import command

    return {"seconds": float(command(20, 500_000)["seconds"])}


def fifty_million() -> dict[str, float]:
    """The draws and the engine's records, in one replication."""
    scenario = the_article(50_000_000)
    play(scenario, 0, calendars_of(scenario), engine=engines.COMPILED)
    return {"peak": float(peak())}


MEASURED: dict[str, Callable[[], dict[str, float]]] = {
    "further": further,
    "many": many,
    "sweep": the_sweep,
    "draws": draws,
    "simpy": simpy,
    "limit": limit,
    "kept": kept,
    "ten": ten_million,
    "fifty": fifty_million,
}
if __name__ == "__main__":
    main()

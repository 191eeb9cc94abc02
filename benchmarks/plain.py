"""The limit: the small refund model of `by_hand` in plain C, luck drawn in its loop (`plain.c`), and ours.

    python -m benchmarks.plain              20,000 and 200,000 orders: some ten seconds

Where there is no C compiler there is nothing to compare with. C keeps no table of what happened, checks nothing and
knows one policy. Its luck is its own, so its claims are about as many as ours but not the same.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.by_hand import SIZES, the_market
from sim.chance.draws import draw_replication
from sim.compiled.engine import run_compiled
from sim.experiment import engines, making
from sim.experiment.observation import witness
from sim.experiment.replication import calendars_of

SOURCE = Path(__file__).with_name("plain.c")
COMPILERS = ("cc", "gcc", "clang")
ROUNDS = 5


def main() -> None:
    """Print claims per second of both."""
    for line in lines():
        sys.stdout.write(line + "\n")


def lines() -> Iterator[str]:
    """A line for each size of market."""
    yield ""
    yield "Draws and engine, and a whole replication, beside plain C: the bar is 0.5 for draws and engine"
    for orders in SIZES:
        ours, whole, c = rates(orders)
        beside = f"plain C {c:,.0f}, ratio {ours / c:.2f}" if c else "no C compiler here"
        yield f"{orders:>9,} orders: claims/s {ours:,.0f}, whole replication {whole:,.0f}, {beside}"


def rates(orders: int) -> tuple[float, float, float | None]:
    """Claims per processor second, the best of some rounds: draws and engine; a whole replication; plain C."""
    making.have_ready(engines.to_stderr)
    scenario = the_market(orders)
    calendars, fill = calendars_of(scenario), engines.source_of(engines.COMPILED)

    def lived() -> Any:
        draws = draw_replication(scenario, 0, calendars, fill)
        run_compiled(scenario, draws, calendars)
        return draws

    claims = len(lived().claims["order"])
    whole = best_of(lambda: witness(scenario, 0, calendars, engine=engines.COMPILED))
    return claims / best_of(lived), claims / whole, plain(orders)


def best_of(work: Callable[[], Any]) -> float:
    """Processor seconds of the quickest round."""
    spent = []
    for _ in range(ROUNDS):
        began = process_time()
        work()
        spent.append(process_time() - began)
    return min(spent)


def plain(orders: int) -> float | None:
    """Claims per second of plain C; None without a compiler."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "plain"
        subprocess.run([compiler, "-O2", "-o", str(program), str(SOURCE), "-lm"], check=True)
        rounds = [subprocess.check_output([str(program), str(orders), "7"], text=True) for _ in range(ROUNDS)]
    told = [line.split() for line in rounds]
    return max(int(claims) / float(seconds) for claims, _, seconds in told)


if __name__ == "__main__":
    main()

"""The engines of today beside SimPy's of an earlier commit, in turn, on one core.

    python -m benchmarks.earlier a023547                  200,000 orders, five rounds: a minute
    python -m benchmarks.earlier a023547 --orders 1000000

Each lives through one replication of the article's world as it stood then and stands now, scaled alike, with the
draws made before; filling the engine's own arrays is counted. Of the processor seconds the best round counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HOUSE = Path(__file__).parents[1]
LIVE_THROUGH_ONE = """
import sys
from math import ceil
from time import process_time
import sim
from sim.chance.arrivals import cumulative_rate
from sim.chance.draws import draw_replication
from sim.experiment.replication import calendars_of

article, orders, engine = sim.load("scenarios/aliexpress.yaml"), float(sys.argv[1]), sys.argv[2]
growth = orders / cumulative_rate(article)[1][-1]
sellers, platform = article.market.sellers.staff, article.policy.mediation.staff
staff = {"market.sellers.staff": sellers, "policy.mediation.staff": platform}
scenario = article.with_changes(
    {path: max(1, ceil(members * growth)) for path, members in staff.items()}
    | {"market.orders_per_day": article.market.orders_per_day * growth, "experiment.replications": 1}
)
if engine == "compiled":
    from sim.compiled.engine import run_compiled as live
else:
    from sim.market.engine import run_simpy as live
calendars = calendars_of(scenario)
draws = draw_replication(scenario, 0, calendars)
live(scenario, draws, calendars)
spent = []
while len(spent) < 3 or sum(spent) < 1:
    began = process_time()
    live(scenario, draws, calendars)
    spent.append(process_time() - began)
print(len(draws.claims["order"]) / min(spent))
"""
"""Says nothing that the first commits did not know."""


def main() -> None:
    """Print claims a second of each engine, and how many times the compiled one is as fast as the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", options.commit], cwd=HOUSE, stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        engines = {
            f"SimPy at {options.commit}": (Path(folder), "simpy"),
            "SimPy today": (HOUSE, "simpy"),
            "compiled today": (HOUSE, "compiled"),
        }
        best = dict.fromkeys(engines, 0.0)
        for _ in range(options.rounds):
            for name, (house, engine) in engines.items():
                best[name] = max(best[name], claims_a_second(house, engine, options.orders))
    for name, found in best.items():
        sys.stdout.write(f"{name:<20} {found:>11,.0f} claims/s   {best['compiled today'] / found:>5.1f}\n")


def claims_a_second(house: Path, engine: str, orders: int) -> float:
    """Of one engine of the sources in `house`, in a process of its own."""
    words = [sys.executable, "-c", LIVE_THROUGH_ONE, str(orders), engine]
    done = subprocess.run(
        words, cwd=house, env=os.environ | {"PYTHONPATH": str(house)}, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()

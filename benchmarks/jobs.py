"""How much sooner two processes are done than one, on the article's world. Wants a quiet machine.

    python -m benchmarks.jobs             a run of some 40 s on one core, then the same on two
    python -m benchmarks.jobs --jobs 4

Times are those of `sim.run`: starting workers, replications and estimates, without imports here and without charts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

import sim
from sim.scenario.model import Scenario

SCENARIO = Path(__file__).parents[1] / "scenarios" / "aliexpress.yaml"
SECONDS = 40
"""That the run on one core is to take: the bar is set for 30 and more."""


def main() -> None:
    """Print both times, their ratio, and whether the results are the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    scenario = sim.load(SCENARIO)
    seconds, _ = timed(scenario, 4, 1)
    replications = max(round(4 * SECONDS / seconds), 2)
    alone, one = timed(scenario, replications, 1)
    together, other = timed(scenario, replications, jobs)
    sys.stdout.write(
        f"{replications} replications of {scenario.name}: 1 job {alone:.1f} s, {jobs} jobs {together:.1f} s\n"
        f"speed-up {alone / together:.2f}; {'the same result' if one == other else 'ANOTHER RESULT'}\n"
    )


def timed(scenario: Scenario, replications: int, jobs: int) -> tuple[float, dict[str, str]]:
    """Seconds that a run takes, and the fingerprints of what came of it."""
    began = perf_counter()
    result = sim.run(scenario, replications=replications, jobs=jobs, engine="simpy")
    return perf_counter() - began, result.about["fingerprints"]


if __name__ == "__main__":
    main()

"""In how many worlds does what is said of the presets hold? `python -m tests.regression.presets_in_worlds`

Prints the tables of `docs/presets.md`: every preset against no policy, and against the next below it in success;
and what two loads do to the desks of the article's world.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.arrays import Floats
from sim.experiment.shares import share_of
from sim.scenario.loading import load
from sim.show.across.document import amount, share_told, title
from sim.worlds.playing import Means
from sim.worlds.stress import Stressed, stressed
from tests.regression.program import MARKETPLACES, SCENARIOS

WORLDS, REPLICATIONS = 200, 2
NOBODY = "no-policy"
SUCCESS, SOON = MEASURES = ("success_rate", "refunded_within_14d")
LOADS: dict[tuple[str, str], tuple[int, int, tuple[str, ...]]] = {
    ("aliexpress", "singles-day"): (
        100,
        20,
        ("mediation_wait_mean", "seller_wait_mean", "mediation_utilisation", "seller_utilisation_busiest", SUCCESS),
    ),
    ("singles-day", "spring-festival"): (200, 0, ("seller_wait_mean", "mediation_wait_mean", SUCCESS)),
}
"""By base and load: worlds, replications at the most, and what is looked at."""
HEAD = """\
| preset | success, over no policy | holds in | next below | success | holds in | within 14 d | holds in |
|---|---|---|---|---|---|---|---|
"""


def table(worlds: int = WORLDS, jobs: int | None = 1) -> str:
    """Of the page."""
    base, *others = (load(SCENARIOS / f"{name}.yaml") for name in MARKETPLACES)
    result = stressed(base, others, worlds=worlds, replications=REPLICATIONS, measures=MEASURES, by=Means(jobs))
    rises = {name: _rise(result, SUCCESS, name)[0] for name in MARKETPLACES}
    ranked = sorted(rises, key=rises.__getitem__, reverse=True)
    return HEAD + "".join(_row(result, name, below) for name, below in pairwise(ranked))


def of_loads(jobs: int | None = 1) -> str:
    """What each load does, as far as possible until the sign of the first difference is clear."""
    rows = "| load, against | what | in the files' world | holds in |\n|---|---|---|---|\n"
    for (base, other), (worlds, until_clear, measures) in LOADS.items():
        scenarios = [load(SCENARIOS / f"{name}.yaml") for name in (base, other)]
        how = {"worlds": worlds, "until_clear": until_clear, "measures": measures, "by": Means(jobs)}
        for one in stressed(scenarios[0], scenarios[1:], **how).survivals:
            there = amount(one.at_base.value, one.unit, signed=True)
            rows += f"| {other}, {base} | {title(one.measure)} | {there} | {share_told(one.share)} |\n"
    return rows


def _row(result: Stressed, name: str, below: str) -> str:
    cells = [name, *_cells(result, SUCCESS, name, NOBODY), below]
    cells += [*_cells(result, SUCCESS, name, below), *_cells(result, SOON, name, below)]
    return f"| {' | '.join(cells)} |\n"


def _cells(result: Stressed, measure: str, name: str, other: str) -> Iterator[str]:
    """By how much one stands above another in the files' world, and in what share of worlds it does."""
    (here, mine), (there, others) = (_rise(result, measure, one) for one in (name, other))
    holds = np.sign(mine - others) == np.sign(here - there)
    yield f"{100 * (here - there):+.1f} points".replace("-", "−")
    yield share_told(share_of(int(holds.sum()), len(holds)))


def _rise(result: Stressed, measure: str, name: str) -> tuple[float, Floats]:
    """By how much it differs from no policy: in the files' world, and in each of the others."""
    if name == NOBODY:
        return 0.0, np.zeros(len(result.study.plan.design))
    (here,) = (one.at_base.value for one in result.survivals if (one.measure, one.policy) == (measure, name))
    points = result.study.points
    mine = points[(points["measure"] == measure) & (points["policy"] == name)]
    return here, mine["value"].to_numpy(dtype=float)


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n{of_loads()}")

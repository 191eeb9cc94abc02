"""In how many worlds does what is said of the presets hold? `python -m tests.regression.presets_in_worlds`

Prints the table of `docs/presets.md`: every preset against no policy, and against the next below it in success.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.arrays import Floats
from sim.experiment.shares import share_of
from sim.scenario.loading import load
from sim.worlds.stress import Stressed, stressed
from tests.regression.program import MARKETPLACES, SCENARIOS

WORLDS, REPLICATIONS = 200, 2
NOBODY = "no-policy"
MEASURES = ("success_rate", "refunded_within_14d")
HEAD = "| preset | against | success | more of it in | within 14 d | more of it in |\n|---|---|---|---|---|---|\n"


def table(worlds: int = WORLDS, jobs: int | None = 1) -> str:
    """Of the page."""
    base, *others = (load(SCENARIOS / f"{name}.yaml") for name in MARKETPLACES)
    result = stressed(base, others, worlds=worlds, replications=REPLICATIONS, measures=MEASURES, jobs=jobs)
    return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows(result))


def _rows(result: Stressed) -> Iterator[list[str]]:
    at_base = {(one.measure, one.policy): one.at_base for one in result.survivals}
    success = {one.policy: one.at_base for one in result.survivals if one.measure == MEASURES[0]} | {NOBODY: 0.0}
    ranked = sorted(success, key=success.__getitem__, reverse=True)
    for name, below in pairwise(ranked):
        for other in dict.fromkeys((NOBODY, below)):
            yield [
                name,
                other,
                *(cell for measure in MEASURES for cell in _cells(result, at_base, measure, name, other)),
            ]


def _cells(
    result: Stressed, at_base: dict[tuple[str, str], float], measure: str, name: str, other: str
) -> Iterator[str]:
    here = at_base[measure, name] - at_base.get((measure, other), 0.0)
    yield f"{100 * here:+.1f} points"
    apart = _in_worlds(result, measure, name) - _in_worlds(result, measure, other)
    share = share_of(int((apart > 0).sum()), int(np.isfinite(apart).sum()))
    yield f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _in_worlds(result: Stressed, measure: str, name: str) -> Floats:
    """By how much it differs from no policy, in each world."""
    if name == NOBODY:
        return np.zeros(len(result.study.plan.design))
    points = result.study.points
    mine = points[(points["measure"] == measure) & (points["policy"] == name)]
    return mine["value"].to_numpy(dtype=float)


if __name__ == "__main__":
    sys.stdout.write(table())

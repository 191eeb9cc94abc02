"""Does it spoil an interval to stop as soon as it is narrow enough? `--precision`, tried where the truth is known.

Who stops when replications happen to agree stops too early and is too sure. That costs a point or two of coverage
with few replications (Law, *Simulation Modeling and Analysis*, §9.4.1), and must not cost more.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.estimates import Estimate
from sim.experiment.measures import MEASURES
from sim.experiment.observation import tables_of
from sim.experiment.precision import UntilPrecise
from sim.experiment.precision_targets import targets_of

pytestmark = pytest.mark.long

REPEATS = 1000
FAIR = (0.92, 0.97)
"""A perfect interval would give 0.95, with a standard error of 0.007."""


def one_more(dice: np.random.Generator, number: int) -> Any:
    """A replication of some hundred claims, with a success rate of its own around 0.8."""
    claims = int(dice.poisson(100))
    is_refunded = dice.random(claims) < dice.beta(16, 4)
    outcomes = np.where(is_refunded, "refunded", "refused")
    table = pd.DataFrame({"replication": np.full(claims, number), "outcome": outcomes})
    return SimpleNamespace(claims=table, requests=pd.DataFrame(), totals={})


def once_precise(dice: np.random.Generator, half_width: float) -> Estimate:
    """The success rate as soon as it is known so well."""
    plan = UntilPrecise(targets_of({"success_rate": half_width}))
    seen: list[Any] = []
    while not plan.stopped:
        seen += [one_more(dice, number) for number in range(len(seen), plan.wanted)]
        plan.learn(seen)
    estimate, _ = MEASURES["success_rate"].estimate(tables_of(seen), len(seen))
    return estimate


@pytest.mark.parametrize("half_width", [0.05, 0.03, 0.02])
def test_an_interval_that_was_waited_for_still_holds_the_truth(half_width: float) -> None:
    dice = np.random.default_rng(31)
    found = [once_precise(dice, half_width) for _ in range(REPEATS)]
    assert all(max(one.high - one.value, one.value - one.low) <= half_width for one in found)
    held = sum(bool(one.low <= 0.8 <= one.high) for one in found) / REPEATS
    assert FAIR[0] <= held <= FAIR[1], f"held {held:.1%}"

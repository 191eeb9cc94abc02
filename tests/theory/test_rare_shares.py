"""Shares near none or all: intervals hold where claims end one by one, not where a rare replication is far worse.

Whatever is made of replications that were seen, those that were not are in no interval: a bound that allowed for
them (none of 20 bad ones may still be one in seven) would say nothing. So it is told beside the number.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.experiment.estimates import share
from sim.show.notes import ENOUGH_TO_SEE

CLAIMS = 200
"""In each replication."""
EXPERIMENTS = 4000


@cache
def held(replications: int, bad: float, of_those: float, of_others: float) -> float:
    """How often the interval of the share of claims that end well holds it, where some replications are bad."""
    dice = np.random.Generator(np.random.PCG64(11))
    is_bad = dice.random((replications, EXPERIMENTS)) < bad
    missed = dice.binomial(CLAIMS, np.where(is_bad, of_those, of_others))
    claims = np.full(EXPERIMENTS, CLAIMS * replications)
    found = share(CLAIMS - missed, np.full_like(missed, CLAIMS), claims)
    truth = 1 - bad * of_those - (1 - bad) * of_others
    return float(((found.low <= truth) & (truth <= found.high)).mean())


@pytest.mark.parametrize("replications", [5, 10, 20, 50])
@pytest.mark.parametrize("missed", [0.005, 0.02])
def test_where_claims_end_one_by_one_intervals_near_all_hold(replications: int, missed: float) -> None:
    assert held(replications, 0, 0, missed) > 0.94


def test_where_one_replication_in_twenty_is_far_worse_few_intervals_over_twenty_hold() -> None:
    assert 0.55 < held(20, 0.05, 0.3, 0.01) < 0.7
    assert 0.8 < held(20, 0.1, 0.3, 0.01) < 0.9


def test_from_so_many_replications_on_hardly_anything_is_missed() -> None:
    assert held(ENOUGH_TO_SEE, 0.05, 0.3, 0.01) > 0.88
    assert held(ENOUGH_TO_SEE, 0.1, 0.3, 0.01) > 0.94

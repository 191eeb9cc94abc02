"""How often is `check` wrong? Recorded studies; what they found stands in docs/verification.md.

pytest -m long tests/theory/test_gate_alarms.py -s
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from sim.chance.decisions import Decision
from sim.scenario.loading import load
from tests.regression.gate_market import NINE_DAYS
from tests.theory.gate_pools import Found, Pool, checked, other_orders, pool_of, same_orders
from tests.worlds import mirrored, world

pytestmark = pytest.mark.long
ARTICLE = Path(__file__).parents[2] / "scenarios" / "aliexpress.yaml"
CHECKS = 1000
SIZE = 20
"""Replications in a block: as many as a scenario has unless it says otherwise."""


def told(name: str, found: list[Found]) -> tuple[float, int]:
    """The share of checks that suspected a change, and the number that confirmed it."""
    suspected, confirmed = (sum(getattr(one, what) for one in found) for what in Found._fields)
    sys.stdout.write(f"\n{name}: {len(found)} checks, {suspected} suspected, {confirmed} confirmed\n")
    return suspected / len(found), confirmed


def mirrored_pool(decision: Decision, size: int, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """The busy market, one decision's luck the other way round."""
    with monkeypatch.context() as patch:
        mirrored(patch, decision)
        return pool_of(world(NINE_DAYS), size)


def test_other_luck_under_the_same_law_raises_no_alarm() -> None:
    pool = pool_of(world(NINE_DAYS), 1200)
    rng = np.random.default_rng(1)
    found = [checked(pool, pool, other_orders(rng, pool, SIZE), is_paired=False) for _ in range(CHECKS)]
    _, confirmed = told("luck redrawn", found)
    assert confirmed <= 1


@pytest.mark.parametrize("is_paired", [False, True])
def test_a_refactoring_that_permutes_a_draw_raises_no_alarm(
    is_paired: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `check` does it, unpaired; and as if it did not know that a draw has changed."""
    pool, other = pool_of(world(NINE_DAYS), 400), mirrored_pool(Decision.DISPUTE_ANSWER, 400, monkeypatch)
    rng = np.random.default_rng(2)
    found = [checked(pool, other, same_orders(rng, pool, SIZE), is_paired=is_paired) for _ in range(CHECKS)]
    _, confirmed = told(f"DISPUTE_ANSWER permuted, {'paired' if is_paired else 'unpaired'}", found)
    assert confirmed <= 1


def test_a_true_change_of_one_percentage_point_is_found() -> None:
    """The platform rules for the buyer in 70.5 % of cases and not in 55 %: one percentage point more refunded."""
    short = {"experiment.warm_up": "28 d", "experiment.run_out": "60 d"}
    luckier = {"policy.mediation.rulings": {"buyer": 0.705, "seller": 0.195, "split": 0.1}}
    pools = [pool_of(load(ARTICLE, short | changes), 200) for changes in ({}, luckier)]
    rates = [_success(pool) for pool in pools]
    sys.stdout.write(f"\nsuccess rate {rates[0]:.4f} and {rates[1]:.4f}\n")
    rng = np.random.default_rng(3)
    for only in ("", "success_rate"):
        blocks = (same_orders(rng, pools[0], SIZE) for _ in range(CHECKS))
        found = [checked(*pools, some, is_paired=True, only=only) for some in blocks]
        _, confirmed = told(f"one percentage point, {only or 'any headline'}", found)
        assert confirmed >= 0.95 * CHECKS


def _success(pool: Pool) -> float:
    parts, wholes = zip(*(one["success_rate"].what for one in pool), strict=True)
    return float(sum(parts) / sum(wholes))

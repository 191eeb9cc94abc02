"""Plain C, beside which the engine's speed is told, lives through the same small model."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.by_hand import the_market
from benchmarks.plain import COMPILERS, SOURCE
from sim.chance.draws import draw_replication
from sim.experiment.replication import calendars_of
from sim.market.engine import run_simpy
from sim.vocabulary import Outcome

ORDERS = 20_000
CLOSE = 0.03
"""Of 2,400 claims each, with luck of their own, a share differs by 0.012 (one standard error)."""


def test_plain_c_has_as_many_claims_and_refunds_as_the_market_in_simpy(tmp_path: Path) -> None:
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        pytest.skip("no C compiler here")
    program = tmp_path / "plain"
    subprocess.run([compiler, "-O2", "-o", str(program), str(SOURCE), "-lm"], check=True)
    told = subprocess.check_output([str(program), str(ORDERS), "7"], text=True).split()
    claims, refunded = int(told[0]), int(told[1])

    scenario = the_market(ORDERS)
    calendars = calendars_of(scenario)
    records = run_simpy(scenario, draw_replication(scenario, 0, calendars), calendars)
    outcomes = records.claims["outcome"]
    assert claims / ORDERS == pytest.approx(len(outcomes) / ORDERS, abs=0.01)
    assert refunded / claims == pytest.approx((outcomes == Outcome.REFUNDED).mean(), abs=CLOSE)

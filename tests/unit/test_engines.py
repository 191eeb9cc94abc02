"""Which engine lives through the replications: chosen by what it costs, said, and never seen in the numbers."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import sim
from sim.compiled import machine_code
from sim.errors import BadUsage
from sim.experiment.engine_choice import EngineChoice, chosen, expected_claims
from sim.experiment.engines import AUTO, COMPILED, SIMPY
from sim.experiment.experiment import run
from sim.market.engine import run_simpy
from sim.scenario.model import Scenario
from tests.worlds import world

BUSY: dict[str, Any] = {
    "experiment": {"warm_up": "5 d", "cohort": "10 d", "run_out": "20 d", "replications": 2, "seed": 7},
    "market.orders_per_day": 30,
    "buyers.regret": {"probability": 0.5, "after": {"exponential": {"mean": "3 d"}}},
}
"""Some 525 claims in each replication."""


@pytest.fixture
def the_twin_stands_in(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """SimPy in the clothes of its compiled twin; what it was asked to live through is noted."""
    lived: list[int] = []

    def run_compiled(scenario: Scenario, draws: Any, calendars: Any, **more: Any) -> Any:
        lived.append(len(draws.orders))
        return run_simpy(scenario, draws, calendars, **more)

    stand_in = ModuleType("sim.compiled.engine")
    stand_in.run_compiled = run_compiled  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sim.compiled.engine", stand_in)
    monkeypatch.setattr(machine_code, "is_at_hand", lambda: True)
    return lived


def test_claims_are_expected_by_the_rates_of_the_scenario() -> None:
    # Of 1,050 orders; five standard errors of such a share are 0.08.
    assert expected_claims(world(BUSY)) == pytest.approx(35 * 30 * 0.5, abs=35 * 30 * 0.08)
    both = BUSY | {"buyers.defect": {"probability": 0.8, "after": "1 d"}}
    assert expected_claims(world(both)) == pytest.approx(35 * 30 * 0.9, abs=35 * 30 * 0.08)  # nobody claims twice


def test_a_parcel_that_comes_in_time_is_no_claim_however_sure_buyers_are_to_miss_a_late_one() -> None:
    missed = {"policy.promise": {"after": "paid", "within": "60 d"}}
    window = {"opens": {"after": "promised"}, "closes": {"after": "promised", "within": "15 d"}}
    careful = missed | {
        "buyers.not_received": {"probability": 1, "after": "1 d"},
        "policy.dispute.not_received": window,
    }
    assert expected_claims(world(BUSY | careful)) == expected_claims(world(BUSY | missed))


@pytest.mark.parametrize("engine", [SIMPY, COMPILED])
def test_who_asks_for_an_engine_gets_it(engine: str) -> None:
    assert chosen(engine, [world(BUSY)], replications=1) == EngineChoice(engine, "asked for")


def test_a_journal_goes_to_simpy_and_that_is_said_where_it_costs_time() -> None:
    small = chosen(AUTO, [world(BUSY)], replications=2, with_journal=True)
    large = chosen(AUTO, [world(BUSY)], replications=10_000, with_journal=True)
    assert (small.engine, small.is_worth_saying) == (SIMPY, False)
    assert (large.engine, large.is_worth_saying) == (SIMPY, True)
    assert "journal" in large.why


def test_the_compiled_engine_refuses_to_keep_a_journal() -> None:
    with pytest.raises(BadUsage, match="keeps no journal: use --engine simpy"):
        run(world(BUSY), engine=COMPILED, with_journal=True)


def test_an_engine_that_does_not_exist_is_refused_before_anything_runs() -> None:
    with pytest.raises(BadUsage, match="found engine 'turbo', expected one of auto, simpy, compiled"):
        sim.run(world(BUSY), engine="turbo")
    with pytest.raises(BadUsage, match="found engine 'turbo'"):
        sim.compare(world(BUSY), world(BUSY | {"name": "other"}), engine="turbo")


def test_a_result_says_which_engine_it_is_from_and_nothing_else_of_it_differs(
    the_twin_stands_in: list[int],
) -> None:
    simpy, compiled = (run(world(BUSY), engine=engine, jobs=1) for engine in (SIMPY, COMPILED))
    assert (simpy.about["engine"], compiled.about["engine"]) == (SIMPY, COMPILED)
    assert compiled.about["engine_because"] == "asked for"
    for table in ("summary", "orders", "curves", "backlog"):
        pd.testing.assert_frame_equal(getattr(simpy, table), getattr(compiled, table))
    assert simpy.about["fingerprints"] == compiled.about["fingerprints"]


def test_policies_are_compared_on_the_engine_that_was_asked_for(the_twin_stands_in: list[int]) -> None:
    other = world(BUSY | {"name": "other", "policy.cancellation.clock": "3 d"})
    comparison = sim.compare(world(BUSY), other, engine=COMPILED, jobs=1)
    assert {one.about["engine"] for one in (comparison.base, *comparison.others)} == {COMPILED}


@pytest.mark.slow
def test_numba_is_left_alone_where_simpy_does_the_work() -> None:
    code = (
        "import sys, sim; from tests.worlds import world; sim.run(world(), replications=2);"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

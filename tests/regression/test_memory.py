"""What a run takes of memory is foreseen, said, and refused where there is not so much."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.experiment import memory
from sim.experiment.engine_choice import chosen, loads_of
from sim.scenario.loading import load
from tests.regression.program import SMALL, Ask
from tests.scenario_files import BASE_FILE

BAD_INPUT = 2
LARGE = {"market.orders_per_day": 40_000, "experiment.replications": 2}


def has(free: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with so many bytes."""
    monkeypatch.setattr(memory, "available", lambda: free)


def test_memory_grows_with_claims_and_with_what_is_lived_through_at_a_time() -> None:
    small, large = (
        loads_of([load(BASE_FILE).with_changes(LARGE | {"market.orders_per_day": n})]) for n in (4e3, 4e4)
    )
    for engine in memory.A_CLAIM:
        assert memory.foreseen(large, engine) > 5 * memory.foreseen(small, engine) - 4 * memory.COMPILER
        assert memory.foreseen(large, engine, 2) > 1.5 * memory.foreseen(large, engine)
    assert memory.foreseen(large, "compiled") < memory.foreseen(large, "simpy")


def test_what_does_not_fit_is_refused_with_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load(BASE_FILE).with_changes(LARGE)
    has(5_000_000_000, monkeypatch)
    with pytest.raises(UserError) as refused:
        chosen("simpy", [scenario], jobs=2)
    said = str(refused.value)
    assert said.startswith("base: about ")
    assert " GB of memory needed (engine simpy, 4,6" in said
    assert "expected at most 5.0 GB, which is free here: --engine compiled or --jobs 1 or fewer orders" in said
    assert chosen("compiled", [scenario], jobs=1).engine == "compiled"
    monkeypatch.setattr(memory, "available", lambda: None)
    assert chosen("simpy", [scenario], jobs=2).engine == "simpy"


@pytest.mark.parametrize("command", ["run", "compare", "baseline"])
def test_a_command_that_does_not_fit_says_so_before_anything_is_simulated_or_written(
    command: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    has(1_000_000, monkeypatch)
    others = {
        "run": (),
        "compare": ("--what-if", "fast:policy.cancellation.clock=3 d"),
        "baseline": ("--baselines", "b"),
    }
    answer = ask(command, *SMALL, *others[command])
    assert answer.code == BAD_INPUT
    assert "GB of memory needed (engine simpy" in answer.err
    assert "expected at most 1 MB, which is free here" in answer.err
    assert [path for path in Path().rglob("*") if path.is_file()] == []


def test_validate_says_what_a_large_scenario_takes_and_nothing_of_a_small_one(ask: Ask) -> None:
    assert "memory" not in ask("validate", BASE_FILE).err
    answer = ask("validate", BASE_FILE, "--set", "market.orders_per_day=40000")
    assert answer.code == 0
    assert f"{BASE_FILE}: takes about " in answer.err
    assert "GB (engine simpy), " in answer.err


def test_a_container_has_what_its_group_and_those_around_it_may_still_take(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 400\ninactive_file 200\n")
    assert memory._of_group(tmp_path) == 500
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_group(tmp_path) is None
    (tmp_path / "memory.limit_in_bytes").write_text("900\n")
    (tmp_path / "memory.usage_in_bytes").write_text("300\n")
    assert memory._of_group(tmp_path) == 800


PEAK = """
import resource, sys
from sim.experiment.engine_choice import loads_of
from sim.experiment.experiment import run
from sim.experiment.memory import foreseen
from sim.scenario.loading import load
changes = {"market.orders_per_day": 3_000, "experiment.run_out": "10 d", "market.sellers.staff": "unlimited"}
scenario, engine = load(sys.argv[1]).with_changes(changes), sys.argv[2]
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
needed, before = foreseen(loads_of([scenario]), engine), most()
run(scenario, jobs=1, engine=engine, tell=lambda _: None)
print((most() - before) / needed)
"""


@pytest.mark.long
@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_what_is_foreseen_is_taken_and_not_more(engine: str) -> None:
    told = subprocess.run([sys.executable, "-c", PEAK, str(BASE_FILE), engine], capture_output=True, check=True)
    assert 0.2 < float(told.stdout) < 1

"""The same command gives the same bytes: twice, elsewhere, in another language, on another processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from tests.regression.program import ROOT, SMALL, Ask, files_of, program, told
from tests.scenario_files import BASE_FILE

ELSEWHERE = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "MPLBACKEND": "svg"}
CHARTS = ("time_to_money", "outcomes_by_route", "by_hours_to_ask", "backlog")
KEEP_ALL = (*SMALL, "--keep", "journal")


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes_whoever_runs_it_and_where(ask: Ask, tmp_path: Path) -> None:
    assert ask("run", *KEEP_ALL, "--jobs", 1, "--out", "here").code == 0
    (tmp_path / "far away").mkdir()
    assert program("run", *KEEP_ALL, "--jobs", 2, env=ELSEWHERE, cwd=tmp_path / "far away").code == 0
    here, there = (files_of(tmp_path / folder / "base") for folder in ("here", "far away/results"))
    assert set(here) == set(there)
    assert [name for name in here if here[name] != there[name]] in (["run.json"], [])
    assert {"journal.csv.gz", *(f"charts/{name}.{kind}" for name in CHARTS for kind in ("svg", "png"))} <= set(here)


@pytest.mark.usefixtures("without_charts")
def test_a_run_in_place_of_another_leaves_the_same_bytes(ask: Ask) -> None:
    ask("run", *KEEP_ALL)
    before = files_of(Path("results/base"))
    ask("run", *KEEP_ALL, "--force")
    after = files_of(Path("results/base"))
    assert [name for name in after if after[name] != before.get(name)] in (["run.json"], [])
    assert set(before) == set(after)


@pytest.mark.usefixtures("without_charts")
def test_run_json_differs_in_nothing_but_the_time_it_took(ask: Ask) -> None:
    abouts = []
    for _ in range(2):
        ask("run", *SMALL, "--force")
        abouts.append(told(Path("results/base/run.json")))
    for about in abouts:
        assert all(seconds >= 0 for seconds in about.pop("wall_seconds").values())
    assert abouts[0] == abouts[1]


def wide_instructions() -> list[str]:
    """The sets of vector instructions that numpy would use here beyond those that every processor has."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


@pytest.mark.slow
def test_a_processor_with_narrow_registers_has_the_same_luck() -> None:
    wide = wide_instructions()
    if not wide:
        pytest.skip("numpy knows nothing to switch off on this processor")
    narrow = {**os.environ, "PYTHONPATH": str(ROOT), "NPY_DISABLE_CPU_FEATURES": " ".join(wide)}
    code = "import tests.regression.test_cli_reproducible as here; print(here.fingerprints())"
    done = subprocess.run([sys.executable, "-c", code], env=narrow, capture_output=True, text=True, check=True)
    assert done.stdout == f"{fingerprints()}\n"


def fingerprints() -> dict[str, str]:
    """Of a run with some ten thousand orders."""
    scenario = sim.load(BASE_FILE, {"experiment.run_out": "10 d", "market.orders_per_day": 150})
    prints: dict[str, str] = sim.run(scenario).about["fingerprints"]
    return prints

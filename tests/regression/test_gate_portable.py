"""A baseline holds on every machine: fingerprints do not depend on jobs, language, zone, hashing or vectors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.regression.gate_market import market
from tests.regression.program import SCENARIOS, program
from tests.unit.busy_market import BUSY

pytestmark = pytest.mark.slow
SMALL = ("--set", "experiment.warm_up=2 d", "--set", "experiment.run_out=10 d", "--replications", 2)
SETTINGS = {
    "hashing": {"PYTHONHASHSEED": "12345"},
    "zone": {"TZ": "Pacific/Kiritimati"},
    "language": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "plain language": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "narrow vectors": {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Baselines of the article's marketplace, of one with other laws of chance, and of a busy market."""
    folder = tmp_path_factory.mktemp("kept")
    busy = market(folder, BUSY | {"name": "busy"}, "busy.yaml")
    files = (SCENARIOS / "aliexpress.yaml", SCENARIOS / "taobao-2024.yaml", busy)
    answer = program("baseline", *files, "--baselines", folder / "kept", *SMALL, env={"PYTHONHASHSEED": "0"})
    assert answer.code == 0, answer.err
    return folder


def checked(kept: Path, *options: object, **env: str) -> None:
    files = (SCENARIOS / "aliexpress.yaml", SCENARIOS / "taobao-2024.yaml", kept / "busy.yaml")
    answer = program(
        "check", *files, "--baselines", kept / "kept", *options, env={"PYTHONIOENCODING": "utf-8", **env}
    )
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.count("every claim went the same way") == 3
    assert "the draws" not in answer.out


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_baseline_holds_in_another_setting(kept: Path, setting: str) -> None:
    checked(kept, "--jobs", 1, **SETTINGS[setting])


def test_a_baseline_holds_for_another_number_of_jobs(kept: Path) -> None:
    checked(kept, "--jobs", 3)

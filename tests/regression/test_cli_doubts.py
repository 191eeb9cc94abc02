"""What can hardly be meant is said once on stderr, by every command that reads a scenario, and fails nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.regression.gate_market import NINE_DAYS, market
from tests.regression.program import Ask

SAID = "market.yaml: warning: market.peaks: none of its days lies in the days simulated"


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_a_dated_lever_without_effect_is_said_once_by_validate_run_and_check(tmp_path: Path, ask: Ask) -> None:
    market(tmp_path, NINE_DAYS | {"market.peaks": {"1999-11-11": 5}, "experiment.replications": 2})
    gate = ("market.yaml", "--baselines", "kept", "--jobs", 1, "-q")
    commands = (
        ("validate", "market.yaml"),
        ("run", "market.yaml", "--jobs", 1, "-q", "--keep", "summary"),
        ("baseline", *gate),
        ("check", *gate),
    )
    for command in commands:
        answer = ask(*command)
        assert answer.code == 0, answer.err
        assert answer.err.count(SAID) == 1, command

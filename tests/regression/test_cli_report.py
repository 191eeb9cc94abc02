"""The report that `run` and `compare` leave: always there, with a control where it is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.regression.program import SMALL, Ask, told
from tests.scenario_files import BASE_FILE, written

WHAT_IF = "extends: base.yaml\nname: approves\npolicy: {cancellation: {on_silence: approve}}\n"
ONCE = ("--set", "experiment.cohort=3 d", "--set", "policy.mediation=none", "--replications", 1, "--jobs", 1)
"""Small, and with fewer meanings that silence can have."""


@pytest.mark.usefixtures("without_charts")
def test_a_run_leaves_a_report_whose_numbers_are_those_of_the_summary(ask: Ask) -> None:
    assert ask("run", *SMALL).code == 0
    folder = Path("results/base")
    page = (folder / "report.html").read_text(encoding="utf-8")
    for measure in ("success_rate", "silence_share"):
        value = told(folder / "summary.json")["measures"][measure]["value"]
        assert f'<data value="{value!r}" data-measure="{measure}">' in page
    assert "--report full" in page


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_a_full_report_answers_what_if(ask: Ask, tmp_path: Path) -> None:
    assert ask("run", BASE_FILE, *ONCE, "--report", "full").code == 0
    other = written(tmp_path, WHAT_IF, "approves.yaml")
    assert ask("compare", BASE_FILE, other, *ONCE, "--report", "full").code == 0
    answers = [_answers(Path("results") / folder) for folder in ("base", "base-versus-approves")]
    assert answers[0] == answers[1]
    assert len(answers[0]["points"]["decline"]) == len(answers[0]["clocks"])


def _answers(folder: Path) -> dict[str, Any]:
    page = (folder / "report.html").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(re.findall(r'id="what-if-data">(.*?)</script>', page)[0])
    return data

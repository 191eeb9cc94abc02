"""The commands of many worlds, from their words to their folders and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.show.across.document import amount, level
from sim.worlds.plan import StudyFile, plan_of_file
from sim.worlds.studying import parts_of
from tests.across.test_many_worlds import tiny as tiny
from tests.across.test_search import SEARCH

GRID = {
    "study": "At five values and two words",
    "base": "aliexpress",
    "factors": {
        "goes on": {"set": "buyers.goes_on", "range": [0.5, 1]},
        "silence": {"set": "policy.cancellation.on_silence"},
    },
    "worlds": {"design": "grid", "levels": 5},
}
UNITS = {"success_rate": "share", "refund_per_claim": "USD"}


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(words)
    return code, capsys.readouterr().out


def test_a_study_writes_tables_a_document_and_a_page(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (tiny / "study.yaml").read_text().replace("[success_rate,", "[success_rate, refund_per_claim,")
    (tiny / "study.yaml").write_text(asked)
    words = ["study", str(tiny / "study.yaml"), "--jobs", "1", "--out", str(tiny / "out"), "--json"]
    code, said = told(capsys, *words)
    folder = tiny / "out" / "study"
    assert code == 0
    written = json.loads((folder / "study.json").read_text())
    assert set(written.pop("files")) == {"points.parquet", "worlds.parquet", "indices.csv", "report.html"}
    assert json.loads(said) == written
    points = pd.read_parquet(folder / "points.parquet")
    assert len(points) == 16 * 5
    assert dict(zip(points["measure"], points["unit"], strict=True)) == UNITS
    assert [row["unit"] for row in written["responses"]] == [UNITS[name] for name in points["measure"][:5]]
    assert len(pd.read_parquet(folder / "worlds.parquet")) == 16
    page = (folder / "report.html").read_text()
    assert "<script" not in page
    assert " USD on average; standard deviation between worlds" in page
    assert told(capsys, *words)[0] == 2, "a folder that is there is not replaced"


@pytest.mark.slow
def test_a_search_that_finds_nothing_says_so_and_ends_with_4(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny / "search.yaml").write_text(SEARCH.replace("[12 h, 1 d, 3 d]", "[3 d, 5 d, 9 d]"))
    code, said = told(capsys, "search", str(tiny / "search.yaml"), "--jobs", "1", "--out", str(tiny / "out"), "-q")
    assert code == 4
    assert "none surely keeps them" in said
    assert (tiny / "out" / "search" / "report.html").is_file()


def test_a_dry_run_writes_nothing(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = told(capsys, "study", str(tiny / "study.yaml"), "--dry-run", "--out", str(tiny / "out"))
    assert code == 0
    assert said.startswith("16 worlds of 1 factor, 2 policies, 32 replications")
    assert not (tiny / "out").exists()


def test_where_results_decide_how_often_is_looked_a_dry_run_says_both_ends(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tiny / "study.yaml"
    study.write_text(study.read_text().replace("replications: 1", "precision: {success_rate: 0.01}"))
    code, said = told(capsys, "study", str(study), "--dry-run", "--json")
    effort = json.loads(said)
    # 16 worlds under two policies, each looked at 5 to 200 times.
    assert (code, effort["worlds"], effort["replications"], effort["replications_at_most"]) == (0, 16, 160, 6400)
    assert effort["seconds"] <= effort["seconds_at_most"]


def test_a_dry_run_of_a_search_says_how_long_and_what_is_wrong(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny / "search.yaml").write_text(SEARCH)
    code, said = told(capsys, "search", str(tiny / "search.yaml"), "--dry-run")
    assert code == 0
    assert [part.partition(": about")[0] for part in said.split("; ")] == [
        "6 policies, 60 replications at the least",
        "1,260 at the most",  # 200 of each, and the best three 20 times again
    ]
    (tiny / "search.yaml").write_text(SEARCH.replace("staff: [1, 2]", "staff: [-1, 2]"))
    assert main(["search", str(tiny / "search.yaml"), "--dry-run"]) == 2
    assert "levers.market.sellers.staff: found -1" in capsys.readouterr().err


def test_one_assumption_at_a_time_is_told_from_end_to_end_beside_the_world_as_it_stands(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody has money back whose parcel leaves on the first day, everybody whose it leaves after the ninth."""
    asked = (tiny / "study.yaml").read_text().replace("range: [1 d, 9 d]}", "range: [1 d, 9 d 1 h]}")
    (tiny / "study.yaml").write_text(asked.replace("latin_hypercube, points: 16", "one_at_a_time"))
    code, said = told(capsys, "study", str(tiny / "study.yaml"), "--jobs", "1", "--out", str(tiny / "out"))
    assert code == 0
    assert "  0.0 % as it stands; noise of simulation unknown" in said
    assert "    leaves: 0.0 % at 1 d, 100.0 % at 9 d 1 h\n" in said
    page = (tiny / "out" / "study" / "report.html").read_text()
    assert "0.0 % at 1 d, 100.0 % at 9 d 1 h" in page
    assert "on average" not in page


def test_a_grid_is_told_at_the_values_that_it_has() -> None:
    plan = plan_of_file(StudyFile.model_validate(GRID), Path("study.yaml"))
    names, part = parts_of(plan, plan.factors[0], 4)
    assert names == ["0.5", "0.625", "0.75", "0.875", "1"]
    assert np.bincount(part).tolist() == [2, 2, 2, 2, 2]


def test_money_is_told_in_its_currency() -> None:
    assert (amount(-0.126, "USD", signed=True), level(5.71, "CNY")) == ("−0.13 USD", "5.71 CNY")
    assert (amount(0.004, "share"), level(0.812, "share"), amount(3, "d")) == ("0.4 points", "81.2 %", "3.00 d")


def test_one_world_and_no_other_policy_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stress", "aliexpress"]) == 2
    assert main(["stress", "aliexpress", "three-day-clock", "--worlds", "1"]) == 2
    assert main(["store", "list", "nowhere"]) == 2
    assert "Traceback" not in capsys.readouterr().err

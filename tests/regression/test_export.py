"""What a run lived through, for other tools: read back by readers that are not ours."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.show.event_log import offset_of
from tests.regression.program import SMALL, program

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    done = program("run", *SMALL, "--out", folder, "--keep", "journal", "-q")
    assert done.code == 0, done.err
    return folder / "base"


def exported(run: Path, form: str, tmp_path: Path, zone: str = "Asia/Shanghai") -> Path:
    out = tmp_path / f"export.{'xes' if form == 'xes' else 'json' if form == 'ocel' else 'csv'}"
    done = program("export", run, "--to", form, "--zone", zone, "--out", out)
    assert done.code == 0, done.err
    assert done.out.strip() == str(out)
    return out


def journal_of(run: Path) -> list[dict[str, str]]:
    import gzip

    with gzip.open(run / "journal.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_all_orders_are_there_and_the_claims_are_those_of_the_run(run: Path, tmp_path: Path) -> None:
    import gzip

    with exported(run, "orders", tmp_path).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    about: dict[str, Any] = json.loads((run / "run.json").read_text())
    cohort = [row for row in rows if row["in_cohort"] == "True"]
    assert len(cohort) == about["orders"]
    with gzip.open(run / "orders.csv.gz", "rt", encoding="utf-8") as file:
        claims = list(csv.DictReader(file))
    again = [row for row in cohort if row["claim"] != "none"]
    assert len(again) == len(claims)
    for column in ("order", "outcome", "route", "value", "refund", "seller"):
        assert [row[column] for row in again] == [row[column] for row in claims], column
    assert [row["asked_at"] for row in again] == [f"{row['asked_at']}+08:00" for row in claims]
    assert any(row["claim"] == "none" and row["outcome"] == "no_claim" and row["dispatched_at"] for row in rows)


def test_an_independent_reader_finds_the_journal_in_the_xes(run: Path, tmp_path: Path) -> None:
    rustxes = pytest.importorskip("rustxes")
    events, _ = rustxes.import_xes(str(exported(run, "xes", tmp_path)))
    journal = journal_of(run)
    assert events.height == len(journal)
    assert events["concept:name"].to_list() == [row["activity"] for row in sorted_by_case(journal)]
    first = events["time:timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%S").to_list()[0]
    assert hours_between(sorted_by_case(journal)[0]["timestamp"], first) == 8


def sorted_by_case(journal: list[dict[str, str]]) -> list[dict[str, str]]:
    seen: dict[str, list[dict[str, str]]] = {}
    for row in journal:
        seen.setdefault(row["case_id"], []).append(row)
    return [row for rows in seen.values() for row in rows]


def hours_between(local: str, utc: str) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(local) - datetime.fromisoformat(utc)).total_seconds() / 3600


def test_an_independent_reader_finds_orders_and_sellers_in_the_ocel(run: Path, tmp_path: Path) -> None:
    rustxes = pytest.importorskip("rustxes")
    path = exported(run, "ocel", tmp_path, "+08:00")
    read = rustxes.import_ocel_json(str(path))
    journal = journal_of(run)
    assert read["events"].height == len(journal)
    document = json.loads(path.read_text(encoding="utf-8"))
    ids = {one["id"] for one in document["objects"]}
    assert len(ids) == len(document["objects"])
    assert {one["objectId"] for event in document["events"] for one in event["relationships"]} <= ids
    assert {one["type"] for one in document["events"]} == {one["name"] for one in document["eventTypes"]}


def test_pm4py_reads_both(run: Path, tmp_path: Path) -> None:
    pm4py = pytest.importorskip("pm4py")
    assert len(pm4py.read_xes(str(exported(run, "xes", tmp_path)))) == len(journal_of(run))
    assert len(pm4py.read_ocel2_json(str(exported(run, "ocel", tmp_path))).events) == len(journal_of(run))


def test_a_run_of_another_edition_is_not_told_as_if_it_were_the_same(run: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    about = json.loads((copy / "run.json").read_text())
    about["fingerprints"]["outcomes"] = "0" * 64
    (copy / "run.json").write_text(json.dumps(about))
    out = tmp_path / "orders.csv"
    done = program("export", copy, "--to", "orders", "--out", out)
    assert done.code == 2
    assert "another edition" in done.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--to", "xes"], "no result folder"),
        (["RUN", "--to", "xes", "--zone", "Mars/Olympus"], "expected a time zone"),
    ],
)
def test_what_cannot_be_exported_is_said(run: Path, tmp_path: Path, words: list[str], said: str) -> None:
    done = program("export", *(run if word == "RUN" else word for word in words), "--out", tmp_path / "x")
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "x").exists()


def test_a_zone_lends_its_standard_offset_all_the_year() -> None:
    assert offset_of("Europe/Berlin", 2024).utcoffset(None).total_seconds() == 3600
    assert offset_of("Asia/Shanghai", 2018).utcoffset(None).total_seconds() == 8 * 3600
    assert offset_of("-03:30", 2018).utcoffset(None).total_seconds() == -3.5 * 3600


def test_fit_and_export_are_there_from_python() -> None:
    assert callable(sim.fit)

"""A store: what an interrupted study goes on from, what others read, and what is left when somebody is killed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import sim
from sim.cli import main
from sim.errors import UserError
from sim.experiment.jobs import Workers
from sim.experiment.light import sums_of_one
from sim.experiment.observation import Observation
from sim.scenario.model import Scenario
from sim.worlds.keeping import checked, compacted, listed, pruned
from sim.worlds.store import SeedMeaning, Store, edition
from tests.across.test_many_worlds import tiny as tiny
from tests.failing_disk import Killed
from tests.regression.program import ROOT

FRAMES = ("orders", "summary", "curves", "by_group", "by_hours", "backlog", "waits", "unasked", "journal")
PAGE = ROOT / "docs" / "studies.md"

KEPT = {0: {"success_rate": (3.0, 4.0), "orders": (7.0, 1.0)}, 1: {"success_rate": (float("nan"), 4.0)}}
KILLED = """
import os, sys, threading, time, sim
threading.Timer(float(sys.argv[1]), lambda: os.kill(os.getpid(), 9)).start()
sim.study("study.yaml", jobs=1, store="kept")
"""


@pytest.mark.slow
def test_a_study_that_was_interrupted_lives_only_through_what_is_missing(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sim.study(tiny / "study.yaml", jobs=2, store=tiny / "kept")
    store, lived = Store(tiny / "kept"), []
    assert listed(store)["editions"][edition()]["segments"] == 32
    for segment in list(store.segments())[:3]:
        segment.unlink()

    def counted(*arguments: object, **more: object) -> object:
        lived.append(arguments)
        return sums_of_one(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.worlds.playing.sums_of_one", counted)
    pd.testing.assert_frame_equal(sim.study(tiny / "study.yaml", jobs=1, store=tiny / "kept").points, whole.points)
    assert len(lived) == 3
    assert compacted(store) > 0
    pd.testing.assert_frame_equal(sim.study(tiny / "study.yaml", jobs=1, store=tiny / "kept").points, whole.points)
    assert len(lived) == 3
    assert checked(store) == []


@pytest.mark.slow
def test_whoever_is_killed_leaves_complete_segments_and_the_next_one_ends_with_the_same_numbers(tiny: Path) -> None:
    whole = sim.study(tiny / "study.yaml", jobs=1)
    for delay in ("1.2", "1.8"):
        subprocess.run([sys.executable, "-c", KILLED, delay], cwd=tiny, check=False, capture_output=True)
    pd.testing.assert_frame_equal(sim.study(tiny / "study.yaml", jobs=1, store=tiny / "kept").points, whole.points)
    store = Store(tiny / "kept")
    assert not [line for line in checked(store) if line.endswith("damaged")]
    pruned(store)
    assert checked(store) == []


@pytest.mark.slow
def test_what_is_damaged_or_left_over_in_a_store_is_named_and_pruned(tiny: Path) -> None:
    sim.study(tiny / "study.yaml", jobs=1, store=tiny / "kept")
    store = Store(tiny / "kept")
    hurt, *_ = store.segments()
    hurt.write_bytes(hurt.read_bytes()[:-9])
    (hurt.parent / ".part-0").write_bytes(b"half")
    assert [line.rpartition(": ")[2] for line in checked(store)] == ["damaged", "left by a writer that was killed"]
    assert pruned(store) == 2
    assert checked(store) == []


def test_what_else_lies_in_a_folder_is_none_of_a_stores_business(tmp_path: Path) -> None:
    """Results of a study are Parquet too, and `store prune` may be told the wrong folder."""
    tables = pa.table({"value": [1.0]})
    for place in ("points.parquet", "study/points.parquet", "2-0123/sums/ab/x.parquet", "sums/ab/x.parquet"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(tables, tmp_path / place)
    (tmp_path / "study" / ".part-mine").write_text("mine")
    (tmp_path / "empty").mkdir()
    old = tmp_path / "1-0123456789abcdef" / "sums" / "ab" / "x.parquet"
    old.parent.mkdir(parents=True)
    pq.write_table(tables, old)
    store = Store(tmp_path)
    assert checked(Store(tmp_path / "not there yet")) == []
    before = {path for path in tmp_path.rglob("*") if old.parents[2] not in (path, *path.parents)}
    assert list(listed(store)["editions"]) == ["1-0123456789abcdef"]
    assert checked(store) == [f"{old}: damaged"]
    assert (compacted(store), pruned(store)) == (0, 1)
    assert set(tmp_path.rglob("*")) == before


# ------------------------------------------------------------------------------------ run and compare


@pytest.fixture
def nobody_lives(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many replications are lived through."""
    lived: list[int] = []
    live = Workers.observations

    def counted(self: Workers, scenario: Scenario, numbers: Sequence[int], **more: Any) -> Iterator[Observation]:
        lived.extend(numbers)
        return live(self, scenario, numbers, **more)

    monkeypatch.setattr(Workers, "observations", counted)
    return lived


def small() -> Scenario:
    changes = {"market.orders_per_day": 15, "experiment.cohort": "4 d", "experiment.run_out": "0 d"}
    return sim.load("aliexpress").with_changes({**changes, "experiment.warm_up": "2 d"})


@pytest.mark.slow
def test_a_run_out_of_a_store_is_the_run_to_the_bit(tmp_path: Path, nobody_lives: list[int]) -> None:
    plain = sim.run(small(), replications=3, jobs=1, with_journal=True)
    del nobody_lives[:]
    kept = sim.run(small(), replications=2, jobs=1, with_journal=True, store=tmp_path)
    assert nobody_lives == [0, 1]
    more = sim.run(small(), replications=3, jobs=1, with_journal=True, store=tmp_path)
    assert nobody_lives == [0, 1, 2]
    again = sim.run(small(), replications=3, jobs=1, with_journal=True, store=tmp_path)
    assert nobody_lives == [0, 1, 2]
    assert kept.about["replications"] == 2
    for one in (more, again):
        for name in (
            "orders",
            "summary",
            "curves",
            "by_group",
            "by_hours",
            "backlog",
            "waits",
            "unasked",
            "journal",
        ):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(plain, name), check_exact=True)
        assert one.about["fingerprints"] == plain.about["fingerprints"]
        assert one.notes == plain.notes


@pytest.mark.slow
def test_a_comparison_takes_from_a_store_what_runs_have_left_there(
    tmp_path: Path, nobody_lives: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    sim.run(small(), replications=2, jobs=1, store=tmp_path)
    del nobody_lives[:]
    three = {"three": {"policy.cancellation.clock": "3 d"}}
    stored = sim.compare(small(), what_if=three, replications=2, jobs=1, store=tmp_path)
    assert nobody_lives == [0, 1], "the base's are there"
    pd.testing.assert_frame_equal(
        stored.differences, sim.compare(small(), what_if=three, replications=2, jobs=1).differences
    )
    assert main(["store", "list", str(tmp_path)]) == 0
    assert "0 segments, 4 whole replications" in capsys.readouterr().out
    claims, *_ = tmp_path.rglob("claims.parquet")
    claims.write_bytes(claims.read_bytes()[:-9])
    assert main(["store", "check", str(tmp_path)]) == 1
    assert capsys.readouterr().out == f"{claims.parent}: damaged\n"
    with pytest.raises(UserError, match="store check"):
        sim.compare(small(), what_if=three, replications=2, jobs=1, store=tmp_path)
    assert main(["store", "prune", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 removed\n"
    assert len(list(tmp_path.rglob("claims.parquet"))) == 3


# ------------------------------------------------------------------------------------ many small segments


def filled(folder: Path, scenarios: int = 6) -> Store:
    """Two segments of each of some scenarios, in two corners of the store."""
    store = Store(folder)
    for number in range(scenarios):
        for replication, sums in KEPT.items():
            store.keep(SeedMeaning(f"{number % 2:02x}{number:030x}", 1), {replication: sums})
    return store


def told_of(store: Store) -> str:
    """All that is found, as text: NaN is not equal to itself."""
    return "".join(str(store.found(SeedMeaning(f"{number % 2:02x}{number:030x}", 1))) for number in range(6))


def test_segments_that_were_gathered_say_what_they_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = filled(tmp_path)
    before = told_of(store)
    assert "nan" in before
    assert main(["store", "compact", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "10 segments fewer\n"
    assert len(list(store.segments())) == 2
    assert told_of(store) == before
    more = {7: {"success_rate": (1.0, 2.0)}}
    store.keep(SeedMeaning(f"{0:032x}", 1), more)
    store.keep(SeedMeaning(f"{0:032x}", 2), KEPT)
    assert (compacted(store), compacted(store)) == (2, 0), "what was gathered is gathered again"
    assert store.found(SeedMeaning(f"{0:032x}", 1))[7] == more[7]
    assert store.found(SeedMeaning(f"{0:032x}", 2))[0] == KEPT[0]
    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not any(path.iterdir())]


@pytest.mark.parametrize("where", ["os.replace", "Path.unlink"])
def test_nothing_is_lost_of_what_was_being_gathered(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path)
    before = told_of(store)

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as bad:
        bad.setattr("sim.worlds.store.os.replace" if where == "os.replace" else "pathlib.Path.unlink", killed)
        with pytest.raises(Killed):
            compacted(store)
    assert told_of(store) == before
    pruned(store)
    compacted(store)
    assert told_of(store) == before
    assert len(list(store.segments())) == 2


# ------------------------------------------------------------------------------------ read by others


def test_pyarrow_reads_a_store_by_itself(tmp_path: Path) -> None:
    filled(tmp_path)
    table = ds.dataset(tmp_path / edition() / "sums", format="parquet").to_table()
    assert table.column_names == ["scenario", "seed", "replication", "edition", "measure", "part", "whole"]
    assert len(table) == 6 * 3
    assert table.filter(ds.field("measure") == "orders")["part"].to_pylist() == [7.0] * 6


def test_duckdb_reads_a_store_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    filled(tmp_path / "kept")
    monkeypatch.chdir(tmp_path)
    (asked,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert ("orders", 6, 7.0) in duckdb.sql(asked).fetchall()


def test_polars_reads_a_store(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    filled(tmp_path)
    table = polars.scan_parquet(tmp_path / "*" / "sums" / "**" / "*.parquet").collect()
    assert len(table) == 6 * 3

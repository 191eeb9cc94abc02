"""A result folder is complete or not there; the same result gives the same bytes; nothing of a user's is lost."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest

from sim.disk import steps
from sim.disk.placing import put_in_place
from sim.errors import BadUsage, UserError
from sim.experiment.columns import COLUMNS, JOURNAL_COLUMNS
from sim.experiment.experiment import run
from sim.experiment.result import Result
from sim.scenario.loading import load
from sim.show.files import files_of, summary_of
from sim.show.room import SIGN, expect_room, write_folder
from sim.show.rows import csv_of, json_of
from tests.unit.busy_market import BUSY
from tests.worlds import world

OLD = [(SIGN, b"old"), ("charts/a.svg", b"old chart")]
NEW = [(SIGN, b"new"), ("charts/a.svg", b"new chart")]


def a_result() -> Result:
    return run(world(BUSY), replications=2, with_journal=True)


@cache
def result() -> Result:
    return a_result()


@cache
def files() -> dict[str, bytes]:
    """Everything that is written of it."""
    return dict(files_of(result(), keep="journal"))


# ------------------------------------------------------------------------------------------- what is in it


@pytest.mark.slow
def test_the_folder_holds_what_the_contents_page_says(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny", files_of(result(), keep="journal"), SIGN, force=False)
    written = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert folder == tmp_path / "tiny"
    about = json.loads(written["run.json"])
    assert about.pop("files") == {
        name: sha256(one).hexdigest() for name, one in written.items() if name != "run.json"
    }
    assert written | {"run.json": json_of(about)} == files()
    assert {name for name in written if not name.startswith("charts/")} == {
        "scenario.yaml",
        "report.html",
        "run.json",
        "summary.json",
        "curves.csv",
        "by_hours.csv",
        "by_group.csv",
        "backlog.csv",
        "costs.csv",
        "waits.csv",
        "orders.parquet",
        "orders.csv.gz",
        "journal.parquet",
        "journal.csv.gz",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_less_is_kept_where_less_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.show.files.charts_of", lambda _: iter(()))
    kept = {keep: {name for name, _ in files_of(result(), keep)} for keep in ("summary", "claims", "journal")}
    assert kept["claims"] - kept["summary"] == {"orders.parquet", "orders.csv.gz"}
    assert kept["journal"] - kept["claims"] == {"journal.parquet", "journal.csv.gz"}


@pytest.mark.slow
def test_the_same_scenario_and_seed_give_the_same_bytes_in_all_but_the_run() -> None:
    again = dict(files_of(a_result(), keep="journal"))
    assert {name for name in files() if again[name] != files()[name]} <= {SIGN}
    assert set(again) == set(files())


def test_time_and_place_stay_out_of_compressed_files() -> None:
    for name in ("orders.csv.gz", "journal.csv.gz"):
        flags, seconds = files()[name][3], files()[name][4:8]
        assert (flags, seconds) == (0, b"\0\0\0\0")


def test_the_scenario_written_is_the_scenario_run(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_bytes(files()["scenario.yaml"])
    assert load(tmp_path / "scenario.yaml") == result().scenario


def test_orders_and_journal_have_the_columns_that_are_documented() -> None:
    orders = pd.read_csv(io.BytesIO(gzip.decompress(files()["orders.csv.gz"])))
    journal = pd.read_csv(io.BytesIO(gzip.decompress(files()["journal.csv.gz"])))
    assert (list(orders), list(journal)) == (list(COLUMNS), list(JOURNAL_COLUMNS))
    assert len(orders) == len(result().orders)
    assert orders["paid_at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d").all()


def test_a_cell_is_empty_where_the_thing_did_not_happen() -> None:
    orders = pd.read_csv(io.BytesIO(gzip.decompress(files()["orders.csv.gz"])))
    assert (orders["refunded_at"].isna() == result().orders["refunded_at"].isna()).all()


def test_every_measure_is_in_the_summary_with_its_interval() -> None:
    document = json.loads(files()["summary.json"])
    about = {"schema_version", "scenario", "title", "seed", "replications", "changed"}
    assert about | {"notes", "measures"} == set(document)
    assert set(document["measures"]) == set(result().summary.index)
    for measure in document["measures"].values():
        assert set(measure) - {"doubt"} == {"value", "low", "high", "unit", "n"}


def test_a_number_that_is_not_there_is_null() -> None:
    summary = result().summary.copy()
    summary.loc["refund_time_median_all", ["value", "low", "high"]] = [np.nan, np.nan, np.inf]
    measure = summary_of(replace(result(), summary=summary))["measures"]["refund_time_median_all"]
    assert (measure["value"], measure["low"], measure["high"]) == (None, None, None)


def test_a_text_cell_is_never_a_formula() -> None:
    table = pd.DataFrame(
        {
            "text": ["=1+1", "+1", "-1", "@sum", "fine", None],
            "word": pd.Categorical(["=x", "b", "b", "b", "b", None]),
            "number": [-1.0, 2, 3, 4, 5, np.nan],
        }
    )
    cells = [line.split(",") for line in csv_of(table).decode().splitlines()[1:]]
    assert [text for text, _, _ in cells] == ["'=1+1", "'+1", "'-1", "'@sum", "fine", ""]
    assert [word for _, word, _ in cells] == ["'=x", "b", "b", "b", "b", ""]
    assert [number for _, _, number in cells] == ["-1", "2", "3", "4", "5", ""]


def test_lines_end_alike_on_every_platform() -> None:
    assert b"\r" not in files()["curves.csv"]


# ------------------------------------------------------------------------------------------- in its place


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_that_is_there_is_refused_without_force(tmp_path: Path) -> None:
    put_in_place(tmp_path, "one", OLD)
    with pytest.raises(BadUsage, match="already there; use --force to replace"):
        write_folder(tmp_path / "one", files_of(replace(result(), scenario=named("one"))), SIGN, force=False)
    assert content(tmp_path / "one") == dict(OLD)


def test_with_force_it_is_replaced_by_the_new_one_and_nothing_else(tmp_path: Path) -> None:
    put_in_place(tmp_path, "one", [*OLD, ("of-the-old-one-only.csv", b"")])
    expect_room(tmp_path, ["one"], force=True)
    put_in_place(tmp_path, "one", NEW)
    assert content(tmp_path) == {f"one/{name}": new for name, new in NEW}


def test_all_folders_in_the_way_are_named_at_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        put_in_place(tmp_path, name, OLD)
    with pytest.raises(BadUsage, match=r"one, .*two: already there"):
        expect_room(tmp_path, ["one", "two", "three"])


def test_a_folder_of_somebody_elses_is_refused_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "thesis.tex").write_text("years of work")
    with pytest.raises(BadUsage, match="not written by refund-sim"):
        expect_room(tmp_path, ["one"], force=True)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    put_in_place(tmp_path, "elsewhere", OLD)
    (tmp_path / "one").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadUsage, match="not written by refund-sim"):
        expect_room(tmp_path, ["one"], force=True)


def named(name: str) -> Any:
    return result().scenario.model_copy(update={"name": name})


# --------------------------------------------------------------------------------- killed, full, forbidden


def test_a_full_disk_is_a_clear_message_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(tmp_path, "one", OLD)

    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(steps.os, "fsync", full)
    with pytest.raises(UserError, match="cannot write results: No space left on device"):
        put_in_place(tmp_path, "one", NEW)
    assert content(tmp_path) == {f"one/{name}": old for name, old in OLD}


def test_a_place_that_cannot_be_written_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    with pytest.raises(UserError, match="cannot write results"):
        put_in_place(tmp_path / "a-file", "one", NEW)


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> Any:
        yield "run.json", b"new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put_in_place(tmp_path, "one", interrupted())
    assert list(tmp_path.iterdir()) == []


def test_who_pays_what_is_told_to_the_cent_and_sums_to_nothing() -> None:
    """What everybody is left with, over all replications; and what passed explains it."""
    costs = result().costs.set_index("item")
    left = costs["total"].filter(like="_account")
    assert round(left.sum(), 2) == 0
    for account in (name.removesuffix("_account") for name in left.index):
        passed = costs["total"][costs["payee"] == account].sum() - costs["total"][costs["payer"] == account].sum()
        assert passed == pytest.approx(left[f"{account}_account"], abs=0.005)
    assert costs.loc["refund", "total"] == pytest.approx(result().orders["refund"].sum())
    assert costs.loc["price", "per_claim"] == pytest.approx(result().orders["value"].mean())
    of_orders = 1000 * result().orders["refund"].sum() / result().about["orders"]
    assert costs.loc["refund", "per_1000_orders"] == pytest.approx(of_orders)

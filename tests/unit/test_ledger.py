"""Claims may be handed over as they come: then little is kept of each, and not a number is another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiment import experiment
from sim.experiment.by_hours import is_asked_by, success_by_hours
from sim.experiment.claim_paths import paths_of
from sim.experiment.columns import COLUMNS, IN_A_BYTE, NARROW
from sim.experiment.engine_choice import EngineChoice
from sim.experiment.experiment import Underway, run
from sim.experiment.jobs import Workers
from sim.experiment.measures import MEASURES, watched
from sim.experiment.on_demand import Rows, frame_of
from sim.experiment.result import Result
from sim.show.files import Spool, files_of, write_result
from sim.show.room import room
from tests.unit.busy_market import BUSY
from tests.worlds import world

TABLES = ("summary", "curves", "by_hours", "by_group", "backlog", "waits", "by_replication")
REPLICATIONS = 3


def handed_over(**how: object) -> tuple[Result, list[pd.DataFrame], list[pd.DataFrame | None]]:
    """A result whose claims were handed over, and what was handed over."""
    claims: list[pd.DataFrame] = []
    journals: list[pd.DataFrame | None] = []

    def take(some: Rows, journal: pd.DataFrame | None) -> None:
        claims.append(frame_of(some))
        journals.append(journal)

    return run(world(BUSY), jobs=1, take=take, **how), claims, journals  # type: ignore[arg-type]


def test_handing_claims_over_changes_no_estimate() -> None:
    kept, (lean, _, _) = run(world(BUSY), replications=REPLICATIONS), handed_over(replications=REPLICATIONS)
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(kept, table), getattr(lean, table), check_exact=True)
    assert kept.notes == lean.notes
    same = ("orders", "claims", "fingerprints", "invariants")
    assert {name: kept.about[name] for name in same} == {name: lean.about[name] for name in same}


def test_a_result_estimates_what_it_is_asked_for_and_takes_the_time() -> None:
    told = run(world(BUSY), replications=REPLICATIONS)
    assert all(callable(vars(told)[part]) for part in (*TABLES, "notes"))
    began = told.about["wall_seconds"]["estimates"]
    assert len(told.by_hours) > 0
    assert len(told.summary) == len(MEASURES)
    assert {part for part in TABLES if not callable(vars(told)[part])} == {"by_hours", "summary"}
    assert told.about["wall_seconds"]["estimates"] > began


def test_several_threads_may_look_at_a_result_at_once_which_then_holds_on_to_no_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second thread that came while sums were nearly there found replications without rows: all was 0."""
    told, alone = (run(world(BUSY), replications=REPLICATIONS) for _ in range(2))
    estimates = vars(told)["summary"].__self__
    came_meanwhile = []

    def joined(*given: Any) -> Any:
        monkeypatch.undo()
        came_meanwhile.append(estimates.by_replication())
        return watched(*given)

    monkeypatch.setattr("sim.experiment.estimating.watched", joined)
    for table in (told.by_replication, *came_meanwhile):
        pd.testing.assert_frame_equal(table, alone.by_replication, check_exact=True)
    assert not any(len(one.requests) for one in estimates.seen)


def test_a_result_on_the_way_is_of_the_replications_until_then_whenever_it_is_looked_at() -> None:
    three = run(world(BUSY), replications=REPLICATIONS)
    with Workers(1) as workers:
        underway = Underway(world(BUSY), workers, EngineChoice("simpy", "asked for"))
        underway.carry_on(REPLICATIONS)
        then = underway.result("on the way")
        underway.carry_on(REPLICATIONS + 2)
        assert len(underway.result("at the end").by_replication) > len(then.by_replication)
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(then, table), getattr(three, table), check_exact=True)


def test_every_claim_is_handed_over_once_and_in_the_order_of_replications() -> None:
    kept = run(world(BUSY), replications=REPLICATIONS, with_journal=True)
    lean, claims, journals = handed_over(replications=REPLICATIONS, with_journal=True)
    assert len(claims) == len(journals) == REPLICATIONS
    pd.testing.assert_frame_equal(pd.concat(claims, ignore_index=True), kept.orders)
    pd.testing.assert_frame_equal(pd.concat(journals, ignore_index=True), kept.journal)
    assert lean.journal is None


def test_who_takes_claims_from_python_is_given_tables() -> None:
    tables: list[pd.DataFrame] = []
    sim.run(world(BUSY), replications=2, jobs=1, take=lambda claims, journal: tables.append(claims))
    pd.testing.assert_frame_equal(pd.concat(tables, ignore_index=True), run(world(BUSY), replications=2).orders)


def test_what_stays_of_a_claim_that_was_handed_over_is_what_estimates_by_group_are_made_from() -> None:
    lean, claims, _ = handed_over(replications=2)
    whole = pd.concat(claims, ignore_index=True)
    assert list(lean.orders) == [*NARROW, *IN_A_BYTE]
    assert set(NARROW) < set(COLUMNS)
    pd.testing.assert_frame_equal(lean.orders[[*NARROW]], whole[[*NARROW]], check_dtype=False)
    pd.testing.assert_frame_equal(paths_of(lean.orders), paths_of(whole))
    pd.testing.assert_frame_equal(success_by_hours(lean.orders, 2), success_by_hours(whole, 2))
    assert (is_asked_by(lean.orders, 24) == (whole["hours_to_ask"] < 24)).all()
    many = pd.concat([lean.orders] * 50)  # words lie there once, however many claims there are
    assert many.memory_usage(index=False).sum() <= 40 * len(many)
    assert lean.unasked.empty


def test_so_little_memory_stays_of_a_claim_that_was_handed_over() -> None:
    lean, _, _ = handed_over(replications=20)
    assert sum(column.dtype.itemsize for _, column in lean.orders.select_dtypes(exclude="category").items()) <= 50
    assert lean.orders.memory_usage(index=False).sum() < 62 * len(lean.orders) + 5_000


@pytest.mark.parametrize("at_a_time", [0, 1, 10**9])
def test_it_does_not_matter_how_many_claims_are_added_up_together(
    at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = run(world(BUSY), replications=REPLICATIONS)
    monkeypatch.setattr(experiment, "AT_A_TIME", at_a_time)
    lean, _, _ = handed_over(replications=REPLICATIONS)
    pd.testing.assert_frame_equal(usual.by_replication, lean.by_replication, check_exact=True)
    assert np.array_equal(usual.summary["n"], lean.summary["n"])


def test_a_precision_is_reached_with_claims_that_are_handed_over() -> None:
    aim = {"success_rate": 0.2}
    kept, (lean, claims, _) = run(world(BUSY), precision=aim, jobs=1), handed_over(precision=aim)
    assert kept.about["stopped"] == lean.about["stopped"]
    assert len(claims) == lean.about["replications"]
    pd.testing.assert_frame_equal(kept.summary, lean.summary, check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize("keep", ["summary", "claims", "journal"])
def test_what_is_written_as_it_comes_is_what_would_be_written_in_the_end(keep: str, tmp_path: Path) -> None:
    def result(**how: object) -> Result:
        return run(world(BUSY), replications=2, jobs=1, with_journal=keep == "journal", **how)  # type: ignore[arg-type]

    at_once = dict(files_of(result(), keep))  # type: ignore[arg-type]
    with Spool(keep, tmp_path / "spool") as spool:  # type: ignore[arg-type]
        lived = result(take=spool.take)
        with room(tmp_path, [lived.scenario.name]) as sites:
            folder = write_result(lived, sites[lived.scenario.name], spool.files(), sweep=None, known={})
    written = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert set(written) == set(at_once)
    assert {name for name in written if written[name] != at_once[name]} <= {"run.json"}


def test_a_spool_leaves_nothing_behind_when_the_run_is_stopped(tmp_path: Path) -> None:
    def stopped(claims: pd.DataFrame) -> None:
        with Spool("claims", tmp_path / "spool") as spool:
            spool.take(claims, None)
            assert len(list(tmp_path.iterdir())) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped(run(world(BUSY), replications=1).orders)
    assert not list(tmp_path.iterdir())

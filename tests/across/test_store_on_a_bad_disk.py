"""A store on a disk that is full or refuses, or whose writer is killed: a segment is there whole, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.errors import UserError
from sim.scenario.model import Scenario
from sim.worlds import store as stores
from sim.worlds.keeping import checked, listed, pruned
from sim.worlds.store import SeedMeaning, Store
from tests.failing_disk import Killed
from tests.regression.program import SCENARIOS

KEPT = {0: {"success_rate": (3.0, 4.0)}, 1: {"success_rate": (2.0, 4.0)}}
Fails = Callable[..., None]


def refused(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def killed(*_: Any) -> None:
    raise Killed


def half(write: Callable[..., None], end: Fails) -> Callable[..., None]:
    """Half of a segment is written, and then it fails."""

    def written(table: pa.Table, path: Path, **named: Any) -> None:
        write(table, path, **named)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        end()

    return written


@pytest.fixture(scope="module")
def article() -> Scenario:
    return sim.load(SCENARIOS / "aliexpress.yaml")


@pytest.mark.parametrize("where", ["write", "replace"])
@pytest.mark.parametrize(("end", "seen"), [(refused, UserError), (killed, Killed)])
def test_a_segment_is_there_whole_or_not_at_all(
    where: str,
    end: Fails,
    seen: type[BaseException],
    article: Scenario,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Store(tmp_path / "store")
    kept.keep(SeedMeaning.of(article), {7: KEPT[0]})
    with monkeypatch.context() as bad:
        if where == "write":
            bad.setattr(pq, "write_table", half(pq.write_table, end))
        else:
            bad.setattr(stores.os, "replace", end)
        with pytest.raises(seen):
            kept.keep(SeedMeaning.of(article), KEPT)
    assert kept.found(SeedMeaning.of(article)) == {7: KEPT[0]}
    pruned(kept)
    assert not list(kept.left_over())
    kept.keep(SeedMeaning.of(article), KEPT)
    assert kept.found(SeedMeaning.of(article)) == {7: KEPT[0], **KEPT}
    assert not checked(kept)


def read_only(*_: Any, **__: Any) -> None:
    raise OSError(errno.EROFS, "Failed to open local file '.part-12'. Detail: [errno 30] Read-only file system")


def test_a_store_that_cannot_be_written_serves_what_it_has_and_says_why_it_keeps_nothing(
    article: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, which = Store(tmp_path / "store"), SeedMeaning.of(article)
    kept.keep(which, KEPT)
    monkeypatch.setattr(pq, "write_table", read_only)
    assert kept.found(which) == KEPT
    assert checked(kept) == []
    with pytest.raises(UserError, match=r"store: cannot keep replications: Read-only file system$"):
        kept.keep(which, {2: KEPT[0]})


def test_what_may_not_be_read_is_not_called_damaged_and_stays(
    article: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Store(tmp_path / "store")
    kept.keep(SeedMeaning.of(article), KEPT)

    def locked(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Failed to open. Detail: [errno 13] Permission denied")

    monkeypatch.setattr(pq, "ParquetFile", locked)
    for look in (checked, pruned):
        with pytest.raises(UserError, match=r"parquet: cannot read what is kept: Permission denied$"):
            look(kept)
    assert len(list(kept.segments())) == 1


@pytest.mark.parametrize("function", ["listdir", "scandir"])
def test_a_store_that_may_not_be_looked_into_is_not_called_empty(
    function: str, article: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Store(tmp_path / "store")
    kept.keep(SeedMeaning.of(article), KEPT)

    def locked(place: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(place))

    monkeypatch.setattr(os, function, locked)
    for look in (listed, checked, pruned):
        with pytest.raises(UserError, match="cannot look into what is kept: Permission denied"):
            look(kept)


def test_what_cannot_be_removed_is_not_counted_as_removed(
    article: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Store(tmp_path / "store")
    kept.keep(SeedMeaning.of(article), KEPT)
    (segment,) = kept.segments()
    segment.write_bytes(b"half")
    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(UserError, match="cannot be removed: Read-only file system"):
        pruned(kept)

"""What is written is there completely or not at all, at every step, and what a kill leaves goes or comes back."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.disk import owner, site, steps
from sim.disk.placing import put, put_file, put_in_place, sweep
from sim.disk.reading import content_of
from sim.disk.site import folder_of, site_of
from sim.errors import UserError
from tests.failing_disk import STEPS, Killed, failing_at, killed_at, steps_of

OLD = [("run.json", b"old"), ("charts/a.svg", b"old chart")]
NEW = [("run.json", b"new"), ("charts/a.svg", b"new chart")]
REFUSALS = (errno.ENOSPC, errno.EROFS, errno.EACCES)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folder_replaced(out: Path) -> None:
    put_in_place(out, "one", NEW)


def file_replaced(out: Path) -> None:
    put_file(out / "one.html", b"new")


def with_old(out: Path) -> dict[str, bytes]:
    put_in_place(out, "one", OLD)
    put_file(out / "one.html", b"old")
    return content(out)


def without_a_swap(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that cannot exchange two folders in one step."""
    monkeypatch.setattr(steps, "swap", lambda *_: False)


@pytest.fixture(params=["one step", "two steps"])
def _exchange(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "two steps":
        without_a_swap(monkeypatch)


@pytest.fixture
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bringing things to the disk takes most of the time, and changes nothing that another process sees."""
    monkeypatch.setattr(steps.os, "fsync", lambda _: None)


DOINGS = [folder_replaced, file_replaced]


@pytest.mark.usefixtures("_exchange", "_quick_disk")
@pytest.mark.parametrize("do", DOINGS)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_whatever_step_the_disk_refuses_all_is_as_it_was_or_as_it_should_be(
    do: Callable[[Path], None], refusal: int, tmp_path: Path
) -> None:
    before, count = with_old(tmp_path), steps_of(lambda: do(tmp_path))
    after = content(tmp_path)
    assert count >= 5
    for number in range(count):
        with_old(tmp_path)
        with failing_at(number, refusal):
            try:
                do(tmp_path)
                is_told = False
            except UserError:
                is_told = True
        assert content(tmp_path / "one") in ({**dict(OLD)}, {**dict(NEW)}), number
        sweep(tmp_path)
        assert content(tmp_path) in (before, after), number
        assert is_told or content(tmp_path) == after, number


@pytest.mark.usefixtures("_exchange", "_quick_disk")
@pytest.mark.parametrize("do", DOINGS)
def test_whatever_step_it_is_killed_at_the_old_or_the_new_is_there_after_the_next_command(
    do: Callable[[Path], None], tmp_path: Path
) -> None:
    before, count = with_old(tmp_path), steps_of(lambda: do(tmp_path))
    after = content(tmp_path)
    for number in range(count):
        with_old(tmp_path)
        with killed_at(number), pytest.raises(Killed):
            do(tmp_path)
        sweep(tmp_path)
        assert content(tmp_path) in (before, after), number
        assert not list(tmp_path.glob(".*")), number


@pytest.mark.usefixtures("_quick_disk")
def test_where_the_system_can_there_is_no_moment_without_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    if not steps.swap(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this system cannot exchange two folders in one step")
    with_old(tmp_path)
    for number in range(steps_of(lambda: folder_replaced(tmp_path))):
        with_old(tmp_path)
        with killed_at(number), pytest.raises(Killed):
            folder_replaced(tmp_path)
        assert (tmp_path / "one" / "run.json").is_file()
        sweep(tmp_path)


def test_every_step_is_one_that_the_tests_let_fail() -> None:
    public = {name for name, what in vars(steps).items() if getattr(what, "__module__", "") == steps.__name__}
    assert set(STEPS) == {name for name in public if not name.startswith("_")}


# ------------------------------------------------------------------------------------------- company

BUILD = """
import sys, time
from pathlib import Path
from sim.disk.site import site_of
with site_of(Path(sys.argv[1])) as site:
    print("built", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts other processes that build on the site of a place; `before` are words in front of Python."""
    running: list[subprocess.Popen[str]] = []

    def start(place: Path, *before: str) -> subprocess.Popen[str]:
        command = [*before, sys.executable, "-c", BUILD, str(place)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()}
        )
        running.append(process)
        assert process.stdout
        assert process.stdout.readline() == "built\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_of_two_writers_the_second_is_refused_and_what_the_first_builds_is_left_alone(
    elsewhere: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    first = elsewhere(tmp_path / "one")
    with pytest.raises(UserError, match="another refund-sim is writing there"):
        put_in_place(tmp_path, "one", NEW)
    sweep(tmp_path)
    assert folder_of(tmp_path / "one").is_dir()
    first.kill()
    first.wait()
    put_in_place(tmp_path, "one", NEW)
    assert content(tmp_path) == {f"one/{name}": new for name, new in NEW}


def test_a_writer_in_another_namespace_of_process_ids_is_known_to_be_alive(
    elsewhere: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    apart = ("unshare", "--pid", "--fork", "--kill-child")
    try:
        subprocess.run([*apart, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system lets nobody make a namespace of process ids here (unshare, as root)")
    other = elsewhere(tmp_path / "one", *apart)
    with pytest.raises(UserError, match="another refund-sim is writing there"):
        put_in_place(tmp_path, "one", NEW)
    sweep(tmp_path)
    assert folder_of(tmp_path / "one").is_dir()
    other.kill()
    other.wait()
    for _ in range(100):  # until its child is gone with it
        sweep(tmp_path)
        if not folder_of(tmp_path / "one").exists():
            break
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("seconds", "is_left"), [(owner.SILENT - 60, False), (owner.SILENT + 60, True)])
def test_a_writer_on_another_machine_is_alive_as_long_as_it_gives_signs_of_life(
    seconds: float, is_left: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = folder_of(tmp_path / "one")
    left.mkdir()
    lock = left / "lock-of-another-machine"
    lock.touch()
    os.utime(lock, (time.time() - seconds,) * 2)
    sweep(tmp_path)
    assert left.exists() is not is_left


def test_without_locks_a_site_is_taken_by_making_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "_locked", lambda _: False)
    with (
        site_of(tmp_path / "one"),
        pytest.raises(UserError, match="another refund-sim"),
        site_of(tmp_path / "one"),
    ):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []


def test_an_owner_that_was_taken_for_dead_writes_nothing(tmp_path: Path) -> None:
    with site_of(tmp_path / "one") as mine:
        steps.remove(mine.folder)
        with site_of(tmp_path / "one"), pytest.raises(UserError, match="another one took its place"):
            put(mine, NEW)


def test_a_living_owner_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "BEAT", 0.01)
    with site_of(tmp_path / "one") as mine:
        (lock,) = mine.folder.glob("lock-*")
        os.utime(lock, (0, 0))
        for _ in range(500):
            if lock.stat().st_mtime > 0:
                break
            time.sleep(0.01)
        assert lock.stat().st_mtime > 0


def test_what_somebody_puts_there_while_it_is_built_is_not_replaced(tmp_path: Path) -> None:
    with site_of(tmp_path / "one") as mine:
        (tmp_path / "one").mkdir()
        (tmp_path / "one" / "thesis.tex").write_text("years of work")
        with pytest.raises(UserError, match="somebody has put something there"):
            put(mine, NEW)
    assert content(tmp_path) == {"one/thesis.tex": b"years of work"}


# ------------------------------------------------------------------------------------- special files


def special(kind: str, tmp_path: Path) -> Path:
    """A thing with a name that is no regular file, behind a link."""
    path = tmp_path / "special"
    if kind == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no named pipes here")
        os.mkfifo(tmp_path / "pipe")
        path.symlink_to(tmp_path / "pipe")
    elif kind == "folder":
        path.mkdir()
    else:
        if not Path(kind).exists():
            pytest.skip(f"no {kind} here")
        path.symlink_to(kind)
    return path


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/dev/null", "/dev/full", "folder"])
@pytest.mark.parametrize("do", [lambda path: content_of(path, 100), lambda path: put_file(path, b"new")])
def test_only_regular_files_are_read_and_replaced(kind: str, do: Callable[[Path], Any], tmp_path: Path) -> None:
    path = special(kind, tmp_path)
    with pytest.raises((OSError, UserError), match="expected a regular file"):
        do(path)
    assert path.is_symlink() or path.is_dir()


def test_a_regular_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    assert content_of(path, 100) == b"x" * 100
    with pytest.raises(OSError, match="expected at most so many"):
        content_of(path, 99)


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    put_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("do", DOINGS)
def test_a_refusal_names_the_place_and_nothing_hidden(
    do: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(path: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(steps, "make_folder", refuses)
    with pytest.raises(UserError, match=r"/one[^/]*: cannot write results: Read-only") as refusal:
        do(tmp_path)
    assert ".refund-sim" not in str(refusal.value)


def test_the_longest_name_that_the_system_allows_has_a_site_too(tmp_path: Path) -> None:
    place = put_file(tmp_path / ("ü" * 127), b"new")
    assert place.read_bytes() == b"new"
    with pytest.raises(UserError, match="File name too long"):
        put_file(tmp_path / ("x" * 256), b"new")


def test_a_site_of_many_tries_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cleared_by_others(_: Path) -> None:
        raise BlockingIOError

    monkeypatch.setattr(site, "Owner", cleared_by_others)
    with pytest.raises((UserError, BlockingIOError)), site_of(tmp_path / "one"):
        raise AssertionError

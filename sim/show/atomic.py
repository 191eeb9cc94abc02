"""Folders that are there completely or not at all, whatever is killed, full or forbidden.

A folder is built under a hidden name beside its place, brought to the disk, and renamed. One that it replaces
steps aside for that moment; should the process die just then, the next `sweep` puts it back.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.errors import UserError

_NEW, _OLD = "new", "old"


def put_in_place(out: Path, name: str, files: Iterable[tuple[str, bytes | Path]]) -> Path:
    """Write `files` (path within the folder, content) as the folder `out/name`, in place of any that is there.

    A path as the content stands for what is in that file.

    Raises UserError where that cannot be done; then everything is as it was.
    """
    place, new = out / name, _hidden(out, name, _NEW)
    with _mendable(out):
        out.mkdir(parents=True, exist_ok=True)
        try:
            new.mkdir()
            for path, content in files:
                _write(new / path, content)
            for folder in (new, *(path for path in new.rglob("*") if path.is_dir())):
                _to_disk(folder)
            _exchange(new, place, _hidden(out, name, _OLD))
            _to_disk(out)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return place


def put_file(place: Path, content: bytes | Path) -> Path:
    """Write one file, in place of any that is there: complete, or not at all.

    Raises UserError where that cannot be done; then everything is as it was.
    """
    new = _hidden(place.parent, place.name, _NEW)
    with _mendable(place):
        try:
            _write(new, content)
            new.replace(place)
            _to_disk(place.parent)
        finally:
            new.unlink(missing_ok=True)
    return place


def sweep(out: Path, names: Sequence[str]) -> None:
    """Clear what processes that are gone have left of these folders; put back one that had stepped aside."""
    with _mendable(out):
        for name in names:
            for left, kind in _left_behind(out, name):
                if kind == _OLD and not (out / name).exists():
                    left.rename(out / name)
                else:
                    shutil.rmtree(left)


def _write(path: Path, content: bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())


def _to_disk(folder: Path) -> None:
    """Make the names in a folder last; only POSIX lets one ask for that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(new: Path, place: Path, aside: Path) -> None:
    """The new folder takes the place; an older one steps aside, and is only deleted once the new one is there."""
    if not place.exists():
        new.rename(place)
        return
    place.rename(aside)
    try:
        new.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    shutil.rmtree(aside)


def _hidden(out: Path, name: str, kind: str) -> Path:
    """The name says whose it is, so that nobody sweeps away what another process is writing."""
    return out / f".{name}.{kind}-{os.getpid()}"


def _left_behind(out: Path, name: str) -> Iterator[tuple[Path, str]]:
    """Folders with our hidden names whose process no longer runs, and whether they are new or old."""
    pattern = re.compile(rf"\.{re.escape(name)}\.({_NEW}|{_OLD})-(\d+)")
    for path in sorted(out.iterdir()) if out.is_dir() else ():
        found = pattern.fullmatch(path.name)
        if found and not _runs(int(found[2])):
            yield path, found[1]


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False  # this process has nothing under way when it sweeps; a number may come round again
    if os.name != "posix":
        return True  # elsewhere, asking with signal 0 would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _mendable(out: Path) -> Iterator[None]:
    """What the disk refuses is for the user to mend."""
    try:
        yield
    except OSError as refused:
        raise UserError(f"{refused.filename or out}: cannot write results: {refused.strerror}") from refused

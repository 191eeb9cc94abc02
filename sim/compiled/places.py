"""Where machine code is kept, and under which name: that of everything it was made from.

The name is a hash, so a copy of the package finds the code wherever it lies and however old its files are, and
several versions stand side by side. Beside the package all users share it; where that cannot be written to, each
keeps it in a folder of caches.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HOUSE = Path(__file__).parents[1]
SOURCES = (
    "compiled/*.py",
    "rules/*.py",
    "chance/*.py",
    "records/*.py",
    "scenario/calendars.py",
    "scenario/durations.py",
    "vocabulary/*.py",
    "errors.py",
)
"""Everything that goes into the machine code."""
MAKERS = ("numba", "llvmlite", "numpy")
"""Packages whose version decides what it looks like."""
ELSEWHERE = "REFUND_SIM_CODE"
"""Names a folder, in the environment, that is looked at before all others: for administrators, and for workers."""
ENDING, UNFIT = ".code", ".unfit"
KEPT = 8
"""Editions that a folder holds; one that has not been written for longest goes."""


@cache
def edition() -> str:
    """A name that changes with any source that is compiled, with what compiles it, and with the kind of machine.

    Not with the processor's model: the code is made for the plainest of its kind.
    """
    pages = sorted(page for pattern in SOURCES for page in HOUSE.glob(pattern))
    machine = (sys.platform, platform.machine(), sys.byteorder, str(sys.maxsize), *sys.version_info[:2])
    made_by = [f"{maker} {_version(maker)}" for maker in MAKERS]
    parts = [page.read_bytes() for page in pages] + [repr((machine, made_by)).encode()]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()[:32]


def is_still_so() -> bool:
    """Whether the sources are those that this process began with: code that is made of others has another name."""
    return edition.__wrapped__() == edition()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def folders() -> list[Path]:
    """Where it may lie, in the order of looking; the same order is that of trying to write."""
    given = os.environ.get(ELSEWHERE)
    return [*([Path(given)] if given else []), HOUSE / "compiled" / "__pycache__", _caches() / "refund-sim"]


def _caches() -> Path:
    """This user's folder of what can be made again."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")


def place_of_code() -> Path | None:
    """The file that `find` would read."""
    for folder in folders():
        with suppress(PermissionError):  # nobody's business but its owner's
            if (place := folder / f"{edition()}{ENDING}").is_file():
                return place
    return None


def find(ending: str = ENDING) -> bytes | None:
    """What is kept under this edition's name; None where nothing is."""
    for folder in folders():
        with suppress(OSError):
            return (folder / f"{edition()}{ending}").read_bytes()
    return None


def keep(content: bytes, ending: str = ENDING) -> Path:
    """Write it where it is found again: complete or not at all. Raises OSError where no place can be written to."""
    refused: OSError | None = None
    for folder in folders():
        try:
            place = _written(folder, content, ending)
        except OSError as error:
            refused = error
            continue
        _clear(folder, ending)
        return place
    raise refused or FileNotFoundError("no place")


def _written(folder: Path, content: bytes, ending: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    place, new = folder / f"{edition()}{ending}", folder / f".{edition()}{ending}.{os.getpid()}"
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(place)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return place


def _clear(folder: Path, ending: str) -> None:
    """Older editions beyond those that are kept, and what killed writers of this one have left."""
    with suppress(OSError):
        old = sorted(folder.glob(f"*{ending}"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]
        for left in (*old, *folder.glob(f".{edition()}{ending}.*")):
            left.unlink(missing_ok=True)


def can_keep() -> bool:
    """Whether any place can be written to."""
    return any(_is_writable(folder) for folder in folders())


def _is_writable(folder: Path) -> bool:
    """Asked of the first part of its path that exists: nothing is made for the asking."""
    with suppress(PermissionError):
        there = next(part for part in (folder, *folder.parents) if part.exists())
        return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return False


@contextmanager
def alone(*, patient: bool) -> Iterator[bool]:
    """Held by one process at a time, and let go however it ends. Whether it is this one's; a patient one waits."""
    for folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / f".{edition()}.lock").open("a+b")
        except OSError:
            continue
        with lock:
            yield _locked(lock.fileno(), patient)
        return
    yield True


def _locked(file: int, patient: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_LOCK if patient else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
    except OSError:
        return patient  # a file system without locks: two may work at once, which costs time and nothing else
    return True

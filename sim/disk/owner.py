"""Whose a building site is, known on every machine that shares the folder.

Process ids say nothing here: two containers on one folder have ids of their own. The owner holds a lock on a file
in its site, which the system lets go however the process ends. Machines with one kernel (containers too) see each
other's locks, so there a lock that can be had is proof that nobody builds any more. A lock file of another machine
is proof only once its owner has not touched it for some minutes as well, since not every network file system hands
locks on; a living owner touches it every minute. The file's name says which machine made it.
"""

from __future__ import annotations

import errno
import os
import platform
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

LOCK = "lock-"
BEAT = 60.0
"""Seconds between two signs of life."""
SILENT = 15 * 60.0
"""Seconds without one after which the owner of another machine is taken for dead."""
BUSY = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)
"""How a lock is refused that somebody else holds."""


@cache
def machine() -> str:
    """A name for the kernel that this process runs on: the same in all its containers, another after a restart."""
    try:
        known = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        known = f"{platform.node()} {uuid.getnode()}"
    return sha256(known.encode()).hexdigest()[:16]


class Owner:
    """This process as the owner of a site, until it lets go."""

    def __init__(self, site: Path) -> None:
        """Raises FileNotFoundError or BlockingIOError where somebody has cleared the site in this very moment."""
        self._file = site / f"{LOCK}{machine()}"
        self._handle = os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        self._over = Event()
        try:
            _locked(self._handle)
            if not self.is_still_here():
                raise FileNotFoundError(errno.ENOENT, "cleared", str(self._file))
        except BaseException:
            os.close(self._handle)
            raise
        Thread(target=self._live, daemon=True).start()

    def is_still_here(self) -> bool:
        """Whether the site is this owner's still: its lock is the very file that is held open."""
        try:
            return os.path.samestat(self._file.stat(), os.fstat(self._handle))
        except OSError:
            return False

    def let_go(self) -> None:
        """Nobody's any more."""
        self._over.set()
        with suppress(OSError):
            os.close(self._handle)

    def _live(self) -> None:
        while not self._over.wait(BEAT):
            with suppress(OSError):
                os.utime(self._handle)


def lock_in(site: Path) -> Path | None:
    """The lock in a site; None where its owner was killed before it had one, or after it had taken it away."""
    return next(site.glob(f"{LOCK}*"), None)


@contextmanager
def if_left(lock: Path | None) -> Iterator[bool]:
    """Whether nobody owns the site of this lock any more. While that is so here, nobody else is told the same."""
    if lock is None:
        yield True
        return
    try:
        handle = os.open(lock, os.O_RDWR)
    except OSError:
        yield False  # it has just gone, or belongs to somebody with other rights
        return
    try:
        yield _is_left(lock.parent, handle)
    finally:
        os.close(handle)


def _is_left(site: Path, handle: int) -> bool:
    try:
        has_locks = _locked(handle)
    except BlockingIOError:
        return False
    if has_locks and (site / f"{LOCK}{machine()}").exists():
        return True
    return time.time() - os.fstat(handle).st_mtime > SILENT


def _locked(handle: int) -> bool:
    """Take the lock; whether there are locks here at all. Raises BlockingIOError where somebody else has it."""
    try:
        import fcntl
    except ImportError:  # Windows, which is not supported
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as refused:
        if refused.errno in BUSY:
            raise BlockingIOError(refused.errno, refused.strerror) from None
        return False  # a file system without locks
    return True

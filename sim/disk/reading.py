"""Only regular files are read, and only up to a bound: a pipe would wait for ever, a device has no end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}
"""What there is beside regular files."""
MOST_BYTES = 2**24
"""Of a document of ours, unless it says otherwise."""


def expect_regular(path: Path) -> bool:
    """Whether there is a file, or a link to one. Raises OSError where it is anything but a regular one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    _refuse_other(mode, path)
    return True


def content_of(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file, which a link may lead to. Raises OSError; also for more than `most` bytes."""
    # Without waiting for somebody to write into a pipe; what was opened is asked, not what had the name before.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _refuse_other(os.fstat(handle).st_mode, path)
        with open(handle, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(handle)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"found more than {most:,} bytes, expected at most so many", str(path))
    return content


def _refuse_other(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        found = KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"found {found}, expected a regular file", str(path))

"""Each single thing that is done to a disk. Whatever may fail or be killed lies between two of these steps.

The tests let every step of replacing a folder and a file fail in turn (`tests/unit/test_disk.py`), so nothing in
this package changes a disk otherwise.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

SWAP = 2
"""RENAME_EXCHANGE of Linux, and RENAME_SWAP of macOS."""
AT_HERE = -100
"""AT_FDCWD of Linux."""


def make_folder(folder: Path) -> None:
    """Raises FileExistsError where there is one."""
    folder.mkdir()


def write(path: Path, content: bytes | Iterator[bytes]) -> None:
    """A new file, at once or piece by piece; on the disk when this returns."""
    with path.open("xb") as file:
        file.writelines((content,) if isinstance(content, bytes) else content)
        file.flush()
        os.fsync(file.fileno())


def begin(path: Path) -> BinaryIO:
    """A new file that is written as it comes; `sync_file` brings it to the disk."""
    return path.open("xb")


def append(path: Path, content: bytes) -> None:
    """At the end of a file."""
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Bring to the disk what was written as it came."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last; only POSIX lets one ask for that, and not every file system."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as refused:
        if refused.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def move(source: Path, target: Path) -> None:
    """Give a file or a folder another name; a file that has the name already is replaced, a full folder is not."""
    source.replace(target)


def swap(one: Path, other: Path) -> bool:
    """Two folders change their names in one step. Whether this system and this file system can do that."""
    names = (os.fsencode(one), os.fsencode(other))
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(AT_HERE, names[0], AT_HERE, names[1], SWAP)  # type: ignore[union-attr]
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, SWAP)  # type: ignore[union-attr]
    else:
        return False
    return not failed


def remove(path: Path) -> None:
    """A file, or a folder with all that is in it; nothing where there is none. A link is not followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_empty(folder: Path) -> None:
    """Raises OSError where anything is in it."""
    folder.rmdir()

"""Folders and files that are there completely or not at all, whatever is killed, full or forbidden.

They are built on a site beside their place (`disk.site`), brought to the disk, and moved. One that is replaced
changes places with the new one in one step where the system can do that; elsewhere it stands aside for a moment,
and whoever next writes or reads in that folder puts it back, should the process die just then.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from sim.disk import steps
from sim.disk.reading import content_of, expect_regular
from sim.disk.site import Site, place_of, site_of, sweep
from sim.errors import refused

__all__ = ["finished", "put", "put_file", "put_in_place", "sealed", "sweep", "writing"]

FILES = "files"
"""Where a folder's own document lists what was written into it: SHA-256 by path."""
PATIENCE = 30.0
"""Seconds to wait for another process that writes the same file."""
finished: list[Path] = []
"""Folders that are complete in their places, of this command."""

Files = Iterable[tuple[str, Any]]
"""The path of each file within a folder, and its content: bytes, or the path of a file on the site, which moves."""


def put_in_place(out: Path, name: str, files: Files) -> Path:
    """Write `files` as the folder `out/name`, in place of any that is there.

    Raises UserError where that cannot be done; then everything is as it was.
    """
    with writing(out), site_of(out / name) as site:
        return put(site, files)


def put(site: Site, files: Files, *, sign: str = "", known: Mapping[str, Any] | None = None) -> Path:
    """Write `files` as the folder that the site is for, in place of any that is there.

    With a `sign`, that file is a JSON document, to which is added what is `known` besides, and the list of all
    files with their content's hash.
    """
    with writing(site.place):
        hashes, document = {}, b""
        steps.make_folder(site.new)
        for path, content in files:
            if path == sign and isinstance(content, bytes):
                document = content
                continue
            hashes[path] = _put(site.new / path, content)
        if sign:
            _put(site.new / sign, _sealed(document, hashes, known or {}))
        for folder in (site.new, *(path for path in site.new.rglob("*") if path.is_dir())):
            steps.sync_folder(folder)
        _exchange(site)
        steps.sync_folder(site.place.parent)
    finished.append(site.place)
    return site.place


def put_file(place: Path, content: bytes | Iterator[bytes]) -> Path:
    """Write one file, in place of any that is there: complete, or not at all. A link to it stays a link.

    The content may come piece by piece.

    Raises UserError where that cannot be done, or where there is anything but a regular file.
    """
    with writing(place):
        real = place.resolve()
        expect_regular(real)
        with site_of(real, patience=PATIENCE) as site:
            steps.write(site.new, content)
            site.expect_ours()
            steps.move(site.new, real)
            steps.sync_folder(real.parent)
    return place


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """What the disk refuses is for the user to mend."""
    try:
        yield
    except OSError as why:
        where = place_of(Path(why.filename)) if why.filename else place
        raise refused(why, "cannot write results", where) from why


def sealed(folder: Path, sign: str) -> dict[str, Any]:
    """The document of a folder that `put` has written; empty where there is none that can be read."""
    try:
        document = json.loads(content_of(folder / sign))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _put(path: Path, content: bytes | Path) -> str:
    """Its hash."""
    for folder in reversed([one for one in path.parents if not one.exists()]):
        steps.make_folder(folder)
    if isinstance(content, bytes):
        steps.write(path, content)
        return sha256(content).hexdigest()
    steps.move(content, path)
    steps.sync_file(path)
    return hash_of(path)


def _sealed(document: bytes, hashes: Mapping[str, str], known: Mapping[str, Any]) -> bytes:
    """As `show.files.json_of` writes documents."""
    whole = {**json.loads(document), **known, FILES: dict(hashes)}
    return (json.dumps(whole, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _exchange(site: Site) -> None:
    """The new folder takes the place; an older one is only deleted once the new one is there."""
    site.expect_ours()
    if site.place.is_symlink() or (site.place.exists() and not site.is_replacing):
        raise OSError(errno.EEXIST, "somebody has put something there meanwhile", str(site.place))
    if not site.place.exists():
        steps.move(site.new, site.place)
        return
    if steps.swap(site.new, site.place):
        return
    steps.make_folder(site.old.parent)
    steps.move(site.place, site.old)
    try:
        steps.move(site.new, site.place)
    except BaseException:
        steps.move(site.old, site.place)
        raise

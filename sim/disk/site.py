"""Where something is built, beside its place, so that it is moved there in one step when it is complete.

A site is the hidden folder `.NAME.refund-sim` beside NAME, and there is one at a time for each place: making the
folder is how it is taken. Whoever comes upon one that nobody owns any more clears it, and puts back what had
stepped aside for a moment.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.disk import steps
from sim.disk.owner import Owner, if_left, lock_in
from sim.errors import UserError

ENDING = ".refund-sim"
LONGEST = 200
"""Bytes of a name that are repeated in that of its site; most systems allow 255 in all."""
PARTS = ("new", "old", "spool")
"""What is being built, what stands aside, and what is written as it comes."""
WAIT = 0.05
"""Seconds between two looks at a site that another is busy at."""
TRIES = 100
"""How often a site may be cleared by others in the very moment in which it was made."""


class Site:
    """The building site of one place. `leave` it, whatever has happened."""

    def __init__(self, place: Path) -> None:
        """Raises FileExistsError where there is one; FileNotFoundError, BlockingIOError where others cleared it."""
        self.place = place
        self.folder = folder_of(place)
        self.new = self.folder / "new"
        self.old = self.folder / "old" / place.name
        """Under its own name, so that whoever clears up knows where it belongs."""
        self.spool = self.folder / "spool"
        self.is_replacing = place.exists()
        """Whether there was one when the site was taken: what somebody puts there later is not ours to replace."""
        steps.make_folder(self.folder)
        self._owner = Owner(self.folder)

    def expect_ours(self) -> None:
        """Raises UserError where others took this process for dead."""
        if not self._owner.is_still_here():
            raise UserError(f"{self.place}: this process stood still so long that another one took its place here")

    def leave(self) -> None:
        """Leave nothing behind."""
        try:
            if self._owner.is_still_here():
                with suppress(OSError):
                    _clear(self.folder, lock_in(self.folder))
        finally:
            self._owner.let_go()


def folder_of(place: Path) -> Path:
    """The site of a place."""
    name = place.name.encode(errors="surrogateescape")[:LONGEST].decode(errors="ignore")
    return place.with_name(f".{name}{ENDING}")


def place_of(path: Path) -> Path:
    """The place that a path on a site is for: what people are told of. Any other path is its own."""
    for one in (path, *path.parents):
        if one.name.startswith(".") and one.name.endswith(ENDING):
            return one.with_name(one.name[1 : -len(ENDING)])
    return path


@contextmanager
def site_of(place: Path, *, patience: float = 0.0) -> Iterator[Site]:
    """Build here alone. What was left by others is cleared, and folders on the way are made.

    Raises UserError where another process builds there and goes on for `patience` seconds; OSError for what the
    system refuses.
    """
    made = _way_to(place.parent)
    try:
        site = _taken(place, patience)
        try:
            yield site
        finally:
            site.leave()
    finally:
        for folder in made:  # if nothing has come into them
            with suppress(OSError):
                steps.remove_empty(folder)


def _way_to(folder: Path) -> list[Path]:
    """The folders that had to be made, the innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        with suppress(FileExistsError):
            steps.make_folder(one)
    return missing


def _taken(place: Path, patience: float) -> Site:
    until = time.monotonic() + patience
    for _ in range(TRIES):
        try:
            return Site(place)
        except FileExistsError:
            while not cleared(folder_of(place)):
                if time.monotonic() >= until:
                    raise UserError(_busy(place)) from None
                time.sleep(WAIT)
        except (FileNotFoundError, BlockingIOError):
            if not place.parent.is_dir():
                raise
    raise UserError(_busy(place))


def _busy(place: Path) -> str:
    return (
        f"{place}: another refund-sim is writing there (its work is in {folder_of(place)}); wait for it, or choose "
        "another place"
    )


def sweep(folder: Path) -> None:
    """Clear every site in a folder that nobody owns any more, and put back what stood aside; whatever its name.

    What cannot be cleared, in a folder that is read only for instance, stays.
    """
    with suppress(OSError):
        for left in sorted(folder.glob(f".*{ENDING}")):
            cleared(left)


def cleared(site: Path) -> bool:
    """Clear a site that nobody owns any more. Whether it has gone."""
    lock = lock_in(site)
    with if_left(lock) as is_left, suppress(OSError):
        if is_left:
            _clear(site, lock)
    return not site.exists()


def _clear(site: Path, lock: Path | None) -> None:
    """The lock goes last, so that a site without one has nothing in it; one that was made since is its owner's."""
    aside = site / "old"
    for old in sorted(aside.iterdir()) if aside.is_dir() else ():
        if not (site.parent / old.name).exists():
            steps.move(old, site.parent / old.name)
    for part in PARTS:
        steps.remove(site / part)
    if lock:
        steps.remove(lock)
    steps.remove_empty(site)

"""The room for result folders: asked for before anything is simulated, and held until they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sim.disk.placing import FILES, sealed, sweep, writing
from sim.disk.site import Site, site_of
from sim.errors import BadUsage

SIGN = "run.json"
"""A folder that holds this file is a result folder, which `--force` may replace."""
NOBODYS = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""What file managers leave in every folder they show."""
MOST_NAMED = 3


@contextmanager
def room(out: Path, names: Sequence[str], *, force: bool = False, sign: str = SIGN) -> Iterator[dict[str, Site]]:
    """Hold the places of these folders, each with a site to build on, so that nobody else writes there meanwhile.

    What killed runs have left is cleared. Raises BadUsage as `expect_room` does; UserError where another process
    writes one of these folders, or the place cannot be written.
    """
    expect_room(out, names, force=force, sign=sign)
    with ExitStack() as held, writing(out):
        yield {name: held.enter_context(site_of(out / name)) for name in names}


def expect_room(out: Path, names: Sequence[str], *, force: bool = False, sign: str = SIGN) -> None:
    """Refuse early what would be refused after the run, and clear what killed runs have left.

    A folder of ours is known by the file `sign` in it. Raises BadUsage naming every folder in the way: one that
    exists without `force`, that is no result folder, or that holds files which somebody else has put there.
    """
    sweep(out)
    with writing(out):
        folders = [out / name for name in names if (out / name).exists() or (out / name).is_symlink()]
        foreign = [folder for folder in folders if folder.is_symlink() or not (folder / sign).is_file()]
    if foreign:
        raise BadUsage(f"{_listed(foreign)}: in the way, and not written by refund-sim; choose another --out")
    if folders and not force:
        raise BadUsage(f"{_listed(folders)}: already there; use --force to replace, or another --out")
    for folder in folders:
        expect_nothing_else(folder, sealed(folder, sign).get(FILES), sign)


def expect_nothing_else(folder: Path, ours: object, sign: str) -> None:
    """Only what was written by refund-sim is replaced. Raises BadUsage naming what else is in a folder of ours.

    A folder that does not say what was written into it, as those of earlier versions, is taken as a whole.
    """
    if not isinstance(ours, Collection):
        return
    there = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    known = {folder / sign, *(folder / str(path) for path in ours)}
    others = [path for path in there if path not in known and path.name not in NOBODYS]
    if others:
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        raise BadUsage(f"{_listed(others[:MOST_NAMED])}{more}: not written by refund-sim; move it out of {folder}")


def _listed(folders: Sequence[Path]) -> str:
    return ", ".join(map(str, folders))

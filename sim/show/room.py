"""The room for result folders: asked for before anything is simulated, and held until they are written."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from sim.disk.placing import FILES, Files, hash_of, put, sealed, sweep, writing
from sim.disk.reading import content_of
from sim.disk.site import Site, site_of
from sim.errors import BadUsage
from sim.experiment.experiment import versions
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml
from sim.show.judged import Finished

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


def write_folder(out: Path, files: Files, sign: str, *, force: bool) -> Path:
    """Write the folder `out`, known by the file `sign`: complete, or not at all. Raises as `room` does."""
    with room(out.parent, [out.name], force=force, sign=sign) as sites:
        return put(sites[out.name], files, sign=sign)


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


# ------------------- what an interrupted run of several scenarios has finished already: it is known by its content


WANTED = "wanted"
"""Where `run.json` says what was asked for."""
SUMMARY = "summary.json"


def wanted_of(scenario: Scenario, arguments: Namespace) -> dict[str, Any]:
    """All that decides on the content of a result folder, but for versions."""
    return {
        "scenario": sha256(resolved_yaml(scenario).encode()).hexdigest(),
        "keep": arguments.keep,
        "report": arguments.report,
        "precision": sorted(arguments.precision),
        "max_replications": arguments.max_replications,
    }


def finished_among(scenarios: Sequence[Scenario], out: Path, arguments: Namespace) -> dict[str, Finished]:
    """The scenarios whose results are there, complete and as they would come out; by name.

    None where all of them are: then nothing was interrupted, and they are in the way like any result that is there.
    With --force none is kept either.
    """
    if arguments.force or len(scenarios) == 1:
        return {}
    found = {scenario.name: _finished(scenario, out / scenario.name, arguments) for scenario in scenarios}
    kept = {name: one for name, one in found.items() if one}
    return kept if len(kept) < len(scenarios) else {}


def _finished(scenario: Scenario, folder: Path, arguments: Namespace) -> Finished | None:
    about = sealed(folder, SIGN)
    if about.get(WANTED) != wanted_of(scenario, arguments) or about.get("versions") != versions():
        return None
    hashes = about.get(FILES)
    if not isinstance(hashes, dict) or not _is_whole(folder, hashes):
        return None
    document = json.loads(content_of(folder / SUMMARY))
    return Finished(scenario, about, _summary(document), document["notes"], document)


def _is_whole(folder: Path, hashes: Mapping[str, str]) -> bool:
    try:
        expect_nothing_else(folder, hashes, SIGN)
        return all(hash_of(folder / path) == known for path, known in hashes.items())
    except Exception:  # whatever is wrong with it, it is not what would come out
        return False


def _summary(document: Mapping[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame.from_dict(document["measures"], orient="index")
    numbers = ["value", "low", "high"]
    return rows.assign(**{name: rows[name].astype("float64") for name in numbers})

"""Looking after a store: what is kept, what is damaged, what can go, and many small segments made few."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import pyarrow as pa

from sim.errors import refused
from sim.worlds.store import (
    ENDING,
    GATHERED,
    HIDDEN,
    SCHEMA,
    SUMS,
    WHOLE,
    Damaged,
    Store,
    edition,
    read_rows,
    write_whole,
)  # fmt: skip
from sim.worlds.whole import read_whole

KEY = ["scenario", "seed", "replication", "measure"]


def listed(store: Store) -> dict[str, Any]:
    """What is kept, ready for JSON: by edition, segments of sums, whole replications and bytes."""
    editions: dict[str, dict[str, int]] = {}
    for one in _units(store):
        kept = editions.setdefault(_parts(one, store)[0], {"segments": 0, "whole": 0, "bytes": 0})
        kept["whole" if one.is_dir() else "segments"] += 1
        kept["bytes"] += sum(path.stat().st_size for path in (one.iterdir() if one.is_dir() else [one]))
    return {"folder": str(store.folder), "edition": edition(), "editions": editions}


def checked(store: Store) -> list[str]:
    """Every segment and replication that is damaged, and everything that a killed writer has left.

    Raises UserError for what cannot be read.
    """
    return [f"{path}: {why}" for path, why in _faults(store)]


def pruned(store: Store) -> int:
    """Remove what is of another edition, damaged, or left over; how many segments and replications those were.

    Raises UserError for what cannot be read, and what cannot be removed.
    """
    gone = [one for one in _units(store) if _parts(one, store)[0] != edition()]
    gone = list(dict.fromkeys([*gone, *(path for path, _ in _faults(store))]))
    for one in gone:
        _remove(one)
    _sweep(store)
    return len(gone)


def compacted(store: Store) -> int:
    """Gather small segments of today's edition into few large ones; how many there are fewer of.

    Whoever writes or reads at the same time is not disturbed: what was gathered is there twice, and then once.
    Raises UserError for a damaged segment, and where the disk refuses.
    """
    segments = (one for one in _units(store) if _parts(one, store)[:2] == (edition(), SUMS))
    fewer = 0
    for prefix, some in groupby(segments, key=lambda one: _parts(one, store)[2]):
        fewer += _gather(store.folder / edition() / SUMS / prefix / GATHERED, list(some))
    _sweep(store)
    return fewer


def _gather(place: Path, segments: list[Path]) -> int:
    """All of these in one."""
    if len(segments) < 2:
        return 0
    rows = pd.concat([read_rows(path).to_pandas() for path in segments], ignore_index=True)
    # Two writers may have kept the same: the same values, once. Rows of one scenario have to lie together.
    rows = rows.drop_duplicates(KEY).sort_values(KEY).assign(edition=edition())
    table = pa.table([rows[name].tolist() for name in SCHEMA.names], schema=SCHEMA)
    # Named after what went into it, none of which ever changes: so neither does what has this name.
    names = "\n".join(path.relative_to(place.parent).as_posix() for path in segments)
    target = place / f"{len(rows)}-{sha256(names.encode()).hexdigest()[:12]}{ENDING}"
    try:
        write_whole(table, target, is_lasting=True)
    except OSError as why:
        raise refused(why, "cannot gather replications", place) from None
    for path in segments:
        path.unlink(missing_ok=True)
    return len(segments) - 1


def _units(store: Store) -> Iterator[Path]:
    """Segments of sums, and folders of whole replications, in the order of names."""
    yield from dict.fromkeys(path.parent if _is_whole(path, store) else path for path in store.segments())


def _parts(path: Path, store: Store) -> tuple[str, ...]:
    return path.relative_to(store.folder).parts


def _is_whole(path: Path, store: Store) -> bool:
    return _parts(path, store)[1] == WHOLE


def _faults(store: Store) -> list[tuple[Path, str]]:
    found = []
    for one in _units(store):
        try:
            read_whole(one) if one.is_dir() else read_rows(one)
        except FileNotFoundError:  # gathered, or pruned, meanwhile
            continue
        except Damaged:
            found.append((one, "damaged"))
    return found + [(path, "left by a writer that was killed") for path in store.left_over()]


def _remove(one: Path) -> None:
    """At once, for whoever looks at the same time. Raises UserError where it cannot be removed."""
    try:
        if one.is_dir():
            gone = one.with_name(f"{HIDDEN}{uuid4().hex}")
            os.replace(one, gone)
            shutil.rmtree(gone)
        else:
            one.unlink()
    except FileNotFoundError:  # by somebody else
        pass
    except OSError as why:
        raise refused(why, "cannot be removed", one) from None


def _sweep(store: Store) -> None:
    """Folders in which nothing is left."""
    for part in store.parts():
        below = sorted((path for path in part.rglob("*") if path.is_dir()), reverse=True)
        for path in (*below, part, part.parent):
            with suppress(OSError):
                path.rmdir()

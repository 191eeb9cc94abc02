"""Replications kept as they come, and found again by what they mean: Parquet segments, complete or absent.

The key of a replication is the meaning of its scenario (without words, replications and seed), the seed, the number
of the replication, and the edition of luck and code. So a study that was interrupted, or whose design changed,
lives through nothing twice; any number of processes write at once, none waits for another, and whoever is killed
leaves complete segments, and at most one hidden file that `prune` sweeps.

    DIR/EDITION/sums/ab/MEANING/SEED-….parquet          what a task of a study added, by measure
    DIR/EDITION/sums/ab/gathered/….parquet              many of those in one (`keeping.compacted`)
    DIR/EDITION/whole/ab/MEANING/SEED-NUMBER/….parquet  all that `run` and `compare` see of one (`whole`)
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.chance.streams import EDITION
from sim.errors import REFUSALS, UserError, refused
from sim.experiment.fingerprints import WORDS_ONLY
from sim.experiment.light import Pair as Pair
from sim.scenario.model import Scenario
from sim.scenario.resolved import as_json

Replications = dict[int, dict[str, Pair]]
"""By number: what each added, by measure."""


class SeedMeaning(NamedTuple):
    """By what a store knows a scenario."""

    meaning: str
    seed: int

    @classmethod
    def of(cls, scenario: Scenario) -> SeedMeaning:
        """Takes as long as a segment takes to be read: to be asked once."""
        return cls(meaning_of(scenario), scenario.experiment.seed)


class Damaged(UserError):
    """What is kept is not what was written. The message says which file."""

    @classmethod
    def at(cls, place: Path, why: Exception) -> UserError:
        """Found while it was read; what the system refused to read may be as it was written."""
        if isinstance(why, OSError) and why.errno in REFUSALS:
            return refused(why, "cannot read what is kept", place)
        return cls(f"{place}: not complete; `refund-sim store check` names such ({why})")


class KeptSums(Protocol):
    """What a task sees of a store."""

    def found(self, which: SeedMeaning) -> Replications: ...
    def keep(self, which: SeedMeaning, replications: Replications) -> None: ...


ENDING, HIDDEN = ".parquet", ".part-"
SUMS, WHOLE, GATHERED = "sums", "whole", "gathered"
_EDITION = re.compile(r"\d+-[0-9a-f]{16}")
SCHEMA = pa.schema(
    [
        *(("scenario", pa.string()), ("seed", pa.int64()), ("replication", pa.int64()), ("edition", pa.string())),
        *(("measure", pa.string()), ("part", pa.float64()), ("whole", pa.float64())),
    ]
)
READ = ["scenario", "seed", "replication", "measure", "part", "whole"]


@cache
def edition() -> str:
    """Of luck and code: what was lived through under another is not found."""
    return f"{EDITION}-{code_edition()}"


def code_edition() -> str:
    """Of all sources that a number may depend on."""
    folder = Path(__file__).parents[1]
    digest = sha256()
    for part in ("chance", "compiled", "experiment", "market", "records", "rules", "scenario"):
        for path in sorted((folder / part).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def meaning_of(scenario: Scenario) -> str:
    """Of all that plays a part in a replication of a scenario, whatever its seed and however many there are."""
    described = {part: said for part, said in as_json(scenario).items() if part not in WORDS_ONLY}
    described["experiment"] = {
        key: value for key, value in described["experiment"].items() if key not in ("seed", "replications")
    }
    return sha256(json.dumps(described, sort_keys=True, allow_nan=False).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Store:
    """A folder of segments. Small enough to travel with a task."""

    folder: Path

    def found(self, which: SeedMeaning) -> Replications:
        """What is kept of a scenario with its seed: by replication and measure."""
        while True:
            with suppress(FileNotFoundError):  # gathered meanwhile: there, it is found now
                return self._found(which)

    def _found(self, which: SeedMeaning) -> Replications:
        place = self.place_of(SUMS, which.meaning)
        kept: Replications = {}
        for path in sorted((place.parent / GATHERED).glob(f"*{ENDING}")):
            _add(kept, _gathered(path).of(*which))
        for path in sorted(place.glob(f"{which.seed}-*{ENDING}")):
            _add(kept, read(path))
        return kept

    def keep(self, which: SeedMeaning, replications: Replications) -> None:
        """Keep what some replications added, in one step or not at all. Raises UserError where it cannot be."""
        meaning, seed = which
        rows = [
            [meaning, seed, replication, edition(), name, *pair]
            for replication, sums in sorted(replications.items())
            for name, pair in sorted(sums.items())
        ]
        said = sha256(json.dumps([row[2:5] for row in rows]).encode()).hexdigest()[:12]
        name = f"{seed}-{min(replications)}-{len(replications)}-{said}{ENDING}"
        table = pa.table([list(column) for column in zip(*rows, strict=True)], schema=SCHEMA)
        try:
            write_whole(table, self.place_of(SUMS, meaning) / name)
        except OSError as why:
            raise refused(why, "cannot keep replications", self.folder) from None

    def place_of(self, kind: str, meaning: str) -> Path:
        """The folder of what is kept of a scenario, in today's edition."""
        return self.folder / edition() / kind / meaning[:2] / meaning

    def segments(self) -> Iterator[Path]:
        """Every complete one, in the order of names."""
        complete = (path for path in self._all(f"*{ENDING}") if not is_hidden(path, self.folder))
        yield from sorted(complete)

    def left_over(self) -> Iterator[Path]:
        """What killed writers have left: files, and folders."""
        yield from sorted(self._all(f"{HIDDEN}*"))

    def parts(self) -> Iterator[Path]:
        """What is the store's own in its folder, of every edition: what else lies there is none of its business."""
        try:
            names = os.listdir(self.folder)
        except OSError as why:  # none where nothing was kept yet
            return _unless_gone(why)
        for name in filter(_EDITION.fullmatch, sorted(names)):
            yield from (self.folder / name / kind for kind in (SUMS, WHOLE))

    def _all(self, pattern: str) -> Iterator[Path]:
        """Files and folders of this name. Raises UserError for a folder that cannot be looked into."""
        for part in self.parts():
            for place, folders, files in os.walk(part, onerror=_unless_gone):
                yield from (Path(place, name) for name in fnmatch.filter([*folders, *files], pattern))


def store_in(folder: str | Path | None) -> Store | None:
    """The store in a folder, where one is named."""
    return Store(Path(folder)) if folder else None


def _unless_gone(why: OSError) -> None:
    if not isinstance(why, FileNotFoundError | NotADirectoryError):
        raise refused(why, "cannot look into what is kept") from None


def is_hidden(path: Path, folder: Path) -> bool:
    """Whether it is, or lies in, what a killed writer has left."""
    return any(part.startswith(HIDDEN) for part in path.relative_to(folder).parts)


def write_whole(table: pa.Table, place: Path, *, is_lasting: bool = False) -> None:
    """A Parquet file that is there complete, or not at all; its folder is made.

    `is_lasting`: it is on the disk before this returns, and survives a power cut.
    """
    beside = place.with_name(f"{HIDDEN}{uuid4().hex}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, beside, compression="zstd")
        if is_lasting:
            with beside.open("rb") as written:
                os.fsync(written.fileno())
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def read(segment: Path) -> Replications:
    """What it holds of its one scenario and seed.

    Raises Damaged for a segment that is not what was written (nothing of ours leaves half of one), UserError for
    one that cannot be read, and FileNotFoundError.
    """
    return _by_replication(read_rows(segment))


def read_rows(segment: Path) -> pa.Table:
    """The columns that are looked at. Raises as `read` does."""
    try:
        with pq.ParquetFile(segment) as file:
            if lacking := set(READ) - set(file.schema_arrow.names):
                raise ValueError(f"found no {min(lacking)}")
            return file.read(READ)
    except FileNotFoundError:
        raise
    except Exception as why:
        raise Damaged.at(segment, why) from None


def _by_replication(rows: pa.Table) -> Replications:
    kept: Replications = {}
    for number, name, part, whole in zip(*(rows[name].to_pylist() for name in READ[2:]), strict=True):
        kept.setdefault(number, {})[name] = (part, whole)
    return kept


def _add(kept: Replications, more: Replications) -> None:
    for number, sums in more.items():
        kept.setdefault(number, {}).update(sums)


class _ManyScenarios(NamedTuple):
    """Segments of many scenarios in one, by scenario."""

    rows: pa.Table
    scenarios: Sequence[str]
    """In their order, each once."""
    ends: Sequence[int]
    """Where the rows of each begin, and where the last one's end."""

    def of(self, meaning: str, seed: int) -> Replications:
        place = int(np.searchsorted(self.scenarios, meaning))
        if place == len(self.scenarios) or self.scenarios[place] != meaning:
            return {}
        mine = self.rows.slice(self.ends[place], self.ends[place + 1] - self.ends[place])
        return _by_replication(mine.filter(pa.compute.equal(mine["seed"], seed)))


@lru_cache(maxsize=256)
def _gathered(path: Path) -> _ManyScenarios:
    """Kept at hand: what has this name never changes."""
    rows = read_rows(path)
    scenarios, begins = np.unique(np.array(rows["scenario"].to_pylist(), dtype=str), return_index=True)
    narrow = rows.drop(["scenario"]).set_column(2, "measure", rows["measure"].dictionary_encode())
    return _ManyScenarios(narrow, scenarios, [*begins.tolist(), len(rows)])  # type: ignore[arg-type]

"""Replications kept as they come, and found again by what they mean: Parquet segments, complete or absent.

The key of a replication is the meaning of its scenario (without words, replications and seed), the seed, the number
of the replication, and the edition of luck and code. So a study that was interrupted, or whose design changed,
lives through nothing twice; any number of processes write at once, none waits for another, and whoever is killed
leaves complete segments, and at most one hidden file that `prune` sweeps.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pandas as pd

from sim.chance.streams import EDITION
from sim.errors import UserError, refused
from sim.experiment.fingerprints import WORDS_ONLY
from sim.experiment.light import Pair as Pair
from sim.scenario.model import Scenario

Replications = dict[int, dict[str, Pair]]
"""By number: what each added, by measure."""


class KeptSums(Protocol):
    """What a task sees of a store."""

    def found(self, scenario: Scenario) -> Replications:
        """What is kept of a scenario with its seed: by replication and measure."""

    def keep(self, scenario: Scenario, replications: Replications) -> None:
        """Keep what some replications added."""


ENDING, HIDDEN = ".parquet", ".part-"
COLUMNS = ["scenario", "seed", "replication", "edition", "measure", "part", "whole"]


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
    described = scenario.model_dump(mode="json", by_alias=True, exclude=WORDS_ONLY)
    described["experiment"] = {
        key: value for key, value in described["experiment"].items() if key not in ("seed", "replications")
    }
    return sha256(json.dumps(described, sort_keys=True, allow_nan=False).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Store:
    """A folder of segments. Small enough to travel with a task."""

    folder: Path

    def found(self, scenario: Scenario) -> Replications:
        """What is kept of a scenario with its seed: by replication and measure."""
        seed = scenario.experiment.seed
        kept: Replications = {}
        for segment in sorted(self._place(meaning_of(scenario)).glob(f"{seed}-*{ENDING}")):
            for replication, sums in _read(segment).items():
                kept.setdefault(replication, {}).update(sums)
        return kept

    def keep(self, scenario: Scenario, replications: Replications) -> None:
        """Keep what some replications added, in one step or not at all. Raises UserError where it cannot be."""
        self.keep_under(meaning_of(scenario), scenario.experiment.seed, replications)

    def keep_under(self, meaning: str, seed: int, replications: Replications) -> None:
        """The same, of a scenario that is known by its meaning only."""
        place = self._place(meaning)
        rows = [
            [place.name, seed, replication, edition(), name, *pair]
            for replication, sums in sorted(replications.items())
            for name, pair in sorted(sums.items())
        ]
        said = sha256(json.dumps([row[2:5] for row in rows]).encode()).hexdigest()[:12]
        try:
            place.mkdir(parents=True, exist_ok=True)
            name = f"{seed}-{min(replications)}-{len(replications)}-{said}{ENDING}"
            write_whole(pd.DataFrame(rows, columns=COLUMNS), place / name)
        except OSError as why:
            raise refused(why, "cannot keep replications", self.folder) from None

    def _place(self, meaning: str) -> Path:
        return self.folder / edition() / meaning[:2] / meaning

    def segments(self) -> Iterator[Path]:
        """Every complete one, in the order of names."""
        yield from sorted(path for path in self.folder.rglob(f"*{ENDING}") if not path.name.startswith(HIDDEN))

    def left_over(self) -> Iterator[Path]:
        """What killed writers have left."""
        yield from sorted(self.folder.rglob(f"{HIDDEN}*"))


def write_whole(table: pd.DataFrame, place: Path) -> None:
    """A Parquet file that is there complete, or not at all."""
    beside = place.with_name(f"{HIDDEN}{uuid4().hex}")
    try:
        table.to_parquet(beside, index=False, compression="zstd")
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _read(segment: Path) -> Replications:
    """Raises UserError for a segment that is not what was written: nothing of ours leaves half of one."""
    try:
        table = pd.read_parquet(segment)
        kept: Replications = {}
        for number, name, part, whole in zip(
            *(table[name].tolist() for name in COLUMNS[2:3] + COLUMNS[4:]), strict=True
        ):
            kept.setdefault(number, {})[name] = (part, whole)
        return kept
    except Exception as why:
        raise UserError(f"{segment}: not a complete segment; `refund-sim store check` names such ({why})") from None


def listed(store: Store) -> dict[str, Any]:
    """What is kept, ready for JSON: segments and bytes, by edition, and which of them is today's."""
    editions: dict[str, dict[str, int]] = {}
    for path in store.segments():
        kept = editions.setdefault(path.relative_to(store.folder).parts[0], {"segments": 0, "bytes": 0})
        kept["segments"] += 1
        kept["bytes"] += path.stat().st_size
    return {"folder": str(store.folder), "edition": edition(), "editions": editions}


def checked(store: Store) -> list[str]:
    """Every segment that is damaged, and every file that a killed writer has left."""
    damaged = []
    for path in store.segments():
        try:
            _read(path)
        except UserError:
            damaged.append(f"{path}: damaged")
    return damaged + [f"{path}: left by a writer that was killed" for path in store.left_over()]


def pruned(store: Store) -> int:
    """Remove what is of another edition, damaged, or left over; how many files those were."""
    gone = [path for path in store.segments() if path.relative_to(store.folder).parts[0] != edition()]
    gone += [Path(line.rpartition(": ")[0]) for line in checked(store)]
    for path in dict.fromkeys(gone):
        with suppress(OSError):
            path.unlink()
    return len(dict.fromkeys(gone))

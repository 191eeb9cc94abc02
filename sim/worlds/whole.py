"""Whole replications in a store, for `run` and `compare`: all that was seen of each, a table a file.

A replication is a folder that is there complete, or not at all: `claims`, `requests`, `unasked` and, where it was
asked for, `journal` as Parquet, and the rest, which is small, as JSON. What is read is
to the bit what was written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd

from sim.errors import refused
from sim.experiment.backlog import Waiting
from sim.experiment.experiment import LivesThrough
from sim.experiment.observation import Observation
from sim.experiment.on_demand import frame_of
from sim.experiment.waits import Waits
from sim.scenario.model import Scenario
from sim.worlds.store import HIDDEN, WHOLE, Damaged, Store, meaning_of, store_in

TABLES = ("claims", "requests", "unasked", "journal")
BY_DAY = {"backlog": Waiting, "waits": Waits}
REST = "rest.json"


@dataclass(frozen=True)
class WholeReplications:
    """Those of a store. Whoever is killed loses the replication under way only."""

    store: Store

    def seen(
        self, scenario: Scenario, numbers: Sequence[int], with_journal: bool, live: LivesThrough
    ) -> Iterator[Observation]:
        """What is kept of these replications, and what `live` says of those that are not, in their order; that is
        kept from now on. Raises UserError where it cannot be kept, or what is kept is damaged."""
        meaning = meaning_of(scenario)
        places = {number: self._place(scenario, meaning, number, with_journal) for number in numbers}
        there = {number for number, place in places.items() if place.is_dir()}
        missing = [number for number in numbers if number not in there]
        lived = iter(live(missing))
        for number in numbers:
            if number in there:
                yield read_whole(places[number])
                continue
            one = next(lived)
            _write(one, places[number], self.store.folder)
            yield one

    def _place(self, scenario: Scenario, meaning: str, number: int, with_journal: bool) -> Path:
        name = f"{scenario.experiment.seed}-{number}{'-journal' if with_journal else ''}"
        return self.store.place_of(WHOLE, meaning) / name


def whole_in(folder: str | Path | None) -> WholeReplications | None:
    """Those that are kept in a folder, where one is named."""
    store = store_in(folder)
    return WholeReplications(store) if store else None


def _write(one: Observation, place: Path, store: Path) -> None:
    beside = place.with_name(f"{HIDDEN}{uuid4().hex}")
    try:
        beside.mkdir(parents=True)
        tables = {name: frame_of(table) for name in TABLES if (table := getattr(one, name)) is not None}
        for name, table in tables.items():
            table.to_parquet(beside / f"{name}.parquet", index=False, compression="zstd")
        rest = _rest_of(one) | {"columns": {name: _columns(table) for name, table in tables.items()}}
        (beside / REST).write_text(json.dumps(rest), encoding="utf-8")
        with suppress(FileExistsError):
            _moved(beside, place)
    except OSError as why:
        raise refused(why, "cannot keep replications", store) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _moved(folder: Path, place: Path) -> None:
    """Raises FileExistsError where another writer was quicker: that is as good."""
    try:
        os.rename(folder, place)
    except OSError:
        if place.is_dir():
            raise FileExistsError from None
        raise


def _rest_of(one: Observation) -> dict[str, Any]:
    """All but the tables, ready for JSON: numbers of every kind come back as they were."""
    rest = {field.name: getattr(one, field.name) for field in fields(one) if field.name not in TABLES}
    for name in BY_DAY:
        rest[name] = {
            who: [[column.dtype.str, column.tolist()] for column in by_day] for who, by_day in rest[name].items()
        }
    rest["totals"] = {
        name: value.item() if isinstance(value, np.generic) else value for name, value in rest["totals"].items()
    }
    rest["met"] = {who: [int(instant) for instant in stretch] for who, stretch in rest["met"].items()}
    return rest


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    """The kind of each column, which Parquet knows less well: unused words of a choice, instants in seconds."""
    return {
        str(name): [list(kind.categories), bool(kind.ordered)]
        if isinstance(kind, pd.CategoricalDtype)
        else str(kind)
        for name, kind in table.dtypes.items()
    }


def read_whole(place: Path) -> Observation:
    """What was seen of a replication. Raises Damaged where it is not complete, UserError for one not to be read."""
    try:
        rest = json.loads((place / REST).read_text(encoding="utf-8"))
        tables = {name: _read(place / f"{name}.parquet", columns) for name, columns in rest.pop("columns").items()}
    except Exception as why:
        raise Damaged.at(place, why) from None
    for name, kind in BY_DAY.items():
        rest[name] = {
            who: kind(*(np.array(values, dtype=dtype) for dtype, values in columns))
            for who, columns in rest[name].items()
        }
    rest["met"] = {who: tuple(stretch) for who, stretch in rest["met"].items()}
    rest["invariants"] = tuple(rest["invariants"])
    return Observation(**{"journal": None, **tables, **rest})


def _read(path: Path, columns: dict[str, Any]) -> pd.DataFrame:
    kinds = {name: kind if isinstance(kind, str) else pd.CategoricalDtype(*kind) for name, kind in columns.items()}
    return pd.read_parquet(path).astype(kinds)

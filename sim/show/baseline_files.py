"""How a baseline is written: three files, together or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.baselines.baselines import BLOCKS, Baseline, Block
from sim.baselines.claims_table import LARGEST, packed
from sim.baselines.reading import CLAIMS, RUNNABLE, SCHEMA_VERSION, SIGN
from sim.disk.placing import put, put_in_place, sweep, writing
from sim.disk.site import Site, site_of
from sim.errors import BadBaseline
from sim.scenario.wording import counted
from sim.show.room import expect_nothing_else


def write(baseline: Baseline, folder: Path, site: Site | None = None) -> Path:
    """Write a baseline into the folder of all baselines, in place of any that is there: complete, or not at all.

    Whoever holds its place already (`room_for`) names the `site`.

    Raises BadBaseline where its table would be too large for a repository, and UserError where the disk refuses.
    """
    table = packed([baseline.blocks[block] for block in BLOCKS])
    if len(table) > LARGEST:
        fit = baseline.replications * LARGEST // len(table)
        raise BadBaseline(
            f"{baseline.name}: its claims take {len(table) // 1000} kB, expected {LARGEST // 1000} kB at most: "
            f"{counted(fit, 'replication')} would fit (--replications), or more of a smaller market (--set)"
        )
    document = reviewable(_document(baseline, table))
    files = [(SIGN, document), (RUNNABLE, baseline.runnable.encode()), (CLAIMS, table)]
    return put(site, files) if site else put_in_place(folder, baseline.name, files)


@contextmanager
def room_for(folder: Path, names: Sequence[str]) -> Iterator[dict[str, Site]]:
    """Hold the places of these baselines, so that nobody else writes them meanwhile.

    Raises BadBaseline as `expect_place` does; UserError where another process writes one of them, or the folder
    cannot be written.
    """
    for name in names:
        expect_place(folder, name)
    with ExitStack() as held, writing(folder):
        yield {name: held.enter_context(site_of(folder / name)) for name in names}


def expect_place(folder: Path, name: str) -> None:
    """Refuse early what would be in the way of a baseline. Raises BadBaseline."""
    sweep(folder)
    place = folder / name
    if place.is_symlink() or (place.exists() and not (place / SIGN).is_file()):
        raise BadBaseline(f"{place}: in the way, and no baseline; choose another --baselines")
    expect_nothing_else(place, {SIGN, RUNNABLE, CLAIMS}, SIGN)


def _document(baseline: Baseline, table: bytes) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "name": baseline.name,
        "reason": baseline.reason,
        "changes": list(baseline.changes),
        "replications": baseline.replications,
        "versions": dict(baseline.versions),
        "platform": baseline.platform,
        "scenario": baseline.scenario_print,
        "claims_table": sha256(table).hexdigest(),
        "margins": {name: headline._asdict() for name, headline in baseline.headlines.items()},
        "luck": baseline.luck._asdict(),
        "days_off": dict(baseline.days_off),
        "blocks": {name: _block(block) for name, block in baseline.blocks.items()},
    }


def _block(block: Block) -> dict[str, Any]:
    sums: dict[Any, pd.DataFrame] = dict(list(block.by_replication.groupby("measure", sort=False)))
    return {
        **{key: block.about[key] for key in ("first", "orders", "claims")},
        "draws": block.about["fingerprints"]["draws"],
        "outcomes": list(block.outcomes),
        "measures": {
            str(name): _measure(row, sums.get(name)) for name, row in block.summary.to_dict("index").items()
        },
    }


def _measure(row: Mapping[Any, Any], sums: pd.DataFrame | None) -> dict[str, Any]:
    """Every bit of each number is kept: what nobody has touched is to differ by nothing at all."""
    numbers = {key: None if np.isnan(row[key]) else float(row[key]) for key in ("value", "low", "high")}
    told = numbers | {"unit": row["unit"], "n": int(row["n"]), "title": row["title"]}
    return told if sums is None else told | {key: _short(sums[key]) for key in ("part", "whole")}


def _short(numbers: pd.Series[float]) -> list[float | None]:
    """Whole numbers without their point, which JSON does not need; None for what was not watched long enough."""
    return [
        None if isnan(number) else int(number) if number == int(number) else float(number) for number in numbers
    ]


# ------------------------------------------------------------------------------- JSON that people review

LONGEST = 100
"""Letters up to which a mapping of plain values stands on one line; a list of them always does."""


def reviewable(document: dict[str, Any]) -> bytes:
    """The document as JSON, keys in the order given; NaN and infinities are refused, they are no JSON."""
    return ("\n".join(_lines(document, "", "")) + "\n").encode()


def _lines(value: Any, head: str, tail: str, depth: int = 0) -> Iterator[str]:
    indent, flat = "  " * depth, json.dumps(value, allow_nan=False, ensure_ascii=False)
    is_plain = not isinstance(value, dict) or not any(isinstance(inner, dict | list) for inner in value.values())
    if not isinstance(value, dict) or not value or (is_plain and len(indent + head + flat) <= LONGEST):
        yield f"{indent}{head}{flat}{tail}"
        return
    yield f"{indent}{head}{{"
    last = list(value)[-1]
    for key, inner in value.items():
        yield from _lines(inner, f"{json.dumps(key, ensure_ascii=False)}: ", "" if key == last else ",", depth + 1)
    yield f"{indent}}}{tail}"

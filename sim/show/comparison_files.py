"""The result folder of a comparison: what is in it, byte for byte.

    comparison.json         everything that is printed, and every other measure
    differences.csv         one row per scenario and measure: difference, intervals, verdict
    flips.csv               one row per way to end under both, and place to part
    flip_pairs.csv          one row per way to end under both: what the tables show
    costs.csv               who pays what under both, per claim and per 1,000 orders, and the paired differences
    curve_differences.csv   time to money: the difference by day, with its bands
    parted.parquet, .csv.gz one row per order whose stories part (not with `--keep summary`)
    orders/                 one row per claim, by scenario, likewise (not with `--keep summary`)
    journals/               one row per event, by scenario (with `--keep journal`)
    scenarios/              the base and the others as run: complete, runnable
    run.json                where the numbers come from: seed, versions, fingerprints, wall time
    report.html             all of it on one page, to be forwarded
    charts/                 each chart as .svg and as .png

The same scenarios, seed and versions give the same bytes in every file but `run.json`, which tells the time taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from sim.disk.placing import put
from sim.disk.site import Site
from sim.experiment.comparison import Comparison
from sim.experiment.number import finite
from sim.experiment.result import Result
from sim.experiment.sweep import Sweep
from sim.scenario.resolved import levers_that_differ, resolved_yaml
from sim.show.files import CLAIMS, JOURNAL, SCHEMA_VERSION, Keep, Spool, charts_of, report_page, rows_of
from sim.show.findings import findings, remarks
from sim.show.notes import leaning_doubt, notes_of
from sim.show.phrases import HELD
from sim.show.ranking import places
from sim.show.room import SIGN
from sim.show.rows import csv_of, json_of

FOLDERS = {CLAIMS: "orders", JOURNAL: "journals"}
"""Where the claims and the journals of all scenarios are."""
LONGEST = 80
"""Letters of a folder's name that still name everybody in it."""
_WORDS = {"measure", "is_headline", "verdict", "unit", "title"}
"""Columns of `Comparison.differences` that hold no number."""


def folder_of(base: str, others: Sequence[str]) -> str:
    """The folder of a comparison, from the names of its scenarios."""
    everybody = f"{base}-versus-{'-and-'.join(others)}"
    return everybody if len(everybody) <= LONGEST else f"{base}-comparison"


def write_comparison(
    comparison: Comparison, site: Site, written: Mapping[str, Path], *, keep: Keep, sweep: Sweep | None
) -> Path:
    """Write the result folder whose place is held (`room.room`) and return its path: complete, or not at all.

    With a `sweep` of the base, its report has a what-if control. Claims and journals that were `written` as they
    came (`files_spooled`) are taken over; `keep` decides on the orders whose stories part.

    Raises UserError where the place cannot be written or is full.
    """
    return put(site, chain(files_of(comparison, sweep), _parted(comparison, keep), written.items()), sign=SIGN)


def files_of(comparison: Comparison, sweep: Sweep | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file of a comparison: its path within the folder, and its bytes."""
    yield "comparison.json", json_of(document_of(comparison))
    yield "differences.csv", csv_of(comparison.differences)
    yield "costs.csv", csv_of(comparison.costs)
    for name in ("flips", "flip_pairs"):
        table: pd.DataFrame = getattr(comparison, name)
        yield f"{name}.csv", csv_of(table.assign(examples=table["examples"].map(_listed)))
    yield "curve_differences.csv", csv_of(comparison.curves)
    everybody = {one.scenario.name: one for one in (*comparison.others, comparison.base)}
    for name, result in everybody.items():
        yield f"scenarios/{name}.yaml", resolved_yaml(result.scenario).encode()
    provenance = {"base": comparison.base.about, "others": [other.about for other in comparison.others]}
    yield SIGN, json_of({"schema_version": SCHEMA_VERSION, **provenance})
    yield "report.html", report_page(comparison, sweep)
    yield from charts_of(comparison)


def _parted(comparison: Comparison, keep: Keep) -> Iterator[tuple[str, bytes]]:
    if keep != "summary":
        yield from rows_of("parted", comparison.parted)


def files_spooled(spools: Mapping[str, Spool]) -> dict[str, Path]:
    """The claims and journals that were written as they came, by scenario: their paths within the folder."""
    return {
        f"{FOLDERS[table]}/{name}.{ending}": path
        for name, spool in spools.items()
        for (table, _, ending), path in ((file.partition("."), path) for file, path in spool.files().items())
    }


def document_of(comparison: Comparison) -> dict[str, Any]:
    """All there is to say, ready for JSON; None where there is no number."""
    base = comparison.base
    return {
        "schema_version": SCHEMA_VERSION,
        "base": _named(base),
        "seed": base.about["seed"],
        "replications": base.about["replications"],
        "stopped": base.about["stopped"],
        "is_settled": comparison.is_settled,
        "levers": _levers(comparison),
        "ranking": [
            {"scenario": place.name, "surely_ahead_of": place.ahead_of, "not_told_apart_from": place.like}
            for place in places(comparison)
        ],
        "headlines": {name: headline._asdict() for name, headline in comparison.headlines.items()},
        "scenarios": [_scenario(comparison, other) for other in comparison.others],
    }


def _levers(comparison: Comparison) -> list[dict[str, Any]]:
    """What differs: each lever's value by scenario, in the words of its file."""
    scenarios = [one.scenario for one in (comparison.base, *comparison.others)]
    names = [one.name for one in scenarios]
    levers = levers_that_differ(*scenarios)
    return [{"path": path, "values": dict(zip(names, values, strict=True))} for path, values in levers]


def _named(result: Result) -> dict[str, Any]:
    return {
        "scenario": result.scenario.name,
        "title": result.scenario.title,
        "notes": notes_of(result),
        "changed": result.about.get("changed", []),
    }


def _scenario(comparison: Comparison, other: Result) -> dict[str, Any]:
    name = other.scenario.name
    tables = (comparison.differences, comparison.crossings, comparison.flips, comparison.flip_pairs)
    differences, crossings, flips, pairs = (
        table[table["scenario"] == name].drop(columns="scenario").to_dict("records") for table in tables
    )
    return _named(other) | {
        "is_paired": name not in comparison.apart,
        "apart": list(comparison.apart.get(name, ())),
        "findings": [sentence.replace(HELD, " ") for sentence in findings(comparison, name)],
        "remarks": [sentence.replace(HELD, " ") for sentence in remarks(comparison, name)],
        "measures": {str(row["measure"]): _difference(row, other) for row in differences},
        "crossings": crossings,
        "flips": [_flip(row) for row in flips],
        "flip_pairs": [_flip(row) for row in pairs],
    }


def _difference(row: dict[Any, Any], other: Result) -> dict[str, Any]:
    """What is known of a measure, with a word beside an interval that may promise too much."""
    numbers = {column: finite(value) for column, value in row.items() if column not in _WORDS}
    words = {"verdict": row["verdict"] or None, "unit": row["unit"], "title": row["title"]}
    doubt = leaning_doubt(row["unit"], row["low"], row["high"], other.about["replications"])
    return numbers | words | ({"doubt": doubt} if doubt else {})


def _flip(row: dict[Any, Any]) -> dict[str, Any]:
    numbers = {name: finite(value) for name, value in row.items() if isinstance(value, float)}
    examples = [{"replication": replication, "order": order} for replication, order in row["examples"]]
    return row | numbers | {"orders": int(row["orders"]), "examples": examples}


def _listed(examples: Sequence[tuple[int, int]]) -> str:
    """`0/34429 0/35565`: replication and order."""
    return " ".join(f"{replication}/{order}" for replication, order in examples)

"""The result folder of a scenario: what is in it, byte for byte.

    scenario.yaml   the scenario as run: complete, runnable
    run.json        where the numbers come from: seed, versions, fingerprints, wall time
    summary.json    every measure with its interval
    curves.csv      time to money: the cumulative incidence of each ending
    by_hours.csv    success by hours between payment and the change of mind
    by_group.csv    success by route, claim, reason, seller, payment method and product group
    costs.csv       who pays what, per claim and per 1,000 orders
    backlog.csv     requests waiting at the desks, day by day
    waits.csv       how long they waited, by the day on which they came
    orders.parquet  one row per claim (not with `--keep summary`)
    orders.csv.gz   the same, for what reads no Parquet
    journal.parquet, journal.csv.gz
                    one row per event (with `--keep journal`)
    report.html     all of it on one page, to be forwarded
    charts/         each chart as .svg and as .png

The same scenario, seed and versions give the same bytes in every file but `run.json`, which tells the time it took.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from sim.disk import steps
from sim.disk.placing import put, writing
from sim.disk.site import Site
from sim.experiment.comparison import Comparison
from sim.experiment.number import finite
from sim.experiment.on_demand import Rows, one_below_the_other
from sim.experiment.result import Result
from sim.experiment.sweep import Sweep
from sim.scenario.resolved import resolved_yaml
from sim.show.judged import Finished
from sim.show.notes import notes_of, rare_doubt
from sim.show.room import SIGN
from sim.show.rows import COMPRESSION, ParquetRows, csv_of, csv_rows, json_of, laid_out, parquet_of, zipped

Keep = Literal["summary", "claims", "journal"]
"""How much is written: the measures, also each claim, also each event."""
SCHEMA_VERSION = 1
"""Of the layout of `summary.json` and `run.json`; raised when a reader must change."""
CLAIMS, JOURNAL = "orders", "journal"
"""Tables of many rows, each kept as Parquet and as CSV."""
PARQUET, CSV = ".parquet", ".csv.gz"


def write_result(
    result: Result, site: Site, written: Mapping[str, Path], *, sweep: Sweep | None, known: Mapping[str, Any]
) -> Path:
    """Write the result folder whose place is held (`room.room`) and return its path: complete, or not at all.

    With a `sweep` of the scenario, its report has a what-if control. Claims and journal that were `written` as they
    came (`Spool`) are taken over; what is `known` besides is written into `run.json`.

    Raises UserError where the disk is full or the place cannot be written.
    """
    return put(site, chain(files_of(result, "summary", sweep), written.items()), sign=SIGN, known=known)


def files_of(result: Result, keep: Keep = "claims", sweep: Sweep | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file of a result: its path within the folder, and its bytes."""
    summary, costs = json_of(summary_of(result)), csv_of(result.costs)  # first: `about` says how long that took
    yield "scenario.yaml", resolved_yaml(result.scenario).encode()
    yield SIGN, json_of({"schema_version": SCHEMA_VERSION, **result.about})
    yield "summary.json", summary
    yield "curves.csv", csv_of(result.curves)
    yield "by_hours.csv", csv_of(result.by_hours)
    yield "by_group.csv", csv_of(result.by_group)
    yield "costs.csv", costs
    yield "backlog.csv", csv_of(result.backlog)
    yield "waits.csv", csv_of(result.waits)
    if keep != "summary":
        yield from rows_of(CLAIMS, result.orders)
    if keep == "journal" and result.journal is not None:
        yield from rows_of(JOURNAL, result.journal)
    yield "report.html", report_page(result, sweep)
    yield from charts_of(result)


def summary_of(result: Result) -> dict[str, Any]:
    """The measures, ready for JSON: `{value, low, high, unit, n}` by name; None where there is no number,
    with a `why` where claims were not watched long enough; a `doubt` says what its interval may miss.

    `notes` are the sentences that stand below the table.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": result.scenario.name,
        "title": result.scenario.title,
        "changed": result.about.get("changed", []),
        "seed": result.about["seed"],
        "replications": result.about["replications"],
        "notes": notes_of(result),
        "measures": {
            str(measure): {
                "value": finite(row["value"]),
                "low": finite(row["low"]),
                "high": finite(row["high"]),
                "unit": row["unit"],
                "n": int(row["n"]),
            }
            | ({"why": row["why"]} if row.get("why") else {})
            | ({"doubt": doubt} if (doubt := rare_doubt(result, row)) else {})
            for measure, row in result.summary.to_dict("index").items()
        },
    }


def document_of(result: Result | Finished) -> Mapping[str, Any]:
    """`summary.json` of a result, wherever it is."""
    return result.document if isinstance(result, Finished) else summary_of(result)


def report_page(shown: Result | Comparison, sweep: Sweep | None = None) -> bytes:
    """The report of a result or a comparison, in UTF-8; with the what-if control where there is a sweep."""
    # Templates and pictures take longer to import than the tables; who asks for `summary_of` only need not wait.
    from sim.show.report import report_of

    return report_of(shown, sweep).encode()


def charts_of(shown: Result | Comparison) -> Iterator[tuple[str, bytes]]:
    """All charts of a result or a comparison in both formats, by the names of their files."""
    # Matplotlib takes longer to import than the rest together; who asks for `summary_of` only need not wait.
    from sim.show.charts import printed

    yield from printed(shown)


def rows_of(name: str, table: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
    """A table of many rows as it is kept: for programs, and for everything else."""
    yield f"{name}{PARQUET}", parquet_of(table)
    yield f"{name}{CSV}", zipped(csv_rows(table))


# ------------------------------------------------------------------------------- written while it comes about


_TABLES = {"summary": (), "claims": (CLAIMS,), "journal": (CLAIMS, JOURNAL)}
"""What is written, by what is kept."""
AT_A_TIME = 8_192
"""Rows that are written together: Arrow is slow to start on sixty columns, and so many take a few megabytes."""
Writer = Callable[[pa.Table], None]


class Spool:
    """Files of a result that are written while it comes about: a context, which they do not outlive.

    They are written into a `folder` which is made for them, on the site where the result is built: then they need
    only be moved, there is one place that can be full, and what a kill leaves goes with the site.

    Byte for byte what `files.files_of` makes of all claims and events at once.
    """

    def __init__(self, keep: Keep, folder: Path) -> None:
        self._tables: tuple[str, ...] = _TABLES[keep]
        self._folder = folder
        self._writing = ExitStack()
        self._writers: dict[str, Writer] = {}
        """By the file's name in the result folder."""
        self._waiting: dict[str, list[Rows]] = {table: [] for table in self._tables}

    def __enter__(self) -> Spool:
        with writing(self._folder):
            for folder in reversed([one for one in (self._folder, *self._folder.parents) if not one.exists()]):
                steps.make_folder(folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a full disk has said so already
            self._writing.close()
        with suppress(OSError):
            steps.remove(self._folder)

    def take(self, claims: Rows, journal: pd.DataFrame | None) -> None:
        """One more replication, as `experiment.kept_replications.Take` says. Raises UserError for a full place."""
        for name, table in ((CLAIMS, claims), (JOURNAL, journal)):
            if name in self._tables and table is not None:
                self._waiting[name].append(table)
                if sum(map(len, self._waiting[name])) >= AT_A_TIME:
                    self._write(name)

    def _write(self, name: str) -> None:
        """The rows of a table that wait to be written."""
        rows = laid_out(one_below_the_other(self._waiting[name]).frame())
        self._waiting[name].clear()
        for file, begun in ((f"{name}{PARQUET}", self._parquet), (f"{name}{CSV}", self._csv)):
            with writing(self._path(file)):
                if file not in self._writers:
                    self._writers[file] = begun(self._path(file))
                self._writers[file](rows)

    def files(self) -> dict[str, Path]:
        """What was written, by its name in the result folder. Nothing can be taken any more."""
        for name in [name for name, waiting in self._waiting.items() if waiting]:
            self._write(name)
        with writing(self._folder):
            self._writing.close()
        return {file: self._path(file) for file in self._writers}

    def _path(self, file: str) -> Path:
        return self._folder / file

    def _parquet(self, path: Path) -> Writer:
        file = self._writing.enter_context(steps.begin(path))
        return self._writing.enter_context(closing(ParquetRows(file))).take

    def _csv(self, path: Path) -> Writer:
        """Compressed without the time and the file's name, which would make equal contents differ."""
        file = self._writing.enter_context(steps.begin(path))
        zipped = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=COMPRESSION)
        stream, begun = self._writing.enter_context(zipped), [False]

        def write(table: pa.Table) -> None:
            stream.write(csv_rows(table, header=not begun[0]))
            begun[0] = True

        return write

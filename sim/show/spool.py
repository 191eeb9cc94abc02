"""Claims and journals written as they come, replication by replication, so that memory need not hold them all."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import TracebackType

import pandas as pd

from sim.disk import steps
from sim.disk.placing import writing
from sim.show.files import CLAIMS, CSV, JOURNAL, PARQUET, Keep
from sim.show.rows import COMPRESSION, ParquetRows, Rows, csv_rows, laid_out

_TABLES = {"summary": (), "claims": (CLAIMS,), "journal": (CLAIMS, JOURNAL)}
"""What is written, by what is kept."""
AT_A_TIME = 8_192
"""Rows that are written together: Arrow is slow to start on sixty columns, and so many take a few megabytes."""
Writer = Callable[[Rows], None]


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
        self._waiting: dict[str, list[pd.DataFrame]] = {table: [] for table in self._tables}

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

    def take(self, claims: pd.DataFrame, journal: pd.DataFrame | None) -> None:
        """One more replication, as `experiment.kept_replications.Take` says. Raises UserError for a full place."""
        for name, table in ((CLAIMS, claims), (JOURNAL, journal)):
            if name in self._tables and table is not None:
                self._waiting[name].append(table)
                if sum(map(len, self._waiting[name])) >= AT_A_TIME:
                    self._write(name)

    def _write(self, name: str) -> None:
        """The rows of a table that wait to be written."""
        rows = laid_out(pd.concat(self._waiting[name], ignore_index=True))
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

        def write(table: Rows) -> None:
            stream.write(csv_rows(table, header=not begun[0]))
            begun[0] = True

        return write

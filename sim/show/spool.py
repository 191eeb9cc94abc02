"""Claims and journals written as they come, replication by replication, so that memory need not hold them all."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import pandas as pd

from sim.show.files import CLAIMS, COMPRESSION, CSV, JOURNAL, PARQUET, Keep
from sim.show.rows import ParquetRows, csv_rows

_TABLES = {"summary": (), "claims": (CLAIMS,), "journal": (CLAIMS, JOURNAL)}
"""What is written, by what is kept."""
Writer = Callable[[pd.DataFrame], None]


class Spool:
    """Files of a result that are written while it comes about: a context, which they do not outlive.

    Byte for byte what `files.files_of` makes of all claims and events at once.
    """

    def __init__(self, keep: Keep) -> None:
        self._tables: tuple[str, ...] = _TABLES[keep]
        self._folder: TemporaryDirectory[str] | None = None
        self._writing = ExitStack()
        self._writers: dict[str, Writer] = {}
        """By the file's name in the result folder."""

    def __enter__(self) -> Spool:
        self._folder = TemporaryDirectory(prefix="refund-sim-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writing.close()
        if self._folder:
            self._folder.cleanup()

    def take(self, claims: pd.DataFrame, journal: pd.DataFrame | None) -> None:
        """One more replication, as `study.ledger.Take` says."""
        for name, table in ((CLAIMS, claims), (JOURNAL, journal)):
            if name in self._tables and table is not None:
                for file, begun in ((f"{name}{PARQUET}", self._parquet), (f"{name}{CSV}", self._csv)):
                    if file not in self._writers:
                        self._writers[file] = begun(self._path(file))
                    self._writers[file](table)

    def files(self) -> dict[str, Path]:
        """What was written, by its name in the result folder. Nothing can be taken any more."""
        self._writing.close()
        return {file: self._path(file) for file in self._writers}

    def _path(self, file: str) -> Path:
        assert self._folder, "a spool is written to within its context"
        return Path(self._folder.name) / file

    def _parquet(self, path: Path) -> Writer:
        return self._writing.enter_context(closing(ParquetRows(path))).take

    def _csv(self, path: Path) -> Writer:
        """Compressed without the time and the file's name, which would make equal contents differ."""
        file = self._writing.enter_context(path.open("xb"))
        zipped = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=COMPRESSION)
        stream, begun = self._writing.enter_context(zipped), [False]

        def write(table: pd.DataFrame) -> None:
            stream.write(csv_rows(table, header=not begun[0]))
            begun[0] = True

        return write

"""Claims and journals written as they come, replication by replication, so that memory need not hold them all."""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import pandas as pd

from sim.show.files import CLAIMS_FILE, JOURNAL_FILE, Keep, csv_of

_FILES = {"summary": (), "claims": (CLAIMS_FILE,), "journal": (CLAIMS_FILE, JOURNAL_FILE)}
"""What is written, by what is kept."""


class Spool:
    """Files of a result that are written while it comes about: a context, which they do not outlive.

    Byte for byte what `files.files_of` makes of all claims and events at once.
    """

    def __init__(self, keep: Keep) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._writing = ExitStack()
        self._paths = dict.fromkeys(_FILES[keep], Path())
        self._streams: dict[str, gzip.GzipFile] = {}

    def __enter__(self) -> Spool:
        self._folder = TemporaryDirectory(prefix="refund-sim-")
        self._paths = {name: Path(self._folder.name) / name for name in self._paths}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writing.close()
        if self._folder:
            self._folder.cleanup()

    def take(self, claims: pd.DataFrame, journal: pd.DataFrame | None) -> None:
        """One more replication, as `study.ledger.Take` says."""
        for name, table in ((CLAIMS_FILE, claims), (JOURNAL_FILE, journal)):
            if name in self._paths and table is not None:
                is_first = name not in self._streams
                self._stream(name).write(csv_of(table, header=is_first))

    def files(self) -> dict[str, Path]:
        """What was written, by its name in the result folder. Nothing can be taken any more."""
        self._writing.close()
        return {name: self._paths[name] for name in self._streams}

    def _stream(self, name: str) -> gzip.GzipFile:
        """Compressed without the time and the file's name, which would make equal contents differ."""
        if name not in self._streams:
            file = self._writing.enter_context(self._paths[name].open("xb"))
            zipped = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
            self._streams[name] = self._writing.enter_context(zipped)
        return self._streams[name]

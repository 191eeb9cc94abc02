"""The folder of a stress test, or of a study.

points.parquet    a row per world and response, with its interval
worlds.parquet    a row per world: the value of every factor
indices.csv       what each factor decides of each response
stress.json       (or study.json) what is said of them
report.html       the same for people
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pandas as pd

from sim.show.across.document import stress_document, study_document
from sim.show.across.page import stress_page, study_page
from sim.show.rows import json_of
from sim.worlds.stress import Stressed
from sim.worlds.studying import Study

DIGITS = "%.9g"


def stress_files(result: Stressed) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield from _tables(result.study)
    yield "stress.json", json_of(stress_document(result))
    yield "report.html", stress_page(result).encode()


def study_files(study: Study) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    yield from _tables(study)
    yield "study.json", json_of(study_document(study))
    yield "report.html", study_page(study).encode()


def _tables(study: Study) -> Iterator[tuple[str, bytes]]:
    yield "points.parquet", parquet_of(study.points)
    yield "worlds.parquet", parquet_of(study.worlds)
    yield "indices.csv", study.indices.to_csv(index=False, float_format=DIGITS).encode()


def parquet_of(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()

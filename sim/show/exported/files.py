"""`refund-sim export`: what a run lived through, as tables and event logs for other tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timezone
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sim.disk.placing import put_file, sweep
from sim.disk.reading import content_of
from sim.errors import BadUsage
from sim.experiment import fingerprints
from sim.experiment.censoring import cut
from sim.experiment.frame import claims_frame, journal_frame
from sim.experiment.replication import calendars_of, replicate
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.show.exported.all_orders import all_orders
from sim.show.exported.event_log import ocel_of, offset_of, xes_of
from sim.show.rows import csv_of
from sim.vocabulary import Party

FORMS = ("orders", "xes", "ocel")
FILES = {"orders": "all_orders.csv", "xes": "journal.xes", "ocel": "journal.ocel.json"}
"""What each is called where no name is given."""
ProgressTold = Callable[[int, int], None]


class Run(NamedTuple):
    """A result folder, opened to be lived through again."""

    scenario: Scenario
    calendars: dict[Party, Calendar]
    outcomes: str
    """The fingerprint of what came of it then."""


def opened(folder: Path) -> Run:
    """Read a result folder. Raises BadUsage where it is none."""
    sweep(folder.parent)  # one that stands aside, since somebody was killed, is put back
    try:
        about = json.loads(content_of(folder / "run.json"))
        outcomes = str(about["fingerprints"]["outcomes"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise BadUsage(
            f"{folder}: no result folder (no run.json that can be read), expected one that `refund-sim run` wrote"
        ) from None
    scenario = load(folder / "scenario.yaml")
    return Run(scenario, calendars_of(scenario), outcomes)


def export_run(folder: Path, out: Path, form: str, zone: str = "UTC", progress: ProgressTold | None = None) -> Path:
    """Write one form of a run into the file `out`: complete, or not at all. Raises BadUsage."""
    run = opened(folder)
    return put_file(out, exported(run, form, zone, progress))


def exported(run: Run, form: str, zone: str, progress: ProgressTold | None = None) -> Iterator[bytes]:
    """The file, piece by piece. The run is lived through again, and must come to what it came to then.

    Raises BadUsage where it does not: another edition of the program would tell of other orders.
    """
    offset = offset_of(zone, run.scenario.start.year)
    lived: list[str] = []
    if form == "orders":
        yield from _orders(run, offset, lived, progress)
    elif form == "xes":
        journals = (frame for frame, _ in _journals(run, lived, progress))
        yield from (text.encode() for text in xes_of(journals, run.scenario.name, offset))
    else:
        told = list(_journals(run, lived, progress))
        pieces = ocel_of((journal for journal, _ in told), (claims for _, claims in told), offset)
        yield from (text.encode() for text in pieces)
    if fingerprints.together(lived) != run.outcomes:
        raise BadUsage(
            "the run does not come to the same any more (another edition of refund-sim wrote it): "
            "run the scenario again first"
        )


def _orders(run: Run, offset: timezone, lived: list[str], progress: ProgressTold | None) -> Iterator[bytes]:
    replications = run.scenario.experiment.replications
    for replication in range(replications):
        records = _lived(run, replication)
        lived.append(fingerprints.of_outcomes(records.claims))
        table = all_orders(run.scenario, replication, records, run.calendars)
        yield csv_of(_with_offset(table, offset), header=replication == 0)
        if progress:
            progress(replication + 1, replications)


def _lived(run: Run, replication: int, *, with_journal: bool = False) -> Records:
    """One replication, as far as it was looked at."""
    records = replicate(run.scenario, replication, run.calendars, with_journal=with_journal)
    at = run.scenario.experiment.cut
    return records if at is None else cut(records, at)


def _with_offset(table: pd.DataFrame, offset: timezone) -> pd.DataFrame:
    """Instants with the offset that makes them instants anywhere."""
    suffix = pd.Timestamp("2000-01-01").tz_localize(offset).isoformat()[19:]
    moments = {
        str(name): column.dt.strftime(f"%Y-%m-%dT%H:%M:%S{suffix}")
        for name, column in table.items()
        if str(column.dtype).startswith("datetime")
    }
    return table.assign(**moments)


def _journals(
    run: Run, lived: list[str], progress: ProgressTold | None
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    replications = run.scenario.experiment.replications
    for replication in range(replications):
        records = _lived(run, replication, with_journal=True)
        lived.append(fingerprints.of_outcomes(records.claims))
        yield journal_frame(run.scenario, replication, records), claims_frame(run.scenario, replication, records)
        if progress:
            progress(replication + 1, replications)

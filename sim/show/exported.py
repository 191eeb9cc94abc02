"""`refund-sim export`: what a run lived through, as a table of every order (also those nobody claimed for), and as
event logs for other tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timezone
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.chance.claim_onset import delivered_at
from sim.chance.orders import draw_dispatching
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck
from sim.disk.placing import put_file, sweep
from sim.disk.reading import content_of
from sim.errors import BadUsage
from sim.experiment import fingerprints
from sim.experiment.censoring import cut
from sim.experiment.columns import COLUMNS
from sim.experiment.frame import CENTS, claims_frame, claims_of, journal_frame, moments
from sim.experiment.replication import calendars_of, replicate
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.selling import names_of_kinds
from sim.show.event_log import ocel_of, offset_of, xes_of
from sim.show.rows import csv_of
from sim.vocabulary import ClaimKind, Outcome, Party, Route

ALL_ORDERS = (*COLUMNS, "in_cohort")
"""Every column of the table: those of `orders.csv.gz`, and whether the order was paid in the cohort window."""


def all_orders(
    scenario: Scenario, replication: int, records: Records, calendars: dict[Party, Calendar]
) -> pd.DataFrame:
    """A row per order by number, with the columns `ALL_ORDERS`.

    Of orders nobody claimed for, `claim` is none and `outcome` no_claim; dispatch and delivery are as the seller
    and the carrier had planned, which nobody stopped. Not so for orders that the platform refunded unasked,
    since they were not sent in time: they are refunded, by the route not_dispatched.
    """
    claims = claims_of(scenario, replication, records)
    orders = records.draws.orders
    numbers = np.setdiff1d(np.arange(len(orders)), claims["order"].to_numpy())
    others = pd.DataFrame(_unclaimed(scenario, replication, records, calendars, numbers))
    table = pd.concat([claims, others], ignore_index=True).sort_values("order", kind="stable", ignore_index=True)
    first, beyond = scenario.experiment.cohort_window
    paid = orders.paid_at(table["order"].to_numpy())
    table["in_cohort"] = (paid >= first) & (paid < beyond)
    return table[list(ALL_ORDERS)]


def _unclaimed(
    scenario: Scenario, replication: int, records: Records, calendars: dict[Party, Calendar], numbers: np.ndarray
) -> dict[str, object]:
    """Orders that went their way."""
    draws, market = records.draws, scenario.market
    paid, bought = draws.orders.paid_at(numbers), draws.orders.of(numbers)
    sampler = OrderSampler(Luck(scenario.experiment.seed, replication), numbers)
    plan = draw_dispatching(scenario, paid, bought.seller_type, sampler, calendars)
    refunded = np.isin(numbers, draws.refunded_unasked)
    instants = {
        "paid_at": paid,
        "arranged_at": np.where(refunded, NEVER, plan.arranges_at),
        "dispatched_at": np.where(refunded, NEVER, plan.ships_at),
        "delivered_at": np.where(refunded, NEVER, delivered_at(scenario, sampler, plan, calendars)),
        "refund_due_at": np.where(refunded, plan.due, NEVER),
    }
    types, methods = names_of_kinds(market.sellers), list(market.payment_methods)
    return {
        "replication": np.full_like(numbers, replication),
        "order": numbers,
        **{name: moments(scenario.start, column) for name, column in instants.items()},
        "value": bought.value / CENTS,
        "seller": bought.seller,
        "seller_type": np.array(types, dtype=object)[bought.seller_type],
        "payment_method": np.array(methods, dtype=object)[bought.payment_method],
        "claim": ClaimKind.NONE.word,
        "outcome": np.where(refunded, Outcome.REFUNDED.word, Outcome.NO_CLAIM.word),
        "route": np.where(refunded, Route.NOT_DISPATCHED.word, Route.NONE.word),
        "refund": np.where(refunded, bought.value / CENTS, 0.0),
    }


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
    for replication, records in _lived(run, lived, progress):
        table = all_orders(run.scenario, replication, records, run.calendars)
        yield csv_of(_with_offset(table, offset), header=replication == 0)


def _lived(
    run: Run, lived: list[str], progress: ProgressTold | None, *, with_journal: bool = False
) -> Iterator[tuple[int, Records]]:
    """Each replication, as far as it was looked at; what came of it joins those that were `lived`."""
    scenario, at = run.scenario, run.scenario.experiment.cut
    for replication in range(scenario.experiment.replications):
        records = replicate(scenario, replication, run.calendars, with_journal=with_journal)
        records = records if at is None else cut(records, at)
        lived.append(fingerprints.of_outcomes(records.claims))
        yield replication, records
        if progress:
            progress(replication + 1, scenario.experiment.replications)


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
    for replication, records in _lived(run, lived, progress, with_journal=True):
        yield journal_frame(run.scenario, replication, records), claims_frame(run.scenario, replication, records)

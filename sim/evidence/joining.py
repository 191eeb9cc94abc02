"""Orders each once, claims each once and with their order, and only what can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.arrays import Bools, Floats, Ints
from sim.errors import BadScenario, Fault
from sim.evidence.log import LongTable, RefundLog
from sim.evidence.log_tables import TOLD_AT, Reading, Table
from sim.evidence.mapping import KNOWN_WORDS, MappedLog
from sim.scenario.wording import per_cent

STEPS = {
    "orders": (("paid", "arranged", "dispatched"), ("dispatched", "delivered")),
    "claims": (
        ("requested", "viewed", "taken_up", "closed"),
        ("dispute_opened", "dispute_taken_up", "dispute_closed"),
        ("offer_opened", "offer_closed"),
        ("mediation_opened", "mediation_taken_up", "mediation_closed"),
        ("return_posted", "return_received"),
        ("refund_due", "refunded"),
        ("chargeback_opened", "chargeback_closed"),
    ),
}
"""What comes one after the other."""
IN_ORDER = {
    table: [pair for one in steps for pair in dict.fromkeys((*pairwise(one), (one[0], one[-1])))]
    for table, steps in STEPS.items()
}
"""Pairs that cannot be the other way round."""
HOURS = 14
"""As many whole hours zones may lie apart, to be worth naming."""
MOST_IMPOSSIBLE = 0.01
"""The share of rows with impossible instants above which something is wrong with the mapping, and not with rows."""


def joined(
    mapped: MappedLog,
    tables: Mapping[str, LongTable],
    readings: Mapping[str, Reading],
    words: Mapping[str, Mapping[str, int]],
    start: pd.Timestamp,
) -> RefundLog:
    """Orders each once, claims each once and with their order, and only what can be.

    Numbers of orders are held in memory, eight bytes each, until it is known which came again; of orders nothing
    else is.
    """
    cut = float((pd.Timestamp(mapped.mapping.cut) - start) / pd.Timedelta(seconds=1))
    used, reading = LongTable(), readings["orders"]
    possible = _Possible(mapped, "orders", reading)
    for piece in _latest(tables["orders"], reading):
        used.append(possible.blanked(_understood(piece, reading, cut)))
    reading.used, faults = used.rows, list(possible.faults())
    claims, bought = Table.stacked([]), Table.stacked([])
    if "claims" in tables:
        reading = readings["claims"]
        possible = _Possible(mapped, "claims", reading)
        claims = Table.stacked(list(_latest(tables["claims"], reading)))
        claims, bought = _with_orders(claims, used, reading)
        claims = _after_payment(possible.blanked(claims), bought, reading)
        reading.used = claims.rows
        faults += possible.faults()
    if faults:
        raise BadScenario(faults)
    names = {name: tuple(one) for name, one in words.items()} | KNOWN_WORDS
    return RefundLog(used, claims, bought, names, tuple(readings.values()), cut)


def _latest(table: LongTable, reading: Reading) -> Iterator[Table]:
    """Of several versions of a row, the last one written."""
    again = _repeated(table)
    last, first = np.full(len(again), -1, dtype=np.int64), 0
    for piece in table.pieces():
        rows, places = _found(again, piece.words["order"])
        last[places] = first + rows  # of the same place twice, the later counts
        first += piece.rows
    first = 0
    for piece in table.pieces():
        kept = piece.words["order"] >= 0
        reading.leave("no order number", int((~kept).sum()))
        rows, places = _found(again, piece.words["order"])
        earlier = rows[last[places] != first + rows]
        reading.leave("an earlier version of the same order", len(earlier))
        kept[earlier] = False
        first += piece.rows
        yield piece.only(kept)


def _repeated(table: LongTable) -> Ints:
    """Numbers of orders that stand in more than one row, ascending."""
    numbers, first = np.empty(table.rows, dtype=np.int64), 0
    for piece in table.pieces():
        numbers[first : first + piece.rows] = piece.words["order"]
        first += piece.rows
    numbers.sort()
    again = np.unique(numbers[1:][numbers[1:] == numbers[:-1]])
    return again[again >= 0]


def _found(ascending: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Which of what is wanted is there, and where."""
    if not len(ascending):
        return ascending, ascending
    places = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    rows = np.flatnonzero(ascending[places] == wanted)
    return rows, places[rows]


def _understood(orders: Table, reading: Reading, cut: float) -> Table:
    """Orders of which it is known when they were paid, and of whom."""
    paid = orders.at("paid")
    reading.leave("no payment", int(np.isnan(paid).sum()))
    reading.leave("paid after the cut", int((paid >= cut).sum()))
    no_seller = (orders.word("seller") < 0) & (paid < cut)
    reading.leave("no seller", int(no_seller.sum()))
    return orders.only((paid < cut) & ~no_seller)


@dataclass
class _Gap:
    """Of two instants: rows that have both, and rows that have them the wrong way round."""

    both: int = 0
    wrong: int = 0
    left: Ints = field(default_factory=lambda: np.zeros(HOURS, dtype=np.int64))
    """Rows still wrong if the later one were one hour later, two hours, …"""


@dataclass
class _Possible:
    """What became of impossible rows, piece by piece."""

    mapped: MappedLog
    table: str
    reading: Reading
    rows: int = 0
    gaps: dict[tuple[str, str], _Gap] = field(default_factory=dict)

    def blanked(self, piece: Table) -> Table:
        """Impossible instants are blanked: of a claim it stays known that it was one, and when orders were paid."""
        low, high = piece.low, piece.high
        impossible = np.zeros(piece.rows, dtype=bool)
        for before, after in IN_ORDER[self.table]:
            if before in low and after in low:
                impossible |= self._wrong(before, after, high[after] - low[before])
        self.rows += piece.rows
        if not impossible.any():
            return piece
        kept = ("paid",) if self.table == "orders" else ()
        low, high = piece.instants(
            lambda column, instants: instants if column in kept else np.where(impossible, np.nan, instants)
        )
        words = dict(piece.words)
        for word in TOLD_AT if self.table == "claims" else ():
            if word in words:
                words[word] = np.where(impossible, -1, words[word])
        return Table(low, high, words, piece.numbers, piece.rows)

    def _wrong(self, before: str, after: str, lasted: Floats) -> Bools:
        wrong = np.asarray(lasted < 0)
        count, gap = int(wrong.sum()), self.gaps.setdefault((before, after), _Gap())
        self.reading.keep(f"{after} before {before}: time unknown", count)
        gap.both += int((~np.isnan(lasted)).sum())
        gap.wrong += count
        gap.left += [int((lasted[wrong] + hour * 3600 < 0).sum()) for hour in range(1, HOURS + 1)]
        return wrong

    def faults(self) -> Iterator[Fault]:
        """Too many rows are impossible."""
        for (before, after), gap in self.gaps.items():
            if gap.wrong > MOST_IMPOSSIBLE * self.rows:
                yield _zone_fault(self.mapped, self.table, before, after, gap)


def _zone_fault(mapped: MappedLog, name: str, before: str, after: str, gap: _Gap) -> Fault:
    """A zone is the likely reason where some whole hours would mend nearly all."""
    hours = [hour for hour, left in enumerate(gap.left, 1) if left < MOST_IMPOSSIBLE / 10 * gap.both]
    table = getattr(mapped.mapping, name) or mapped.mapping.log
    column = table.named.get(after, after) if table else after
    likely = f"; likely the zone of '{column}': {min(hours)} h later would mend nearly all" if hours else ""
    share = gap.wrong / max(gap.both, 1)
    found = f"found {gap.wrong:,} rows ({per_cent(share, 1)}) with {after} before {before}"
    return mapped.fault(f"{name}.columns.{after}", f"{found}, expected at most 1 %{likely}")


def _with_orders(claims: Table, orders: LongTable, reading: Reading) -> tuple[Table, Table]:
    """Claims whose order is known, and these orders."""
    by_number = np.argsort(claims.word("order"))
    ascending = claims.word("order")[by_number]
    row, first = np.full(claims.rows, -1, dtype=np.int64), 0
    bought, whose = [], [by_number[:0]]
    for piece in orders.pieces():
        rows, places = _found(ascending, piece.words["order"])
        row[by_number[places]] = first + rows
        bought.append(piece.only(rows))
        whose.append(by_number[places])
        first += piece.rows
    reading.leave("its order is not among the orders used", int((row < 0).sum()))
    kept = claims.only(row >= 0)
    claims = replace(kept, words={**kept.words, "order_row": row[row >= 0]})
    return claims, Table.stacked(bought).only(np.argsort(np.concatenate(whose)))


def _after_payment(claims: Table, orders: Table, reading: Reading) -> Table:
    """A request before payment has no known time."""
    if "requested" not in claims.low or "paid" not in orders.low:
        return claims
    early = claims.high["requested"] < orders.low["paid"]
    reading.keep("requested before paid: time unknown", int(early.sum()))
    low, high = claims.instants(lambda _, column: np.where(early, np.nan, column))
    return Table(low, high, claims.words, claims.numbers, claims.rows)

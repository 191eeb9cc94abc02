"""Orders each once, claims each once and with their order, and only what can be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.errors import BadScenario, Fault
from sim.evidence.log import TOLD_AT, Floats, Ints, Reading, RefundLog, Table
from sim.evidence.mapping import KNOWN_WORDS, MappedLog, columns_of
from sim.scenario.wording import per_cent

IN_ORDER = {
    "orders": (
        ("paid", "arranged"),
        ("arranged", "dispatched"),
        ("paid", "dispatched"),
        ("dispatched", "delivered"),
    ),
    "claims": (
        ("requested", "viewed"),
        ("viewed", "taken_up"),
        ("taken_up", "closed"),
        ("requested", "closed"),
        ("dispute_opened", "dispute_taken_up"),
        ("dispute_taken_up", "dispute_closed"),
        ("dispute_opened", "dispute_closed"),
        ("offer_opened", "offer_closed"),
        ("mediation_opened", "mediation_taken_up"),
        ("mediation_taken_up", "mediation_closed"),
        ("mediation_opened", "mediation_closed"),
        ("return_posted", "return_received"),
        ("refund_due", "refunded"),
        ("chargeback_opened", "chargeback_closed"),
    ),
}
"""What cannot be the other way round."""
MOST_IMPOSSIBLE = 0.01
"""The share of rows with impossible instants above which something is wrong with the mapping, and not with rows."""


def joined(
    mapped: MappedLog,
    tables: Mapping[str, Table],
    readings: Mapping[str, Reading],
    words: Mapping[str, Mapping[str, int]],
    start: pd.Timestamp,
) -> RefundLog:
    """Orders each once, claims each once and with their order, and only what can be."""
    cut = float((pd.Timestamp(mapped.mapping.cut) - start) / pd.Timedelta(seconds=1))
    faults: list[Fault] = []
    orders = _latest(tables["orders"], readings["orders"])
    orders = _understood(orders, readings["orders"], cut)
    orders = _possible(mapped, "orders", orders, readings["orders"], faults)
    row_of = np.full(len(words["order"]), -1, dtype=np.int64)
    row_of[orders.words["order"]] = np.arange(orders.rows)
    if "claims" in tables:
        claims = _latest(tables["claims"], readings["claims"])
        claims = _with_orders(claims, row_of, readings["claims"])
        claims = _possible(mapped, "claims", claims, readings["claims"], faults)
        claims = _after_payment(claims, orders, readings["claims"])
    else:
        none = np.empty(0, dtype=np.int64)
        claims = Table({}, {}, {"order_row": none, "order": none}, {}, 0)
    if faults:
        raise BadScenario(faults)
    for name, table in (("orders", orders), ("claims", claims)):
        if name in readings:
            readings[name].used = table.rows
    names = {name: tuple(one) for name, one in words.items() if name != "order"} | KNOWN_WORDS
    return RefundLog(orders, claims, names, tuple(readings.values()), cut)


def _latest(table: Table, reading: Reading) -> Table:
    """Of several versions of a row, the last one written."""
    order = table.words["order"]
    known = order >= 0
    reading.leave("no order number", int((~known).sum()))
    backwards = order[::-1]
    _, last = np.unique(backwards, return_index=True)
    is_last = np.zeros(table.rows, dtype=bool)
    is_last[table.rows - 1 - last] = True
    reading.leave("an earlier version of the same order", int((known & ~is_last).sum()))
    return table.only(known & is_last)


def _understood(orders: Table, reading: Reading, cut: float) -> Table:
    """Orders of which it is known when they were paid, and of whom."""
    paid = orders.at("paid")
    reading.leave("no payment", int(np.isnan(paid).sum()))
    reading.leave("paid after the cut", int((paid >= cut).sum()))
    no_seller = (orders.word("seller") < 0) & (paid < cut)
    reading.leave("no seller", int(no_seller.sum()))
    return orders.only((paid < cut) & ~no_seller)


def _possible(mapped: MappedLog, name: str, table: Table, reading: Reading, faults: list[Fault]) -> Table:
    """Instants that cannot be are blanked: of a claim it stays known that it was one, and when orders were paid."""
    low, high = table.low, table.high
    impossible = np.zeros(table.rows, dtype=bool)
    for before, after in IN_ORDER[name]:
        if before not in low or after not in low:
            continue
        wrong = high[after] < low[before]
        impossible |= wrong
        count = int(wrong.sum())
        if not count:
            continue
        reading.keep(f"{after} before {before}: time unknown", count)
        if count > MOST_IMPOSSIBLE * table.rows:
            faults.append(_zone_fault(mapped, name, before, after, low[before], high[after], count))
    kept = ("paid",) if name == "orders" else ()
    low, high = table.instants(
        lambda column, instants: instants if column in kept else np.where(impossible, np.nan, instants)
    )
    words = dict(table.words)
    if name == "claims":
        for word in TOLD_AT:
            if word in words:
                words[word] = np.where(impossible, -1, words[word])
    return Table(low, high, words, table.numbers, table.rows)


def _zone_fault(
    mapped: MappedLog, name: str, before: str, after: str, begins: Floats, ends: Floats, count: int
) -> Fault:
    """Too many rows are impossible: a zone is the likely reason where some whole hours would mend nearly all."""
    both = ~np.isnan(begins) & ~np.isnan(ends)
    gaps = (ends - begins)[both]
    hours = [hour for hour in range(1, 15) if np.mean(gaps + hour * 3600 < 0) < MOST_IMPOSSIBLE / 10]
    table = getattr(mapped.mapping, name) or mapped.mapping.log
    column = columns_of(table).get(after, after) if table else after
    likely = f"; likely the zone of '{column}': {min(hours)} h later would mend nearly all" if hours else ""
    share = count / max(int(both.sum()), 1)
    return mapped.fault(
        f"{name}.columns.{after}",
        f"found {count:,} rows ({per_cent(share, 1)}) with {after} before {before}, expected at most 1 %{likely}",
    )


def _with_orders(claims: Table, row_of: Ints, reading: Reading) -> Table:
    """Claims whose order is known."""
    order = claims.words["order"]
    place = np.where(order < len(row_of), row_of[np.minimum(order, len(row_of) - 1)], -1)
    reading.leave("its order is not among the orders used", int((place < 0).sum()))
    kept = claims.only(place >= 0)
    return Table(kept.low, kept.high, {**kept.words, "order_row": place[place >= 0]}, kept.numbers, kept.rows)


def _after_payment(claims: Table, orders: Table, reading: Reading) -> Table:
    """A request before payment has no known time."""
    if "requested" not in claims.low:
        return claims
    early = claims.high["requested"] < orders.low["paid"][claims.words["order_row"]]
    reading.keep("requested before paid: time unknown", int(early.sum()))
    low, high = claims.instants(lambda _, column: np.where(early, np.nan, column))
    return Table(low, high, claims.words, claims.numbers, claims.rows)

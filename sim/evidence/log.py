"""A refund log as it was read: orders a piece at a time, the claims among them, and what became of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.log_tables import Bools as Bools
from sim.evidence.log_tables import Floats as Floats
from sim.evidence.log_tables import Ints as Ints
from sim.evidence.log_tables import Reading as Reading
from sim.evidence.log_tables import Table as Table
from sim.evidence.long_table import LongTable, narrow


class OrdersPiece(NamedTuple):
    """Some of the orders, one after the other."""

    orders: Table
    claims: Ints
    """Which claims are for any of them."""
    row: Ints
    """Of each such claim, the row of its order among these."""


@dataclass(frozen=True)
class RefundLog:
    """Orders, and the claims among them."""

    orders: LongTable
    """`paid`, `arranged`, `dispatched`, `delivered`; words `seller`, `method`, `group`; number `value`."""
    claims: Table
    """A row for each claim; `order_row` (a word) is the row of its order."""
    orders_of_claims: Table
    """The order of each claim, with the columns that orders have."""
    names: Mapping[str, tuple[str, ...]]
    """By column: what its words by number are called; what orders are called is not kept."""
    readings: tuple[Reading, ...]
    cut: float
    """Seconds since the start: what happened from then on is not known."""

    def pieces(self) -> Iterator[OrdersPiece]:
        """All orders, piece by piece, each with its claims."""
        by_row, rows, first = *self._claims_by_row, 0
        for orders in self.orders.pieces():
            here = slice(*np.searchsorted(rows, [first, first + orders.rows]))
            yield OrdersPiece(orders, by_row[here], rows[here] - first)
            first += orders.rows

    @cached_property
    def _claims_by_row(self) -> tuple[Ints, Ints]:
        row = self.claims.word("order_row")
        by_row = np.argsort(row, kind="stable")
        return by_row, row[by_row]

    def between(self, first: float, beyond: float, cut: float) -> RefundLog:
        """Orders paid in a period, and their claims, as they were known at a cut."""

        def inside(orders: Table) -> Bools:
            paid = orders.at("paid")
            return np.asarray((paid >= first) & (paid < beyond) & (paid < cut))

        orders, row = LongTable(), np.full(self.claims.rows, -1, dtype=np.int64)
        for piece in self.pieces():
            some = inside(piece.orders)
            row[piece.claims] = orders.rows + np.cumsum(some)[piece.row] - 1
            orders.append(piece.orders.only(some).known_at(cut))
        begun = np.fmin(self.claims.at("requested"), self.claims.at("dispute_opened"))
        theirs = inside(self.orders_of_claims) & ~(begun >= cut)
        claims = self.claims.only(theirs)
        claims = replace(claims, words={**claims.words, "order_row": row[theirs]})
        bought = self.orders_of_claims.only(theirs).known_at(cut)
        return replace(self, orders=orders, claims=claims.known_at(cut), orders_of_claims=bought, cut=cut)

    def of_orders(self, name: str) -> Floats:
        """An instant of each claim's order."""
        return self.orders_of_claims.at(name)

    def gathered(self, of: Callable[[Table], Floats]) -> NDArray[Any]:
        """One number of every order of which it is known, all at once in as few bytes as hold it."""
        told = (of(piece) for piece in self.orders.pieces())
        return np.concatenate([np.empty(0, dtype=np.int8), *(narrow(one[~np.isnan(one)]) for one in told)])

"""A refund log as it was read: orders a piece at a time, the claims among them, and what became of every row.

Orders lie in a file without a name, kept in memory while it is small, in the folder for temporary files once it is
not; columns are read when they are asked for. What is held in memory is one piece, however many there are.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools, Floats, Ints
from sim.errors import UserError
from sim.evidence.log_tables import Reading, Table

IN_MEMORY = 4 << 20
"""Bytes up to which a table stays in memory."""
UNKNOWN = int(np.iinfo(np.int32).min)
"""Stands for NaN among whole seconds."""


def narrow(column: Floats | Ints) -> NDArray[Any]:
    """The same values in as few bytes as hold them all; of numbers that are not whole, all eight."""
    if np.issubdtype(column.dtype, np.integer):
        farthest = max(int(column.max()), ~int(column.min())) if len(column) else 0
        kinds = (np.int8, np.int16, np.int32, np.int64)
        return column.astype(next(kind for kind in kinds if farthest <= np.iinfo(kind).max))
    unknown = np.isnan(column)
    whole = (column == np.rint(column)) & (np.abs(column) < -UNKNOWN)
    return np.where(unknown, UNKNOWN, column).astype(np.int32) if (whole | unknown).all() else column


def wide(column: NDArray[Any]) -> Floats:
    """The numbers that were made narrow."""
    if column.dtype == np.float64:
        return column
    return np.where(column == UNKNOWN, np.nan, column.astype(np.float64))


class _Place(NamedTuple):
    """Where a column of a piece is written."""

    offset: int
    bytes: int
    kind: np.dtype[Any]


class _Piece(NamedTuple):
    """What is written of a piece; of coarse instants, how many seconds their ends lie apart."""

    rows: int
    instants: dict[str, _Place]
    apart: dict[str, float]
    words: dict[str, _Place]
    numbers: dict[str, _Place]


class LongTable:
    """Pieces of a table, in the order in which they were put in."""

    def __init__(self) -> None:
        self.rows = 0
        self._names: set[str] = set()
        self._pieces: list[_Piece] = []
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed as the table goes
        weakref.finalize(self, self._file.close)

    def has(self, name: str) -> bool:
        """Whether it has such a column."""
        return name in self._names

    def apart(self, name: str) -> float:
        """How many seconds the ends of an instant lie apart."""
        return max((piece.apart.get(name, 0.0) for piece in self._pieces), default=0.0)

    def append(self, piece: Table) -> None:
        """One more piece. Raises UserError where there is no room for it."""
        self._names |= {*piece.low, *piece.words, *piece.numbers}
        coarse = {name: piece.high[name] - low for name, low in piece.low.items() if piece.high[name] is not low}
        apart = {name: float(np.fmax.reduce(gap)) for name, gap in coarse.items() if not np.isnan(gap).all()}
        try:
            places = [
                {name: self._written(narrow(column)) for name, column in columns.items()}
                for columns in (piece.low, piece.words, piece.numbers)
            ]
        except OSError as wrong:
            raise UserError(f"{gettempdir()}: {wrong.strerror}, expected room for the log's orders") from None
        self._pieces.append(_Piece(piece.rows, places[0], apart, places[1], places[2]))
        self.rows += piece.rows

    def pieces(self) -> Iterator[Table]:
        """All of them; a column is read as it is asked for."""
        return map(self._table, self._pieces)

    def _table(self, piece: _Piece) -> Table:
        low = _Columns(piece.instants, lambda name: wide(self._read(piece.instants[name])))
        apart = piece.apart
        high = _Columns(low, lambda name: low[name] + apart[name] if name in apart else low[name])
        words = _Columns(piece.words, lambda name: self._read(piece.words[name]).astype(np.int64))
        numbers = _Columns(piece.numbers, lambda name: wide(self._read(piece.numbers[name])))
        return Table(low, high, words, numbers, piece.rows)

    def _written(self, column: NDArray[Any]) -> _Place:
        offset = self._file.seek(0, 2)
        self._file.write(column.tobytes())
        return _Place(offset, column.nbytes, column.dtype)

    def _read(self, place: _Place) -> NDArray[Any]:
        self._file.seek(place.offset)
        return np.frombuffer(self._file.read(place.bytes), place.kind)


class _Columns(Mapping[str, Any]):
    """Columns of a piece, each made once, when it is asked for."""

    def __init__(self, names: Collection[str], made: Callable[[str], Any]) -> None:
        self._names, self._made = names, made
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._made(name)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


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

    def watched_until(self, over: Floats) -> Floats:
        """When each was over, as far as is known; of those that were not, when the log was taken."""
        return np.where(np.isnan(over), self.cut, over)

    def of_orders(self, name: str) -> Floats:
        """An instant of each claim's order."""
        return self.orders_of_claims.at(name)

    def gathered(self, of: Callable[[Table], Floats]) -> NDArray[Any]:
        """One number of every order of which it is known, all at once in as few bytes as hold it."""
        told = (of(piece) for piece in self.orders.pieces())
        return np.concatenate([np.empty(0, dtype=np.int8), *(narrow(one[~np.isnan(one)]) for one in told)])

"""Tables of a refund log as they were read: columns of seconds, and what became of every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.arrays import Bools, Floats, Ints

TOLD_AT = {
    "status": "closed",
    "dispute_status": "dispute_closed",
    "offer_status": "offer_closed",
    "ruling": "mediation_closed",
    "chargeback_ruling": "chargeback_closed",
}
"""By word: the instant from which on it is known."""


@dataclass
class Reading:
    """What became of the rows of one table."""

    table: str
    rows: int = 0
    used: int = 0
    unused: dict[str, int] = field(default_factory=dict)
    """Rows that count for nothing, by why."""
    kept: dict[str, int] = field(default_factory=dict)
    """Rows that count only as far as they can be understood, by why."""
    examples: dict[str, str] = field(default_factory=dict)
    """By why: the first place, `file:line`."""

    def leave(self, why: str, count: int) -> None:
        """So many rows are left out."""
        self._count(self.unused, why, count, "")

    def keep(self, why: str, count: int, example: str = "") -> None:
        """So many are only understood in part."""
        self._count(self.kept, why, count, example)

    def _count(self, into: dict[str, int], why: str, count: int, example: str) -> None:
        if count:
            into[why] = into.get(why, 0) + count
            self.examples.setdefault(why, example)

    def document(self) -> dict[str, object]:
        """Ready for JSON."""
        return {
            "rows": self.rows,
            "used": self.used,
            "unused": dict(sorted(self.unused.items())),
            "in_part": dict(sorted(self.kept.items())),
            "examples": dict(sorted(self.examples.items())),
        }


@dataclass(frozen=True)
class Table:
    """Columns of equal length: instants as seconds (a low and a high end), words as numbers (−1 for none).

    Where instants are known to the second both ends are one array: a large log is held once.
    """

    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    words: Mapping[str, Ints]
    numbers: Mapping[str, Floats]
    rows: int

    def at(self, name: str) -> Floats:
        """The instants of a column, in the middle of what is known; NaN where there is none, or no such column."""
        if name not in self.low:
            return np.full(self.rows, np.nan)
        return (self.low[name] + self.high[name]) / 2

    def ends(self, name: str) -> tuple[Floats, Floats]:
        """Not before, not after."""
        none = np.full(self.rows, np.nan)
        return self.low.get(name, none), self.high.get(name, none)

    def word(self, name: str) -> Ints:
        """Words by number; −1 where there is none, or no such column."""
        return self.words.get(name, np.full(self.rows, -1, dtype=np.int64))

    def has(self, name: str) -> bool:
        """Whether the log tells of it at all."""
        return name in self.low or name in self.words or name in self.numbers

    def instants(self, turned: Callable[[str, Floats], Floats]) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Both ends of every column, turned into others by its name and what it holds."""
        low = {name: turned(name, column) for name, column in self.low.items()}
        high = {
            name: low[name] if column is self.low[name] else turned(name, column)
            for name, column in self.high.items()
        }
        return low, high

    def only(self, some: Bools | Ints) -> Table:
        """Some of the rows."""
        return Table(
            *self.instants(lambda _, column: column[some]),
            {name: column[some] for name, column in self.words.items()},
            {name: column[some] for name, column in self.numbers.items()},
            rows=int(np.count_nonzero(some)) if some.dtype == np.bool_ else len(some),
        )

    @classmethod
    def stacked(cls, parts: Sequence[Table]) -> Table:
        """One below the other; all have the same columns."""

        def whole(columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            names = columns[0] if columns else ()
            return {name: np.concatenate([one[name] for one in columns]) for name in names}

        low = whole([one.low for one in parts])
        coarse = [name for name in low if any(one.high[name] is not one.low[name] for one in parts)]
        high = low | {name: np.concatenate([one.high[name] for one in parts]) for name in coarse}
        words, numbers = (whole([getattr(one, of) for one in parts]) for of in ("words", "numbers"))
        return cls(low, high, words, numbers, sum(one.rows for one in parts))

    def known_at(self, cut: float) -> Table:
        """As it was known then: what happened later had not happened."""
        low, high = self.instants(lambda name, column: np.where(self.low[name] >= cut, np.nan, column))
        words = dict(self.words)
        for word, instant in TOLD_AT.items():
            if word in words and instant in low:
                words[word] = np.where(np.isnan(low[instant]), -1, words[word])
        return replace(self, low=low, high=high, words=words)

"""Tables of a refund log as they were read: columns of seconds, and what became of every row; and how instants are
read as organisations write them, intervals where coarse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Bools, Floats, Ints
from sim.evidence.mapping import EPOCH_MS, EPOCH_S, ISO, CoarseFormat

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


# ------------------------------------------------------------------------------------------------------- instants


WIDTH = {"a day": 86_400, "an hour": 3_600, "a minute": 60, "a second": 1}
"""Seconds in which a stamp's instant may lie."""


class Stamps(NamedTuple):
    """Instants in seconds since the marketplace's first midnight; NaN where none is written or none can be read."""

    low: Floats
    """Not before."""
    high: Floats
    """Not after."""
    unread: Bools
    """Where something is written that is no such instant."""


def stamps_of(written: pd.Series, how: str | CoarseFormat, zone: str, home: str, start: pd.Timestamp) -> Stamps:
    """Read a column: `zone` is that of what is written, `home` the marketplace's, `start` its first midnight."""
    text = written.astype("string").str.strip()
    is_blank = (text.isna() | (text == "") | text.str.lower().isin(["null", "nan", "nat", "none"])).to_numpy(bool)
    form = how.format if isinstance(how, CoarseFormat) else how
    moments = _moments(text.mask(is_blank), form, zone)
    local = moments.dt.tz_convert(home).dt.tz_localize(None)
    seconds = ((local - start) / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64)
    width = _width(how, form)
    if width > 1:
        # A coarse stamp names a stretch of the clock it was written on.
        seconds = np.floor(seconds)
        return Stamps(seconds, seconds + width - 1, np.isnan(seconds) & ~is_blank)
    seconds = np.rint(seconds)
    return Stamps(seconds, seconds, np.isnan(seconds) & ~is_blank)


def _width(how: str | CoarseFormat, form: str) -> int:
    """What a format without seconds, minutes or hours cannot tell apart."""
    if isinstance(how, CoarseFormat):
        return WIDTH[how.means]
    if form in (ISO, EPOCH_S, EPOCH_MS) or any(code in form for code in ("%S", "%s", "%c", "%X", "%T")):
        return 1
    if "%M" in form:
        return WIDTH["a minute"]
    return WIDTH["an hour"] if any(code in form for code in ("%H", "%I")) else WIDTH["a day"]


def _moments(text: pd.Series, form: str, zone: str) -> pd.Series:
    if form in (EPOCH_S, EPOCH_MS):
        numbers = pd.to_numeric(text, errors="coerce").astype("float64")
        unit = 1.0 if form == EPOCH_S else 1000.0
        sensible = numbers.where((numbers / unit).abs() < 8e9)
        return pd.to_datetime(sensible / unit, unit="s", errors="coerce", utc=True)
    if form == ISO:
        return _iso(text, zone)
    try:
        read = pd.to_datetime(text, format=form, errors="coerce", utc="%z" in form)
    except ValueError:  # a code that no reader knows
        return pd.to_datetime(pd.Series(pd.NaT, index=text.index), utc=True)
    return read if "%z" in form else _placed(read, zone)


def _iso(text: pd.Series, zone: str) -> pd.Series:
    """With an offset where one is written, in the zone where none is."""
    has_offset = text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True).fillna(False).to_numpy(bool)
    moments = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us, UTC]")
    for some, is_told in ((has_offset, True), (~has_offset, False)):
        if some.any():
            read = pd.to_datetime(text[some], format="ISO8601", errors="coerce", utc=is_told)
            moments[some] = (read if is_told else _placed(read, zone)).astype("datetime64[us, UTC]")
    return moments


def _placed(naive: pd.Series, zone: str) -> pd.Series:
    """Of an hour that a clock shows twice the second is meant; one it skips is read as the next."""
    placed = pd.to_datetime(naive).dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    return placed.dt.tz_convert("UTC")

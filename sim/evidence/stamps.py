"""Instants as organisations write them, in seconds of the marketplace's own clock: intervals where coarse."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.evidence.mapping import EPOCH_MS, EPOCH_S, ISO, CoarseFormat

WIDTH = {"a day": 86_400, "an hour": 3_600, "a minute": 60, "a second": 1}
"""Seconds in which a stamp's instant may lie."""


class Stamps(NamedTuple):
    """Instants in seconds since the marketplace's first midnight; NaN where none is written or none can be read."""

    low: Floats
    """Not before."""
    high: Floats
    """Not after."""
    unread: NDArray[np.bool_]
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

"""How long: three kinds of duration, each a whole number of seconds.

| written                | kind     | means                                                                |
|------------------------|----------|----------------------------------------------------------------------|
| `36 h`, `1 d 12 h`     | wall     | the clock on the wall                                                |
| `90 min of work`       | work     | advances only while the party's calendar is open                     |
| `3 bd`, `2.5 bd`       | business | days on which the party works, at the same time of day               |
| `0`                    | wall     | no time at all (the one number that needs no unit)                   |
| `never`                | wall     | it does not happen                                                   |

A bare number is refused: 90 could be minutes or days. Working time is given in h, min or s, because a
working day has no fixed length.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

SECOND = 1
MINUTE = 60
HOUR = 3600
DAY = 86_400
NEVER = 1 << 61
"""The instant that does not come. At most one goes into a sum, so 64 bits never overflow."""
LONGEST = 100 * 365 * DAY
"""Durations above a hundred years are refused: nobody means them, and calendars do not reach that far."""

_UNITS = {"d": DAY, "h": HOUR, "min": MINUTE, "s": SECOND}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|min|s)")
_WALL = re.compile(rf"{_PART.pattern}(?:\s+{_PART.pattern})*")
_BUSINESS = re.compile(r"(\d+(?:\.\d+)?)\s*bd")
PATTERN = r"^(0|never|\d+(\.\d+)?\s*bd|\d+(\.\d+)?\s*(d|h|min|s)(\s+\d+(\.\d+)?\s*(d|h|min|s))*(\s+of\s+work)?)$"
EXPECTED = "a duration such as '36 h', '1 d 12 h', '90 min of work', '3 bd', '0' or 'never'"


class Kind(IntEnum):
    """What a duration is counted in. The numbers are what the engines see."""

    NONE = 0
    WALL = 1
    BUSINESS = 2
    WORK = 3


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: its kind, and its length in whole seconds.

    For business days the seconds count 86,400 to the business day, so 2.5 bd is 216,000 s of the
    axis on which only business days exist.
    """

    kind: Kind
    seconds: int

    def __str__(self) -> str:
        """The text that reads back as the same duration: `1 d 12 h`, `90 min of work`, `2.5 bd`."""
        if self.seconds == NEVER:
            return "never"
        if self.seconds == 0 and self.kind is Kind.WALL:
            return "0"
        if self.kind is Kind.BUSINESS:
            return _business_written(self.seconds)
        units = {k: v for k, v in _UNITS.items() if k != "d"} if self.kind is Kind.WORK else _UNITS
        parts, rest = [], self.seconds
        for unit, size in units.items():
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{count} {unit}")
        return (" ".join(parts) or "0 s") + (" of work" if self.kind is Kind.WORK else "")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            as_duration, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text = {"type": "string", "pattern": PATTERN, "description": EXPECTED}
        return {"anyOf": [text, {"const": 0}], "examples": ["36 h", "1 d 12 h", "90 min of work", "3 bd"]}


def as_duration(value: Any) -> Duration:
    """Read what a scenario says. Raises ValueError that says what was found and what was expected."""
    if isinstance(value, Duration):
        return value
    if value == 0 and not isinstance(value, bool | str):
        return Duration(Kind.WALL, 0)
    if not isinstance(value, str):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        unit_hint = f" (a bare number has no unit: '{value} d'? '{value} h'?)" if is_number else ""
        raise ValueError(f"found {value!r}, expected {EXPECTED}{unit_hint}")
    return parse_duration(value)


@lru_cache(maxsize=4096)
def parse_duration(text: str) -> Duration:
    """`"1 d 12 h"` → 129,600 s on the wall. Raises ValueError."""
    words = " ".join(text.split())
    if words == "never":
        return Duration(Kind.WALL, NEVER)
    if words == "0":
        return Duration(Kind.WALL, 0)
    if found := _BUSINESS.fullmatch(words):
        return Duration(Kind.BUSINESS, _bounded(float(found[1]) * DAY, text))
    kind = Kind.WORK if words.endswith(" of work") else Kind.WALL
    length = words.removesuffix(" of work")
    if not _WALL.fullmatch(length):
        raise ValueError(f"found {text!r}, expected {EXPECTED}")
    parts = _PART.findall(length)
    if kind is Kind.WORK and any(unit == "d" for _, unit in parts):
        raise ValueError(f"found {text!r}: working time is given in h, min or s, a working day has no fixed length")
    return Duration(kind, _bounded(sum(float(number) * _UNITS[unit] for number, unit in parts), text))


def _bounded(seconds: float, text: str) -> int:
    if not math.isfinite(seconds) or seconds > LONGEST:
        raise ValueError(f"found {text!r}, which is above 100 years; write 'never' if it does not happen")
    return round(seconds)


def _business_written(seconds: int) -> str:
    """Enough decimals for the text to read back as the same second."""
    for decimals in range(8):
        text = f"{seconds / DAY:.{decimals}f}"
        if round(float(text) * DAY) == seconds:
            return f"{text} bd"
    return f"{seconds / DAY!r} bd"


def as_finite(value: Any) -> Duration:
    """Read a length of time that does end. Raises ValueError that says what was found and what was expected."""
    duration = as_duration(value)
    if duration.seconds == NEVER:
        raise ValueError("found 'never', expected a length of time")
    return duration


def _as_finite_wall(value: Any) -> Duration:
    duration = as_finite(value)
    if duration.kind is not Kind.WALL and duration.seconds:
        raise ValueError(f"found {value!r}, expected wall-clock time such as '36 h' or '9 d'")
    return duration


FiniteDuration = Annotated[Duration, BeforeValidator(as_finite)]
"""A duration of any kind that does end."""
FiniteWallDuration = Annotated[Duration, BeforeValidator(_as_finite_wall)]
"""A duration on the wall clock that does end."""

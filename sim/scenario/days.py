"""A calendar day, or a season of several: `2018-11-11`, `2018-10-21..2018-11-10`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from sim.scenario.base import DATE, as_date
from sim.scenario.wording import shown


@dataclass(frozen=True, slots=True, order=True)
class Season:
    """All days from the first to the last, both included; often a single one."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


def as_season(value: Any) -> Season:
    """`"2018-10-21..2018-11-10"` → its first and last day. Raises ValueError that says what was expected."""
    if isinstance(value, Season):
        return value
    first, dots, last = value.partition("..") if isinstance(value, str) else (value, "", "")
    if not dots:
        return Season(as_date(first), as_date(first))
    season = Season(as_date(first), as_date(last))
    if season.last < season.first:
        raise ValueError(f"found {shown(value)}, which ends before it begins")
    return season


_TEXT = {
    "type": "string",
    "pattern": rf"^{DATE}(\.\.{DATE})?$",
    "examples": ["2018-11-11", "2018-10-21..2018-11-10"],
}
Days = Annotated[Season, PlainValidator(as_season), PlainSerializer(str), WithJsonSchema(_TEXT)]
"""A day, or a season with its first and its last."""

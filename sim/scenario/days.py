"""Days and seasons (`2018-11-11`, `2018-10-21..2018-11-10`), times of day, and the days on which a party is closed.

Public holidays come from the `holidays` package. It takes a while to import, so that happens only where a
calendar names a country; and of its rules, only those of that country.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from sim.scenario.base import DATE, Day, Described, as_date, did_you_mean
from sim.scenario.durations import HOUR, MINUTE
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

_TIME = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
RunTime = Annotated[str, Field(pattern=_TIME), AfterValidator(str)]
"""A time of day, written 17:30."""


def second_of(time: str) -> int:
    """`17:30` → 63,000 s after midnight."""
    hour, minute = map(int, time.split(":"))
    return hour * HOUR + minute * MINUTE


# ------------------------------------------------- days off: public holidays by country, and closed spells by date


_DAY = TypeAdapter(Day)


class Holidays(Described):
    """The public holidays of a country, or of one of its subdivisions. The country may stand by itself.

    Substitute days off count; the working weekends that China makes up for them with stay weekends.
    """

    country: str
    """`CN`, `BR`: two letters (ISO 3166). The package's other codes, such as `CHN`, are understood too."""
    subdivision: str | None = None
    """A state or province that has holidays of its own, by its code (`SP`, ISO 3166-2) or its name."""

    @model_validator(mode="before")
    @classmethod
    def _a_code_is_a_country(cls, value: Any) -> Any:
        return {"country": _known_country(value)} if isinstance(value, str) else value

    @field_validator("country")
    @classmethod
    def _country_is_known(cls, country: str) -> str:
        return _known_country(country)

    @field_validator("subdivision")
    @classmethod
    def _subdivision_is_known(cls, subdivision: str | None, info: ValidationInfo) -> str | None:
        if subdivision is not None and "country" in info.data:
            return _known_subdivision(subdivision, info.data["country"])
        return subdivision

    @model_serializer
    def _as_written(self) -> str | dict[str, str]:
        return {"country": self.country, "subdivision": self.subdivision} if self.subdivision else self.country

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        code = {"type": "string", "examples": ["CN", "BR"]}
        return {"anyOf": [code, handler.resolve_ref_schema(handler(schema))]}

    def between(self, first: date, last: date) -> Iterator[date]:
        """Every holiday from the first day to the last, both included, in no particular order."""
        known = _holidays(self.country, self.subdivision, first.year, last.year)
        return (day for day in known if first <= day <= last)


class ClosedSpell(Described):
    """Whole days on which a party is closed, both ends included. A single day may stand by itself."""

    first: Day = Field(alias="from")
    """The first day."""
    last: Day = Field(alias="to")
    """The last day."""
    why: str | None = None
    """What the party is closed for; a label."""

    @model_validator(mode="before")
    @classmethod
    def _a_day_is_a_spell(cls, value: Any) -> Any:
        if not isinstance(value, str | date):
            return value
        day = _DAY.validate_python(value)
        return {"from": day, "to": day}

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> ClosedSpell:
        if self.last < self.first:
            raise ValueError(f"found from {self.first} to {self.last}, which ends before it begins")
        return self

    @model_serializer
    def _as_written(self) -> dict[str, str]:
        days = {"from": str(self.first), "to": str(self.last)}
        return days if self.why is None else days | {"why": self.why}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        day = {"type": "string", "format": "date", "examples": ["2019-02-05"]}
        return {"anyOf": [day, handler.resolve_ref_schema(handler(schema))]}

    def between(self, first: date, last: date) -> Iterator[date]:
        """Every closed day from the first day to the last, both included."""
        begins, ends = max(first, self.first), min(last, self.last)
        return (begins + timedelta(days=n) for n in range((ends - begins).days + 1))


@cache
def _known_country(code: str) -> str:
    from holidays.registry import COUNTRIES  # slow; see the top of this page

    # An entry is the name of a module, then the name of a class and the codes of two and three letters.
    codes = {name: [word for word in words if len(word) <= 3] for name, words in COUNTRIES.items()}
    if any(code in known for known in codes.values()):
        return code
    words = {name.replace("_", " "): known[0] for name, known in codes.items()}
    words |= {word.lower(): word for known in codes.values() for word in known}
    near = difflib.get_close_matches(code.lower(), words, n=1)
    hint = f" — did you mean '{words[near[0]]}'?" if near else ""
    raise ValueError(f"found {shown(code)}, expected the code of a country such as 'CN' or 'BR'{hint}")


def _known_subdivision(subdivision: str, country: str) -> str:
    entity = entity_of(country)
    known = [*entity.subdivisions, *entity.subdivisions_aliases]
    if subdivision in known:
        return subdivision
    if not known:
        raise ValueError(f"found {shown(subdivision)}, but the holidays of '{country}' know no subdivisions")
    some, near = ", ".join(known[:3]), did_you_mean(subdivision, known)
    raise ValueError(f"found {shown(subdivision)}, expected a part of '{country}' such as {some}{near}")


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None, first: int, last: int) -> tuple[date, ...]:
    """Of these years, both included. What-ifs of one marketplace ask for the same ones over and over."""
    return tuple(entity_of(country)(subdiv=subdivision, years=range(first, last + 1)))


@cache
def entity_of(country: str) -> Any:
    """The package's class for a country, from its own file.

    Asked for it by name, the package would import the files of all its 250 countries, one after the other.
    """
    import holidays  # slow; see the top of this page
    from holidays.registry import COUNTRIES

    name = next(module for module, words in COUNTRIES.items() if country in words)
    file = Path(holidays.__file__).with_name("countries") / f"{name}.py"
    loader = SourceFileLoader(f"{__name__}.{name}", str(file))
    rules = ModuleType(loader.name)
    loader.exec_module(rules)
    return getattr(rules, country)

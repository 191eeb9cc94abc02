"""What an organisation's tables call things: a small YAML file that maps a refund log to the words of the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import BadScenario, Fault
from sim.scenario.base import Day, Described, as_date
from sim.scenario.faults import Locator
from sim.scenario.loading import document
from sim.scenario.wording import printable
from sim.vocabulary import ClaimKind, Reason

OrderColumn = Literal["order", "paid", "seller", "arranged", "dispatched", "delivered", "value", "method", "group"]
ClaimColumn = Literal[
    "order", "kind", "reason", "requested", "closed", "status", "viewed", "taken_up", "dispute_opened",
    "dispute_taken_up", "dispute_closed", "dispute_status", "offer", "offer_opened", "offer_closed", "offer_status",
    "mediation_opened", "mediation_taken_up", "mediation_closed", "ruling", "return_posted", "return_received",
    "refund_due", "refunded", "chargeback_opened", "chargeback_closed", "chargeback_ruling",
]  # fmt: skip
EventWord = Literal[
    "paid", "arranged", "dispatched", "delivered", "requested", "closed", "viewed", "taken_up", "dispute_opened",
    "dispute_taken_up", "dispute_closed", "offer_opened", "offer_closed", "mediation_opened", "mediation_taken_up",
    "mediation_closed", "return_posted", "return_received", "refund_due", "refunded", "chargeback_opened",
    "chargeback_closed",
]  # fmt: skip
WordColumn = Literal[
    "status", "dispute_status", "kind", "reason", "ruling", "offer_status", "chargeback_ruling"
]  # fmt: skip
STATUSES = ("accepted", "refused", "shipped", "withdrawn", "silence", "free", "open")
RULINGS = ("buyer", "seller", "split")
KNOWN_WORDS: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "dispute_status": STATUSES,
    "kind": tuple(kind.word for kind in ClaimKind if kind is not ClaimKind.NONE),
    "reason": tuple(reason.word for reason in Reason),
    "ruling": RULINGS,
    "offer_status": STATUSES,
    "chargeback_ruling": RULINGS[:2],
}
"""What the words in a column may mean, by canonical column."""
ISO, EPOCH_S, EPOCH_MS = "iso", "epoch_s", "epoch_ms"
_FORMAT = "iso, epoch_s, epoch_ms, or a format such as '%Y-%m-%d %H:%M'"


def _as_format(value: Any) -> str:
    if isinstance(value, str) and (value in (ISO, EPOCH_S, EPOCH_MS) or "%" in value):
        return value
    raise ValueError(f"found {value!r}, expected {_FORMAT}")


StampFormat = Annotated[str, BeforeValidator(_as_format)]


class CoarseFormat(Described):
    """A stamp that says less than the second: the instant lies somewhere in what it names."""

    format: StampFormat
    means: Literal["a day", "an hour", "a minute", "a second"]


def _as_zone(value: Any) -> str:
    try:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_+/-]{1,60}", value):
            raise ValueError
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"found {value!r}, expected a time zone such as Asia/Shanghai or UTC") from None
    return value


Zone = Annotated[str, BeforeValidator(_as_zone)]
FileName = Annotated[str, Field(min_length=1, max_length=255)]


class MappedTable(Described):
    """A file, and what its columns are called, by the model's names."""

    least: ClassVar[tuple[str, ...]] = ()
    file: FileName
    columns: dict[Any, str]

    @model_validator(mode="after")
    def _knows_the_least(self) -> Self:
        if missing := [name for name in self.least if name not in self.columns]:
            raise ValueError(f"found no column for {', '.join(missing)}, expected one")
        return self

    @property
    def named(self) -> dict[str, str]:
        """Its own names by those of the model."""
        return dict(self.columns)


class OrdersTable(MappedTable):
    """All orders, also those that nobody claimed for: one row each."""

    least = ("order", "paid", "seller")
    columns: dict[OrderColumn, str]


class ClaimsTable(MappedTable):
    """Orders whose buyers wanted the money back: one row each, the latest version counts."""

    least = ("order",)
    columns: dict[ClaimColumn, str]


class EventLog(MappedTable):
    """One table, XES or OCEL file of events, in place of the two tables."""

    columns: dict[Literal["case", "activity", "timestamp", "seller", "value", "method"], str] = {}
    activities: dict[str, EventWord]
    """What each activity means; activities that are not named are left out and counted."""


@dataclass(frozen=True)
class Weeks:
    """Days from `first` on, `beyond` no longer among them."""

    first: date
    beyond: date

    def __str__(self) -> str:
        return f"{self.first}..{self.beyond}"


def _as_span(value: Any) -> Weeks:
    if isinstance(value, Weeks):
        return value
    first, dots, beyond = str(value).partition("..")
    if not dots:
        raise ValueError(f"found {value!r}, expected two days such as 2018-02-26..2018-07-02")
    span = Weeks(as_date(first.strip()), as_date(beyond.strip()))
    if span.beyond <= span.first:
        raise ValueError(f"found {value!r}, expected the first day before the second, which no longer counts")
    return span


DaySpan = Annotated[Weeks, BeforeValidator(_as_span)]


class Period(Described):
    """Which weeks are learnt from, and which are kept to judge by."""

    fit: DaySpan
    hold_out: DaySpan | None = None

    @model_validator(mode="after")
    def _judged_by_later_weeks(self) -> Period:
        if self.hold_out is not None and self.hold_out.first < self.fit.beyond:
            raise ValueError(f"found hold_out {self.hold_out}, expected it to begin when fit {self.fit} is over")
        return self


class Types(Described):
    """How sellers are told apart: as many types as are to be found, or by a column of the orders (`group`)."""

    find: Annotated[int, Field(ge=1, le=4)] | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Types:
        if (self.find is None) == (self.column is None):
            raise ValueError("expected one of find and column")
        return self


class LogMapping(Described):
    """A refund log in the words of the model."""

    orders: OrdersTable | None = None
    claims: ClaimsTable | None = None
    log: EventLog | None = None
    formats: dict[str, StampFormat | CoarseFormat] = {}
    """How instants are written, by the table's own column names; `default` for the others (iso where none is)."""
    zone: dict[str, Zone] = {}
    """In which zone, likewise; `default` is the marketplace's own clock (UTC where none is named)."""
    words: dict[WordColumn, dict[str, str]] = {}
    """What the words in a column mean."""
    cut: Day
    """The day at whose first midnight the log was taken: what happened later is not known."""
    period: Period
    types: Types = Types(find=1)
    base: FileName
    """The scenario whose policy and calendars are known: a file beside this one, or a preset."""
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = "fitted"
    """What the fitted scenario is called."""

    @model_validator(mode="after")
    def _names_its_tables(self) -> LogMapping:
        if (self.log is None) == (self.orders is None):
            raise ValueError("expected orders (and claims), or log")
        if self.period.fit.first >= self.cut:
            raise ValueError(f"found the period {self.period.fit} after the cut {self.cut}")
        for column, words in self.words.items():
            wrong = sorted(set(words.values()) - set(KNOWN_WORDS[column]))
            if wrong:
                raise ValueError(
                    f"words.{column}: found {', '.join(wrong)}, expected {', '.join(KNOWN_WORDS[column])}"
                )
        return self

    def format_of(self, column: str) -> StampFormat | CoarseFormat:
        """How the instants of a column are written."""
        return self.formats.get(column, self.formats.get("default", ISO))

    def zone_of(self, column: str) -> str:
        """The zone they are written in."""
        return self.zone.get(column, self.home)

    @property
    def home(self) -> str:
        """The marketplace's own clock."""
        return self.zone.get("default", "UTC")


@dataclass(frozen=True)
class MappedLog:
    """A mapping, and where it and its tables are."""

    mapping: LogMapping
    path: Path
    locator: Locator

    def file(self, name: str) -> Path:
        """A file named in the mapping, beside it."""
        return self.path.parent / name

    def fault(self, path: str, message: str) -> Fault:
        """A fault at a value of the mapping."""
        return self.locator.fault(tuple(path.split(".")), message)


def load_mapping(path: str | Path) -> MappedLog:
    """Read a mapping. Raises BadScenario with every fault, each where it is written."""
    path = Path(path)
    mapping, locator = document(path, LogMapping, "a mapping such as mapping.yaml")
    mapped = MappedLog(mapping, path, locator)
    _expect_groups(mapped)
    return mapped


def _expect_groups(mapped: MappedLog) -> None:
    """Raises BadScenario where types are to be read from a column that is not mapped to `group`."""
    wanted, orders = mapped.mapping.types.column, mapped.mapping.orders
    there = None if orders is None else orders.columns.get("group")
    if wanted is not None and wanted != there:
        which = (
            f"'{printable(there)}', the column mapped to group" if there else "orders with a column mapped to group"
        )
        raise BadScenario([mapped.fault("types.column", f"found '{printable(wanted)}', expected {which}")])

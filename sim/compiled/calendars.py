"""The clocks that run by a calendar of the almanac."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, register_model

from sim.compiled.almanac import HEADER, TABLES
from sim.compiled.jit import inlined, step
from sim.compiled.layout import MarketRules, Record
from sim.compiled.reference import Stretch, stretch_of
from sim.rules import clocks
from sim.scenario.calendars import Calendar


class InTheAlmanac(types.Type):
    """The type of an address at which a calendar's header lies: its tables are read as `Calendar`'s lists are."""


IN_THE_ALMANAC, TABLE = InTheAlmanac("InTheAlmanac"), Stretch(types.int64)


@register_model(InTheAlmanac)
class _AddressOfAHeader(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, models_of: Any, calendar: InTheAlmanac) -> None:
        super().__init__(models_of, calendar, ir.IntType(64).as_pointer())


@infer_getattr
class _FieldsOfTheCalendar(AttributeTemplate):  # type: ignore[misc]
    key = InTheAlmanac

    def generic_resolve(self, _calendar: InTheAlmanac, name: str) -> Any:
        """A table, or a number."""
        return TABLE if Calendar._fields.index(name) < TABLES else types.int64


@lower_getattr_generic(InTheAlmanac)
def _read(context: Any, builder: Any, calendar: InTheAlmanac, header: Any, name: str) -> Any:
    number = Calendar._fields.index(name)
    begins = builder.load(_behind(builder, header, number))
    if number == TABLES:
        return builder.load(_behind(builder, header, HEADER - 1))
    length = builder.sub(builder.load(_behind(builder, header, number + 1)), begins)
    return stretch_of(context, builder, TABLE, _behind(builder, header, begins), length)


def _behind(builder: Any, address: Any, places: Any) -> Any:
    return builder.gep(address, [ir.IntType(64)(places) if isinstance(places, int) else places], inbounds=True)


@intrinsic
def calendar_behind(_: Any, almanac: Any, place: Any) -> Any:
    """The calendar whose header lies there."""

    def lies_at(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return _behind(builder, builder.extract_value(values[0], 0), values[1])

    return IN_THE_ALMANAC(almanac, types.int64), lies_at


@inlined
def calendar_of(almanac: Any, party: int) -> Calendar:
    """One party's calendar, as the rules read it."""
    return calendar_behind(almanac, HEADER * party)


@step
def later(world: MarketRules, party: int, since: int, kind: int, seconds: int) -> int:
    """So long after an instant, on this party's clock; NEVER where there is no limit."""
    if clocks.is_on_the_wall(kind):
        return clocks.on_the_wall(since, kind, seconds)
    return clocks.instant_after(since, kind, seconds, calendar_of(world.almanac, party))


@step
def after(world: MarketRules, party: int, since: int, span: Record) -> int:
    """So long after an instant, as the policy says."""
    return later(world, party, since, span.kind, span.seconds)

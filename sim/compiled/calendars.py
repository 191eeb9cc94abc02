"""The clocks that run by a calendar of the almanac."""

from __future__ import annotations

from typing import Any

from sim.compiled.almanac import HEADER
from sim.compiled.jit import step
from sim.compiled.layout import MarketRules, Record
from sim.rules import clocks
from sim.scenario.calendars import Calendar


@step
def calendar_of(almanac: Any, party: int) -> Calendar:
    """One party's calendar, as the rules read it."""
    at = HEADER * party
    return Calendar(
        almanac[almanac[at] : almanac[at + 1]],
        almanac[almanac[at + 1] : almanac[at + 2]],
        almanac[almanac[at + 2] : almanac[at + 3]],
        almanac[almanac[at + 3] : almanac[at + 4]],
        almanac[almanac[at + 4] : almanac[at + 5]],
        almanac[at + 6],
    )


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

"""Everybody's calendar, unrolled: the parties', and those of sellers who have days off of their own.

A kind of seller that closes on days of its own counts as one more party from here on: its number comes after the
parties'. Everything else about it is a seller.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from datetime import date
from typing import cast

from sim.errors import UserError
from sim.scenario.calendars import Calendar, CalendarSpec, resolve
from sim.scenario.days import ClosedSpell, second_of
from sim.scenario.durations import DAY
from sim.scenario.market import SellerType
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of
from sim.vocabulary import Party

WITH_CALENDARS = (Party.SELLER, Party.PLATFORM, Party.CARRIER, Party.BANK)
"""Buyers never close."""
Resolve = Callable[[CalendarSpec, date, int], Calendar]


def parties_of_kinds(scenario: Scenario) -> list[Party]:
    """By kind of seller: the party whose calendar it keeps, `seller` or one of its own."""
    parties, own = [], len(Party)
    for kind in kinds_of(scenario.market.sellers):
        parties.append(cast("Party", own) if kind.closed else Party.SELLER)
        own += bool(kind.closed)
    return parties


def all_calendars(scenario: Scenario, resolve: Resolve = resolve) -> dict[Party, Calendar]:
    """When each party works, for as long as a run can last. Raises UserError where one never opens."""
    start, days = scenario.start, scenario.experiment.calendar_days
    known = {party: resolve(getattr(scenario.calendars, party.word), start, days) for party in WITH_CALENDARS}
    for party, kind in zip(parties_of_kinds(scenario), kinds_of(scenario.market.sellers), strict=True):
        if kind.closed:
            known[party] = resolve(own_calendar(scenario, kind), start, days)
    if (runs := scenario.policy.refund.runs) is not None:
        known[runs_party(scenario)] = runs_of(runs.weekdays, runs.at, start, known[Party.BANK])
    return known


def runs_party(scenario: Scenario) -> Party:
    """Payment runs keep a calendar of their own, which comes last."""
    own = sum(bool(kind.closed) for kind in kinds_of(scenario.market.sellers))
    return cast("Party", len(Party) + own)


def own_calendar(scenario: Scenario, kind: SellerType, also: tuple[ClosedSpell, ...] = ()) -> CalendarSpec:
    """The sellers' calendar with the days off of one kind of them, and others."""
    sellers = scenario.calendars.seller
    return sellers.model_copy(update={"closed": (*sellers.closed, *kind.closed, *also)})


def runs_of(weekdays: Collection[int], time: str, start: date, bank: Calendar) -> Calendar:
    """A calendar that is open for the very second of each run: on these weekdays, if the bank has a business day.

    Raises UserError where there is none.
    """
    days = [day for day in bank.days if (start.weekday() + day) % 7 in weekdays]
    if not days:
        raise UserError("found payment runs on days that are never business days of the bank")
    opens = [day * DAY + second_of(time) for day in days]
    count = bank.end // DAY
    closes = [instant + 1 for instant in opens]
    first = [bisect_left(closes, day * DAY + 1) for day in range(count)]
    return Calendar(opens, closes, first, [bisect_left(days, day) for day in range(count)], days, bank.end)

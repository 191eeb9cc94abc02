"""Who the sellers are (by luck or by name from a roster), how much is ordered, and who is open when.

A seller of a roster with days off of its own is of one more kind: the kinds are the types, and after them these. A
kind that closes on days of its own counts as one more party: its number comes after the parties'. Everything else
about it is a seller.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from datetime import date
from math import fsum
from typing import NamedTuple, cast

from sim.errors import UserError
from sim.scenario.calendars import Calendar, CalendarSpec, resolve
from sim.scenario.days import ClosedSpell, second_of
from sim.scenario.durations import DAY, HOUR
from sim.scenario.market import Market, Sellers, SellerType, Staff
from sim.scenario.model import Scenario
from sim.vocabulary import Party, Weekday


class _Own(NamedTuple):
    """Days off that a roster gives to single sellers of a type."""

    type: str
    closed: tuple[ClosedSpell, ...]


def kinds_of(sellers: Sellers) -> list[SellerType]:
    """The types, and after them each type with days off that single sellers have."""
    own = [
        sellers.types[one.type].model_copy(update={"closed": (*sellers.types[one.type].closed, *one.closed)})
        for one in _own(sellers)
    ]
    return [*sellers.types.values(), *own]


def types_of_kinds(sellers: Sellers) -> list[int]:
    """By kind: the number of its type."""
    return [list(sellers.types).index(name) for name in names_of_kinds(sellers)]


def names_of_kinds(sellers: Sellers) -> list[str]:
    """By kind: the name of its type."""
    return [*sellers.types, *(one.type for one in _own(sellers))]


def kinds_on_the_roster(sellers: Sellers) -> list[int]:
    """By seller of the roster: the number of its kind."""
    kinds: dict[_Own, int] = {_Own(name, ()): number for number, name in enumerate(sellers.types)}
    kinds |= {own: number for number, own in enumerate(_own(sellers), start=len(sellers.types))}
    return [kinds[_Own(one.type, one.closed)] for one in sellers.roster or ()]


def staff_of(sellers: Sellers) -> list[Staff]:
    """By seller: how many requests it works on at once."""
    if sellers.roster is None:
        return [sellers.staff] * sellers.count
    return [sellers.staff if one.staff is None else one.staff for one in sellers.roster]


def _own(sellers: Sellers) -> list[_Own]:
    theirs = (_Own(one.type, one.closed) for one in sellers.roster or () if one.closed)
    return list(dict.fromkeys(theirs))


# ------------------------------------------------------ how many orders are expected, day by day


def expected_orders(scenario: Scenario) -> float:
    """How many orders one replication has on average."""
    end, market = scenario.experiment.arrivals_end, scenario.market
    whole, rest = divmod(end, DAY)
    daily = daily_rates(market, scenario.start, whole + 1)
    hours, begun = divmod(rest, HOUR)
    shares = hour_shares(market)
    return fsum((*daily[:-1], daily[-1] * fsum((*shares[:hours], shares[hours] * begun / HOUR))))


def daily_rates(market: Market, start: date, days: int) -> list[float]:
    """Orders expected on each of so many days. The weekdays' weights keep their mean; peaks come on top."""
    weights = [market.weekdays.get(weekday, 1.0) for weekday in Weekday]
    of_weekday = [market.orders_per_day * (weight * len(weights) / sum(weights)) for weight in weights]
    first = start.weekday()
    return [of_weekday[(first + n) % 7] * peak for n, peak in enumerate(market.peaks_from(start, days))]


def hour_shares(market: Market) -> Sequence[float]:
    """The share of a day's orders that each hour has."""
    weights = market.hours if market.hours is not None else [1.0] * 24
    whole = sum(weights)
    return [weight / whole for weight in weights]


# ------------------------------------------------------------------------------- everybody's calendar, unrolled


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

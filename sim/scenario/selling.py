"""Who the sellers are: by luck of types and counts, or by name from a roster.

A seller of a roster with days off of its own is of one more kind: the kinds are the types, and after them these.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import fsum
from typing import NamedTuple

from sim.scenario.days import ClosedSpell
from sim.scenario.durations import DAY, HOUR
from sim.scenario.market import Market, Sellers, SellerType, Staff
from sim.scenario.model import Scenario
from sim.vocabulary import Weekday


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
    names = list(sellers.types)
    return [*range(len(names)), *(names.index(one.type) for one in _own(sellers))]


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

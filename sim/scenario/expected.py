"""How many orders are expected, day by day: of the day's weekday and hours, and of peaks on their days only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import fsum

from sim.scenario.durations import DAY, HOUR
from sim.scenario.market import Market
from sim.scenario.model import Scenario
from sim.vocabulary import Weekday


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

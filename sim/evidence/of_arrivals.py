"""When orders come: how many a day, by weekday and hour, and on which days many more or many fewer than else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from sim.arrays import Bools, Floats, Ints
from sim.evidence.finding import Assumed, Finding, Told, number
from sim.evidence.training_data import TrainingData
from sim.scenario.durations import DAY, HOUR
from sim.vocabulary import Weekday

STANDS_OUT = 0.25
"""A day is a peak where it has at least so much more, or less, than its weekday has, …"""
ERRORS = 4.5
"""… and this is at least so many standard errors."""
TURNS = 6


class _Days(NamedTuple):
    """The days learnt from."""

    dates: list[date]
    orders: Floats
    weekday: Ints


class _Rates(NamedTuple):
    """Orders on a plain day: the mean over weekdays, and each weekday's part of it."""

    level: float
    factors: Floats
    expected: Floats
    plain: Bools


def told_by_arrivals(data: TrainingData) -> Told:
    """Poisson rates by weekday, hour and peak (Poisson regression, here in closed form by turns)."""
    days, n = _days(data), data.log.orders.rows
    known = np.array([data.base.market.peak_on(day) != 1 for day in days.dates])
    rates = _with_peaks_apart(days, known)
    plain = int(rates.plain.sum())
    left = (days.orders - rates.expected)[rates.plain]
    error = float(np.sqrt((left**2).sum() / max(plain - 7, 1) / max(plain, 1)))
    reach = float(stats.t.ppf(0.975, max(plain - 1, 1))) * error
    yield Finding(
        "market.orders_per_day", number(rates.level), n,
        interval=(number(rates.level - reach), number(rates.level + reach)), about="mean of a day",
        method="Poisson rate, days as the unit", naive=number(n / len(days.dates)),
    )  # fmt: skip
    yield from _peaks(data, days, rates, known)
    named = {day.word: number(factor) for day, factor in zip(Weekday, rates.factors, strict=True)}
    weekend = _part_of(days, rates, np.isin(days.weekday, (5, 6)))
    yield Finding(
        "market.weekdays", named, n, interval=weekend, about="weekend",
        method="rates by weekday, days without peaks",
    )  # fmt: skip
    yield _hours(data)


def _days(data: TrainingData) -> _Days:
    count, first = int((data.beyond - data.first) // DAY), int(data.first // DAY)
    dates = [data.start + timedelta(days=first + day) for day in range(count)]
    orders = data.tally(
        lambda orders: np.clip((orders.at("paid") // DAY).astype(np.int64) - first, 0, count - 1), count
    )
    return _Days(dates, orders, np.array([day.weekday() for day in dates]))


def _with_peaks_apart(days: _Days, known: Bools) -> _Rates:
    """Rates of plain days: those that stand out are left out, and the others looked at again."""
    out = known
    rates = _rates(days, ~out)
    for _ in range(TURNS):
        spread = np.sqrt(np.maximum(rates.expected, np.median(np.abs(days.orders - rates.expected)) ** 2 * 2.2))
        differs = np.abs(days.orders - rates.expected)
        stands_out = (differs > ERRORS * spread) & (differs > STANDS_OUT * rates.expected)
        found = known | stands_out
        if not (~found).any() or np.array_equal(found, out):
            break
        out = found
        rates = _rates(days, ~out)
    return rates


def _rates(days: _Days, plain: Bools) -> _Rates:
    """Means of plain days, weekday by weekday."""
    some = plain if plain.any() else np.ones_like(plain)
    of_weekday = [some & (days.weekday == one) for one in range(7)]
    means = np.array([days.orders[these].mean() if these.any() else np.nan for these in of_weekday])
    level = float(np.nanmean(means))
    factors = np.nan_to_num(means / max(level, 1e-12), nan=1.0)
    return _Rates(level, factors, level * factors[days.weekday], some)


def _peaks(data: TrainingData, days: _Days, rates: _Rates, known: Bools) -> Told:
    """The factor of every known peak and of every day that stands out; those of other weeks stay the base's."""
    told: dict[str, Any] = {str(season): factor for season, factor in data.base.market.peaks.items()}
    learnt: dict[str, tuple[float, float]] = {}
    for season in data.base.market.peaks:
        theirs = np.array([season.first <= day <= season.last for day in days.dates])
        if theirs.any():
            learnt[str(season)] = _factor(days, rates, theirs)
    for place in np.flatnonzero(~rates.plain & ~known):
        learnt[days.dates[place].isoformat()] = _factor(days, rates, np.arange(len(days.dates)) == place)
    learnt = {name: one for name, one in learnt.items() if one[0] > 0}
    if not learnt:
        return
    farthest = max(learnt, key=lambda name: abs(np.log(learnt[name][0])))
    factor, reach = learnt[farthest]
    yield Finding(
        "market.peaks", told | {name: number(one[0]) for name, one in learnt.items()}, len(days.dates),
        interval=(number(factor * np.exp(-reach)), number(factor * np.exp(reach))), about=farthest,
        method="days against their weekday: known peaks, and days that stand out by a quarter",
        identified="peaks in other weeks than these stay as the base says",
    )  # fmt: skip


def _factor(days: _Days, rates: _Rates, some: Bools) -> tuple[float, float]:
    """How many times as many as on plain days, and how far the 95 % interval reaches, on the logarithm."""
    count, expected = float(days.orders[some].sum()), float(rates.expected[some].sum())
    return count / max(expected, 1e-12), 1.96 / float(np.sqrt(max(count, 1.0)))


def _part_of(days: _Days, rates: _Rates, some: Bools) -> tuple[float, float]:
    """The interval of the mean of some weekdays, as a part of the mean over all."""
    here, there = days.orders[some & rates.plain], days.orders[~some & rates.plain]
    value = float(np.mean(rates.factors[5:]))
    if len(here) < 2 or len(there) < 2 or not value:
        return 0.0, (7.0 if value else number(21 / max(float(days.orders.sum()), 1.0)))
    error = np.sqrt(sum((one.std(ddof=1) / max(one.mean(), 1e-12)) ** 2 / len(one) for one in (here, there)))
    return number(value * float(np.exp(-1.96 * error))), number(value * float(np.exp(1.96 * error)))


def _hours(data: TrainingData) -> Finding | Assumed:
    if data.log.orders.apart("paid") > HOUR:
        return Assumed("market.hours", "payments have dates without hours")
    hours = data.tally(lambda orders: (orders.at("paid") % DAY // HOUR).astype(np.int64), 24)
    busiest, whole, n = int(hours.argmax()), float(hours.sum()), data.log.orders.rows
    share = float(hours[busiest]) / whole
    reach = 1.96 * float(np.sqrt(share * (1 - share) / n))
    return Finding(
        "market.hours", [number(hour / whole * 24) for hour in hours], n,
        interval=(number((share - reach) * 24), number((share + reach) * 24)), about=f"the hour from {busiest}:00",
        method="shares by hour",
    )  # fmt: skip

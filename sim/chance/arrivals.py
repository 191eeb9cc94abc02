"""When orders are paid: a non-homogeneous Poisson process, by inversion of its cumulative rate."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.chance.decisions import Decision
from sim.chance.narrow import NarrowInts
from sim.chance.shared import Memory
from sim.chance.streams import AT_A_TIME, Floats, Luck
from sim.scenario.durations import DAY, HOUR
from sim.scenario.market import Market
from sim.scenario.model import Scenario
from sim.scenario.selling import daily_rates
from sim.special import log1p


def paid_instants(scenario: Scenario, luck: Luck) -> NarrowInts:
    """The instants at which orders are paid, in seconds since the start, ascending; order k is the k-th.

    Gaps of a unit Poisson process are mapped through the inverse of the cumulative rate (Law, *Simulation
    Modeling and Analysis*, thinning-free NHPP generation), so an order keeps its luck when the rate changes.
    """
    rate, last = cumulative_rate(scenario), scenario.experiment.arrivals_end - 1
    kept_in: Any = np.int32 if last <= np.iinfo(np.int32).max else np.int64
    paid, count = np.empty(int(rate.expected[-1]) + 2 * AT_A_TIME, dtype=kept_in), 0
    arrivals_of, begins, latest = luck.source.arrivals or arrivals, 0, 0.0
    # Some thousand at a time: all at once would take five times the memory of what comes of them.
    while latest < rate.expected[-1]:
        if len(paid) < count + AT_A_TIME:
            paid = np.concatenate([paid, np.empty_like(paid[: len(paid) // 8 + AT_A_TIME])])
        some = range(begins, begins + min(AT_A_TIME, enough_for(rate.expected[-1] - latest)))
        gaps = np.negative(luck.first_of(Decision.ARRIVAL_GAP, some))
        log1p(gaps, out=gaps)  # not NumPy's: `laws._exp` says why
        found, latest = arrivals_of(gaps, latest, rate, last, paid[count:])
        begins, count = some.stop, count + found
    return paid[:count]


def enough_for(expected: float) -> int:
    """More orders than come where so many are expected, but for once in some hundred million times."""
    return int(expected + 6 * np.sqrt(expected)) + 20


_KNOWN = Memory()
"""Of the latest scenarios: their replications share one."""


class ExpectedOrders(NamedTuple):
    """Hour by hour."""

    hours: Floats
    """An instant (s)."""
    expected: Floats
    """The number of orders expected until then."""


def cumulative_rate(scenario: Scenario) -> ExpectedOrders:
    """How many orders are expected until when."""
    return _KNOWN.of("rate", scenario, _cumulative_rate)


def _cumulative_rate(scenario: Scenario) -> ExpectedOrders:
    end = scenario.experiment.arrivals_end
    days = -(-end // DAY)
    daily = np.array(daily_rates(scenario.market, scenario.start, days))
    hourly = np.outer(daily, _hour_shares(scenario.market)).ravel()
    edges = np.minimum(np.arange(len(hourly) + 1) * HOUR, end).astype(np.float64)
    expected = np.concatenate([[0.0], np.cumsum(hourly * np.diff(edges) / HOUR)])
    return ExpectedOrders(edges, expected)


def _hour_shares(market: Market) -> Floats:
    weights = np.asarray(market.hours if market.hours is not None else [1.0] * 24)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def arrivals(
    negative_gaps: Floats, latest: float, rate: ExpectedOrders, last: int, paid: NarrowInts
) -> tuple[int, float]:
    """After one that came at `latest`, both in a process of rate one: when those within the rate are `paid`, in
    whole seconds and `last` at the latest; how many they are, and how far all reach. The gaps are used up."""
    negative_gaps[0] -= latest
    reached = np.negative(np.cumsum(negative_gaps, out=negative_gaps), out=negative_gaps)
    within = reached[: np.searchsorted(reached, rate.expected[-1])]
    paid[: len(within)] = np.minimum(np.floor(np.interp(within, rate.expected, rate.hours)), last)
    return len(within), float(reached[-1])

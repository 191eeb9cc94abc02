"""When orders are paid: a non-homogeneous Poisson process, by inversion of its cumulative rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
    hours, expected = cumulative_rate(scenario)
    last = scenario.experiment.arrivals_end - 1
    kept_in: Any = np.int32 if last <= np.iinfo(np.int32).max else np.int64
    paid, count = np.empty(int(expected[-1]) + AT_A_TIME, dtype=kept_in), 0
    for reached in _unit_arrivals(luck, float(expected[-1])):
        instants: Floats = np.interp(reached, expected, hours)
        while len(paid) < count + len(reached):
            paid = np.concatenate([paid, np.empty_like(paid[: len(paid) // 8 + AT_A_TIME])])
        paid[count : count + len(reached)] = np.minimum(np.floor(instants), last)
        count += len(reached)
    return paid[:count]


_KNOWN = Memory()
"""Of the latest scenarios: their replications share one."""


def cumulative_rate(scenario: Scenario) -> tuple[Floats, Floats]:
    """Hour by hour: the instant (s) and the number of orders expected until then."""
    return _KNOWN.of("rate", scenario, _cumulative_rate)


def _cumulative_rate(scenario: Scenario) -> tuple[Floats, Floats]:
    end = scenario.experiment.arrivals_end
    days = -(-end // DAY)
    daily = np.array(daily_rates(scenario.market, scenario.start, days))
    hourly = np.outer(daily, _hour_shares(scenario.market)).ravel()
    edges = np.minimum(np.arange(len(hourly) + 1) * HOUR, end).astype(np.float64)
    expected = np.concatenate([[0.0], np.cumsum(hourly * np.diff(edges) / HOUR)])
    return edges, expected


def _hour_shares(market: Market) -> Floats:
    weights = np.asarray(market.hours if market.hours is not None else [1.0] * 24)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _unit_arrivals(luck: Luck, until: float) -> Iterator[Floats]:
    """Arrivals of a Poisson process of rate one before `until`, some thousand at a time: all at once would take
    five times the memory of what comes of them. Luck is fetched until it is passed."""
    begins, latest = 0, 0.0
    while latest < until:
        gaps = np.negative(luck.first_of(Decision.ARRIVAL_GAP, range(begins, begins + AT_A_TIME)))
        log1p(gaps, out=gaps)  # not NumPy's: `laws._exp` says why
        gaps[0] -= latest
        reached = np.negative(np.cumsum(gaps, out=gaps), out=gaps)
        begins, latest = begins + AT_A_TIME, float(reached[-1])
        yield reached[: np.searchsorted(reached, until)]

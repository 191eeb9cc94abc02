"""What a log lets one expect of a fitted scenario's run: `expect:` lines between which its measures must lie.

A claim that begins after dispatch and is never voiced is in no log, and has no money back. So of all claims a log
knows at least how many there are, and of shares of them at most how large: one-sided bounds. All orders are there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

from sim.arrays import Bools
from sim.evidence.log import OrdersPiece
from sim.evidence.training_data import TrainingData
from sim.scenario.durations import DAY
from sim.scenario.expectations import WITHIN
from sim.scenario.model import Scenario
from sim.scenario.selling import daily_rates

WIDER = 1.5
"""From 95 % intervals, on the logit, to such as are missed on either side once in some hundred logs."""
LEAST = 30
"""Claims below which nothing is expected of them."""
BoundsOfLog = dict[str, float]


def expected_of(data: TrainingData, fitted: Scenario, daily: tuple[float, float]) -> dict[str, BoundsOfLog]:
    """By measure its bounds, as `expect:` says them; `daily` is the 95 % interval of orders on a plain day."""
    return dict(_expected(data, fitted, daily))


def _expected(
    data: TrainingData, fitted: Scenario, daily: tuple[float, float]
) -> Iterator[tuple[str, BoundsOfLog]]:
    begin, cohort = (int(one.seconds // DAY) for one in (fitted.experiment.warm_up, fitted.experiment.cohort))
    orders = sum(daily_rates(fitted.market, fitted.start, begin + cohort)[begin:])
    level = fitted.market.orders_per_day
    low, high = (orders * (1 + WIDER * (end / level - 1)) for end in daily)
    yield "orders", {"at_least": float(np.floor(low)), "at_most": float(np.ceil(high))}
    claims = data.log.claims
    voiced = ~np.isnan(claims.at("requested")) | ~np.isnan(claims.at("dispute_opened"))
    if int(voiced.sum()) < LEAST:
        return
    yield "claims", {"at_least": float(np.floor(low * _claimed(data, voiced)))}
    yield from _with_money(data, voiced)


def _claimed(data: TrainingData, voiced: Bools) -> float:
    """The share of orders that were claimed for, at the least."""

    def claimed(piece: OrdersPiece) -> Bools:
        hits = np.zeros(piece.orders.rows, dtype=bool)
        hits[piece.row[voiced[piece.claims]]] = True
        return hits

    share, interval, _ = data.share_of_orders(claimed)
    return _farther(share, interval)[0]


def _with_money(data: TrainingData, voiced: Bools) -> Iterator[tuple[str, BoundsOfLog]]:
    """The share of claims refunded within so many days, at the most: of those that were watched for so long."""
    claims = data.log.claims
    if not claims.has("refunded"):
        return
    begun = np.fmin(claims.at("requested"), claims.at("dispute_opened"))
    money = claims.ends("refunded")[0]
    for days in WITHIN:
        watched = voiced & (begun + days * DAY < data.log.cut)
        if int(watched.sum()) < LEAST:
            continue
        hits = money - begun <= days * DAY
        share, interval, _ = data.share_of_claims(hits, watched)
        yield f"refunded_within_{days}d", {"at_most": round(_farther(share, interval)[1], 4)}


def _farther(share: float, interval: tuple[float, float]) -> tuple[float, float]:
    if not 0 < share < 1:
        return interval
    centre = special.logit(share)
    low, high = (special.expit(centre + WIDER * (special.logit(end) - centre)) for end in interval)
    return float(low), float(high)

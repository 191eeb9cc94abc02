"""What a buyer has in common with others: odds by days waited, and by hours since payment."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from sim.chance.facts import Ints
from sim.experiment.number import Number
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.vocabulary import Route
from sim.waiting.outlook import ANSWERS, answered_as, days_to_money, has_money_back, quantiles, share
from sim.waiting.replicates import Columns

HOURS = (0, 1, 3, 6, 12, 18, 24, 36, 48, 72, 96, 120, 168, 216, 336)
FEW = 30
"""Fewer claims than this are no ground for odds."""
DaysWaited = tuple[tuple[int, Mapping[str, Number]], ...]
SinceHours = tuple[tuple[float, float, Mapping[str, Number], float | None], ...]


def by_days_waited(told: Columns) -> DaysWaited:
    """Of those who asked to cancel and have heard nothing for so many days: how the request ends, and the claim."""
    put = told["cancellation_opened_at"] < NEVER
    waits = (told["cancellation_settled_at"] - told["cancellation_opened_at"])[put]
    if not put.any():
        return ()
    asked = {name: column[put] for name, column in told.items()}
    longest = min(int(waits.max() // DAY), 60)
    rows = []
    for day in range(longest + 1):
        still = waits > day * DAY
        if np.count_nonzero(still) < FEW:
            break
        some = {name: column[still] for name, column in asked.items()}
        ends = {name: share(flags) for name, flags in answered_as(some).items() if name in ANSWERS}
        rows.append((day, {**ends, "money_in_the_end": share(has_money_back(some))}))
    return tuple(rows)


def by_hours(told: Columns, waited: Ints) -> SinceHours:
    """How those end who ask so many hours after payment."""
    rows = []
    for low, high in pairwise(HOURS):
        here = (waited >= low * HOUR) & (waited < high * HOUR)
        if np.count_nonzero(here) < FEW:
            continue
        some = {name: column[here] for name, column in told.items()}
        free = (some["route"] == Route.FREE_CANCELLATION) & has_money_back(some)
        cancelled = free | answered_as(some)["approved"]
        shares = {"cancelled": share(cancelled), "money_in_the_end": share(has_money_back(some))}
        days = quantiles(days_to_money(some, some["asked_at"]), of_all=False)
        rows.append((low, high, shares, days[0.5]))
    return tuple(rows)

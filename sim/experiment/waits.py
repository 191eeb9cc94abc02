"""How long requests waited at the desks, by the day on which they joined a queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.chance.facts import Ints
from sim.experiment.desks import MEDIATION, SELLERS, open_seconds
from sim.experiment.estimates import Floats, positive_mean
from sim.experiment.frame import moments
from sim.experiment.requests import Requests
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Party


class Waits(NamedTuple):
    """Requests at one group of desks, one number per day on which they joined."""

    joined: Ints | Floats
    """How many joined whose waiting is over."""
    hours: Floats
    """How long they waited, all together, in hours of the desk's working time: nights and holidays do not count."""


def waits_by_day(requests: Requests, calendars: dict[Party, Calendar], days: int) -> dict[str, Waits]:
    """One replication's waits, all claims counted, at the sellers' desks together and at mediation."""
    return {
        SELLERS: _waits(requests.at_sellers, calendars, days),
        MEDIATION: _waits(requests.at_mediation, calendars, days),
    }


def _waits(requests: Requests, calendars: dict[Party, Calendar], days: int) -> Waits:
    over = requests.only((requests.joined < days * DAY) & (requests.left_queue < NEVER))
    waited = np.zeros(len(over))
    for party, here in over.by_calendar():
        opening = calendars[party]
        open_time = open_seconds(over.left_queue[here], opening) - open_seconds(over.joined[here], opening)
        waited[here] = open_time / HOUR
    day = over.joined // DAY
    joined = np.bincount(day, minlength=days).astype(np.int64)
    return Waits(joined, np.bincount(day, weights=waited, minlength=days).astype(np.float64))


def waits_frame(scenario: Scenario, replications: Sequence[dict[str, Waits]]) -> pd.DataFrame:
    """Means over replications by desk and day, as `Result.waits` has them."""
    tables = []
    for desk in (SELLERS, MEDIATION):
        joined = np.array([one[desk].joined for one in replications])
        wait = positive_mean(np.array([one[desk].hours for one in replications]), joined)
        days = np.arange(joined.shape[1])
        table = {
            "desk": desk,
            "day": days,
            "date": moments(scenario.start, days * DAY),
            "joined": joined.mean(axis=0),
        }
        tables.append(pd.DataFrame(table | {"wait": wait.value, "low": wait.low, "high": wait.high}))
    return pd.concat(tables, ignore_index=True)


def waits_listed(table: pd.DataFrame, desk: str) -> Waits:
    """What all replications together waited at a desk, on average, from the table of `waits_frame`."""
    days = table[table["desk"] == desk]
    joined, wait = (days[name].to_numpy(dtype=np.float64) for name in ("joined", "wait"))
    return Waits(joined, joined * np.nan_to_num(wait))

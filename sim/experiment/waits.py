"""How long requests waited at the desks, by the day on which they joined a queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.chance.facts import Ints
from sim.experiment.estimates import Floats, positive_mean
from sim.experiment.frame import moments
from sim.experiment.requests import DESKS, MEDIATION, SELLERS, Requests
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.scenario.model import Scenario


class Waits(NamedTuple):
    """Requests at one group of desks, one number per day on which they joined."""

    joined: Ints | Floats
    """How many joined whose waiting is over."""
    hours: Floats
    """How long they waited, all together, in hours of the desk's working time: nights and holidays do not count."""


def waits_by_day(requests: Requests, days: int) -> dict[str, Waits]:
    """One replication's waits, all claims counted, at the sellers' desks together and at mediation."""
    over = ((requests.joined < days * DAY) & (requests.left_queue < NEVER)).nonzero()[0]
    waited = (requests.open_until_left[over] - requests.open_until_joined[over]) / HOUR
    place, shape = requests.desk[over] * days + requests.joined[over] // DAY, (len(DESKS), days)
    joined, hours = (
        np.bincount(place, of, minlength=days * len(DESKS)).reshape(shape).astype(kind)
        for of, kind in ((None, np.int64), (waited, np.float64))
    )
    return {desk: Waits(joined[DESKS.index(desk)], hours[DESKS.index(desk)]) for desk in (SELLERS, MEDIATION)}


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

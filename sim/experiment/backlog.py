"""How many requests wait at the desks, day by day."""

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

NOON = 12 * HOUR


class Waiting(NamedTuple):
    """Requests that wait at one group of desks, one number per day."""

    noon: Ints
    """How many at 12:00."""
    average: Floats
    """The average over the day's 24 hours, exact."""


def waiting_by_day(scenario: Scenario, requests: Requests) -> dict[str, Waiting]:
    """One replication's backlog, all claims counted, at the sellers' desks together and at mediation.

    They wait from joining the queue until taken up or settled; a request that leaves at noon does not wait then.
    """
    days, left = _days(scenario), np.where(requests.has_joined, requests.left_queue, NEVER)
    came, went = (_passed(instants, requests.desk, days) for instants in (requests.joined, left))
    noon, average = came.at_noon - went.at_noon, (came.seconds - went.seconds) / DAY
    return {desk: Waiting(noon[DESKS.index(desk)], average[DESKS.index(desk)]) for desk in (SELLERS, MEDIATION)}


def _days(scenario: Scenario) -> int:
    """Whole days looked at: while orders come in, and no further than a cut."""
    cut, arrivals = scenario.experiment.cut, -(-scenario.experiment.arrivals_end // DAY)
    return arrivals if cut is None else min(arrivals, cut // DAY)


class _Passed(NamedTuple):
    """Instants that are over: for each of `DESKS` one number per day."""

    at_noon: Ints
    """How many at 12:00, that second included."""
    seconds: Ints
    """How long it has been since then within the day, all together."""


def _passed(instants: Ints, desk: Ints, days: int) -> _Passed:
    """They are counted by the noon or midnight by which they are over; the last one is that of all later days."""
    last, shape = 2 * days + 1, (len(DESKS), 2 * days + 2)
    half = np.minimum((instants + (NOON - 1)) // NOON, last)
    place = desk * shape[1] + half
    counts, since = (
        np.bincount(place, of, minlength=shape[0] * shape[1]).reshape(shape)[:, :last]
        for of in (None, half * NOON - instants)
    )
    over = counts.cumsum(axis=1)
    seconds = over[:, :-1] * NOON + since[:, 1:].astype(np.int64)  # exact: there are less than 2⁵³ of them
    return _Passed(over[:, 1::2], seconds[:, ::2] + seconds[:, 1::2])


def backlog_frame(scenario: Scenario, replications: Sequence[dict[str, Waiting]]) -> pd.DataFrame:
    """Means over replications by desk and day, as `Result.backlog` has them."""
    days = np.arange(_days(scenario))
    each = np.ones((len(replications), 1))
    tables = []
    for desk in (SELLERS, MEDIATION):
        noon = np.array([one[desk].noon for one in replications]).mean(axis=0)
        average = positive_mean(np.array([one[desk].average for one in replications]), each)
        table = {"desk": desk, "day": days, "date": moments(scenario.start, days * DAY), "noon": noon}
        tables.append(pd.DataFrame(table | {"waiting": average.value, "low": average.low, "high": average.high}))
    return pd.concat(tables, ignore_index=True)

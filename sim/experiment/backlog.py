"""How many requests wait at the desks, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.chance.facts import Ints
from sim.experiment.desks import MEDIATION, SELLERS
from sim.experiment.estimates import Floats, positive_mean
from sim.experiment.frame import moments
from sim.experiment.requests import Requests
from sim.scenario.durations import DAY, HOUR
from sim.scenario.model import Scenario

NOON = 12 * HOUR


class Waiting(NamedTuple):
    """Requests that wait at one group of desks, one number per day."""

    noon: Ints
    """How many at 12:00."""
    average: Floats
    """The average over the day's 24 hours, exact."""


def waiting_by_day(scenario: Scenario, requests: Requests) -> dict[str, Waiting]:
    """One replication's backlog, all claims counted, at the sellers' desks together and at mediation."""
    days = _days(scenario)
    return {
        SELLERS: _waiting(requests.at_sellers, days),
        MEDIATION: _waiting(requests.at_mediation, days),
    }


def _days(scenario: Scenario) -> int:
    """Whole days looked at: while orders come in, and no further than a cut."""
    cut, arrivals = scenario.experiment.cut, -(-scenario.experiment.arrivals_end // DAY)
    return arrivals if cut is None else min(arrivals, cut // DAY)


def _waiting(requests: Requests, days: int) -> Waiting:
    """From joining the queue until taken up or settled; a request that leaves at noon does not wait then."""
    joined, left = (_passed(one[requests.has_joined], days) for one in (requests.joined, requests.left_queue))
    return Waiting(joined.at_noon - left.at_noon, (joined.seconds - left.seconds) / DAY)


class _Passed(NamedTuple):
    """Instants that are over, one number per day."""

    at_noon: Ints
    """How many at 12:00, that second included."""
    seconds: Ints
    """How long it has been since then within the day, all together."""


def _passed(instants: Ints, days: int) -> _Passed:
    day, second = np.divmod(instants[instants < days * DAY], DAY)
    in_the_end = np.cumsum(np.bincount(day, minlength=days))
    after_noon = np.bincount(day[second > NOON], minlength=days)
    before = np.bincount(day, second, minlength=days).astype(np.int64)  # exact: there are less than 2⁵³ seconds
    return _Passed(in_the_end - after_noon, in_the_end * DAY - before)


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

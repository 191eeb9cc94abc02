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
    joined, left = (np.sort(one[requests.has_joined]) for one in (requests.joined, requests.left_queue))
    midnights = np.arange(days + 1) * DAY
    noons = midnights[:-1] + NOON
    at_noon = _so_far(joined, noons) - _so_far(left, noons)
    # Each request adds (until − joined)⁺ − (until − left)⁺ to the area under the queue's length.
    area = _area(joined, midnights) - _area(left, midnights)
    return Waiting(at_noon, np.diff(area) / DAY)


def _so_far(instants: Ints, until: Ints) -> Ints:
    """How many of the instants, which ascend, lie at or before each moment."""
    return np.searchsorted(instants, until, side="right").astype(np.int64)


def _area(instants: Ints, until: Ints) -> Ints:
    """The sum of (until − instant) over the instants at or before each moment, in whole seconds."""
    count = _so_far(instants, until)
    sums = np.concatenate([[0], np.cumsum(instants[: count[-1]])])
    return np.asarray(count * until - sums[count], dtype=np.int64)


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

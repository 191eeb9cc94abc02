"""What a follow-up lets one know: claims watched for different times, estimated as survival analysis does.

With `experiment.follow_up` a run stops while claims are open. A claim is then *censored* at the time for which it
was watched, and who asked late was watched for less; plain shares would count all of those as never refunded. The
estimate of a cumulative incidence with competing endings from such claims is Aalen and Johansen's (1978; Andersen
et al. 1993, §IV.4). It takes for granted that who was watched
for longer fares, since asking, as who was watched for less.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, inf
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.estimates import Floats
from sim.experiment.on_demand import Rows

UNTIL = "watched_until"
"""The column of claims that says until when they were watched; only tables of runs with a follow-up have it."""
ENOUGH = 0.1
"""Nothing is said of times that fewer than this share of the claims were watched for (Pocock et al. 2002, Lancet
359: curves should end where 10 to 20 % remain)."""
FEWEST = 10
"""Claims, that likewise have to have been watched for so long."""
UNFINISHED = 0.001
"""Where no more than this share of the claims is open, what becomes of claims in the end is as good as known."""
UNWATCHED = "not watched long enough"
"""Why a number is not known, in words."""

Gain = Callable[[Floats], Floats]
"""What an ending adds to a number, by the seconds since asking after which it came."""


def is_cut(claims: Rows) -> bool:
    """Whether the run was stopped so long after the cohort's last payment, with claims perhaps still open."""
    return UNTIL in claims


def is_finished(claims: Rows) -> bool:
    """Whether all claims were watched to their end, or all but a very few."""
    return not is_cut(claims) or int((claims["outcome"] == "open").sum()) <= UNFINISHED * len(claims)


def horizon(claims: Rows) -> float:
    """For how long after asking enough claims were watched (s); inf where all were watched to their end."""
    if is_finished(claims):
        return inf
    enough = max(ceil(ENOUGH * len(claims)), FEWEST)
    if len(claims) < enough:
        return 0.0
    watched = np.sort(_seconds(claims[UNTIL] - claims["asked_at"]))
    return float(watched[-enough])


def _seconds(spans: pd.Series[pd.Timedelta]) -> Floats:
    return np.asarray(spans.dt.total_seconds(), dtype=np.float64)


class Seen(NamedTuple):
    """What was seen of each claim: for how long, and what ended it."""

    seconds: Floats
    """Since asking: until it ended, or until nobody watched any more."""
    outcome: NDArray[np.object_]
    """`open` where it was censored."""
    replication: NDArray[np.int64]
    replications: int


def seen_of(claims: Rows, replications: int) -> Seen:
    """Of a table with follow-up."""
    ended = claims["ended_at"].where(claims["outcome"] != "open", claims[UNTIL])
    back = claims["refunded_at"].where(claims["outcome"] == "refunded", ended)
    outcome = claims["outcome"].astype(object).to_numpy()
    return Seen(_seconds(back - claims["asked_at"]), outcome, claims["replication"].to_numpy(), replications)


class AalenJohansen:
    """The cumulative incidence of every ending, and what each replication contributes to it."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._times, self._place = np.unique(seen.seconds, return_inverse=True)
        self._is_over = seen.outcome != "open"
        gone = self._count(np.ones(len(self._place), dtype=bool))
        self._at_risk = len(self._place) - np.cumsum(gone) + gone
        self._hazard = self._count(self._is_over) / self._at_risk
        self._left = 1 - self._hazard
        open_before = np.concatenate([[1.0], np.cumprod(self._left)[:-1]]) if len(gone) else np.empty(0)
        self._each = open_before / self._at_risk
        """What one ending at this time adds to the incidence: a share of all who asked."""

    def _count(self, chosen: NDArray[np.bool_]) -> Floats:
        return np.bincount(self._place[chosen], minlength=len(self._times)).astype(np.float64)

    def claims(self) -> Floats:
        """By replication."""
        return self._by_replication(np.ones(len(self._place)))

    def _by_replication(self, values: Floats) -> Floats:
        return np.bincount(self._seen.replication, values, self._seen.replications).astype(np.float64)

    def parts(self, outcome: str, gain: Gain) -> Floats:
        """Sums by replication whose total, over that of `claims`, is what this ending gains per claim on average.

        To the value, as often as there are claims, comes what each replication moves the estimate by (its influence
        function). So spread over replications, pairing and intervals come from these sums as from any others; and
        with every claim watched to its end they *are* the plain sums.
        """
        gains = np.asarray(gain(self._times), dtype=np.float64)
        is_it = self._seen.outcome == outcome
        added = gains * self._each * self._count(is_it)
        value, later = added.sum(), added.sum() - np.cumsum(added)
        # Who ends takes a place in what would have come later, which those watched on would have to fill.
        taken = np.divide(later, self._at_risk * self._left, out=np.zeros_like(later), where=self._left > 0)
        expected = np.cumsum(added / self._at_risk - taken * self._hazard)[self._place]
        moved = (gains * self._each)[self._place] * is_it - taken[self._place] * self._is_over - expected
        return self._by_replication(value + len(self._place) * moved)


def by_then(seconds: float) -> Gain:
    """One where it came by then."""
    return lambda times: (times <= seconds).astype(np.float64)


def days_left_of(days: float, a_day: float) -> Gain:
    """The days that are left of so many when it came."""
    return lambda times: np.maximum(days - times / a_day, 0.0)

"""Payment runs: whether refunds arrive together, on which weekdays, at what time, and until when one is joined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.evidence.finding import Assumed, Finding, Told
from sim.evidence.training_data import TrainingData
from sim.scenario.days import second_of
from sim.scenario.durations import DAY, HOUR, MINUTE
from sim.scenario.wording import per_cent
from sim.vocabulary import Party, Weekday

PATH = "policy.refund.runs"
ENOUGH = 50
"""Refunds below which no habit is read into them."""
TOGETHER = 0.8
"""The share of refunds that has to come at one time of day, and to be told by the runs."""
NEAR = 5 * MINUTE
HARDLY_ANY = 0.1
"""A weekday with less than this share of the busiest's refunds has no run of its own."""


class Runs(NamedTuple):
    """The runs that explain when refunds arrived."""

    weekdays: tuple[int, ...]
    second: int
    """After midnight."""
    cut_off: float
    between: tuple[float, float]
    """Cut-offs that explain nearly as many."""
    explained: float
    n: int

    def after(self, due: Floats, data: TrainingData) -> Floats:
        """The run that each refund joins."""
        instants = _instants(data, self.weekdays, self.second)
        place = np.searchsorted(instants, np.nan_to_num(due) + self.cut_off)
        return np.where(np.isnan(due), np.nan, np.append(instants, np.inf)[place])


def runs_of(data: TrainingData) -> Runs | Assumed:
    """The runs that the log shows, those of the base where it cannot show any, or why there are none."""
    claims = data.log.claims
    due, (first, last) = claims.at("refund_due"), claims.ends("refunded")
    known = ~np.isnan(due) & ~np.isnan(first)
    if int(known.sum()) < ENOUGH:
        return Assumed(PATH, f"{int(known.sum())} refunds of which both instants are known, fewer than {ENOUGH}")
    at = _time_of_day(data, first[known], last[known])
    if isinstance(at, Assumed):
        return at
    days = (first[known] // DAY).astype(np.int64)
    weekdays = _weekdays(data, days)
    told = _cut_off(data, weekdays, at, due[known], days)
    if told.explained < TOGETHER:
        return Assumed(
            PATH, f"no runs explain more than {per_cent(told.explained)} of the days on which refunds arrive"
        )
    return told


def told_of_runs(runs: Runs | Assumed) -> Told:
    """The runs as a scenario says them."""
    if isinstance(runs, Assumed):
        yield runs
        return
    hour, minute = runs.second // HOUR, runs.second % HOUR // MINUTE
    low, high = (_hours(end) for end in runs.between)
    yield Finding(
        PATH,
        {
            "weekdays": [day.word for day in Weekday if day.value in runs.weekdays],
            "at": f"{hour:02}:{minute:02}",
            "cut_off": _hours(runs.cut_off),
        },
        runs.n,
        interval=(low, high),
        about="cut-off",
        method=f"the runs that tell the day of {per_cent(runs.explained)} of refunds",
        identified="what the bank needs after the run, where it needs less than a day",
    )


def _hours(seconds: float) -> str:
    return f"{round(seconds / MINUTE)} min" if seconds % HOUR else f"{round(seconds / HOUR)} h"


def _time_of_day(data: TrainingData, first: Floats, last: Floats) -> int | Assumed:
    """The time at which nearly all arrive; of dates without hours, the base's."""
    exact = last - first < HOUR
    if np.mean(exact) < 0.5:
        terms = data.base.policy.refund.runs
        return Assumed(PATH, "refunds have dates without hours") if terms is None else second_of(terms.at)
    seconds = np.sort(first[exact] % DAY)
    around = np.searchsorted(seconds, seconds + 2 * NEAR, side="right") - np.arange(len(seconds))
    begin = int(np.argmax(around))
    if around[begin] < TOGETHER * len(seconds):
        return Assumed(PATH, "refunds arrive at all times of day, or the bank's own time hides when they were paid")
    return int(np.median(seconds[begin : begin + around[begin]]) // MINUTE * MINUTE)


def _weekdays(data: TrainingData, days: Ints) -> tuple[int, ...]:
    counts = np.bincount((data.start.weekday() + days) % 7, minlength=7)
    return tuple(np.flatnonzero(counts > HARDLY_ANY * counts.max()).tolist())


def _instants(data: TrainingData, weekdays: tuple[int, ...], second: int) -> Floats:
    """Every run: on these weekdays, where the bank has a business day."""
    days = data.hours[Party.BANK].days
    there = days[np.isin((data.start.weekday() + days) % 7, weekdays)]
    return np.asarray(there * DAY + second, dtype=np.float64)


def _cut_off(data: TrainingData, weekdays: tuple[int, ...], second: int, due: Floats, days: Ints) -> Runs:
    """How long before its run a refund has to be due: what most refunds agree on.

    One that came with a run, and not with the run before, was due at least that long before its own, and less
    before the other.
    """
    instants = _instants(data, weekdays, second)
    place = np.searchsorted(instants, days * DAY + second)
    there = (place < len(instants)) & (np.append(instants, np.inf)[place] // DAY == days) & (place > 0)
    own, before = instants[place[there]], instants[place[there] - 1]
    least, most = before - due[there], own - due[there]
    agree: Bools = most >= 0
    least, most = np.sort(np.maximum(least[agree], -1.0)), np.sort(most[agree])
    if not len(most):
        return Runs(weekdays, second, 0.0, (0.0, 0.0), 0.0, len(due))
    candidates = np.unique(np.concatenate([[0.0], most, least[least >= 0] + 1]))
    counts = np.searchsorted(least, candidates) - np.searchsorted(most, candidates)
    top = int(counts.max())
    error = np.sqrt(max(top * (1 - top / len(due)), 1.0))
    near = candidates[counts >= top - error]
    best = candidates[counts == top]
    value = next(_rounded(float(best.min()), float(best.max())))
    return Runs(weekdays, second, value, (float(near.min()), float(near.max())), top / len(due), len(due))


def _rounded(low: float, high: float) -> Iterator[float]:
    """A round number between two: of hours if there is one, else of minutes, else the middle."""
    for unit in (12 * HOUR, HOUR, 15 * MINUTE, MINUTE):
        if np.ceil(low / unit) * unit <= high:
            yield float(np.ceil(low / unit) * unit)
    yield float(round((low + high) / 2 / MINUTE) * MINUTE)

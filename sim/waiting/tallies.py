"""Keeping count of stories: by case, and of all cases together, week by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Columns, Floats, Ints
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.vocabulary import Outcome, Stage
from sim.waiting.outlook import FEWEST
from sim.waiting.replicates import Stories

WEEKS = 52
"""Weeks from now that are told one by one; later ones together."""
BAND = (0.05, 0.95)
AT_SELLERS = ("cancellation", "dispute", "inspection")


@dataclass(frozen=True)
class Totals:
    """All cases together: replicates by weeks from now (cents; cases; hours), and replicates by ending."""

    cash: Floats
    """Money that arrives with buyers, of the open cases."""
    backlog: Floats
    """Open cases that have not ended by the end of the week."""
    seller_hours: Floats
    """Working time at sellers' desks, of the open cases and of whoever comes later."""
    mediation_hours: Floats
    endings: dict[str, Floats]
    """How many cases end so, by replicate."""


@dataclass(frozen=True)
class Outlooks:
    """What becomes of each case under one policy: a row for each."""

    policy: str
    odds: dict[str, Floats]
    """By ending."""
    money: Floats
    """The chance of any money."""
    expected: Floats
    """The mean of the refund, in cents."""
    days: Floats
    """Rows by `outlook.QUANTILES`: days until so large a part of its stories with money has it; NaN of few."""
    deadlines: Ints
    """The next deadline (s since the scenario's start); NEVER where no clock runs."""
    on_silence: Ints
    """What silence comes to then, by verdict; 0 where no clock runs."""
    totals: Totals


class Tally:
    """The stories of some cases, added batch by batch."""

    def __init__(self, cases: int, replicates: int, now: int) -> None:
        self._now, self._done = now, 0
        self._outcome = np.zeros((replicates, cases), dtype=np.int8)
        self._at = np.full((replicates, cases), np.inf, dtype=np.float32)
        self._refund = np.zeros(cases)
        self._weekly = {
            name: np.zeros((replicates, WEEKS + 1)) for name in ("cash", "backlog", "sellers", "platform")
        }

    def add(self, stories: Stories, size: int) -> None:
        """So many further replicates."""
        cases = self._outcome.shape[1]
        here = slice(self._done, self._done + size)
        told = stories.told
        self._outcome[here] = told["outcome"].reshape(size, cases)
        at = told["refunded_at"]
        self._at[here] = np.where(at < NEVER, (at - self._now) / DAY, np.inf).reshape(size, cases)
        self._refund += told["refund"].reshape(size, cases).sum(axis=0)
        replicate = np.repeat(np.arange(size), cases)
        pays = (at < NEVER) & (at > self._now)
        self._count("cash", replicate, at, told["refund"] * pays, here)
        ended = np.where(told["outcome"] == Outcome.NO_CLAIM, self._now, told["ended_at"])
        left = np.stack(
            [
                (ended > self._now + 7 * DAY * (week + 1)).reshape(size, cases).sum(axis=1)
                for week in range(WEEKS + 1)
            ]
        )
        self._weekly["backlog"][here] = left.T
        for columns, of in (
            (told, replicate),
            (stories.others, np.zeros(len(stories.others["order"]), dtype=np.int64)),
        ):
            self._add_work(columns, of, here)
        self._done += size

    def chance(self, outcome: Outcome) -> Floats:
        """By case."""
        return np.asarray((self._outcome == outcome).mean(axis=0))

    def expected(self) -> Floats:
        """The mean refund of each case, in cents."""
        return np.asarray(self._refund / max(self._done, 1))

    def days(self, levels: tuple[float, ...]) -> Floats:
        """By case, level: days until so large a part of the stories with money has it; NaN where few have it."""
        ordered = np.sort(self._at, axis=0)
        paid = np.isfinite(ordered).sum(axis=0)
        place = np.maximum(np.ceil(np.outer(levels, paid)).astype(np.int64) - 1, 0)
        days = np.take_along_axis(ordered, place, axis=0).astype(np.float64).T
        return np.where(paid[:, None] >= min(FEWEST, len(ordered)), days, np.nan)

    def totals(self) -> Totals:
        """All cases together."""
        ends = {word.word: (self._outcome == word).sum(axis=1).astype(np.float64) for word in Outcome}
        weekly = self._weekly
        return Totals(weekly["cash"], weekly["backlog"], weekly["sellers"], weekly["platform"], ends)

    def _add_work(self, told: Columns, replicate: Ints, here: slice) -> None:
        for stage in Stage:
            at_platform = stage == Stage.MEDIATION
            if not (at_platform or stage.word in AT_SELLERS):
                continue
            settled, hours = told[f"{stage.word}_settled_at"], told[f"{stage.word}_work"] / HOUR
            after = (settled < NEVER) & (settled > self._now)
            self._count("platform" if at_platform else "sellers", replicate, settled, hours * after, here)

    def _count(self, name: str, replicate: Ints, at: Ints, amount: Floats | Ints, here: slice) -> None:
        week = np.clip((at - self._now) // (7 * DAY), 0, WEEKS)
        rows = self._weekly[name][here]
        place = replicate * (WEEKS + 1) + week
        rows += np.bincount(place, weights=amount, minlength=rows.size).reshape(rows.shape)


def middle_and_band(by_replicate: Floats) -> tuple[Floats, Floats, Floats]:
    """The mean over replicates, and between what nine of ten of them lie."""
    low, high = np.quantile(by_replicate, BAND, axis=0)
    return by_replicate.mean(axis=0), low, high

"""From stories to odds: how requests and claims end, when the money comes, what silence will mean and when; and
what a buyer has in common with others, by days waited and by hours since payment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.arrays import Bools, Columns, Floats, Ints
from sim.experiment.number import Number
from sim.experiment.shares import share_of
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.vocabulary import Outcome, Route, Settled, Stage, Verdict, endings
from sim.waiting.replicates import Stories

ENDINGS = (*endings.ENDINGS, "no_claim")
ANSWERS = ("approved", "shipped_over", "shipped_instead", "refused", "run_out", "withdrawn")
"""How a request to cancel ends: the dispatch came first, or the seller sent the parcel instead of answering."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
FEWEST = 10
"""Stories from which on something is said of how long they take."""
MEANS = {
    Verdict.APPROVE: "that is a yes: the money is due",
    Verdict.DECLINE: "that is a no",
    Verdict.ESCALATE: "the platform takes it up by itself",
    Verdict.MAY_ESCALATE: "the buyer may call the platform",
    Verdict.CLOSE: "the claim is closed, without money",
}
"""What silence comes to, in words."""


def share(happens: Bools) -> Number:
    """In what share of stories something happens, with its interval over the stories told."""
    return share_of(int(np.count_nonzero(happens)), len(happens))


def together(shares: Iterable[Number]) -> Number:
    """Of endings that exclude each other: the share of those that come to any of them."""
    every = list(shares)
    return share_of(round(sum(one.value * one.n for one in every)), every[0].n)


def has_money_back(told: Columns) -> Bools:
    """Who gets money back."""
    return np.isin(told["outcome"], endings.WITH_MONEY)


def answered_as(told: Columns) -> dict[str, Bools]:
    """How requests to cancel end, by `ANSWERS`; those who never put one are in none."""
    how, put = told["cancellation_settled_by"], told["cancellation_opened_at"] < NEVER
    shipped = put & (told["dispatched_at"] == told["cancellation_settled_at"]) & (told["dispatched_at"] < NEVER)
    answered = (how == Settled.ANSWERED) & ~shipped
    approved = answered & (told["route"] == Route.CANCELLATION) & has_money_back(told)
    return {
        "approved": approved,
        "shipped_over": shipped & (how == Settled.INTERRUPTED),
        "shipped_instead": shipped & (how == Settled.ANSWERED),
        "refused": answered & ~approved,
        "run_out": how == Settled.SILENCE,
        "withdrawn": how == Settled.WITHDRAWN,
    }


def odds(told: Columns) -> dict[str, Number]:
    """By ending."""
    return {ending: share(told["outcome"] == Outcome[ending.upper()]) for ending in ENDINGS}


def days_to_money(told: Columns, now: Ints) -> Floats:
    """Days from each story's now to the money; infinite where none comes."""
    at = told["refunded_at"]
    return np.where(at < NEVER, (at - now) / DAY, np.inf)


def quantiles(days: Floats, *, of_all: bool) -> dict[float, float | None]:
    """Days until this share of stories has its money: of all, or of those that get any; None: never, or of few."""
    some = np.sort(days if of_all else days[np.isfinite(days)])
    if len(some) < min(FEWEST, max(len(days), 1)):
        return dict.fromkeys(QUANTILES)
    picked = {level: float(some[min(int(np.ceil(level * len(some))) - 1, len(some) - 1)]) for level in QUANTILES}
    return {level: value if np.isfinite(value) else None for level, value in picked.items()}


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

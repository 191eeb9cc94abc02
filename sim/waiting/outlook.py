"""From stories to odds: how requests and claims end, when the money comes, what silence will mean and when; and
what a buyer has in common with others, by days waited and by hours since payment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from sim.arrays import Bools, Columns, Floats, Ints
from sim.experiment.number import Number
from sim.experiment.shares import share_of
from sim.scenario.durations import DAY, HOUR, NEVER
from sim.vocabulary import Outcome, Route, Settled, Verdict, endings

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

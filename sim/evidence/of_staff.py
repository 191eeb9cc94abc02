"""What a log tells of sellers' desks where it says when a request was taken up: the work, and how many at once."""

from __future__ import annotations

import numpy as np

from sim.evidence.desks_read import most_at_once
from sim.evidence.finding import Assumed, Finding, Told, of_law
from sim.evidence.lesson import Lesson
from sim.evidence.log import Bools
from sim.evidence.survival import LEAST, fitted
from sim.scenario.durations import Kind
from sim.vocabulary import Party

STAFF = "market.sellers.staff"
FULL = 20
"""How often a desk has to be seen that full before this is believed to be all it has."""
STAGES = {
    "cancellation": ("taken_up", "closed", "status"),
    "dispute": ("dispute_taken_up", "dispute_closed", "dispute_status"),
}


def handling(lesson: Lesson, kind: int, path: str) -> Told:
    """Working time from taking up a request until its answer, of one type of sellers."""
    claims, hours = lesson.log.claims, lesson.hours[Party.SELLER]
    for stage, (begun, ended, status) in STAGES.items():
        if not claims.has(begun):
            continue
        since, until = claims.at(begun), claims.at(ended)
        answered = lesson.status("accepted", "refused", of=status)
        if stage == "cancellation":
            answered |= lesson.status("shipped")  # once begun, hardly any is overtaken by its parcel
        answered &= ~np.isnan(until)
        worked = hours.worked(np.where(np.isnan(until), lesson.log.cut, until)) - hours.worked(since)
        among = (lesson.kind_of_claim == kind) & ~np.isnan(since) & (worked >= 0)
        high = np.where(answered, worked, np.inf)
        estimated = fitted(lesson.sample_of_claims(worked, high, among))
        if estimated is None:
            yield Assumed(
                f"{path}.{stage}.handling", f"fewer than {LEAST} answers of which it is known when they were begun"
            )
        else:
            yield of_law(f"{path}.{stage}.handling", estimated, Kind.WORK, what="working time, taken up to answer")


def told_by_desks(lesson: Lesson) -> Told:
    """How many requests a seller works on at once, where they are seen to be taken up."""
    claims = lesson.log.claims
    since, until, desk = [], [], []
    for begun, ended, _ in STAGES.values():
        known: Bools = ~np.isnan(claims.at(begun))
        since.append(claims.at(begun)[known])
        until.append(np.nan_to_num(claims.at(ended)[known], nan=lesson.log.cut))
        desk.append(lesson.seller_of_claim[known])
    at_once = most_at_once(np.concatenate(since), np.concatenate(until), np.concatenate(desk))
    levels = np.bincount(at_once.astype(np.int64)) if len(at_once) else np.zeros(1, dtype=np.int64)
    seen = np.flatnonzero(levels >= FULL)
    if not len(seen) or seen.max() < 1:
        yield Assumed(STAFF, "the log does not tell when requests are taken up, or too few are under way at once")
        return
    most = int(seen.max())
    yield Finding(
        STAFF,
        most,
        len(at_once),
        interval=(most, int(levels.nonzero()[0].max())),
        about="most at once",
        method="the most that a desk works on at once, seen twenty times",
        identified="sellers who were never busier may have more staff; work that is in no log counts for nothing",
    )

"""What a log tells of sellers' desks where it says when a request was taken up: the work, and how many at once; and
what instants alone tell of any desk."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.evidence.finding import Assumed, Finding, Told, of_law
from sim.evidence.of_offers import offered
from sim.evidence.of_orders import shipped_instead
from sim.evidence.survival import LEAST, fitted
from sim.evidence.training_data import TrainingData
from sim.scenario.durations import Kind
from sim.vocabulary import Party

STAFF = "market.sellers.staff"
FULL = 20
"""How often a desk has to be seen that full before this is believed to be all it has."""


class DeskStage(NamedTuple):
    """What sellers are asked, and what the columns of the log and of a simulated world call it."""

    name: str
    asked: str
    taken_up: str
    closed: str
    status: str
    simulated: str


STAGES = (
    DeskStage("cancellation", "requested", "taken_up", "closed", "status", "request"),
    DeskStage("dispute", "dispute_opened", "dispute_taken_up", "dispute_closed", "dispute_status", "dispute"),
)
CANCELLATION, DISPUTE = STAGES


def requests_at(data: TrainingData, stage: DeskStage) -> tuple[Floats, Floats, Bools]:
    """Of each claim: when sellers were asked, until when that was open as far as is known, and whether they
    answered: by sending at once, too, or by an offer."""
    claims = data.log.claims
    asked, closed = claims.at(stage.asked), claims.at(stage.closed)
    answered = data.status("accepted", "refused", of=stage.status)
    if stage is CANCELLATION:
        return asked, data.log.watched_until(closed), answered | shipped_instead(data)
    countered = offered(data) & ~np.isnan(asked)
    closed = np.where(countered, np.fmin(claims.at("offer_opened"), closed), closed)
    return asked, data.log.watched_until(closed), answered | (countered & ~np.isnan(closed))


def handling(data: TrainingData, kind: int, path: str) -> Told:
    """Working time from taking up a request until its answer, of one type of sellers."""
    claims, hours = data.log.claims, data.hours[Party.SELLER]
    for stage in STAGES:
        if not claims.has(stage.taken_up):
            continue
        since, until = claims.at(stage.taken_up), claims.at(stage.closed)
        answered = data.status("accepted", "refused", of=stage.status)
        if stage is CANCELLATION:
            answered |= data.status("shipped")  # once begun, hardly any is overtaken by its parcel
        answered &= ~np.isnan(until)
        worked = hours.worked(data.log.watched_until(until)) - hours.worked(since)
        among = (data.kind_of_claim == kind) & ~np.isnan(since) & (worked >= 0)
        estimated, place = fitted(data.censored(worked, answered, among)), f"{path}.{stage.name}.handling"
        if estimated is None:
            yield Assumed(place, f"fewer than {LEAST} answers of which it is known when they were begun")
        else:
            yield of_law(place, estimated, Kind.WORK, what="working time, taken up to answer")


def told_by_desks(data: TrainingData) -> Told:
    """How many requests a seller works on at once, where they are seen to be taken up."""
    claims = data.log.claims
    since, until, desk = [], [], []
    for stage in STAGES:
        begun = claims.at(stage.taken_up)
        known: Bools = ~np.isnan(begun)
        since.append(begun[known])
        until.append(data.log.watched_until(claims.at(stage.closed)[known]))
        desk.append(data.seller_of_claim[known])
    at_once = most_at_once(np.concatenate(since), np.concatenate(until), np.concatenate(desk))
    levels = np.bincount(at_once.astype(np.int64)) if len(at_once) else np.zeros(1, dtype=np.int64)
    seen = np.flatnonzero(levels >= FULL)
    if not len(seen) or seen.max() < 1:
        yield Assumed(STAFF, "the log does not tell when requests are taken up, or too few are under way at once")
        return
    most = int(seen.max())
    yield Finding(
        STAFF, most, len(at_once), interval=(most, int(levels.nonzero()[0].max())), about="most at once",
        method="the most that a desk works on at once, seen twenty times",
        identified="sellers who were never busier may have more staff; work that is in no log counts for nothing",
    )  # fmt: skip


def taken_up_in_turn(came: Floats, left: Floats, staff: int) -> Floats:
    """When each case was begun at a desk that takes them in the order in which they came.

    With so many staff a case is begun when it comes, or as soon as all but `staff − 1` of those before it have left
    (Larson, *Management Science* 36 (1990), for one server). `left` is NaN of cases that are still there; those
    behind them that were not begun yet are infinite, and those of which it is not known when they came, NaN.
    """
    begun = np.full(len(came), np.nan)
    latest: list[float] = []
    """The last departures of those before, as many as there are staff."""
    for case in np.argsort(came, kind="stable")[: int(np.count_nonzero(~np.isnan(came)))].tolist():
        free = latest[0] if len(latest) == staff else -np.inf
        begun[case] = max(came[case], free)
        leaves = np.inf if np.isnan(left[case]) else left[case]
        if len(latest) < staff:
            heapq.heappush(latest, leaves)
        else:
            heapq.heappushpop(latest, leaves)
    return begun


def most_at_once(since: Floats, until: Floats, desk: Ints) -> Floats:
    """Of each case, how many its desk worked on just after it was taken up, itself among them."""
    order = np.lexsort((since, desk))
    told = np.zeros(len(since))
    ends: list[float] = []
    at = -1
    for case in order.tolist():
        if desk[case] != at:
            at, ends = int(desk[case]), []
        while ends and ends[0] <= since[case]:
            heapq.heappop(ends)
        heapq.heappush(ends, float(until[case]))
        told[case] = len(ends)
    return told

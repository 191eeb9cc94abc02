"""What a log tells of returns and of the way of the money: what the bank needs, and payment runs (whether refunds
arrive together, on which weekdays, at what time, and until when one is joined)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.chance.instants import earlier_or_later, instants_after
from sim.evidence.finding import Assumed, Finding, Told, number, of_law
from sim.evidence.of_rulings import told_by_chargebacks, told_by_mediations
from sim.evidence.samples import Sample
from sim.evidence.survival import LEAST, fitted
from sim.evidence.training_data import TrainingData
from sim.rules.terms import last_day_of, span
from sim.scenario.by_claim import CLAIMS, rows
from sim.scenario.calendars import Calendar
from sim.scenario.days import second_of
from sim.scenario.durations import DAY, HOUR, MINUTE, Kind
from sim.scenario.wording import per_cent
from sim.vocabulary import Party, Weekday

AT_ONCE = 0.8
"""The share of refunds that arrive within minutes of being paid above which the bank needs no time."""


def told_by_refunds(data: TrainingData, calendars: dict[Party, Calendar]) -> Told:
    """Everything that claims tell once somebody has decided."""
    yield from told_by_mediations(data)
    yield from _returns(data)
    yield from told_by_chargebacks(data)
    runs = runs_of(data)
    yield from told_of_runs(runs)
    yield from _posting(data, calendars, runs)


def _returns(data: TrainingData) -> Told:
    claims = data.log.claims
    posted, came = claims.at("return_posted"), claims.at("return_received")
    won = np.fmin(
        np.where(data.status("accepted", "silence", of="dispute_status"), claims.at("dispute_closed"), np.nan),
        np.where(claims.word("ruling") == 0, claims.at("mediation_closed"), np.nan),
    )
    if int((~np.isnan(posted)).sum()) < LEAST:
        yield Assumed("buyers.return_delay", "the log does not tell of returns")
        return
    since = np.fmax(won, data.log.of_orders("delivered"))
    last = since + _time_to_post(data)
    delay = np.where(np.isnan(posted), np.minimum(data.log.cut, last), posted) - since
    # Where some keep what they were refunded for, only those who posted are known to have had to.
    sent = ~np.isnan(posted) if _some_keep_the_goods(data) else np.ones(len(posted), dtype=bool)
    among = ~np.isnan(won) & (delay >= 0) & sent
    estimated = fitted(data.censored(delay, ~np.isnan(posted), among))
    if estimated is not None and data.base.buyers.return_delay.kind is not Kind.BUSINESS:
        what, unseen = "censored by the time to post and the cut", "those who never meant to post"
        yield of_law("buyers.return_delay", estimated, Kind.WALL, what=what, identified=unseen)
    law = data.base.market.carrier.return_transit
    travelled = data.log.watched_until(came) - posted
    may_be_lost = data.base.market.carrier.return_lost > 0
    estimated = fitted(data.censored(travelled, ~np.isnan(came), ~np.isnan(posted)), never=may_be_lost)
    if estimated is not None and law.kind is not Kind.BUSINESS:
        yield of_law("market.carrier.return_transit", estimated, Kind.WALL, what="right-censored at the cut")


def _time_to_post(data: TrainingData) -> float:
    """Seconds after the verdict in which a return may be posted; infinite without a limit that begins there."""
    limits = [terms.post_within for _, terms in rows(data.base.policy.returns)]
    bare = [limit.within for limit in limits if limit and limit.after is None and limit.until is None]
    spans = [span for span in bare if span is not None and span.kind is Kind.WALL]
    return float(min(span.seconds for span in spans)) if spans and len(spans) == len(limits) else float("inf")


def _some_keep_the_goods(data: TrainingData) -> bool:
    """Whether money came back to some without the goods being posted: then nobody knows who never meant to."""
    terms = dict(rows(data.base.policy.returns))
    without_goods = len(terms) < len(CLAIMS) or data.base.buyers.not_received is not None
    return without_goods or any(one.returnless_below > 0 for one in terms.values())


def _posting(data: TrainingData, calendars: dict[Party, Calendar], runs: Runs | Assumed) -> Told:
    """In the bank's business days, by method: coarse dates are intervals, the policy's limit censors."""
    claims, methods = data.log.claims, list(data.base.market.payment_methods)
    if not (claims.has("refund_due") and claims.has("refunded")):
        yield Assumed("policy.refund.posting", "the log does not tell when refunds fell due and arrived")
        return
    due, (first, last) = claims.at("refund_due"), claims.ends("refunded")
    limit = _limits(data, due, calendars)
    sent = _sent(data, due, runs)
    names = data.payment_methods
    of_claim = data.log.orders_of_claims.word("method")
    for method in methods:
        if method in names:
            theirs = of_claim == names.index(method)
        elif len(methods) == 1:
            theirs = np.ones(claims.rows, dtype=bool)
        else:
            yield Assumed(f"policy.refund.posting.{method}", "the log does not tell this payment method")
            continue
        yield from _posted(data, method, sent, first, last, limit, theirs)


def _sent(data: TrainingData, due: Floats, runs: Runs | Assumed) -> Floats:
    """When the platform paid: as refunds fell due, or with the run that the log shows or the base knows."""
    terms = data.base.policy.refund.runs
    if isinstance(runs, Assumed) and terms is None:
        return due
    if isinstance(runs, Assumed):
        assert terms is not None
        weekdays = tuple(day.value for day in terms.weekdays)
        runs = Runs(weekdays, second_of(terms.at), float(terms.cut_off.seconds), (0.0, 0.0), 0.0, 0)
    return runs.after(due, data)


def _limits(data: TrainingData, due: Floats, calendars: dict[Party, Calendar]) -> Floats:
    """By when the policy has the money back, whatever the bank does."""
    limits, limit = np.full(len(due), np.inf), data.base.policy.refund.within
    if limit is not None:
        known, within = ~np.isnan(due), span(limit.within)
        since = due[known].astype(np.int64)
        ends = instants_after(since, within.kind, np.array(within.seconds), calendars[Party.BANK])
        limits[known] = np.maximum(earlier_or_later(ends, *last_day_of(limit, data.start)), since)
    return limits


def _posted(
    data: TrainingData, method: str, due: Floats, first: Floats, last: Floats, limit: Floats, theirs: Bools
) -> Told:
    law = data.base.policy.refund.posting.get(method)
    kind = law.kind if law is not None else Kind.BUSINESS
    hours, path = data.hours[Party.BANK], f"policy.refund.posting.{method}"
    arrived = ~np.isnan(first)
    at_limit = arrived & (last >= limit)
    begun = np.where(arrived, np.maximum(first, due), np.minimum(data.log.cut, limit))
    low = hours.lasted(due, np.where(at_limit, np.minimum(begun, limit), begun), kind)
    high = np.where(arrived & ~at_limit, hours.lasted(due, np.maximum(last, due), kind), np.inf)
    some = theirs & ~np.isnan(due)
    sample = data.sample_of_claims(low, high, some)
    at_once = sample.high[sample.ended] <= NEAR
    if len(at_once) >= LEAST and np.mean(at_once) >= AT_ONCE:
        yield Finding(path, 0, sample.n, number(sample.censored), method="most arrive as they are paid")
        return
    estimated = fitted(_at_least_a_second(sample))
    if estimated is None:
        yield Assumed(path, f"fewer than {LEAST} refunds by {method}")
        return
    wall = ((first + last) / 2 - due)[some & arrived]
    what = (
        "in the bank's business days, interval-censored by date, the policy's limit censors"
        if kind is Kind.BUSINESS
        else "the policy's limit censors"
    )
    yield of_law(path, estimated, kind, what=what, naive=float(np.median(wall)))


def _at_least_a_second(sample: Sample) -> Sample:
    """A date whose low end is at once tells only how long it took at most."""
    return sample._replace(high=np.maximum(sample.high, sample.low))


# ------------------------------------------------------------------------------------------------- payment runs


RUNS = "policy.refund.runs"
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
        return Assumed(RUNS, f"{int(known.sum())} refunds of which both instants are known, fewer than {ENOUGH}")
    at = _time_of_day(data, first[known], last[known])
    if isinstance(at, Assumed):
        return at
    days = (first[known] // DAY).astype(np.int64)
    weekdays = _weekdays(data, days)
    told = _cut_off(data, weekdays, at, due[known], days)
    if told.explained < TOGETHER:
        return Assumed(
            RUNS, f"no runs explain more than {per_cent(told.explained)} of the days on which refunds arrive"
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
        RUNS,
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
        return Assumed(RUNS, "refunds have dates without hours") if terms is None else second_of(terms.at)
    seconds = np.sort(first[exact] % DAY)
    around = np.searchsorted(seconds, seconds + 2 * NEAR, side="right") - np.arange(len(seconds))
    begin = int(np.argmax(around))
    if around[begin] < TOGETHER * len(seconds):
        return Assumed(RUNS, "refunds arrive at all times of day, or the bank's own time hides when they were paid")
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

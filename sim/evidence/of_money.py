"""What a log tells of returns and of the way of the money."""

from __future__ import annotations

import numpy as np

from sim.arrays import Bools, Floats
from sim.chance.instants import earlier_or_later, instants_after
from sim.evidence.finding import Assumed, Finding, Told, number, of_law
from sim.evidence.of_rulings import told_by_chargebacks, told_by_mediations
from sim.evidence.of_runs import NEAR, Runs, runs_of, told_of_runs
from sim.evidence.samples import Sample
from sim.evidence.survival import LEAST, fitted
from sim.evidence.training_data import TrainingData
from sim.rules.terms import last_day_of, span
from sim.scenario.by_claim import CLAIMS, rows
from sim.scenario.calendars import Calendar
from sim.scenario.days import second_of
from sim.scenario.durations import Kind
from sim.vocabulary import Party

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

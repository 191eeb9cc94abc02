"""What a log tells of buyers, the platform, the carrier's way back and the bank."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import Bools, Floats
from sim.chance.instants import earlier_or_later
from sim.evidence.families import FAMILIES, FAR, TWO, thinned
from sim.evidence.finding import Assumed, Finding, Told, ends, number, of_chance, of_law
from sim.evidence.log import OrdersPiece
from sim.evidence.log_tables import Table
from sim.evidence.of_offers import refused_at, told_by_offers
from sim.evidence.samples import AnySample, nearly
from sim.evidence.survival import LEAST, Estimated, fitted
from sim.evidence.training_data import Durations, TrainingData
from sim.rules.terms import last_day_of
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import DAY, Kind
from sim.scenario.windows import LastInstant
from sim.vocabulary import Anchor, Verdict

NOT_IN_A_LOG = {
    "buyers.regret.found_cheaper": "what is behind 'not needed' is in no log",
    "buyers.hassle": "is in no log apart from going on",
    "buyers.plea": "messages are not logged",
    "buyers.agrees_to_change_reason": "the reason game is not logged",
}


def told_by_claims(data: TrainingData) -> Told:
    """Everything that claims tell of others than sellers."""
    yield from _regret(data)
    yield from _reasons(data)
    yield from _patience(data)
    yield from _going_on(data)
    yield from _escalation(data)
    yield from told_by_offers(data)
    for path, why in NOT_IN_A_LOG.items():
        yield Assumed(path, why)


def _regret(data: TrainingData) -> Told:
    """Minds that change before dispatch: the button goes with the parcel, the window or the cut."""
    terms = data.base.policy.cancellation
    within = terms.window.within if terms is not None else None
    if terms is None or within is None or terms.window.until or terms.window.after is not Anchor.PAID:
        why = "without a cancellation window that goes by its length from payment on it is not seen"
        yield Assumed("buyers.regret.probability", why)
        return
    sample = _changes_of_mind(data)
    estimated = _seen_through(within, sample, data.log.cut - data.first)
    if estimated is None:
        yield Assumed("buyers.regret.probability", f"fewer than {LEAST} requests")
        return
    asked = data.log.claims.at("requested") - data.log.of_orders("paid")
    last = float(np.fmax.reduce(asked, initial=0.5)) / DAY
    later = "as the law goes on"
    if np.any(sample.counted().low >= FAR):
        later = "by disputes of those who never asked to cancel, where worth it by the base's postage and hassle"
    told = f"minds that change within {last:.1f} d and before dispatch; later ones {later}"
    yield of_chance(
        "buyers.regret.probability", estimated, "hazard until the button goes", about="share of orders",
        identified=told, naive=_asked(data) / sample.n,
    )  # fmt: skip
    what = "censored by dispatch, window and cut"
    yield of_law("buyers.regret.after", estimated, Kind.WALL, what=what, identified=told)


def _asked(data: TrainingData) -> int:
    """How many asked to cancel, or may have."""
    claims = data.log.claims
    return int((~np.isnan(claims.at("requested")) | _at_some_time(claims)).sum())


def _at_some_time(claims: Table) -> Bools:
    """Requests of which is not known when they were made: there is no dispute, or an end of the request as well."""
    asked, disputed, closed = (claims.at(name) for name in ("requested", "dispute_opened", "closed"))
    return np.isnan(asked) & (np.isnan(disputed) | ~np.isnan(closed))


def _changes_of_mind(data: TrainingData) -> AnySample:
    """From payment until each order's buyer asked to cancel, or could no more.

    "A claim, time unknown" was made at some time while the button was there. Whose time to dispute was over by the
    cut, and who had not asked, either disputed (a mind that changed after the button went) or did not: those for
    whom it is not worth it are hidden among the latter, so that who disputed stands for them as well.
    """
    sample = data.sample_of_orders("buyers.regret", lambda piece: until_asked(data, piece))
    if _told_late(data) is None:
        return sample
    few, worth = sample.counted(), _worth_it(data)
    seen, silent = (few.weight[one].sum() for one in _late(few.low, few.high))
    hidden = (1 / worth - 1) * seen / max(silent, 1e-9)

    def stands_for(low: Floats, high: Floats) -> Floats:
        disputed, never = _late(low, high)
        return np.where(disputed, 1 / worth, np.where(never, max(1 - hidden, 0.0), 1.0))

    return sample.standing_for(stands_for)


def _late(low: Floats, high: Floats) -> tuple[Bools, Bools]:
    """Whose time to dispute was over: those seen to have disputed, and the others."""
    return np.isfinite(high) & (high >= FAR), low >= FAR


def until_asked(data: TrainingData, piece: OrdersPiece) -> Durations:
    """Of each order, between which times since payment (s) its buyer changed their mind; `FAR` times as long, known
    however the window was."""
    orders, claims = piece.orders, data.log.claims.only(piece.claims)
    paid, sent = orders.at("paid"), orders.at("dispatched")
    asked, unknown = np.full((2, orders.rows), np.nan), np.zeros(orders.rows, dtype=bool)
    asked[:, piece.row] = claims.ends("requested")
    unknown[piece.row] = _at_some_time(claims)
    there = np.maximum(np.fmin(sent, data.log.cut) - paid, 1.0)
    low, high = nearly(*(asked - paid))
    never = np.isnan(low)
    low = np.where(unknown, 0.5, np.where(never, there, low))
    high = np.where(unknown, there, np.where(never, np.inf, high))
    terms = _told_late(data)
    if terms is not None:
        last = _ends(orders.at("delivered"), terms, data)
        over = (last < data.log.cut) & never & ~unknown & ~np.isnan(sent)
        disputed = np.zeros(orders.rows, dtype=bool)
        disputed[piece.row[_of_regret(data, claims)]] = True
        # Not by the instant of the dispute: after delivery it is when the mind changed, and bounds nothing.
        high = np.where(over & disputed, np.maximum(last - paid, there + 1) * FAR, high)
        low = np.where(over & ~disputed, (last - paid) * FAR, low)
    return low, high, np.ones(orders.rows, dtype=bool)


def _told_late(data: TrainingData) -> LastInstant | None:
    """When the time ends to dispute for a mind that has changed.

    None where the log or the policy does not tell such disputes from others.
    """
    claims, dispute = data.log.claims, data.base.policy.dispute
    terms = dispute.regret if dispute is not None else None
    told = claims.has("dispute_opened") and (claims.has("kind") or claims.has("reason"))
    return terms.closes if told and terms is not None else None


def _of_regret(data: TrainingData, claims: Table) -> Bools:
    """Which of these claims came to a dispute for a mind that had changed."""
    told = claims.word("reason") >= 0
    if claims.has("kind"):
        told |= claims.word("kind") == data.log.names["kind"].index("regret")
    return told & ~np.isnan(claims.at("dispute_opened"))


def _seen_through(window: DurationLaw, sample: AnySample, longest: float) -> Estimated | None:
    """The law of changes of mind, where a change at time t is seen with the chance that the window is open then."""
    until = max(min(window.support()[1], longest), 2.0)
    plain = (*FAMILIES, TWO)
    families = [thinned(one, lambda t: 1 - window.cdf(t - 1e-9), until) for one in plain]
    seen = fitted(sample, families, never=True)
    if seen is None:
        return None
    return replace(seen, family=next(one for one in plain if one.name == seen.family.name))


def _reasons(data: TrainingData) -> Told:
    reasons, names = data.log.claims.word("reason"), data.log.names["reason"]
    known = reasons >= 0
    if int(known.sum()) < LEAST:
        yield Assumed("buyers.regret.reasons", "the log has no reasons")
        return
    counts = np.bincount(reasons[known], data.claim_weight[known], minlength=len(names))
    told = {name: number(float(count / counts.sum())) for name, count in zip(names, counts, strict=True) if count}
    most = int(np.argmax(counts))
    _, between, n = data.share_of_claims(reasons == most, known)
    yield Finding(
        "buyers.regret.reasons", told, n, interval=ends(between), about=f"share of {names[most]}",
        method="shares of stated reasons", identified="what is behind a stated reason",
    )  # fmt: skip


def _patience(data: TrainingData) -> Told:
    """Cause-specific: everything else that ends a request censors the patience with it."""
    claims = data.log.claims
    asked, ended = claims.at("requested"), data.status("withdrawn")
    if int(ended.sum()) < LEAST:
        yield Assumed("buyers.patience.cancellation", f"{int(ended.sum())} withdrawn, fewer than {LEAST}")
        return
    lasted = data.log.watched_until(claims.at("closed")) - asked
    estimated = fitted(data.censored(lasted, ended, ~np.isnan(asked) & ~data.status("free")))
    if estimated is not None:
        what, beyond = "cause-specific, right-censored", "beyond the clock"
        yield of_law("buyers.patience.cancellation", estimated, Kind.WALL, what=what, identified=beyond)


def _going_on(data: TrainingData) -> Told:
    """Of those whose cancellation failed and whose time for a dispute is over: who disputed, where worth it."""
    claims = data.log.claims
    dispute = data.base.policy.dispute
    closes = dispute.regret.closes if dispute is not None and dispute.regret is not None else None
    came = data.log.of_orders("delivered")
    last = came + 15.0 * DAY if closes is None else _ends(came, closes, data)
    cancellation = data.base.policy.cancellation
    declines = cancellation is not None and cancellation.on_silence is Verdict.DECLINE
    failed = data.status("refused", "shipped", *(["silence"] if declines else []))
    over = failed & (last < data.log.cut)
    if not claims.has("dispute_opened") or int(over.sum()) < LEAST:
        yield Assumed("buyers.goes_on", "too few failed requests whose time for a dispute is over")
        return
    disputed = ~np.isnan(claims.at("dispute_opened"))
    share, interval, n = data.share_of_claims(disputed, over)
    worth = _worth_it(data)
    told = [min(1.0, number(value / worth)) for value in (share, *interval)]
    yield Finding(
        "buyers.goes_on", told[0], n, interval=(told[1], told[2]), about="share",
        method="disputes among failed requests, over those worth it",
        identified="apart from hassle and postage, which stay assumed", naive=number(share),
    )  # fmt: skip


def _worth_it(data: TrainingData) -> float:
    """For how many a dispute is worth the postage and the hassle, by the base's laws."""
    even = (np.arange(400) + 0.5) / 400
    buyers, values = data.base.buyers, data.base.market.order_value.ppf(even)
    postage, hassle = buyers.return_cost.ppf(even), buyers.hassle.ppf((np.arange(40) + 0.5) / 40)
    left = values[:, None, None] * (1 - hassle[None, None, :])
    return max(float(np.mean(left > postage[None, :, None])), 1e-3)


def _ends(since: Floats, window: LastInstant, data: TrainingData) -> Floats:
    """When a window ends that began at these instants, its length taken for time on the wall."""
    length = np.inf if window.within is None else float(window.within.seconds)
    return earlier_or_later(since + length, *last_day_of(window, data.start))


def _escalation(data: TrainingData) -> Told:
    claims = data.log.claims
    if not (claims.has("mediation_opened") and claims.has("dispute_closed")):
        yield Assumed("buyers.escalation", "the log does not tell of mediations")
        return
    since, called = refused_at(data), claims.at("mediation_opened")
    refused, mediation = ~np.isnan(since), data.base.policy.mediation
    last_call = mediation.escalate_within if mediation is not None else None
    last = np.full_like(since, np.inf) if last_call is None else _ends(since, last_call, data)
    low = np.minimum(data.log.watched_until(called), last) - since
    estimated = fitted(data.censored(low, ~np.isnan(called), refused & (low >= 0)), never=True)
    if estimated is None:
        yield Assumed("buyers.escalation", f"fewer than {LEAST} went on to the platform")
        return
    yield of_chance("buyers.escalation.probability", estimated, "cure model")
    yield of_law("buyers.escalation.after", estimated, Kind.WALL, what="cut at the last call")

"""For whom somebody above the seller decides: the platform that mediates, the bank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.evidence.finding import Assumed, Finding, Told, ends, number, of_chance, of_law, shares
from sim.evidence.of_offers import refused_at
from sim.evidence.of_staff import taken_up_in_turn
from sim.evidence.survival import LEAST, Estimated, fitted, incidence_at_the_end
from sim.evidence.training_data import TrainingData
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.durations import Kind
from sim.scenario.mediation import MediationTerms
from sim.scenario.policy import ChargebackTerms
from sim.vocabulary import Anchor, Discipline, Party


def decided(data: TrainingData, stage: str, word: str) -> Bools:
    """Cases of which the log tells when they were opened and closed, and how they were ruled."""
    claims = data.log.claims
    known = ~np.isnan(claims.at(f"{stage}_opened")) & ~np.isnan(claims.at(f"{stage}_closed"))
    return np.asarray(known & (claims.word(word) >= 0))


def of_rulings(data: TrainingData, stage: str, word: str, what: str) -> Finding | Assumed:
    """The shares of rulings, of cases still open as of those that are closed; `what` are they called?"""
    claims, names, path = data.log.claims, data.log.names[word], f"policy.{stage}.rulings"
    opened, closed, ruling = claims.at(f"{stage}_opened"), claims.at(f"{stage}_closed"), claims.word(word)
    some, over = ~np.isnan(opened), decided(data, stage, word)
    if int(over.sum()) < LEAST:
        return Assumed(path, f"{int(over.sum())} {what}, fewer than {LEAST}")
    lasted = np.where(over, closed, data.log.cut) - opened
    cause = np.where(over, ruling, -1)
    told = incidence_at_the_end(lasted[some], cause[some], len(names), data.claim_weight[some])
    for_buyer, interval, n = data.share_of_claims(ruling == 0, over)
    whole = max(float(told.sum()), 1e-9)
    return Finding(
        path, shares({name: float(one) / whole for name, one in zip(names, told, strict=True)}), int(some.sum()),
        number(1 - float(over.sum() / some.sum())), ends(interval), "for the buyer", "Aalen–Johansen by ruling",
        naive=number(for_buyer), beside={"decided": n},
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------- the platform


MEDIATION, HANDLING = "policy.mediation", "policy.mediation.handling"
ENOUGH = 30
"""Rulings of one kind that a law of their own is estimated from."""
WORTH_IT = 10.0
"""By how much more likely, twice the logarithm, laws by ruling have to be than one for all."""
OUT_OF_TURN = 0.05
"""The share of cases begun after they ended above which the desk does not take them in turn."""


def told_by_mediations(data: TrainingData) -> Told:
    """Rulings, and the work that goes into them."""
    terms = data.base.policy.mediation
    if terms is None:
        yield Assumed(MEDIATION, "the base knows no mediation")
        return
    yield of_rulings(data, "mediation", "ruling", "rulings")
    yield from _handling(data, terms)


def _handling(data: TrainingData, terms: MediationTerms) -> Told:
    """Working time from when a case is taken up until its ruling; by ruling where that explains more."""
    over = decided(data, "mediation", "ruling")
    if int(over.sum()) < ENOUGH:
        yield Assumed(HANDLING, f"{int(over.sum())} rulings, fewer than {ENOUGH}")
        return
    begun = _begun(data, terms)
    if isinstance(begun, Assumed):
        yield begun
        return
    hours, claims = data.hours[Party.PLATFORM], data.log.claims
    closed = claims.at("mediation_closed")
    worked = hours.worked(np.where(over, closed, data.log.cut)) - hours.worked(begun)
    under_way = np.isnan(closed) & (begun < data.log.cut)
    some = (over | under_way) & np.isfinite(begun) & (worked >= 0) & _whole_queue_known(data)
    everything = fitted(data.censored(worked, over, some))
    if everything is None:
        yield Assumed(HANDLING, f"fewer than {LEAST} cases of which it is known when they were begun")
        return
    yield _of_work(data, HANDLING, everything)
    yield from _by_ruling(data, worked, some & over)


def _begun(data: TrainingData, terms: MediationTerms) -> Floats | Assumed:
    """When each case was taken up: as the log says, or as a desk that takes them in turn must have done."""
    claims = data.log.claims
    if claims.has("mediation_taken_up"):
        return claims.at("mediation_taken_up")
    opened, closed = claims.at("mediation_opened"), claims.at("mediation_closed")
    if any(law.support()[1] > 0 for law in _notices(terms)):
        return Assumed(HANDLING, "without mediation_taken_up, the work and the notice before it look alike")
    if not isinstance(terms.staff, int):
        return opened
    if terms.discipline is not Discipline.FIFO:
        return Assumed(HANDLING, "without mediation_taken_up, who waits cannot be told from who is served")
    begun = taken_up_in_turn(opened, closed, terms.staff)
    ended = ~np.isnan(closed) & ~np.isnan(begun)
    if np.mean(begun[ended] > closed[ended]) > OUT_OF_TURN:
        why = f"a desk of {terms.staff} that takes cases in turn cannot have ended them when the log says"
        return Assumed(HANDLING, why)
    return begun


def _notices(terms: MediationTerms) -> Iterator[DurationLaw]:
    yield terms.notice
    yield from (law for path, law in terms.laws_by_ruling() if path.endswith(".notice"))


def _whole_queue_known(data: TrainingData) -> Bools:
    """Cases that came when those of orders before the first week were over: till then others were there, unseen."""
    claims = data.log.claims
    opened = claims.at("mediation_opened")
    known = ~np.isnan(opened)
    if claims.has("mediation_taken_up"):
        return np.asarray(known)
    later = float(np.quantile((opened - data.log.of_orders("paid"))[known], 0.95))
    return np.asarray(known & (opened >= data.first + later))


def _by_ruling(data: TrainingData, worked: Floats, decided: Bools) -> Told:
    """Laws of each ruling, where the cases are much more likely under them than under one for all."""
    ruling: Ints = data.log.claims.word("ruling")
    laws: dict[str, Estimated] = {}
    apart = 0.0
    for code, name in enumerate(data.log.names["ruling"]):
        theirs = decided & (ruling == code)
        law = fitted(data.censored(worked, decided, theirs)) if int(theirs.sum()) >= ENOUGH else None
        if law is not None:
            laws[name] = law
            apart += law.log_likelihood
    some = decided & np.isin(ruling, [data.log.names["ruling"].index(name) for name in laws])
    one = fitted(data.censored(worked, decided, some)) if len(laws) > 1 else None
    together = np.inf if one is None else one.log_likelihood
    if 2 * (apart - together) <= WORTH_IT * (len(laws) - 1):
        mediation = data.base.policy.mediation
        if one is not None and mediation is not None and mediation.by_ruling is not None:
            yield Finding(f"{MEDIATION}.by_ruling", "none", one.sample.n, method="all rulings take alike long")
        return
    for name, law in laws.items():
        yield _of_work(data, f"{MEDIATION}.by_ruling.{name}.handling", law)


def _of_work(data: TrainingData, path: str, estimated: Estimated) -> Finding:
    seen = data.log.claims.has("mediation_taken_up")
    how = "taken up to ruling" if seen else "taken in turn by the base's staff"
    unseen = "" if seen else "with as many staff as the base says: twice the staff and twice the work look alike"
    return of_law(path, estimated, Kind.WORK, what=f"working time, {how}", identified=unseen)


# ------------------------------------------------------------------------------------------------------ the bank


BUYERS, BANK = "buyers.chargeback", "policy.chargeback"


def told_by_chargebacks(data: TrainingData) -> Told:
    """Who files one of those who may, and for whom the bank decides."""
    terms = data.base.policy.chargeback
    if terms is None or not data.log.claims.has("chargeback_opened"):
        why = "the base knows no chargebacks" if terms is None else "the log does not tell of chargebacks"
        yield Assumed(BUYERS, why)
        return
    yield from _filing(data, terms)
    yield from _deciding(data)


def _filing(data: TrainingData, terms: ChargebackTerms) -> Told:
    """From the refusal that was the last word, until the bank was turned to, or could be no more."""
    filed, since = data.log.claims.at("chargeback_opened"), _last_word(data)
    among = ~np.isnan(since) & _may(data, terms)
    until = np.where(np.isnan(filed), np.minimum(data.log.cut, _last_instant(data, terms, since)), filed)
    low = until - since
    among &= low >= 0
    sample = data.censored(low, ~np.isnan(filed), among)
    estimated = fitted(sample, never=True)
    if estimated is None:
        yield Assumed(BUYERS, f"fewer than {LEAST} chargebacks after a refusal")
        return
    told = "of those refused by the seller or the platform; who gave up or came too late is taken to be alike"
    yield of_chance(
        f"{BUYERS}.probability", estimated, "cure model from the last refusal", identified=told,
        naive=float(np.mean(sample.ended)),
    )  # fmt: skip
    yield of_law(f"{BUYERS}.after", estimated, Kind.WALL, what="cut at the window and the cut", identified=told)


def _last_word(data: TrainingData) -> Floats:
    """When a dispute had been refused for good: by the platform, or by the seller where it was not called."""
    claims = data.log.claims
    called = ~np.isnan(claims.at("mediation_opened"))
    lost = called & (claims.word("ruling") == data.log.names["ruling"].index("seller"))
    return np.where(lost, claims.at("mediation_closed"), np.where(called, np.nan, refused_at(data)))


def _may(data: TrainingData, terms: ChargebackTerms) -> Bools:
    """Claims whose payment method and kind know it; all, where the log does not tell."""
    claims, names = data.log.claims, data.log.names
    kinds = claims.word("kind")
    known = [number for number, name in enumerate(names["kind"]) if name in {kind.word for kind in terms.claims}]
    fits = np.isin(kinds, known) | (kinds < 0)
    methods = data.log.orders_of_claims.word("method")
    allowed = [number for number, name in enumerate(data.payment_methods) if name in terms.methods]
    return np.asarray(fits & (np.isin(methods, allowed) | (methods < 0)))


def _last_instant(data: TrainingData, terms: ChargebackTerms, decided: Floats) -> Floats:
    """The end of the window where it is so many hours or days after an instant of the log; else never."""
    window = terms.window
    of_orders = (Anchor.PAID, Anchor.DISPATCHED, Anchor.DELIVERED)
    anchors = {anchor: data.log.of_orders(anchor.word) for anchor in of_orders} | {Anchor.DECIDED: decided}
    within = window.within
    if window.until is not None or within is None or within.kind is not Kind.WALL or window.after not in anchors:
        return np.full(len(decided), np.inf)
    since = anchors[window.after]
    return np.where(np.isnan(since), np.inf, since + within.seconds)


def _deciding(data: TrainingData) -> Told:
    """For whom, and after how long: the bank looks in its opening hours."""
    yield of_rulings(data, "chargeback", "chargeback_ruling", "decisions of the bank")
    over = decided(data, "chargeback", "chargeback_ruling")
    if int(over.sum()) < LEAST:
        return
    opened, closed = data.log.claims.at("chargeback_opened"), data.log.claims.at("chargeback_closed")
    some, ended = ~np.isnan(opened), np.where(over, closed, data.log.cut)
    low, high = data.hours[Party.BANK].looked_between(ended, 0.0, 60.0)
    first = np.maximum(np.where(over, low, ended) - opened, 0.0)
    last = np.where(over, np.maximum(high - opened, 0.0), np.inf)
    estimated = fitted(data.sample_of_claims(first, last, some))
    if estimated is not None:
        what = "until the decision, interval-censored by the bank's days, right-censored at the cut"
        unseen = "a clock of the bank is not told from its notice"
        yield of_law(f"{BANK}.notice", estimated, Kind.WALL, what=what, identified=unseen)

"""What a log tells of the last resort: who turns to the bank, how soon, and what the bank says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.evidence.finding import Assumed, Told, of_chance, of_law
from sim.evidence.lesson import Lesson
from sim.evidence.log import Bools, Floats
from sim.evidence.of_offers import refused_at
from sim.evidence.of_rulings import decided, of_rulings
from sim.evidence.survival import LEAST, fitted
from sim.scenario.durations import Kind
from sim.scenario.policy import ChargebackTerms
from sim.vocabulary import Anchor, Party

BUYERS, BANK = "buyers.chargeback", "policy.chargeback"


def told_by_chargebacks(lesson: Lesson) -> Told:
    """Who files one of those who may, and for whom the bank decides."""
    terms = lesson.base.policy.chargeback
    if terms is None or not lesson.log.claims.has("chargeback_opened"):
        why = "the base knows no chargebacks" if terms is None else "the log does not tell of chargebacks"
        yield Assumed(BUYERS, why)
        return
    yield from _filing(lesson, terms)
    yield from _deciding(lesson)


def _filing(lesson: Lesson, terms: ChargebackTerms) -> Told:
    """From the refusal that was the last word, until the bank was turned to, or could be no more."""
    filed, since = lesson.log.claims.at("chargeback_opened"), _last_word(lesson)
    among = ~np.isnan(since) & _may(lesson, terms)
    until = np.where(np.isnan(filed), np.minimum(lesson.log.cut, _last_instant(lesson, terms, since)), filed)
    low = until - since
    among &= low >= 0
    sample = lesson.sample_of_claims(low, np.where(np.isnan(filed), np.inf, low), among)
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


def _last_word(lesson: Lesson) -> Floats:
    """When a dispute had been refused for good: by the platform, or by the seller where it was not called."""
    claims = lesson.log.claims
    called = ~np.isnan(claims.at("mediation_opened"))
    lost = called & (claims.word("ruling") == lesson.log.names["ruling"].index("seller"))
    return np.where(lost, claims.at("mediation_closed"), np.where(called, np.nan, refused_at(lesson)))


def _may(lesson: Lesson, terms: ChargebackTerms) -> Bools:
    """Claims whose payment method and kind know it; all, where the log does not tell."""
    claims, names = lesson.log.claims, lesson.log.names
    kinds = claims.word("kind")
    known = [number for number, name in enumerate(names["kind"]) if name in {kind.word for kind in terms.claims}]
    fits = np.isin(kinds, known) | (kinds < 0)
    methods = lesson.log.orders_of_claims.word("method")
    words = [name.strip().lower().replace(" ", "_") for name in names.get("method", ())]
    allowed = [number for number, name in enumerate(words) if name in terms.methods]
    return np.asarray(fits & (np.isin(methods, allowed) | (methods < 0)))


def _last_instant(lesson: Lesson, terms: ChargebackTerms, decided: Floats) -> Floats:
    """The end of the window where it is so many hours or days after an instant of the log; else never."""
    window = terms.window
    anchors = {
        Anchor.PAID: lesson.log.of_orders("paid"),
        Anchor.DISPATCHED: lesson.log.of_orders("dispatched"),
        Anchor.DELIVERED: lesson.log.of_orders("delivered"),
        Anchor.DECIDED: decided,
    }
    within = window.within
    if window.until is not None or within is None or within.kind is not Kind.WALL or window.after not in anchors:
        return np.full(len(decided), np.inf)
    since = anchors[window.after]
    return np.where(np.isnan(since), np.inf, since + within.seconds)


def _deciding(lesson: Lesson) -> Told:
    """For whom, and after how long: the bank looks in its opening hours."""
    yield of_rulings(lesson, "chargeback", "chargeback_ruling", "decisions of the bank")
    over = decided(lesson, "chargeback", "chargeback_ruling")
    if int(over.sum()) < LEAST:
        return
    opened, closed = lesson.log.claims.at("chargeback_opened"), lesson.log.claims.at("chargeback_closed")
    some, ended = ~np.isnan(opened), np.where(over, closed, lesson.log.cut)
    low, high = lesson.hours[Party.BANK].looked_between(ended, 0.0, 60.0)
    first = np.maximum(np.where(over, low, ended) - opened, 0.0)
    last = np.where(over, np.maximum(high - opened, 0.0), np.inf)
    estimated = fitted(lesson.sample_of_claims(first, last, some))
    if estimated is not None:
        what = "until the decision, interval-censored by the bank's days, right-censored at the cut"
        yield replace(
            of_law(f"{BANK}.notice", estimated, Kind.WALL, what=what),
            identified="a clock of the bank is not told from its notice",
        )

"""What a log tells of sending: of which type each seller is, and how soon it sends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.evidence.finding import Assumed, Finding, Told, of_law
from sim.evidence.lesson import Lesson
from sim.evidence.log import Bools, Floats, Ints
from sim.evidence.survival import LEAST, fitted
from sim.evidence.wording import duration
from sim.scenario.durations import Kind
from sim.vocabulary import Party


def sellers_of_types(lesson: Lesson, count: int) -> tuple[Ints, tuple[str, ...]]:
    """Sellers told apart by how soon they dispatch: a mixture of exponential laws, by EM over sellers.

    The quickest are `t1`. A seller without an order has type −1.
    """
    sent, since, until = watched_for_dispatch(lesson)
    ended = np.bincount(lesson.seller, ~np.isnan(sent), minlength=len(lesson.weight))
    waited = np.bincount(lesson.seller, np.maximum(until - since, 1.0), minlength=len(lesson.weight))
    present = np.bincount(lesson.seller, minlength=len(lesson.weight)) > 0
    rates = (ended[present] + 0.5) / waited[present]
    centres = np.quantile(rates, (np.arange(count) + 0.5) / count)[::-1]
    weights = np.full(count, 1 / count)
    for _ in range(200):
        score = np.log(weights) + ended[present, None] * np.log(centres) - waited[present, None] * centres
        belongs = np.exp(score - score.max(axis=1, keepdims=True))
        belongs /= belongs.sum(axis=1, keepdims=True)
        weights = np.maximum(belongs.mean(axis=0), 1e-9)
        centres = (belongs.T @ ended[present] + 1e-9) / (belongs.T @ waited[present] + 1e-9)
    order = np.argsort(-centres)
    kinds = np.full(len(lesson.weight), -1, dtype=np.int64)
    kinds[present] = np.argsort(order)[np.argmax(belongs, axis=1)]
    return kinds, tuple(f"t{number + 1}" for number in range(count))


def watched_for_dispatch(lesson: Lesson) -> tuple[Floats, Floats, Floats]:
    """Of each order: when it was sent (NaN), and business seconds of the seller until payment and until then.

    Watched until the buyer asked to cancel (where that is not known, until the request was closed), or until the
    cut: whoever is asked may send at once, so what is sent after that does not tell how soon one sends unasked.
    """
    hours, orders, claims = lesson.hours[Party.SELLER], lesson.log.orders, lesson.log.claims
    asked = claims.at("requested")
    asked = np.where(np.isnan(asked), claims.at("closed"), asked)
    unknown = np.isnan(asked) & np.isnan(claims.at("dispute_opened")) & np.isnan(lesson.log.of_orders("dispatched"))
    asked = np.where(unknown, lesson.log.of_orders("paid"), asked)
    watched = np.full(orders.rows, lesson.log.cut)
    watched[lesson.of_claim] = np.fmin(lesson.log.cut, asked)
    sent = np.where(orders.at("dispatched") <= watched, orders.at("dispatched"), np.nan)
    until = np.where(np.isnan(sent), watched, sent)
    return sent, hours.axis(orders.at("paid")), hours.axis(until)


def shipped_instead(lesson: Lesson) -> Bools:
    """Requests that the seller answered by sending at once: label, scan and end are of one time."""
    arranged = (
        lesson.log.of_orders("arranged")
        if lesson.log.orders.has("arranged")
        else np.full(lesson.log.claims.rows, np.nan)
    )
    scanned = lesson.log.of_orders("dispatched")
    return lesson.status("shipped") & (np.abs(arranged - scanned) < 60)


def sending(lesson: Lesson, kind: int, path: str) -> Told:
    """Arranging and dispatching in the seller's business days, right-censored."""
    orders, hours = lesson.log.orders, lesson.hours[Party.SELLER]
    if not orders.has("dispatched"):
        yield Assumed(f"{path}.dispatch", "the log does not tell when orders are sent")
        return
    sent, since, until = watched_for_dispatch(lesson)
    theirs = lesson.kind_of_seller[lesson.seller] == kind
    wall = orders.at("dispatched") - orders.at("paid")
    if orders.has("arranged"):
        arranged = orders.at("arranged")
        at = hours.axis(arranged)
        label = np.where(np.isnan(arranged), until, np.minimum(at, until)) - since
        yield from _one_step(lesson, f"{path}.arrange", label, ~np.isnan(arranged) & (at <= until), theirs)
        rest = np.where(np.isnan(arranged), np.nan, until - at)
        yield from _one_step(lesson, f"{path}.dispatch", rest, ~np.isnan(sent), theirs & ~(rest < 0), wall)
        return
    yield Finding(
        f"{path}.arrange",
        0,
        int(theirs.sum()),
        method="not told apart from dispatching",
        identified="the log has no label time",
    )
    yield from _one_step(lesson, f"{path}.dispatch", until - since, ~np.isnan(sent), theirs, wall)


def _one_step(
    lesson: Lesson, path: str, lasted: Floats, ended: Bools, theirs: Bools, wall: Floats | None = None
) -> Told:
    sample = lesson.sample_of_orders(lasted, np.where(ended, lasted, np.inf), theirs)
    estimated = fitted(sample)
    if estimated is None:
        yield Assumed(path, f"fewer than {LEAST} ends")
        return
    naive = None if wall is None or not (theirs & ended).any() else float(np.nanmean(wall[theirs & ended]))
    finding = of_law(path, estimated, Kind.BUSINESS, what="in the seller's business days, right-censored")
    yield finding if naive is None else _beside(finding, naive)


def _beside(finding: Finding, wall: float) -> Finding:

    return replace(finding, naive=f"{duration(wall, Kind.WALL)} (mean of what was sent, on the wall)")

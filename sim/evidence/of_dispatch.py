"""What a log tells of sending: of which type each seller is, and how soon it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.evidence.finding import Assumed, Finding, Told, duration, of_law
from sim.evidence.log import OrdersPiece
from sim.evidence.survival import LEAST, fitted
from sim.evidence.training_data import Durations, TrainingData
from sim.scenario.durations import Kind
from sim.vocabulary import Party


def sellers_of_types(data: TrainingData, count: int) -> tuple[Ints, tuple[str, ...]]:
    """Sellers told apart by how soon they dispatch: a mixture of exponential laws, by EM over sellers.

    The quickest are `t1`. A seller without an order has type −1.
    """
    sellers = len(data.weight)
    ended, waited = np.zeros(sellers), np.zeros(sellers)
    for piece in data.log.pieces():
        sent, since, until = watched_for_dispatch(data, piece)
        seller = piece.orders.word("seller")
        ended += np.bincount(seller, ~np.isnan(sent), minlength=sellers)
        waited += np.bincount(seller, np.maximum(until - since, 1.0), minlength=sellers)
    present = data.orders_of_sellers > 0
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
    kinds = np.full(len(data.weight), -1, dtype=np.int64)
    kinds[present] = np.argsort(order)[np.argmax(belongs, axis=1)]
    return kinds, tuple(f"t{number + 1}" for number in range(count))


def watched_for_dispatch(data: TrainingData, piece: OrdersPiece) -> tuple[Floats, Floats, Floats]:
    """Of each order: when it was sent (NaN), and business seconds of the seller until payment and until then.

    Watched until the buyer asked to cancel (where that is not known, until the request was closed), or until the
    cut: whoever is asked may send at once, so what is sent after that does not tell how soon one sends unasked.
    """
    hours, orders, claims = data.hours[Party.SELLER], piece.orders, data.log.claims.only(piece.claims)
    asked = claims.at("requested")
    asked = np.where(np.isnan(asked), claims.at("closed"), asked)
    dispatched, paid = orders.at("dispatched"), orders.at("paid")
    unknown = np.isnan(asked) & np.isnan(claims.at("dispute_opened")) & np.isnan(dispatched[piece.row])
    asked = np.where(unknown, paid[piece.row], asked)
    watched = np.full(orders.rows, data.log.cut)
    watched[piece.row] = np.fmin(data.log.cut, asked)
    sent = np.where(dispatched <= watched, dispatched, np.nan)
    until = np.where(np.isnan(sent), watched, sent)
    return sent, hours.axis(paid), hours.axis(until)


def shipped_instead(data: TrainingData) -> Bools:
    """Requests that the seller answered by sending at once: label, scan and end are of one time."""
    arranged, scanned = data.log.of_orders("arranged"), data.log.of_orders("dispatched")
    return data.status("shipped") & (np.abs(arranged - scanned) < 60)


def sending(data: TrainingData, kind: int, path: str) -> Told:
    """Arranging and dispatching in the seller's business days, right-censored."""
    orders, hours = data.log.orders, data.hours[Party.SELLER]
    if not orders.has("dispatched"):
        yield Assumed(f"{path}.dispatch", "the log does not tell when orders are sent")
        return

    def theirs(piece: OrdersPiece) -> Bools:
        return np.asarray(data.kind_of_seller[piece.orders.word("seller")] == kind)

    def arranging(piece: OrdersPiece) -> Durations:
        _, since, until = watched_for_dispatch(data, piece)
        at = hours.axis(piece.orders.at("arranged"))
        label = np.fmin(at, until) - since
        return label, np.where(at <= until, label, np.inf), theirs(piece)

    def dispatching(piece: OrdersPiece) -> Durations:
        sent, since, until = watched_for_dispatch(data, piece)
        rest = until - (hours.axis(piece.orders.at("arranged")) if orders.has("arranged") else since)
        return rest, np.where(np.isnan(sent), np.inf, rest), theirs(piece) & ~(rest < 0)

    if orders.has("arranged"):
        yield from _one_step(data, f"{path}.arrange", arranging)
    else:
        yield Finding(
            f"{path}.arrange",
            0,
            int(data.orders_of_sellers[data.kind_of_seller == kind].sum()),
            method="not told apart from dispatching",
            identified="the log has no label time",
        )
    for told in _one_step(data, f"{path}.dispatch", dispatching):
        if isinstance(told, Finding):
            wall = data.once(f"{path}.dispatch on the wall", lambda: _on_the_wall(data, dispatching))
            told = replace(told, naive=f"{duration(wall, Kind.WALL)} (mean of what was sent, on the wall)")
        yield told


def _one_step(data: TrainingData, path: str, lasted: Callable[[OrdersPiece], Durations]) -> Told:
    estimated = fitted(data.sample_of_orders(path, lasted))
    if estimated is None:
        yield Assumed(path, f"fewer than {LEAST} ends")
        return
    yield of_law(path, estimated, Kind.BUSINESS, what="in the seller's business days, right-censored")


def _on_the_wall(data: TrainingData, lasted: Callable[[OrdersPiece], Durations]) -> float:
    """The mean of what was sent, the spreadsheet's way."""
    together, n = 0.0, 0
    for piece in data.log.pieces():
        _, high, theirs = lasted(piece)
        wall = piece.orders.at("dispatched") - piece.orders.at("paid")
        told = wall[theirs & ~np.isinf(high) & ~np.isnan(wall)]
        together, n = together + float(told.sum()), n + len(told)
    return together / n

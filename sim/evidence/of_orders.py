"""What the table of orders tells: how many, when, of whom, for how much; of which type each seller is, and how soon
it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import optimize

from sim.arrays import Bools, Floats, Ints
from sim.evidence.finding import (
    Assumed,
    Finding,
    Told,
    duration,
    ends,
    law_of,
    median,
    number,
    of_chance,
    of_law,
    shares,
)
from sim.evidence.log import OrdersPiece
from sim.evidence.log_tables import Table
from sim.evidence.of_arrivals import told_by_arrivals
from sim.evidence.survival import LEAST, fitted
from sim.evidence.training_data import Durations, TrainingData
from sim.scenario.durations import Kind
from sim.scenario.wording import per_cent
from sim.vocabulary import Party


def told_by_orders(data: TrainingData) -> Told:
    """Everything that orders tell without their claims."""
    yield from told_by_arrivals(data)
    yield from _values(data)
    yield from _methods(data)
    yield from _concentration(data)
    yield from _transit(data)


def _values(data: TrainingData) -> Told:
    if not data.log.orders.has("value"):
        yield Assumed("market.order_value", "the log has no prices")
        return
    estimated = fitted(data.sample_of_orders("market.order_value", _prices))
    if estimated is None:
        yield Assumed("market.order_value", "too few prices")
        return
    at = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
    levels = np.array([0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0])
    quantiles = data.once("quantiles of prices", lambda: _quantiles_of_prices(data, np.append(at, levels)))
    seen, told = quantiles[: len(at)], quantiles[len(at) :]
    misses = np.max(np.abs(estimated.family.cdf(estimated.law, seen) - at))
    if misses > 0.03:
        by_level = {float(q): number(float(v)) for q, v in zip(levels, told, strict=True)}
        law = {"empirical": {"quantiles": by_level}}
        method = f"quantiles: no family comes nearer than {per_cent(misses)}"
    else:
        law = law_of(estimated.family, estimated.law, None)
        method = f"{estimated.family.name}, by held-out likelihood"
    n, between = estimated.sample.n, ends(estimated.between(median))
    yield Finding("market.order_value", law, n, interval=between, about="median", method=method)


def _prices(piece: OrdersPiece) -> Durations:
    values = piece.orders.numbers["value"]
    return values, values, np.isfinite(values) & (values > 0)


def _quantiles_of_prices(data: TrainingData, at: Floats) -> Floats:
    def known(orders: Table) -> Floats:
        values = orders.numbers["value"]
        return np.where(np.isfinite(values) & (values > 0), np.maximum(values, 0.5), np.nan)

    return np.asarray(np.quantile(data.log.gathered(known), at, overwrite_input=True), dtype=np.float64)


def _methods(data: TrainingData) -> Told:
    names = data.payment_methods
    counts = data.tally(lambda orders: orders.word("method"), len(names))
    if not counts.any():
        yield Assumed("market.payment_methods", "the log has no payment methods")
        return
    told = {name: float(count / counts.sum()) for name, count in zip(names, counts, strict=True) if name}
    of_base = data.base.market.payment_methods
    if of_base.keys() != told.keys():
        why = f"the log's methods ({', '.join(told)}) are not the base's ({', '.join(of_base)})"
        yield Assumed("market.payment_methods", why)
        return
    most = int(np.argmax(counts))
    _, between, n = data.share_of_orders(
        lambda piece: piece.orders.word("method") == most, lambda orders: orders.word("method") >= 0
    )
    yield Finding(
        "market.payment_methods", shares(told), n, interval=ends(between), about=f"share of {names[most]}",
        method="shares of orders",
    )  # fmt: skip


def _concentration(data: TrainingData) -> Told:
    """Zipf's exponent by likelihood of the sellers' counts, the busiest first."""
    counts = np.sort(data.tally(lambda orders: orders.word("seller"), len(data.weight)))[::-1]
    counts = counts[counts > 0]
    ranks = np.log(np.arange(1, len(counts) + 1))

    def unlikeliness(exponent: float) -> float:
        return float(exponent * (counts @ ranks) + counts.sum() * np.log(np.exp(-exponent * ranks).sum()))

    alone = len(counts) < 2
    best = 0.0 if alone else optimize.minimize_scalar(unlikeliness, bounds=(0.0, 5.0), method="bounded").x
    count, n = len(counts), data.log.orders.rows
    yield Finding(
        "market.sellers.count", count, n, interval=(count, count), about="sellers", method="sellers with an order",
        identified="sellers whom nobody bought of",
    )  # fmt: skip
    reach = 1.96 * _error_of_exponent(float(best), counts.astype(np.float64), ranks)
    yield Finding(
        "market.sellers.concentration", number(float(best)), n,
        interval=(number(max(best - reach, 0.0)), number(best + reach)), about="exponent",
        method="Zipf, by likelihood",
    )  # fmt: skip


def _error_of_exponent(exponent: float, counts: Floats, ranks: Floats) -> float:
    """Its standard error; sellers are farther from Zipf than chance alone would put them (a quasi-likelihood)."""
    expected = np.exp(-exponent * ranks)
    expected *= counts.sum() / expected.sum()
    mean = float(expected @ ranks / counts.sum())
    information = float(expected @ (ranks - mean) ** 2)
    apart = float(((counts - expected) ** 2 / expected).sum()) / max(len(counts) - 1, 1)
    return float(np.sqrt(max(apart, 1.0) / information)) if information > 0 else 0.0


def _transit(data: TrainingData) -> Told:
    orders, law = data.log.orders, data.base.market.carrier.transit
    if not (orders.has("dispatched") and orders.has("delivered")):
        yield Assumed("market.carrier.transit", "the log does not tell both dispatch and delivery")
        return
    kind = law.kind if law.kind is Kind.BUSINESS else Kind.WALL
    hours = data.hours[Party.CARRIER]

    def under_way(orders: Table) -> tuple[Floats, Bools, Bools]:
        sent, came = orders.at("dispatched"), orders.at("delivered")
        until = data.log.watched_until(came)
        return hours.lasted(sent, until, kind), ~np.isnan(came), ~np.isnan(sent)

    def lasted(piece: OrdersPiece) -> Durations:
        low, arrived, sent = under_way(piece.orders)
        return low, np.where(arrived, low, np.inf), sent

    def closed(orders: Table) -> Floats:
        low, arrived, sent = under_way(orders)
        return np.where(arrived & sent, np.maximum(low, 0.5), np.nan)

    may_be_lost = data.base.market.carrier.lost > 0
    estimated = fitted(data.sample_of_orders("market.carrier.transit", lasted), never=may_be_lost)
    if estimated is None:
        yield Assumed("market.carrier.transit", "too few parcels arrived")
        return
    naive = data.once(
        "median of transit", lambda: float(np.median(data.log.gathered(closed), overwrite_input=True))
    )
    yield of_law("market.carrier.transit", estimated, kind, what="right-censored at the cut", naive=naive)
    if may_be_lost:
        yield of_chance(
            "market.carrier.lost", estimated, "cured part", identified="lost against very late", never=True
        )


# ------------------------------------------------------------------------------------------------------- sending


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
            f"{path}.arrange", 0, int(data.orders_of_sellers[data.kind_of_seller == kind].sum()),
            method="not told apart from dispatching", identified="the log has no label time",
        )  # fmt: skip
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

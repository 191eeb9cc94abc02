"""What estimators are given: the log of the weeks to learn from, the base scenario, who is who, who works when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.evidence.log import OrdersPiece, RefundLog
from sim.evidence.log_tables import Table
from sim.evidence.samples import MANY, AnySample, DurationCells, LongSample, Sample
from sim.evidence.survival import Recall
from sim.scenario.calendars import Calendar
from sim.scenario.durations import DAY, Kind
from sim.scenario.market import SellerType
from sim.scenario.model import Scenario
from sim.vocabulary import Party

FEW = 2 * MANY
"""Durations of orders below which they are held at once: halves of them are not counted in cells."""
WorkedOut = TypeVar("WorkedOut")
Durations = tuple[Floats, Floats, Bools]
"""Between which ends they lie, and of which orders they are."""
ShareTold = tuple[float, tuple[float, float], int]
"""A share, its interval, and the number of cases."""


@dataclass(frozen=True)
class TrainingData:
    """Weeks to learn from. Instants are seconds since `start`'s midnight on the marketplace's own clock."""

    base: Scenario
    log: RefundLog
    """Orders paid in these weeks, as they were known when the weeks were over."""
    hours: dict[Party, Hours]
    start: date
    first: float
    beyond: float
    weight: Floats
    """Of each seller: 1, or what a bootstrap gave it."""
    kind_of_seller: Ints
    """The type of each seller, by number; −1 for one without orders."""
    kinds: tuple[str, ...]
    """What the types are called."""
    own_hours: Mapping[int, Hours] = field(default_factory=dict)
    """When those types work, by number, that have days off of their own."""
    recall: Recall = field(default_factory=dict)
    """What was estimated from these cases, for refits to begin at."""
    known: dict[str, Any] = field(default_factory=dict)
    """What was worked out from all orders and is the same however they are weighed, by what it is."""

    def of_type(self, kind: int) -> TrainingData:
        """The same, to look at sellers of a type: by the calendar that these keep."""
        own = self.own_hours.get(kind)
        return self if own is None else replace(self, hours=self.hours | {Party.SELLER: own})

    def pieces(self) -> Iterator[tuple[OrdersPiece, Floats]]:
        """All orders, piece by piece, and what each weighs.

        That is its seller's weight, with weeks as strata: each weighs as many orders as it has.
        """
        for piece in self.log.pieces():
            yield piece, self._weight_of(piece.orders)

    def _weights(self) -> Iterator[Floats]:
        return (weight for _, weight in self.pieces())

    def _weight_of(self, orders: Table) -> Floats:
        return np.asarray(self.weight[orders.word("seller")] * self._of_weeks[self._week(orders)])

    def _week(self, orders: Table) -> Ints:
        return np.asarray(((orders.at("paid") - self.first) // (7 * DAY)).astype(np.int64))

    @cached_property
    def _of_weeks(self) -> Floats:
        weeks = int((self.beyond - self.first) // (7 * DAY)) + 1
        orders, weight = np.zeros(weeks), np.zeros(weeks)
        for piece in self.log.orders.pieces():
            orders += np.bincount(self._week(piece), minlength=weeks)
            np.add.at(weight, self._week(piece), self.weight[piece.word("seller")])
        return orders / np.maximum(weight, 1e-12)

    def tally(self, places: Callable[[Table], Ints], size: int) -> Floats:
        """What the orders at each of so many places weigh together; those at −1 are nowhere."""
        told = np.zeros(size)
        for piece, weight in self.pieces():
            place = places(piece.orders)
            there = place >= 0
            np.add.at(told, place[there], weight[there])
        return told

    def once(self, what: str, worked_out: Callable[[], WorkedOut]) -> WorkedOut:
        """Worked out from all orders when it is asked for first, and the same for refits."""
        if what not in self.known:
            self.known[what] = worked_out()
        told: WorkedOut = self.known[what]
        return told

    @property
    def orders_of_sellers(self) -> Ints:
        """How many orders each seller has."""
        return self.once("orders of sellers", self._orders_of_sellers)

    def _orders_of_sellers(self) -> Ints:
        told = np.zeros(len(self.weight), dtype=np.int64)
        for orders in self.log.orders.pieces():
            told += np.bincount(orders.word("seller"), minlength=len(told))
        return told

    @cached_property
    def seller_of_claim(self) -> Ints:
        """Of each claim."""
        return self.log.orders_of_claims.word("seller")

    @cached_property
    def kind_of_claim(self) -> Ints:
        """The seller's type of each claim."""
        return self.kind_of_seller[self.seller_of_claim]

    @cached_property
    def claim_weight(self) -> Floats:
        """Of each claim: its order's."""
        return self._weight_of(self.log.orders_of_claims)

    def sample_of_orders(self, name: str, lasted: Callable[[OrdersPiece], Durations]) -> AnySample:
        """Durations of some orders, those of which the beginning is known; `name` says of what they are."""

        def pieces() -> Iterator[tuple[Bools, Sample]]:
            for piece, weight in self.pieces():
                low, high, among = lasted(piece)
                known = among & ~np.isnan(low)
                seller = piece.orders.word("seller")
                yield known, Sample.of(low[known], high[known], seller[known], weight[known])

        cells = self.once(f"cells of {name}", lambda: DurationCells.of(pieces()))
        if cells.n >= FEW:
            return LongSample(name, cells, pieces, self._weights, len(self.weight), self.recall)
        parts = [sample for _, sample in pieces()]
        low, high, seller, weight = (np.concatenate([one[column] for one in parts]) for column in range(4))
        return Sample(low, high, seller, weight, self.recall)

    def sample_of_claims(self, low: Floats, high: Floats, among: Bools) -> Sample:
        """Durations of some claims, those of which the beginning is known."""
        known = among & ~np.isnan(low)
        seller, weight = self.seller_of_claim[known], self.claim_weight[known]
        return Sample.of(low[known], high[known], seller, weight, self.recall)

    def censored(self, lasted: Floats, ended: Bools, among: Bools) -> Sample:
        """The same of durations that are known where they ended; the others were not over."""
        return self.sample_of_claims(lasted, np.where(ended, lasted, np.inf), among)

    def share_of_claims(self, hits: Bools, among: Bools) -> ShareTold:
        """A share among some claims."""
        return share_with_interval(hits, among, self.seller_of_claim, self.claim_weight)

    def share_of_orders(
        self, hits: Callable[[OrdersPiece], Bools], among: Callable[[Table], Bools] | None = None
    ) -> ShareTold:
        """A share among all orders, or some."""
        whole, part = np.zeros(len(self.weight)), np.zeros(len(self.weight))
        squares, n = np.zeros(2), 0
        for piece, weight in self.pieces():
            hit, seller = hits(piece), piece.orders.word("seller")
            some = np.ones_like(hit) if among is None else among(piece.orders)
            np.add.at(whole, seller[some], weight[some])
            np.add.at(part, seller[some & hit], weight[some & hit])
            squares += [float((weight[some & one] ** 2).sum()) for one in (hit, ~hit)]
            n += int(some.sum())
        return _share(whole, part, squares, n)

    @property
    def payment_methods(self) -> list[str]:
        """What the log calls them, as scenarios write names."""
        return list(self.log.names.get("method", ()))

    def template(self, name: str) -> SellerType:
        """The base's type of that name; its most common one where there is none."""
        types = self.base.market.sellers.types
        return types.get(name) or max(types.values(), key=lambda kind: kind.share)

    def status(self, *words: str, of: str = "status") -> Bools:
        """Claims whose request ended in one of these ways."""
        numbers = [self.log.names["status"].index(word) for word in words]
        return np.isin(self.log.claims.word(of), numbers)


def share_with_interval(hits: Bools, among: Bools, seller: Ints, weight: Floats) -> ShareTold:
    """A share among some cases, its 95 % interval with sellers as the unit (a ratio, on the logit), and n."""
    whole = np.asarray(np.bincount(seller[among], weight[among]), dtype=np.float64)
    part = np.asarray(np.bincount(seller[among & hits], weight[among & hits], len(whole)), dtype=np.float64)
    squares = np.array([float((weight[among & one] ** 2).sum()) for one in (hits, ~hits)])
    return _share(whole, part, squares, int(among.sum()))


def _share(whole: Floats, part: Floats, squares: Floats, n: int) -> ShareTold:
    """By what each seller's cases weigh, and the hits among them; squared weights are of hits and of others."""
    from scipy import special, stats

    total = whole.sum()
    if not total:
        return float("nan"), (0.0, 1.0), 0
    value = float(part.sum() / total)
    units, missed = int((whole > 0).sum()), float(((part - value * whole) ** 2).sum())
    if units == 1:  # nobody to differ from: cases are the unit
        units, missed = n, float((1 - value) ** 2 * squares[0] + value**2 * squares[1])
    if value in (0.0, 1.0) or units < 2:
        reach = min(3.0 / n, 1.0)  # the rule of three
        return value, (max(value - reach, 0.0), min(value + reach, 1.0)), n
    error = float(np.sqrt(missed * units / (units - 1)) / total) / (value * (1 - value))
    reach = float(stats.t.ppf(0.975, units - 1)) * error
    centre = special.logit(value)
    return value, (float(special.expit(centre - reach)), float(special.expit(centre + reach))), n


# ----------------------------------------------- business time and opening hours between instants that a log tells


class Hours(NamedTuple):
    """A party's calendar as arrays."""

    opens: Ints
    closes: Ints
    days: Ints
    rank: Ints

    @classmethod
    def of(cls, calendar: Calendar) -> Hours:
        """The same tables."""
        return cls(
            *(
                np.array(table, dtype=np.int64)
                for table in (calendar.opens, calendar.closes, calendar.days, calendar.rank)
            )
        )

    def axis(self, at: Floats) -> Floats:
        """Business seconds since the start, 24 hours to the day; a day off counts as its end (rulebook §1)."""
        known = np.where(np.isnan(at), 0, np.clip(at, 0, len(self.rank) * DAY - 1)).astype(np.int64)
        rank = self.rank[known // DAY]
        is_business = np.append(self.days, -1)[rank] == known // DAY
        return np.where(np.isnan(at), np.nan, rank * DAY + np.where(is_business, known % DAY, 0))

    def lasted(self, since: Floats, until: Floats, kind: Kind) -> Floats:
        """How long it took, in seconds of a kind."""
        return self.axis(until) - self.axis(since) if kind is Kind.BUSINESS else until - since

    def spell(self, at: Floats) -> Ints:
        """The last spell that had opened by then; −1 before the first."""
        return np.searchsorted(self.opens, np.nan_to_num(at, nan=0.0), side="right") - 1

    def looked_between(self, answered: Floats, work: float, most: float) -> tuple[Floats, Floats]:
        """When staff who answered then had looked at the request: not before, not after.

        `work` is what an answer takes on average, `most` what hardly any exceeds. An answer that lands within the
        first such stretch of a spell was to a request noticed at any time since the spell before had closed.
        """
        place = np.maximum(self.spell(answered), 0)
        since_opening = answered - self.opens[place]
        at_opening = since_opening <= most
        closed = np.where(place > 0, self.closes[np.maximum(place - 1, 0)], 0)
        begun = answered - np.minimum(work, np.maximum(since_opening, 0))
        return np.where(at_opening, np.minimum(closed, begun), begun), begun

    def last_look(self, by: Floats, work: Floats | float) -> Floats:
        """The last instant at which staff could have looked and still have answered by then."""
        place = np.maximum(self.spell(by), 0)
        inside = by <= self.closes[place]
        worked = np.where(inside, by, self.closes[place])
        fits = worked - self.opens[place] >= work
        before = self.closes[np.maximum(place - 1, 0)]
        return np.where(fits, worked - work, np.where(place > 0, before - work, 0.0))

    def worked(self, at: Floats) -> Floats:
        """Working time since the start, in seconds: what staff could have done by then."""
        before = np.concatenate([[0], np.cumsum(self.closes - self.opens)])
        place = self.spell(at)
        inside = np.minimum(at, self.closes[np.maximum(place, 0)]) - self.opens[np.maximum(place, 0)]
        done = before[np.maximum(place, 0)] + np.maximum(inside, 0)
        return np.where(np.isnan(at), np.nan, np.where(place < 0, 0.0, done))

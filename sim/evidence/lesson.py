"""What estimators are given: the log of the weeks to learn from, the base scenario, and who is who."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from sim.evidence.hours import Hours
from sim.evidence.log import Bools, Floats, Ints, RefundLog
from sim.evidence.survival import Recall, Sample
from sim.scenario.durations import DAY
from sim.scenario.market import SellerType
from sim.scenario.model import Scenario
from sim.vocabulary import Party


@dataclass(frozen=True)
class Lesson:
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
    recall: Recall = field(default_factory=dict)
    """What was estimated from these cases, for refits to begin at."""

    @cached_property
    def seller(self) -> Ints:
        """Of each order."""
        return self.log.orders.word("seller")

    @cached_property
    def of_claim(self) -> Ints:
        """The order of each claim."""
        return self.log.claims.word("order_row")

    @cached_property
    def seller_of_claim(self) -> Ints:
        """Of each claim."""
        return self.seller[self.of_claim]

    @cached_property
    def kind_of_claim(self) -> Ints:
        """The seller's type of each claim."""
        return self.kind_of_seller[self.seller_of_claim]

    @cached_property
    def order_weight(self) -> Floats:
        """Of each order: its seller's, with weeks as strata (each weighs as many orders as it has)."""
        weight = self.weight[self.seller]
        week = ((self.log.orders.at("paid") - self.first) // (7 * DAY)).astype(np.int64)
        in_week = np.maximum(np.bincount(week, weight), 1e-12)
        return np.asarray(weight * (np.bincount(week) / in_week)[week])

    @cached_property
    def claim_weight(self) -> Floats:
        """Of each claim: its order's."""
        return self.order_weight[self.of_claim]

    def sample_of_orders(self, low: Floats, high: Floats, among: Bools) -> Sample:
        """Durations of some orders, those of which the beginning is known."""
        return self._sample(low, high, among, self.seller, self.order_weight)

    def sample_of_claims(self, low: Floats, high: Floats, among: Bools) -> Sample:
        """Durations of some claims, those of which the beginning is known."""
        return self._sample(low, high, among, self.seller_of_claim, self.claim_weight)

    def _sample(self, low: Floats, high: Floats, among: Bools, seller: Ints, weight: Floats) -> Sample:
        known = among & ~np.isnan(low)
        return Sample.of(low[known], high[known], seller[known], weight[known], self.recall)

    def template(self, name: str) -> SellerType:
        """The base's type of that name; its most common one where there is none."""
        types = self.base.market.sellers.types
        return types.get(name) or max(types.values(), key=lambda kind: kind.share)

    def status(self, *words: str, of: str = "status") -> Bools:
        """Claims whose request ended in one of these ways."""
        numbers = [self.log.names["status"].index(word) for word in words]
        return np.isin(self.log.claims.word(of), numbers)


def share_with_interval(
    hits: Bools, among: Bools, seller: Ints, weight: Floats
) -> tuple[float, tuple[float, float], int]:
    """A share among some cases, its 95 % interval with sellers as the unit (a ratio, on the logit), and n."""
    from scipy import special, stats

    n = int(among.sum())
    if n and (seller[among] == seller[among][0]).all():  # nobody to differ from: cases are the unit
        seller = np.arange(len(seller))
    whole = np.bincount(seller[among], weight[among])
    part = np.bincount(seller[among & hits], weight[among & hits], minlength=len(whole))
    total = whole.sum()
    if not total:
        return float("nan"), (0.0, 1.0), 0
    value = float(part.sum() / total)
    units = int((whole > 0).sum())
    if value in (0.0, 1.0) or units < 2:
        reach = min(3.0 / n, 1.0)  # the rule of three
        return value, (max(value - reach, 0.0), min(value + reach, 1.0)), n
    residuals = part - value * whole
    error = float(np.sqrt((residuals**2).sum() * units / (units - 1)) / total) / (value * (1 - value))
    reach = float(stats.t.ppf(0.975, units - 1)) * error
    centre = special.logit(value)
    return value, (float(special.expit(centre - reach)), float(special.expit(centre + reach))), n

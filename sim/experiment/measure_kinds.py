"""The kinds of measures: a ratio over replications, and a quantile of the time to money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.experiment import predicates
from sim.experiment.aalen_johansen import AalenJohansen, Gain, horizon, is_cut, is_finished, seen_of
from sim.experiment.estimates import (
    Estimate,
    Floats,
    PooledTimes,
    Times,
    positive_mean,
    quantile,
    share,
    signed_mean,
)
from sim.experiment.on_demand import OnDemand
from sim.experiment.predicates import Of, Rows, all_summed, every, numbers, summed
from sim.scenario.durations import DAY

CLAIMS, REQUESTS, REPLICATIONS = "claims", "requests", "replications"
"""The tables that measures read: `frame.claims_frame`, `desks.requests_frame`, and totals, as
`observation.tables_of` has them."""


class Sums(NamedTuple):
    """What replications add to one ratio: its two sums for each of them, and how many it rests on."""

    parts: Floats
    wholes: Floats
    n: int


@dataclass(frozen=True)
class Ratio:
    """Sum of `part` over sum of `whole`, over the rows of a table."""

    name: str
    title: str
    part: Of
    whole: Of = every
    table: str = CLAIMS
    unit: str = "share"
    """`share`, `h`, `d`, `claims`, `orders`, or `currency` for the scenario's."""
    signed: bool = False
    """Whether the mean may be negative."""
    counting: Of | None = None
    """What `n` adds up; without it the rows that have a whole."""
    bound: float | None = None
    """What the mean cannot exceed, if anything; a share cannot exceed 1."""
    is_fact: bool = False
    """Whether it is known of claims that are still open, and of desks that still work."""
    days: float | None = None
    """For how many days after asking claims have to be watched; None: until they have ended."""
    gain: Gain | None = None
    """Of a measure with `days`: what a full refund adds, by the seconds since asking."""

    @property
    def most(self) -> float | None:
        """The upper bound of the mean."""
        return 1.0 if self.unit == "share" else self.bound

    def sums(self, tables: Mapping[str, Rows], replications: int) -> tuple[Floats, Floats]:
        """The sums of part and of whole, by replication."""
        rows = tables[self.table]
        whole, part = self._whole(rows), numbers(self.part, rows)
        wholes = all_summed(self.whole, rows, replications)
        if self.whole is every:
            return summed(part, rows, replications), wholes
        return summed(np.where(whole > 0, part, 0.0), rows, replications), wholes

    def _whole(self, rows: Rows) -> Floats:
        return numbers(self.whole, rows)

    def estimate(self, tables: Mapping[str, Rows], replications: int) -> tuple[Estimate, int]:
        """The value with its interval, and how many it rests on."""
        n = self.n(tables)
        return self.estimated(*self.watched(self.sums(tables, replications), tables[CLAIMS]), n), n

    def watched(self, sums: tuple[Floats, Floats], claims: Rows) -> tuple[Floats, Floats]:
        """The sums again, or those of what is known of claims that were not all watched to their end.

        NaN where it is not known: *not watched long enough*. What can be counted is as it stood at the cut.
        """
        if self.is_fact or not is_cut(claims):
            return sums
        parts, wholes = sums
        if self.days is not None and self.gain is not None and self.days * DAY <= horizon(claims):
            return AalenJohansen(seen_of(claims, len(parts))).parts("refunded", self.gain), wholes
        is_known = self.is_so_far or is_finished(claims)
        return (parts if is_known else np.full_like(parts, np.nan)), wholes

    @property
    def waits(self) -> bool:
        """Whether it has no number before claims were watched for long enough."""
        return not (self.is_fact or self.is_so_far)

    @property
    def is_so_far(self) -> bool:
        """Whether it has a number while claims are open, which is not the one that it will have in the end."""
        return not self.is_fact and self.days is None and self.unit not in ("h", "d")

    def n(self, tables: Mapping[str, Rows]) -> int:
        """How many it rests on."""
        rows = tables[self.table]
        return (
            int(np.sum(numbers(self.counting, rows))) if self.counting else int(np.count_nonzero(self._whole(rows)))
        )

    def estimated(self, parts: ArrayLike, wholes: ArrayLike, n: int) -> Estimate:
        """The value with its interval, from the sums by replication."""
        return self.interval_maker(np.asarray(parts), np.asarray(wholes), n, self.most or np.inf)

    @property
    def interval_maker(self) -> IntervalMaker:
        """How its interval is made."""
        return _bounded if self.most else _signed if self.signed else _positive


IntervalMaker = Callable[[Floats, Floats, ArrayLike, Floats | float], Estimate]
"""From the sums of parts and of wholes by replication (the first axis), `n` and the bound to the estimate."""


def _bounded(parts: Floats, wholes: Floats, n: ArrayLike, most: Floats | float) -> Estimate:
    """A mean that is bounded on both sides is a share of its bound."""
    value, low, high = share(parts / most, wholes, n)
    return Estimate(value * most, low * most, high * most)


def _signed(parts: Floats, wholes: Floats, n: ArrayLike, most: Floats | float) -> Estimate:
    return signed_mean(parts, wholes)


def _positive(parts: Floats, wholes: Floats, n: ArrayLike, most: Floats | float) -> Estimate:
    return positive_mean(parts, wholes)


def estimated_together(ratios: Sequence[Ratio], sums: Mapping[str, Sums]) -> dict[str, Estimate]:
    """Each ratio's value with its interval, as `Ratio.estimated` has it: those of one kind at once."""
    found: dict[str, Estimate] = {}
    for make in dict.fromkeys(ratio.interval_maker for ratio in ratios):
        some = [ratio for ratio in ratios if ratio.interval_maker is make]
        parts, wholes, n = zip(*(sums[ratio.name] for ratio in some), strict=True)
        # Turned, so that the replications of each lie side by side and are added up as those of one alone.
        estimate = make(
            np.array(parts).T, np.array(wholes).T, np.array(n), np.array([one.most or np.inf for one in some])
        )
        each = zip(*estimate, strict=True)
        found |= {ratio.name: Estimate(*one) for ratio, one in zip(some, each, strict=True)}
    return found


@dataclass(frozen=True)
class TimeToMoney:
    """A quantile, in days, of the time from asking to a full refund, over the claims in `among`."""

    name: str
    title: str
    q: float
    among: Of = every
    unit: str = "d"
    waits: bool = True
    """Whether it has no number before claims were watched for long enough."""

    def times(self, claims: Rows, replications: int) -> PooledTimes:
        """The times it is a quantile of, by replication; nobody's where it is not known who they are in the end."""
        if isinstance(claims, OnDemand):
            return claims.times(self.among, lambda: self._times(claims, replications))
        return self._times(claims, replications)

    def _times(self, claims: Rows, replications: int) -> PooledTimes:
        if self.among is not every:
            chosen = np.asarray(self.among(claims), dtype=bool) & is_finished(claims)
            claims = predicates.some_of(claims, chosen)
        return PooledTimes(predicates.times_to_money(claims, replications))

    def estimate(self, tables: Mapping[str, Rows], replications: int) -> tuple[Estimate, int]:
        """The value with its interval (NaN: not reached), and how many claims it rests on."""
        times = self.times(tables[CLAIMS], replications)
        return self.estimated(times), sum(one.claims for one in times)

    def estimated(self, times: Sequence[Times]) -> Estimate:
        """The value with its interval, from the times by replication."""
        value, low, high = quantile(times, self.q)
        return Estimate(value / DAY, low / DAY, high / DAY)


Measure = Ratio | TimeToMoney

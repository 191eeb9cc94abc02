"""Which orders flip, as people read it: one line per pair of outcomes, whatever led there."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.show import palette
from sim.show.judged import signed
from sim.study.flips import EXAMPLES, NO_CLAIM, REFUNDED
from sim.study.partings import NEVER_PART

WORDS = palette.WORDS | {"refunded_unasked": "refunded unasked", "no_claim": "no claim"}
"""What became of an order, as tables and charts say it."""
PLACES = {
    "asking": "asking",
    "free_cancellation": "free cancellation",
    "dispatch_limit": "dispatch limit",
    "end": "the end",
    "money": "who pays",
}
"""Where two stories part; other places go by their own words."""
MOSTLY = 0.9
"""A share of orders beside which the others need not be named."""


class FlipPair(NamedTuple):
    """Orders that ended in one way under the base and in another under the other scenario."""

    base: str
    other: str
    """Words of `study.flips.ENDINGS`."""
    orders: int
    """In all replications together."""
    parts_at: dict[str, int]
    """How many of them part at each place (`study.partings.PARTINGS`), the most frequent first."""
    time_change: float
    """Mean change in days until the money; NaN unless both refund in full."""
    money_change: float
    """Mean change in what the buyer is left with."""
    examples: tuple[tuple[int, int], ...]
    """Replication and order."""

    @property
    def is_flip(self) -> bool:
        """Whether the outcome is another one; else only the way there is."""
        return self.base != self.other

    @property
    def outcomes(self) -> str:
        """`given up → refunded`."""
        return f"{WORDS[self.base]} → {WORDS[self.other]}" if self.is_flip else f"{WORDS[self.base]} in both"

    @property
    def places(self) -> str:
        """`dispute`, `mostly dispute`, or `dispute 31, others 20`."""
        place, most = next(iter(self.parts_at.items()))
        named = PLACES.get(place, place)
        if most == self.orders:
            return named
        return (
            f"mostly {named}"
            if most >= MOSTLY * self.orders
            else f"{named} {most:,}, others {self.orders - most:,}"
        )


def flip_pairs(flips: pd.DataFrame) -> list[FlipPair]:
    """What `Comparison.flips` says of one scenario: flips by their number, then who is refunded otherwise.

    Orders that never part, and those that come to the same end without full refunds, are left out.
    """
    parted = flips[flips["parts_at"] != NEVER_PART]
    by_pair = parted.groupby(["base_outcome", "other_outcome"], observed=True, sort=False)
    pairs = [_pair(str(base), str(other), rows) for (base, other), rows in by_pair]
    told = [pair for pair in pairs if pair.is_flip or pair.base == REFUNDED]
    return sorted(told, key=lambda pair: (not pair.is_flip, -pair.orders))


def first_flip(flips: pd.DataFrame) -> tuple[int, int] | None:
    """Replication and order of one that was a claim under both and ended otherwise, of the most frequent kind."""
    pairs = [pair for pair in flip_pairs(flips) if pair.is_flip and NO_CLAIM not in (pair.base, pair.other)]
    return pairs[0].examples[0] if pairs else None


def _pair(base: str, other: str, rows: pd.DataFrame) -> FlipPair:
    rows = rows.sort_values("orders", ascending=False, kind="stable")
    orders = rows["orders"].to_numpy()
    return FlipPair(
        base,
        other,
        orders=int(orders.sum()),
        parts_at=dict(zip(rows["parts_at"].astype(str), orders.tolist(), strict=True)),
        time_change=float(np.average(rows["time_change"], weights=orders)),
        money_change=float(np.average(rows["money_change"], weights=orders)),
        examples=tuple(example for some in rows["examples"] for example in some)[:EXAMPLES],
    )


def changes_shown(pair: FlipPair) -> tuple[str, str]:
    """Days and money with their signs; a dash where nothing is to be said."""
    time = "–" if math.isnan(pair.time_change) else signed(pair.time_change, 1)
    return time, signed(pair.money_change, 2)

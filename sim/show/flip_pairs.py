"""Which orders flip, as people read it: one line per pair of outcomes, whatever led there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from sim.experiment.comparison import Comparison
from sim.experiment.first_divergence import NEVER_PART
from sim.experiment.flips import FEWEST
from sim.experiment.number import NOTHING, Number, Shown, decimals_for, signed
from sim.experiment.order_outcomes import NO_CLAIM, REFUNDED
from sim.vocabulary import endings

WORDS = endings.WORDS | {"refunded_unasked": "refunded unasked", "no_claim": "no claim"}
"""What became of an order, as tables and charts say it."""
PLACES = {
    "asking": "asking",
    "free_cancellation": "free cancellation",
    "dispatch_limit": "dispatch limit",
    "end": "the end",
    "money": "who pays",
}
"""Where two stories part; other places go by their own words."""
CHANGES = (
    "days and money are mean changes (days where both refund in full, money as refund less postage, "
    "whoever has the goods)"
)
INTERVALS = (
    "each its 95 % interval (with fewer than 300 orders nearer 93 % for money: prices are skewed), "
    f"or that it is of too few orders (fewer than {FEWEST}, or all in one replication)"
)
"""How tables of flips are read, and what stands below each number."""
TOO_FEW = "too few"
"""Stands in place of an interval where there are too few orders, or replications with any, to give one."""
MOSTLY = 0.9
"""A share of orders beside which the others need not be named."""


def change_shown(mean: Number) -> Shown:
    """By how much orders of one kind differ: `+23.4` and `±3.1`; a dash where nothing can be said, `none` for 0."""
    value, low, high = mean.three
    if math.isnan(value):
        return Shown("–", "")
    if value == low == high == 0:
        return Shown(NOTHING, "")
    if math.isnan(low):
        return Shown(signed(value, 1), TOO_FEW)
    decimals = decimals_for(mean.longer_half)
    ends = f"±{mean.longer_half:,.{decimals}f}"
    return Shown(
        signed(value, decimals),
        ends if mean.is_even else f"{signed(low, decimals)} to {signed(high, decimals)}",
    )


class FlipPair(NamedTuple):
    """Orders that ended in one way under the base and in another under the other scenario."""

    base: str
    other: str
    """Words of `experiment.order_outcomes.ENDINGS`."""
    number: Number
    """Of orders in all replications together, with its interval."""
    parts_at: dict[str, int]
    """How many of them part at each place (`first_divergence.PARTINGS`), the most frequent first."""
    time: Number
    """Change in days until the money; NaN unless both refund in full."""
    money: Number
    """Change in what the buyer is left with."""
    examples: tuple[tuple[int, int], ...]
    """Replication and order."""

    @property
    def orders(self) -> int:
        """In all replications together."""
        return int(self.number.value)

    @property
    def is_flip(self) -> bool:
        """Whether the outcome is another one; else only the way there is."""
        return self.base != self.other

    @property
    def counted(self) -> Shown:
        """`49` and `36–66`; the interval to two digits of its half, which is all that it is known to."""
        value, number = f"{self.orders:,}", self.number
        if math.isnan(number.longer_half):
            return Shown(value, "")
        places = min(1 - math.floor(math.log10(max(number.longer_half, 1))), 0)
        if number.is_even:
            return Shown(value, f"±{round(number.longer_half, places):,.0f}")
        return Shown(value, f"{round(number.low, places):,.0f}–{round(number.high, places):,.0f}")

    @property
    def outcomes(self) -> str:
        """`given up → refunded`."""
        return f"{WORDS[self.base]} → {WORDS[self.other]}" if self.is_flip else f"{WORDS[self.base]} in both"

    @property
    def place_by_place(self) -> list[str]:
        """`dispute`; `mostly dispute`; or `dispute 31` and `others 20`."""
        place, most = next(iter(self.parts_at.items()))
        named = PLACES.get(place, place)
        if most == self.orders:
            return [named]
        if most >= MOSTLY * self.orders:
            return [f"mostly {named}"]
        return [f"{named} {most:,}", f"others {self.orders - most:,}"]

    @property
    def cells(self) -> tuple[str, ...]:
        """What ended how, how many, where they part; days and money with their signs and intervals."""
        return (self.outcomes, str(self.counted), self.places, *map(str, changes_shown(self)))

    @property
    def places(self) -> str:
        """`dispute 31, others 20`."""
        return ", ".join(self.place_by_place)


def flip_pairs(flips: pd.DataFrame, pairs: pd.DataFrame) -> list[FlipPair]:
    """What `Comparison.flips` and `flip_pairs` say of one scenario: flips by their number, then who is refunded
    otherwise.

    Orders that never part, and those that come to the same end without full refunds, are left out.
    """
    places = _places(flips)
    told = [_pair(row, places) for row in pairs.to_dict("records")]
    told = [pair for pair in told if pair.is_flip or pair.base == REFUNDED]
    return sorted(told, key=lambda pair: (not pair.is_flip, -pair.orders))


def pairs_of(comparison: Comparison, scenario: str) -> list[FlipPair]:
    """The same, of one of the scenarios compared."""
    tables = (comparison.flips, comparison.flip_pairs)
    return flip_pairs(*(table[table["scenario"] == scenario] for table in tables))


def first_flip(pairs: Sequence[FlipPair]) -> tuple[int, int] | None:
    """Replication and order of one that was a claim under both and ended otherwise, of the most frequent kind."""
    found = [pair for pair in pairs if pair.is_flip and NO_CLAIM not in (pair.base, pair.other)]
    return found[0].examples[0] if found else None


def _places(flips: pd.DataFrame) -> dict[tuple[str, str], dict[str, int]]:
    """How many part at each place, by pair of outcomes; the most frequent place first."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    rows = flips[flips["parts_at"] != NEVER_PART].sort_values("orders", ascending=False, kind="stable")
    for row in rows.to_dict("records"):
        places = found.setdefault((str(row["base_outcome"]), str(row["other_outcome"])), {})
        places[str(row["parts_at"])] = int(row["orders"])
    return found


def _pair(row: Mapping[Any, Any], places: Mapping[tuple[str, str], dict[str, int]]) -> FlipPair:
    outcomes = str(row["base_outcome"]), str(row["other_outcome"])
    return FlipPair(
        *outcomes,
        number=Number(int(row["orders"]), row["orders_low"], row["orders_high"]),
        parts_at=places[outcomes],
        time=Number(row["time_change"], row["time_low"], row["time_high"]),
        money=Number(row["money_change"], row["money_low"], row["money_high"]),
        examples=tuple(row["examples"]),
    )


def changes_shown(pair: FlipPair) -> tuple[Shown, Shown]:
    """Days and money with their signs and intervals."""
    return change_shown(pair.time), change_shown(pair.money)

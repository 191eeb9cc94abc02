"""A headline measure of two scenarios, as people read it: difference, interval, verdict, worth of pairing."""

from __future__ import annotations

import math
from math import inf, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.experiment.number import Shown, decimals_for
from sim.experiment.verdicts import INCONCLUSIVE, NOT_REACHED

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.comparison import Comparison
    from sim.experiment.verdicts import Headline

NAMES = {
    "success_rate": "refunded in full",
    "recovered_share": "money recovered",
    "refunded_within_14d": "refunded within 14 d",
    "refund_time_median_all": "half have it after",
    "silence_against_buyer_share": "silence against the buyer",
    "postage_per_return": "buyer's postage per return",
    "seller_account_per_claim": "left to sellers, per claim",
    "platform_account_per_claim": "left to the platform, per claim",
}
"""What tables and charts call a headline measure; others go by their titles."""
NOTHING = "none"
MOST_WORTH = 1000
"""Beyond it, one can no more tell than that next to nothing differs."""
POINTS = "points"
"""What a difference of shares is counted in: percentage points."""


class JudgedRow(NamedTuple):
    """One measure under the base and under another scenario: a row of `Comparison.differences`."""

    measure: str
    title: str
    unit: str
    base: float
    other: float
    difference: float
    low: float
    high: float
    low_simultaneous: float
    high_simultaneous: float
    margin: float
    verdict: str
    replications_needed: float
    variance_ratio: float

    @property
    def is_nothing(self) -> bool:
        """Whether it is known that nothing differs."""
        return self.difference == self.low == self.high == 0

    @property
    def name(self) -> str:
        return NAMES.get(self.measure, self.title)

    @property
    def scale(self) -> float:
        """What numbers are multiplied by to be shown in `unit_shown`."""
        return 100 if self.unit == "share" else 1

    @property
    def unit_shown(self) -> str:
        return POINTS if self.unit == "share" else self.unit

    def shown(self) -> Shown:
        """`+0.32 points` and `±0.15`; `none` where it is known that nothing differs."""
        if isnan(self.difference):
            return Shown("–", "")
        if self.is_nothing:
            return Shown(NOTHING, "")
        value, low, high = (self.scale * end for end in (self.difference, self.low, self.high))
        halves = [half for half in (value - low, high - value) if not isnan(half)]
        decimals = decimals_for(max(halves, default=0.0))
        return Shown(f"{signed(value, decimals)} {self.unit_shown}", _interval(value, low, high, decimals))

    @property
    def word(self) -> str:
        """The verdict: `curves cross`; of a mean that is not there, that there is nothing to judge."""
        is_absent = self.verdict == NOT_REACHED and self.unit != "d"
        return "no such cases" if is_absent else self.verdict.replace("_", " ")

    def said(self) -> str:
        """The verdict in words: `better`, `inconclusive (10 more)`."""
        word = self.word
        if self.verdict != INCONCLUSIVE or isnan(self.replications_needed):
            return word
        return f"{word} ({rough(self.replications_needed)} more)" if self.replications_needed < inf else word

    def worth_of_pairing(self) -> str:
        """`×33`: how many independent replications one pair is worth."""
        if not self.variance_ratio > 0:
            return "–"
        worth = 1 / self.variance_ratio
        if worth > MOST_WORTH:
            return f"> ×{MOST_WORTH:,}"
        return f"×{worth:.0f}" if worth >= 9.5 else f"×{worth:.1f}"


def headlines_of(comparison: Comparison, scenario: str) -> dict[str, JudgedRow]:
    """The measures that are judged, by name, for one of the other scenarios."""
    return _named(comparison.verdicts, scenario)


def everything_of(comparison: Comparison, scenario: str) -> dict[str, JudgedRow]:
    """All measures by name, judged or not, for one of the other scenarios."""
    return _named(comparison.differences, scenario)


def _named(table: pd.DataFrame, scenario: str) -> dict[str, JudgedRow]:
    rows = table[table["scenario"] == scenario]
    return {str(row["measure"]): _judged(row) for row in rows.to_dict("records")}


def _judged(row: dict[Any, Any]) -> JudgedRow:
    return JudgedRow(**{field: row[field] for field in JudgedRow._fields})


def _interval(value: float, low: float, high: float, decimals: int) -> str:
    """`±0.15`; both ends where one half is longer, and one where only that is known."""
    ends = [signed(end, decimals) for end in (low, high)]
    if isnan(low) or isnan(high):
        return "" if isnan(low) and isnan(high) else f"≤ {ends[1]}" if isnan(low) else f"≥ {ends[0]}"
    if math.isclose(value - low, high - value, rel_tol=1e-6, abs_tol=1e-12):
        return f"±{value - low:,.{decimals}f}"
    return f"{ends[0]} to {ends[1]}"


def rough(number: float) -> str:
    """To one digit, which is all that an estimate of an estimate is good for."""
    digits = 10 ** math.floor(math.log10(number)) if number >= 1 else 1
    return f"{round(number / digits) * digits:,}"


def signed(number: float, decimals: int) -> str:
    """`+0.3`, `−0.3`; what rounds to nothing has no sign."""
    text = f"{abs(number):,.{decimals}f}"
    if not text.strip("0.,"):
        return text
    return f"{'−' if number < 0 else '+'}{text}"


def margin_shown(headline: Headline, unit: str) -> str:
    """`0.5 points`, `0.05 d or 1 %`: what a difference must exceed to matter."""
    scale, unit = (100, POINTS) if unit == "share" else (1, unit)
    plain = f"{scale * headline.margin:g} {unit}" if headline.margin or not headline.relative else ""
    of = " of the price" if headline.of else ""
    relative = f"{100 * headline.relative:g} %{of}" if headline.relative else ""
    return " or ".join(text for text in (plain, relative) if text)

"""A measure as people read it: of a result, of two scenarios (difference, interval, verdict, worth of pairing), and
what a scenario says must hold of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Any, NamedTuple

import pandas as pd

from sim.experiment.comparison import Comparison
from sim.experiment.expectations import ExpectationCheck
from sim.experiment.number import POINTS, Number, Shown, difference_unit, rough, scale_of
from sim.experiment.result import Result
from sim.experiment.verdicts import INCONCLUSIVE, NOT_REACHED, Headline
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class Finished:
    """A result as it lies on the disk, with as much of it as is printed."""

    scenario: Scenario
    about: Mapping[str, Any]
    summary: pd.DataFrame
    told: Sequence[str]
    """The notes below the table."""
    document: Mapping[str, Any]
    """`summary.json`."""


def measured(result: Result | Finished, measure: str) -> Number:
    """One measure of a result, by its name."""
    return measured_in(result.summary, measure)


def measured_in(summary: pd.DataFrame, measure: str) -> Number:
    """One measure of a table that is as `Result.summary` is."""
    value, low, high = (float(summary[end].loc[measure]) for end in ("value", "low", "high"))
    why = str(summary["why"].loc[measure]) if "why" in summary else ""
    return Number(value, low, high, str(summary["unit"].loc[measure]), why)


# ------------------------------------------------------------------------------- of two scenarios

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
MOST_WORTH = 1000
"""Beyond it, one can no more tell than that next to nothing differs."""


class JudgedRow(NamedTuple):
    """One measure under the base and under another scenario: a row of `Comparison.differences`."""

    measure: str
    title: str
    unit: str
    base: float
    other: float
    difference: Number
    surely: Number
    """With the interval that holds together with all others, which the verdict is taken from."""
    margin: float
    verdict: str
    replications_needed: float
    variance_ratio: float

    @property
    def name(self) -> str:
        return NAMES.get(self.measure, self.title)

    @property
    def scale(self) -> float:
        """What numbers are multiplied by to be shown in `unit_shown`."""
        return 100 if self.unit == "share" else 1

    @property
    def unit_shown(self) -> str:
        return difference_unit(self.unit)

    def shown(self) -> Shown:
        """`+0.32 points` and `±0.15`; `none` where it is known that nothing differs."""
        return self.difference.shown_signed()

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
    told: dict[str, Any] = {field: row[field] for field in JudgedRow._fields if field != "surely"}
    surely = Number(row["difference"], row["low_simultaneous"], row["high_simultaneous"], row["unit"])
    return JudgedRow(
        **told | {"difference": Number(row["difference"], row["low"], row["high"], row["unit"]), "surely": surely}
    )


def margin_shown(headline: Headline, unit: str) -> str:
    """`0.5 points`, `0.05 d or 1 %`: what a difference must exceed to matter."""
    scale, unit = (100, POINTS) if unit == "share" else (1, unit)
    plain = f"{scale * headline.margin:g} {unit}" if headline.margin or not headline.relative else ""
    of = " of the price" if headline.of else ""
    relative = f"{100 * headline.relative:g} %{of}" if headline.relative else ""
    return " or ".join(text for text in (plain, relative) if text)


# ------------------------------------------------------------------------------- what must hold


def more(replications: float) -> str:
    """How many more would settle it, roughly; nothing where nobody knows."""
    if not 0 < replications < inf:
        return ""
    return f" ({rough(replications)} more replication{'' if replications == 1 else 's'})"


def expected(one: ExpectationCheck) -> str:
    """`refunded in full: at least 60 %`."""
    scale, unit = scale_of(one.unit)
    return f"{one.title}: {one.sense.replace('_', ' ')} {scale * one.bound:,.6g}{unit}"


def expectation_said(one: ExpectationCheck) -> str:
    """`fail`, `inconclusive (40 more replications)`."""
    return f"{one.verdict}{more(one.replications_needed)}"


def found(one: ExpectationCheck) -> Shown:
    """What the measure is now, as every form of a check says it; or why that is not known."""
    return Shown(one.why, "") if one.why else one.now._replace(unit=one.unit).shown()


def expectation_told(one: ExpectationCheck) -> str:
    """`pass: expected refunded in full: at least 60 %; it is 61.5 % (±0.4)`."""
    return f"{expectation_said(one)}: expected {expected(one)}; it is {found(one)}"

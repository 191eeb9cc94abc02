"""One measure under the base and under another scenario, in the words of a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

from sim.experiment.number import Number, alike, decimals_for, difference_unit, rough
from sim.show.judged import measured
from sim.show.phrases import HELD

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.result import Result

NO_INTERVAL = "no interval"
"""Of one replication."""
FEW, MANY = 10, 1000
"""Replications still needed: below, their number is not worth naming; from here on, hardly anybody runs them."""


@dataclass(frozen=True)
class Change:
    """A row of `Comparison.differences`, as sentences need it.

    The interval of the difference is that of the verdict, which holds together with all others, where there is one.
    """

    measure: str
    base: float
    other: float
    difference: Number
    margin: float
    verdict: str
    replications_needed: float
    unit: str
    levels: tuple[str, str] = ("", "")
    """`79.2 %` and `82.1 %`: under the base and under the other, each in as many digits as it supports."""

    @property
    def rises(self) -> bool:
        return self.difference.value > 0

    @property
    def amount(self) -> str:
        """`0.4 points`, whichever way it goes."""
        return f"{self._shown(abs(self.difference.value))}{HELD}{self._unit}"

    @property
    def range(self) -> str:
        """`0.2 to 0.7`: the interval of the amount."""
        return self._range(self.difference if self.rises else self.difference.times(-1))

    @property
    def signed_range(self) -> str:
        """`−0.3 to 0.9 points`, or that there is none."""
        ends = self._range(self.difference)
        return ends if ends == NO_INTERVAL else f"{ends}{HELD}{self._unit}"

    @property
    def largest_that_does_not_matter(self) -> str:
        """`0.5 points`: the margin."""
        return f"{self.margin * self._scale:.2g}{HELD}{self._unit}"

    @property
    def is_seen_in_levels(self) -> bool:
        """Whether the two values differ in the digits that are shown."""
        return self.levels[0] != self.levels[1]

    @property
    def what_would_tell(self) -> str:
        """`some 40 more replications should tell`; nothing where one cannot say."""
        needed = self.replications_needed
        if isnan(needed):
            return ""
        if isinf(needed):
            return "should it stay so close to the margin, no number of replications would tell"
        if needed >= MANY:
            return f"it is so close that telling would take some {rough(needed)} more replications"
        return f"{'a few' if needed < FEW else f'some {rough(needed)}'} more replications should tell"

    @property
    def _scale(self) -> int:
        return 100 if self.unit == "share" else 1

    @property
    def _unit(self) -> str:
        return difference_unit(self.unit)

    def _range(self, difference: Number) -> str:
        return difference.range_shown(self._shown) or NO_INTERVAL

    def _shown(self, number: float) -> str:
        decimals = decimals_for(self._scale * (self.difference.high - self.difference.low) / 2)
        rounded = round(number * self._scale, decimals) + 0.0  # no minus before a zero
        return f"{rounded:,.{decimals}f}".replace("-", "−")


_COLUMNS = [field.name for field in fields(Change) if field.name not in ("difference", "levels")]


def changes_of(comparison: Comparison, scenario: str) -> dict[str, Change]:
    """Every measure of one of the other scenarios, by name."""
    rows = comparison.differences[comparison.differences["scenario"] == scenario]
    (other,) = (one for one in comparison.others if one.scenario.name == scenario)

    return {row["measure"]: _change(row, (comparison.base, other)) for row in rows.to_dict("records")}


def _change(row: Mapping[Any, Any], results: tuple[Result, Result]) -> Change:
    both = alike(*(measured(one, row["measure"]) for one in results))
    base, other = (one.value.replace(" ", HELD) for one in both)
    told = {column: row[column] for column in _COLUMNS}
    ends = ("low_simultaneous", "high_simultaneous") if row["is_headline"] else ("low", "high")
    difference = Number(row["difference"], *(row[end] for end in ends))
    return Change(**told, difference=difference, levels=(base, other))

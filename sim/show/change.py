"""A difference as sentences need it: amounts without signs, levels before and after, what would tell."""

from __future__ import annotations

from math import isinf, isnan
from typing import NamedTuple

from sim.experiment.comparison import Comparison
from sim.experiment.number import Number, alike, decimals_for, rough
from sim.show.judged import JudgedRow, everything_of, measured
from sim.show.phrases import HELD

NO_INTERVAL = "no interval"
"""Of one replication."""
FEW, MANY = 10, 1000
"""Replications still needed: below, their number is not worth naming; from here on, hardly anybody runs them."""


class Change(NamedTuple):
    """What one measure changes."""

    row: JudgedRow
    difference: Number
    """Its interval is that of the verdict, which holds together with all others, where there is one."""
    levels: tuple[str, str] = ("", "")
    """`79.2 %` and `82.1 %`: under the base and under the other, each in as many digits as it supports."""

    @property
    def rises(self) -> bool:
        return self.difference.value > 0

    @property
    def amount(self) -> str:
        """`0.4 points`, whichever way it goes."""
        return f"{self._shown(abs(self.difference.value))}{HELD}{self.row.unit_shown}"

    @property
    def range(self) -> str:
        """`0.2 to 0.7`: the interval of the amount."""
        return self._range(self.difference if self.rises else self.difference.times(-1))

    @property
    def signed_range(self) -> str:
        """`−0.3 to 0.9 points`, or that there is none."""
        ends = self._range(self.difference)
        return ends if ends == NO_INTERVAL else f"{ends}{HELD}{self.row.unit_shown}"

    @property
    def largest_that_does_not_matter(self) -> str:
        """`0.5 points`: the margin."""
        return f"{self.row.margin * self.row.scale:.2g}{HELD}{self.row.unit_shown}"

    @property
    def is_seen_in_levels(self) -> bool:
        """Whether the two values differ in the digits that are shown."""
        return self.levels[0] != self.levels[1]

    @property
    def what_would_tell(self) -> str:
        """`some 40 more replications should tell`; nothing where one cannot say."""
        needed = self.row.replications_needed
        if isnan(needed):
            return ""
        if isinf(needed):
            return "should it stay so close to the margin, no number of replications would tell"
        if needed >= MANY:
            return f"it is so close that telling would take some {rough(needed)} more replications"
        return f"{'a few' if needed < FEW else f'some {rough(needed)}'} more replications should tell"

    def _range(self, difference: Number) -> str:
        return difference.range_shown(self._shown) or NO_INTERVAL

    def _shown(self, number: float) -> str:
        decimals = decimals_for(self.row.scale * (self.difference.high - self.difference.low) / 2)
        rounded = round(number * self.row.scale, decimals) + 0.0  # no minus before a zero
        return f"{rounded:,.{decimals}f}".replace("-", "−")


def changes_of(comparison: Comparison, scenario: str) -> dict[str, Change]:
    """Every measure of one of the other scenarios, by name."""
    (other,) = (one for one in comparison.others if one.scenario.name == scenario)
    changes = {}
    for measure, row in everything_of(comparison, scenario).items():
        base, now = alike(*(measured(one, measure) for one in (comparison.base, other)))
        levels = base.value.replace(" ", HELD), now.value.replace(" ", HELD)
        changes[measure] = Change(row, row.surely if measure in comparison.headlines else row.difference, levels)
    return changes

"""What the policies compared differ in, side by side: every comparison begins with it."""

from __future__ import annotations

from typing import NamedTuple

from sim.experiment.comparison import Comparison
from sim.scenario.levers import Lever, levers_that_differ
from sim.scenario.wording import printable, shortened

LONGEST = 70
"""Letters of a value."""
SAME = "The files differ in nothing but words: every lever has the same value."


class SideBySide(NamedTuple):
    """Levers that differ, and whose values stand in which column."""

    names: list[str]
    levers: list[Lever]


def side_by_side(comparison: Comparison) -> SideBySide:
    """The base first, then the others in their order; values on one line, none too long, escaped."""
    scenarios = [one.scenario for one in (comparison.base, *comparison.others)]
    levers = [
        Lever(printable(lever.path), tuple(shortened(value, LONGEST) for value in lever.values))
        for lever in levers_that_differ(*scenarios)
    ]
    return SideBySide([printable(one.name) for one in scenarios], levers)

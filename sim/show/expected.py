"""What a scenario expects of its numbers, and whether it holds, in words."""

from __future__ import annotations

from math import inf

from sim.experiment.expectations import ExpectationCheck
from sim.experiment.number import Shown, rough, scale_of


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

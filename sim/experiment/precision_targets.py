"""How sure one wants to be: half-widths by measure, as people write them.

    run(scenario, precision={"success_rate": 0.005, "refund_time_median_all": "2%"})

A half-width is absolute, in the measure's own unit (0.005 of a share is half a percentage point), or relative (2%)
for what is positive and has no natural bound: relative to the value or, where two policies are compared, to what
it is under the base, for a difference may be nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf, isfinite, nan
from typing import NamedTuple, SupportsFloat

from sim.errors import BadUsage
from sim.experiment.measures import MEASURES, Measure, Ratio
from sim.scenario.base import did_you_mean
from sim.scenario.wording import shown

_NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(e-?[0-9]+)?")


class PrecisionTarget(NamedTuple):
    """The interval of one measure is to be no wider than this, either way."""

    measure: str
    half_width: float
    is_relative: bool
    """Else in the measure's own unit."""

    def half_width_of(
        self, estimate: tuple[SupportsFloat, SupportsFloat, SupportsFloat], whole: float | None = None
    ) -> float:
        """The longer half of an interval (value, low, high), as this aim counts it; NaN where there is none.

        Relative to `whole`, which is the value itself unless something else is said.
        """
        value, low, high = map(float, estimate)
        half = max(high - value, value - low) if isfinite(high - low) else nan
        if not (self.is_relative and half):
            return half
        whole = value if whole is None else whole
        return half / whole if whole else inf

    def shown(self, half_width: float) -> str:
        """`±0.005`, `±2 %`."""
        if not isfinite(half_width):
            return "has no interval"
        return f"±{half_width * 100:.3g} %" if self.is_relative else f"±{half_width:.3g}"


def targets_of(precision: Mapping[str, float | str]) -> tuple[PrecisionTarget, ...]:
    """What is aimed at: half-widths by measure, such as `{"success_rate": 0.005}`, or "2%" of a time.

    Raises BadUsage for a measure that does not exist and a half-width that makes no sense.
    """
    return tuple(_aim(measure, half_width) for measure, half_width in precision.items())


def as_written(options: Sequence[str]) -> dict[str, str]:
    """From the words of the command line, `success_rate=0.005`. Raises BadUsage."""
    precision: dict[str, str] = {}
    for option in options:
        measure, equals, half_width = option.partition("=")
        if not equals:
            raise BadUsage(f"--precision {option}: expected MEASURE=HALFWIDTH, such as success_rate=0.005")
        if measure in precision:
            raise BadUsage(f"--precision {measure}: asked for twice")
        precision[measure] = half_width
    return precision


def _aim(name: str, written: float | str) -> PrecisionTarget:
    if name not in MEASURES:
        raise BadUsage(f"precision of {shown(name)}: there is no such measure{did_you_mean(name, MEASURES)}")
    text = str(written).strip()
    is_relative = text.endswith("%")
    number = text.removesuffix("%").rstrip()
    half_width = float(number) / (100 if is_relative else 1) if _NUMBER.fullmatch(number) else nan
    aim = PrecisionTarget(name, half_width, is_relative)
    if complaint := _nonsense(aim, MEASURES[name]):
        example = _example(MEASURES[name])
        raise BadUsage(f"precision of {name}: found {shown(text)}; {complaint}, expected one such as {example}")
    return aim


def _nonsense(aim: PrecisionTarget, measure: Measure) -> str:
    """Why nobody can mean this; empty where somebody can."""
    if not 0 < aim.half_width < inf:
        return "a half-width is a number above 0"
    if aim.is_relative and measure.unit == "share":
        return "a share needs an absolute half-width"
    if aim.is_relative and isinstance(measure, Ratio) and measure.signed:
        return "what may be negative or 0 needs an absolute half-width"
    if measure.unit == "share" and aim.half_width >= 0.5:
        return "every share lies within half of 1"
    if aim.is_relative and aim.half_width >= 1:
        return "a value plus or minus all of itself says nothing"
    return ""


def _example(measure: Measure) -> str:
    if measure.unit == "share":
        return "0.005"
    return "0.5" if isinstance(measure, Ratio) and measure.signed else "2%"

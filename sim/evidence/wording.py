"""Estimates as a scenario file says them: durations with units, shares, laws by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.evidence.families import EXPONENTIAL, LOGNORMAL, WEIBULL, Family, Floats, quantile
from sim.evidence.survival import Estimated
from sim.scenario.durations import DAY, HOUR, MINUTE, Kind

UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))


def duration(seconds: float, kind: Kind) -> str:
    """In four digits: `1.624 bd`, `5.21 h`, `38 min of work`."""
    if kind is Kind.BUSINESS:
        return f"{_four(seconds / DAY)} bd"
    of_work = " of work" if kind is Kind.WORK else ""
    units = UNITS[1:] if kind is Kind.WORK else UNITS
    size, unit = next(((size, unit) for size, unit in units if seconds >= 2 * size), units[-1])
    return f"{_four(seconds / size)} {unit}{of_work}"


def number(value: float) -> float:
    """In four significant digits."""
    return float(f"{value:.4g}")


def _four(value: float) -> str:
    return np.format_float_positional(max(value, 1e-4), precision=4, fractional=False, trim="-")


def law(estimated: Estimated, kind: Kind) -> dict[str, Any]:
    """As a scenario says it."""
    return law_of(estimated.family, estimated.law, kind)


def law_of(family: Family, parameters: Floats, kind: Kind) -> dict[str, Any]:
    """A law by its name and parameters."""
    if family.name == EXPONENTIAL.name:
        return {"exponential": {"mean": duration(float(np.exp(parameters[0])), kind)}}
    if family.name == LOGNORMAL.name:
        median, p95 = quantile(LOGNORMAL, parameters, 0.5), quantile(LOGNORMAL, parameters, 0.95)
        return {"lognormal": {"median": duration(median, kind), "p95": duration(p95, kind)}}
    if family.name == WEIBULL.name:
        shape, scale = float(np.exp(parameters[1])), float(np.exp(parameters[0]))
        return {"weibull": {"shape": number(shape), "scale": duration(scale, kind)}}
    share = number(1 / (1 + float(np.exp(-parameters[0]))))
    return {
        "mixture": [
            {"weight": share, "law": law_of(LOGNORMAL, parameters[1:3], kind)},
            {"weight": round(1 - share, 6), "law": law_of(WEIBULL, parameters[3:5], kind)},
        ]
    }


def shares(values: dict[str, float]) -> dict[str, float]:
    """Rounded to a ten-thousandth, and a whole all the same: the largest takes what rounding leaves."""
    rounded = {name: round(value, 4) for name, value in values.items()}
    largest = max(rounded, key=lambda name: rounded[name])
    rounded[largest] = round(rounded[largest] + 1 - sum(rounded.values()), 6)
    return rounded

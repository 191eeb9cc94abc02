"""One input of the model as it was learnt from a log, with all that a reader needs to weigh it; and how estimates
are written in a scenario file: durations with units, shares, laws by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.arrays import Floats
from sim.evidence.families import EXPONENTIAL, LOGNORMAL, WEIBULL, Family, mean, quantile
from sim.evidence.survival import Estimated
from sim.scenario.durations import DAY, HOUR, MINUTE, Kind
from sim.scenario.model import Scenario

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


def ends(interval: tuple[float, float]) -> tuple[float, float]:
    """Both ends of an interval, likewise."""
    return number(interval[0]), number(interval[1])


def _four(value: float) -> str:
    return np.format_float_positional(max(value, 1e-4), precision=4, fractional=False, trim="-")


def law_of(family: Family, parameters: Floats, kind: Kind | None) -> dict[str, Any]:
    """A law by its name and parameters: of durations of a kind, or of plain numbers."""

    def told(value: float) -> str | float:
        return number(value) if kind is None else duration(value, kind)

    if family.name == EXPONENTIAL.name:
        return {"exponential": {"mean": told(float(np.exp(parameters[0])))}}
    if family.name == LOGNORMAL.name:
        median, p95 = quantile(LOGNORMAL, parameters, 0.5), quantile(LOGNORMAL, parameters, 0.95)
        return {"lognormal": {"median": told(median), "p95": told(p95)}}
    if family.name == WEIBULL.name:
        shape, scale = float(np.exp(parameters[1])), float(np.exp(parameters[0]))
        return {"weibull": {"shape": number(shape), "scale": told(scale)}}
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


@dataclass(frozen=True)
class Finding:
    """What a log says of the value at one path of a scenario."""

    path: str
    value: Any
    """As the scenario file says it."""
    n: int
    """Cases it rests on."""
    censored: float = 0.0
    """The share of them that were not over when watching ended."""
    interval: tuple[Any, Any] | None = None
    """95 %, sellers as the unit: of the number itself, or of what `about` says of a law."""
    about: str = ""
    """What the interval is of: its mean, its median, a share."""
    method: str = ""
    identified: str = ""
    """What a log cannot tell, in words; empty where it tells all."""
    naive: Any = None
    """The same number the spreadsheet's way: of closed cases, on the wall clock."""
    beside: dict[str, Any] = field(default_factory=dict)
    """What else was worked out on the way."""


@dataclass(frozen=True)
class Assumed:
    """An input that the log cannot tell: the base's value stays, and why."""

    path: str
    why: str

    def range_in(self, base: Scenario) -> Any:
        """Between what the base says that it may lie; None where it does not say."""
        sources, steps = base.provenance.root, self.path.split(".")
        wider = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
        source = next((sources[path] for path in wider if path in sources), None)
        return None if source is None else source.model_dump(mode="json", exclude_none=True).get("range")


def of_law(
    path: str, estimated: Estimated, kind: Kind, *, what: str, identified: str = "", naive: float | None = None
) -> Finding:
    """A law of durations; its interval is of the median, of an exponential law of the mean."""
    is_mean = estimated.family.name == "exponential"
    low, high = estimated.between(mean if is_mean else median)
    return Finding(
        path,
        law_of(estimated.family, estimated.law, kind),
        estimated.sample.n,
        number(estimated.sample.censored),
        (duration(low, kind), duration(high, kind)),
        "mean" if is_mean else "median",
        f"{estimated.family.name}, {what}",
        identified,
        None if naive is None else duration(naive, kind),
        {"law": (estimated.family, estimated.law)},
    )


def of_chance(
    path: str,
    estimated: Estimated,
    method: str,
    *,
    about: str = "share",
    identified: str = "",
    never: bool = False,
    naive: float | None = None,
) -> Finding:
    """The share of cases that end at all, by a cure model; with `never` that of those that do not."""
    low, high = estimated.ends_between()
    share, between = (1 - estimated.ends, (1 - high, 1 - low)) if never else (estimated.ends, (low, high))
    return Finding(
        path,
        number(share),
        estimated.sample.n,
        number(estimated.sample.censored),
        ends(between),
        about,
        method,
        identified,
        None if naive is None else number(naive),
    )


def median(family: Family, theta: Floats) -> float:
    """Half of the law's values do not exceed it."""
    return quantile(family, theta, 0.5)


Told = Iterator[Finding | Assumed]
"""What an estimator comes to, input by input."""

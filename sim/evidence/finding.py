"""One input of the model as it was learnt from a log, with all that a reader needs to weigh it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.evidence.families import Family, Floats, mean, quantile
from sim.evidence.survival import Estimated
from sim.evidence.wording import duration, law, number
from sim.scenario.durations import Kind
from sim.scenario.model import Scenario


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
    low, high = estimated.between(mean if is_mean else _median)
    return Finding(
        path,
        law(estimated, kind),
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
    ends, between = (1 - estimated.ends, (1 - high, 1 - low)) if never else (estimated.ends, (low, high))
    return Finding(
        path,
        number(ends),
        estimated.sample.n,
        number(estimated.sample.censored),
        (number(between[0]), number(between[1])),
        about,
        method,
        identified,
        None if naive is None else number(naive),
    )


def _median(family: Family, theta: Floats) -> float:
    return quantile(family, theta, 0.5)


Told = Iterator[Finding | Assumed]
"""What an estimator comes to, input by input."""

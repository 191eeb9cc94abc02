"""What a user writes for a law that is made of observed values or of other laws."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sim.scenario import wording
from sim.scenario.base import Weight
from sim.scenario.distributions import laws
from sim.scenario.distributions.combined import Mixture, share, within
from sim.scenario.distributions.parameters import Parameters
from sim.scenario.distributions.written import Describes, Q, Quantity, Written, in_words, size

LEAST_KEPT = 1e-6
"""A truncation that keeps less of a law than this is refused: it is a slip, and floats would blur it."""

_LEVEL = re.compile(r"\d+(\.\d+)?|\.\d+")


def _levels(quantiles: Any) -> Any:
    """Levels as numbers: a YAML reader may hand keys over as text."""
    if not isinstance(quantiles, Mapping):
        raise ValueError(f"found {wording.shown(quantiles)}, expected levels and values: {{0: …, 0.5: …, 1: …}}")
    levels = [_level(key) for key in quantiles]
    if len(set(levels)) < len(levels):
        raise ValueError(f"found the levels {', '.join(map(str, quantiles))}, expected each once")
    return dict(zip(levels, quantiles.values(), strict=True))


def _level(key: Any) -> float:
    if isinstance(key, bool) or not _LEVEL.fullmatch(str(key)):
        raise ValueError(f"found the level {wording.shown(key)}, expected a number between 0 and 1")
    return float(key)


def _rising(quantiles: dict[float, Q]) -> dict[float, Q]:
    levels = list(quantiles)
    if not levels or levels[0] != 0 or levels[-1] != 1 or any(low >= high for low, high in pairwise(levels)):
        found = ", ".join(f"{level:g}" for level in levels) or "none"
        raise ValueError(f"found the levels {found}, expected levels that rise from 0 to 1")
    for (low, lower), (high, upper) in pairwise(quantiles.items()):
        if size(lower) > size(upper):
            found = f"{in_words(lower)} at {low:g} and {in_words(upper)} at {high:g}"
            raise ValueError(f"found {found}, expected values that do not fall")
    return quantiles


# A YAML list becomes a tuple. `min_length` would count the items without a fault: one slip, two complaints.
SOME = Field(strict=False, json_schema_extra={"minItems": 1})
Values = Annotated[tuple[Quantity[Q], ...], SOME]
Level = Annotated[float, WithJsonSchema({"type": "string", "pattern": r"^(0|1|0?\.\d+|[01]\.0+)$"})]
Quantiles = Annotated[
    dict[Level, Quantity[Q]],
    BeforeValidator(_levels),
    AfterValidator(_rising),
    Field(json_schema_extra={"additionalProperties": False}),
]


class Empirical(Parameters, Generic[Q]):
    """What was observed: values with relative weights (equal ones if none are given), or quantiles."""

    ways: ClassVar = (("values",), ("values", "weights"), ("quantiles",))

    values: Values[Q] | None = None
    """What was observed."""
    weights: Annotated[tuple[Weight, ...], SOME] | None = None
    """How often each of the values comes, relative to the others; without them all are as likely."""
    quantiles: Quantiles[Q] | None = Field(
        None,
        description="Level: the value that this share of values does not exceed. From 0 to 1, even between.",
    )

    def to_law(self) -> laws.Law:
        if self.quantiles is not None:
            return laws.Lines(tuple(self.quantiles), tuple(map(size, self.quantiles.values())))
        values = [size(value) for value in self.values or ()]
        if not values:
            raise ValueError("found no values, expected at least one")
        return laws.StepLaw.of(values, self._weights(len(values)))

    def _weights(self, count: int) -> Sequence[float]:
        if self.weights is None:
            return [1.0] * count
        if len(self.weights) != count:
            raise ValueError(f"found {len(self.weights)} weights, expected {count}: one for each value")
        if not any(self.weights):
            raise ValueError("found only weights of 0, expected one above 0")
        return self.weights


L = TypeVar("L", bound=Describes)


class MixturePart(Written, Generic[L]):
    """One of several laws, and the probability that it is the one."""

    weight: Weight
    """The probability that this law is the one."""
    law: L


P = TypeVar("P", bound=MixturePart[Any])


def _sum_to_one(parts: tuple[P, ...]) -> tuple[P, ...]:
    total = math.fsum(part.weight for part in parts)
    if abs(total - 1) > 1e-9:
        raise ValueError(f"found weights that sum to {total:.10g}, expected 1")
    return parts


Parts = Annotated[tuple[P, ...], SOME, AfterValidator(_sum_to_one)]


def mixed(parts: tuple[MixturePart[Any], ...]) -> laws.Law:
    """The law of a mixture's parts."""
    return Mixture.of((part.weight, part.law.to_law()) for part in parts)


class Truncated(Parameters, Generic[L, Q]):
    """A law given that its value lies in a range, bounds included. Nothing is moved to the bounds."""

    ways: ClassVar = (("law", "low"), ("law", "high"), ("law", "low", "high"))

    law: L
    low: Quantity[Q] | None = None
    """Values below are not drawn."""
    high: Quantity[Q] | None = None
    """Values above are not drawn."""

    def to_law(self) -> laws.Law:
        whole = self.law.to_law()
        low, high = self._bounds()
        if low > high:
            found = f"low {self.in_words('low')} above high {self.in_words('high')}"
            raise ValueError(f"found {found}, expected low ≤ high")
        kept = share(whole, low, high)
        if kept < LEAST_KEPT:
            raise ValueError(f"found a range that keeps {kept:.2g} of the law, expected {LEAST_KEPT:g} or more")
        return within(whole, low, high)

    def _bounds(self) -> tuple[float, float]:
        low = -math.inf if self.low is None else size(self.low)
        return low, math.inf if self.high is None else size(self.high)

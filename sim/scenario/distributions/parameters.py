"""What a user writes below each law's name: named parameters, which carry units where they are durations; observed
values; other laws."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sim.scenario.base import Weight
from sim.scenario.distributions import laws
from sim.scenario.distributions.combined import share, within
from sim.scenario.distributions.written import (
    Describes,
    Parameters,
    Positive,
    Q,
    Quantity,
    Ways,
    Written,
    in_words,
    size,
)
from sim.scenario.durations import Duration, parse_duration
from sim.scenario.wording import shown

Z95 = 1.6448536269514722
"""The 95 % point of the standard normal law."""


class Uniform(Parameters, Generic[Q]):
    """Every value between two bounds is equally likely."""

    low: Quantity[Q]
    """The least value."""
    high: Quantity[Q]
    """The greatest value."""

    def to_law(self) -> laws.Law:
        return laws.Lines((0.0, 1.0), tuple(self._ascending("low", "high")))


class Triangular(Parameters, Generic[Q]):
    """Between two bounds, most often about the mode."""

    low: Quantity[Q]
    """The least value."""
    mode: Quantity[Q]
    """The most frequent value."""
    high: Quantity[Q]
    """The greatest value."""

    def to_law(self) -> laws.Law:
        low, mode, high = self._ascending("low", "mode", "high")
        return laws.TriangularLaw(low, mode, high) if low < high else laws.StepLaw.of([low])


class Exponential(Parameters, Generic[Q]):
    """Waiting for something that is as likely now as at any later time."""

    mean: Positive[Q]
    """The average."""

    def to_law(self) -> laws.Law:
        return laws.WeibullLaw(1.0, self.size("mean"))


class Lognormal(Parameters, Generic[Q]):
    """Its logarithm is normal: most values moderate, a few very large."""

    ways: ClassVar[Ways] = (("median", "p95"), ("mean", "sd"), ("mu", "sigma"))

    median: Positive[Q] | None = None
    """Half of the values are at most this."""
    p95: Positive[Q] | None = None
    """19 in 20 values are at most this."""
    mean: Positive[Q] | None = None
    """The average."""
    sd: Positive[Q] | None = None
    """The standard deviation."""
    mu: float | None = None
    """Mean of the natural logarithm."""
    sigma: Positive[float] | None = None
    """Standard deviation of the natural logarithm."""

    def to_law(self) -> laws.Law:
        if "median" in self.model_fields_set:
            median, p95 = self.size("median"), self.size("p95")
            if p95 <= median:
                expected = f"more than the median {self.in_words('median')}"
                raise ValueError(f"found p95 {self.in_words('p95')}, expected {expected}")
            return laws.LognormalLaw(math.log(median), math.log(p95 / median) / Z95)
        if "mean" in self.model_fields_set:
            spread = self.size("sd") / self.size("mean")
            variance = math.log1p(spread * spread)
            return laws.LognormalLaw(math.log(self.size("mean")) - variance / 2, math.sqrt(variance))
        return laws.LognormalLaw(self.size("mu") + self._log_unit(), self.size("sigma"))

    def _log_unit(self) -> float:
        return 0.0


Unit = Literal["d", "h", "min", "s", "bd", "h of work", "min of work", "s of work"]


class DurationLognormal(Lognormal[Duration]):
    """Its logarithm is normal: most durations moderate, a few very long."""

    ways: ClassVar[Ways] = (("median", "p95"), ("mean", "sd"), ("mu", "sigma", "unit"))

    unit: Unit | None = None
    """What the durations are counted in before the logarithm is taken."""

    def _log_unit(self) -> float:
        return math.log(parse_duration(f"1 {self.unit}").seconds)

    def durations(self) -> Iterator[Duration]:
        yield from super().durations()
        if self.unit:
            yield parse_duration(f"1 {self.unit}")


Shape = Annotated[float, Field(ge=laws.SHAPES[0], le=laws.SHAPES[1])]


class Weibull(Parameters, Generic[Q]):
    """Waiting for something that grows more likely with time (shape above 1) or less likely (below 1)."""

    ways: ClassVar = (("shape", "scale"), ("shape", "median"), ("shape", "mean"))

    shape: Shape
    """Below 1 the longer one has waited the less likely it is, above 1 the more."""
    scale: Positive[Q] | None = None
    """63 % of the values are at most this."""
    median: Positive[Q] | None = None
    """Half of the values are at most this."""
    mean: Positive[Q] | None = None
    """The average."""

    def to_law(self) -> laws.Law:
        if "median" in self.model_fields_set:
            return laws.WeibullLaw(self.shape, self.size("median") * math.log(2) ** (-1 / self.shape))
        if "mean" in self.model_fields_set:
            return laws.WeibullLaw(self.shape, self.size("mean") / math.gamma(1 + 1 / self.shape))
        return laws.WeibullLaw(self.shape, self.size("scale"))


class Gamma(Parameters, Generic[Q]):
    """Waiting for several things that follow one another."""

    ways: ClassVar = (("shape", "scale"), ("mean", "sd"))

    shape: Shape | None = None
    """Of how many things, as it were."""
    scale: Positive[Q] | None = None
    """The mean is shape × scale."""
    mean: Positive[Q] | None = None
    """The average."""
    sd: Positive[Q] | None = None
    """The standard deviation."""

    def to_law(self) -> laws.Law:
        if "mean" in self.model_fields_set:
            mean, sd = self.size("mean"), self.size("sd")
            return laws.GammaLaw((mean / sd) * (mean / sd), sd * (sd / mean))
        return laws.GammaLaw(self.size("shape"), self.size("scale"))


# ------------------------------------------------------- laws of observed values, and of other laws


LEAST_KEPT = 1e-6
"""A truncation that keeps less of a law than this is refused: it is a slip, and floats would blur it."""

_LEVEL = re.compile(r"\d+(\.\d+)?|\.\d+")


def _levels(quantiles: Any) -> Any:
    """Levels as numbers: a YAML reader may hand keys over as text."""
    if not isinstance(quantiles, Mapping):
        raise ValueError(f"found {shown(quantiles)}, expected levels and values: {{0: …, 0.5: …, 1: …}}")
    levels = [_level(key) for key in quantiles]
    if len(set(levels)) < len(levels):
        raise ValueError(f"found the levels {', '.join(map(str, quantiles))}, expected each once")
    return dict(zip(levels, quantiles.values(), strict=True))


def _level(key: Any) -> float:
    if isinstance(key, bool) or not _LEVEL.fullmatch(str(key)):
        raise ValueError(f"found the level {shown(key)}, expected a number between 0 and 1")
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
        None, description="Level: the value that this share of values does not exceed. From 0 to 1, even between."
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
        low = -math.inf if self.low is None else size(self.low)
        high = math.inf if self.high is None else size(self.high)
        if low > high:
            found = f"low {self.in_words('low')} above high {self.in_words('high')}"
            raise ValueError(f"found {found}, expected low ≤ high")
        kept = share(whole, low, high)
        if kept < LEAST_KEPT:
            raise ValueError(f"found a range that keeps {kept:.2g} of the law, expected {LEAST_KEPT:g} or more")
        return within(whole, low, high)

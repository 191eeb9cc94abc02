"""What a user writes below each law's name: named parameters, which carry units where they are durations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Generic, Literal

from pydantic import Field, model_validator

from sim.scenario.distributions import laws
from sim.scenario.distributions.written import Describes, Positive, Q, Quantity, Ways
from sim.scenario.durations import Duration, parse_duration

Z95 = 1.6448536269514722
"""The 95 % point of the standard normal law."""


class Parameters(Describes):
    """The parameters of one law."""

    @model_validator(mode="after")
    def _describes_a_law(self) -> Parameters:
        self.to_law()
        return self

    def _ascending(self, *keys: str) -> list[float]:
        for lower, upper in pairwise(keys):
            if self.size(lower) > self.size(upper):
                found = f"{lower} {self.in_words(lower)} above {upper} {self.in_words(upper)}"
                raise ValueError(f"found {found}, expected {' ≤ '.join(keys)}")
        return [self.size(key) for key in keys]


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

"""The two families of laws that a scenario speaks of: durations, and plain numbers."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, Self

from pydantic import (
    AfterValidator,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from sim.scenario.distributions.combined import Mixture
from sim.scenario.distributions.laws import Law, StepLaw
from sim.scenario.distributions.parameters import (
    DurationLognormal,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    MixturePart,
    Parts,
    Triangular,
    Truncated,
    Uniform,
    Weibull,
)
from sim.scenario.distributions.written import COUNTED_IN, Describes, Parameters, Q, Quantity, meant, one_kind, size
from sim.scenario.durations import LONGEST, NEVER, Duration, Kind, as_duration
from sim.scenario.wording import shortened, shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sim.arrays import Floats, Ints

AT_HAND, SHORT = 4096, 500
"""So many laws, of words no longer than that, are read once: worlds and policies differ in few of theirs."""
_READ: dict[tuple[type, str], Any] = {}
MOST_MONEY = 1e12
"""An amount beyond a million million is none that anybody means."""


class LawForm(Describes, Generic[Q]):
    """A law: a bare value, which is then certain, or one law's name with its parameters."""

    constant: Q | None = None
    uniform: Uniform[Q] | None = None
    triangular: Triangular[Q] | None = None
    exponential: Exponential[Q] | None = None
    lognormal: Lognormal[Q] | None = None
    weibull: Weibull[Q] | None = None
    gamma: Gamma[Q] | None = None
    empirical: Empirical[Q] | None = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.ways = tuple((name,) for name in cls.model_fields)

    @model_validator(mode="wrap")
    @classmethod
    def _read_once(cls, written: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        """The very law that the same words were read as before: nothing in one ever changes."""
        if isinstance(written, cls):
            return written
        said = (cls, repr(written))
        if len(said[1]) > SHORT:
            return read(written)
        if said not in _READ:
            if len(_READ) >= AT_HAND:
                _READ.clear()
            _READ[said] = read(written)
        law: Self = _READ[said]
        return law

    @model_validator(mode="before")
    @classmethod
    def _bare_value_is_certain(cls, written: Any) -> Any:
        # Read here and not as the field `constant`, so that a fault is reported where the value stands.
        return written if isinstance(written, Mapping | cls) else {"constant": cls._read(written)}

    @classmethod
    @abstractmethod
    def _read(cls, written: Any) -> Q:
        """A bare value. Raises ValueError that says what was found and what was expected."""

    @cached_property
    def law_meant(self) -> Law:
        """The law, made once: it is asked in every replication."""
        chosen = getattr(self, next(iter(self.model_fields_set)))
        if isinstance(chosen, Parameters):
            return chosen.to_law()
        if isinstance(chosen, tuple):
            return Mixture.of((part.weight, part.law.to_law()) for part in chosen)
        return StepLaw.of([size(chosen)])

    def to_law(self) -> Law:
        return self.law_meant

    def ppf(self, u: Floats) -> Floats:
        """The values that belong to uniforms in [0, 1): the inverse of the distribution function.

        Durations are in seconds, `never` is NEVER; `draw` rounds. A mixture splits its uniform, so its values
        ascend only within each part.
        """
        return self.to_law().ppf(u)

    def cdf(self, x: ArrayLike) -> Floats:
        """The probability of a value of at most x, for each x."""
        return self.to_law().cdf(x)

    def mean(self) -> float:
        """The expected value, infinite where `never` has a chance."""
        return self.to_law().mean()

    def support(self) -> tuple[float, float]:
        """Bounds that no value lies outside of; the upper one may be infinite, or NEVER."""
        return self.to_law().support()

    def breaks(self) -> tuple[float, ...]:
        """The uniforms between which `ppf` never falls: where the parts of a mixture begin, but for the first."""
        return self.to_law().breaks()

    @cached_property
    def is_certain(self) -> bool:
        """Whether there is but one value, whatever the luck."""
        low, high = self.support()
        return low == high

    def __str__(self) -> str:
        """One line that a scenario file could hold: `{lognormal: {median: 2 d, p95: 6 d}}`."""
        return _flow(self.written())

    @model_serializer(mode="plain")
    def written(self) -> Any:
        """What could have been written. A constant is written bare."""
        return self._written_once

    @cached_property
    def _written_once(self) -> Any:
        written = super().written()
        return written.get("constant", written)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        reference = super().__get_pydantic_json_schema__(core, handler)
        schema = handler.resolve_ref_schema(reference)
        named = dict(schema)
        schema.clear()
        bare = named["properties"]["constant"]
        named["properties"]["constant"] = {"description": "Always this; may be written without its name."} | bare
        schema.update(anyOf=[bare, named], description=named.pop("description"))
        return reference


class DurationLaw(LawForm[Duration]):
    """How long: a duration such as `9 d` or `never`, or a law of durations that are all of one kind."""

    constant: Duration | None = None
    lognormal: DurationLognormal | None = None
    mixture: Parts[MixturePart[DurationLaw]] | None = None
    truncated: Truncated[DurationLaw, Duration] | None = None

    @cached_property
    def kind(self) -> Kind:
        """What the durations are counted in; that of `0` and `never` is wall, and they fit everywhere."""
        return one_kind(self.durations())

    @classmethod
    def _read(cls, written: Any) -> Duration:
        return as_duration(written)


class NumberLaw(LawForm[float]):
    """How much: a number such as `24.5`, or a law of numbers."""

    constant: Quantity[float] | None = None
    mixture: Parts[MixturePart[NumberLaw]] | None = None
    truncated: Truncated[NumberLaw, float] | None = None

    @classmethod
    def _read(cls, written: Any) -> float:
        if isinstance(written, bool) or not isinstance(written, int | float):
            raise ValueError(f"found {shown(written)}, expected a number such as 24.5, or a law of numbers")
        return float(meant(written))


class Inverse(Protocol):
    """Anything with values for luck: a law as it is written, or the law that is meant."""

    def ppf(self, u: Floats) -> Floats:
        """The values that belong to uniforms in [0, 1)."""


def draw(law: Inverse, u: Floats) -> Ints:
    """Durations in whole seconds for an array of uniforms, rounded here and nowhere else; NEVER for `never`.

    What a scenario's law gives beyond 100 years, which is rare (`unbounded_requests.too_far`), is drawn as that.
    """
    import numpy as np

    seconds = np.rint(law.ppf(u))
    return np.where(seconds == NEVER, seconds, np.minimum(seconds, LONGEST)).astype(np.int64)


def _counted_in(kind: Kind, *, ends: bool) -> AfterValidator:
    def check(law: DurationLaw) -> DurationLaw:
        if law.kind is not kind and any(d.seconds not in (0, NEVER) for d in law.durations()):
            found = f"{shortened(str(law))}, which is {COUNTED_IN[law.kind]}"
            raise ValueError(f"found {found}, expected {COUNTED_IN[kind]}")
        if ends and math.isinf(law.mean()):
            raise ValueError(f"found {shortened(str(law))}, expected {COUNTED_IN[kind]} that ends")
        return law

    return AfterValidator(check)


def _no_value_outside(low: float, high: float, expected: str) -> AfterValidator:
    def check(law: NumberLaw) -> NumberLaw:
        least, most = law.support()
        if least < low or most > high:
            raise ValueError(
                f"found {shortened(str(law))} with values from {least:g} to {most:g}, expected {expected}"
            )
        return law

    return AfterValidator(check)


WallLaw = Annotated[DurationLaw, _counted_in(Kind.WALL, ends=False)]
"""A law of durations on the wall clock."""
WorkLaw = Annotated[DurationLaw, _counted_in(Kind.WORK, ends=True)]
"""A law of working time. `0` is no work."""
ShareLaw = Annotated[NumberLaw, _no_value_outside(0, 1, "shares between 0 and 1")]
"""A law of shares, none outside [0, 1]."""
AmountLaw = Annotated[NumberLaw, _no_value_outside(0, math.inf, "amounts of 0 or more")]
"""A law of amounts, none below 0."""


def _flow(written: Any) -> str:
    """YAML on one line."""
    if isinstance(written, dict):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in written.items()) + "}"
    if isinstance(written, list):
        return "[" + ", ".join(map(_flow, written)) + "]"
    return f"{written}"

"""What the laws of a scenario file share: quantities, and mappings written in one of several ways."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from sim.scenario.base import text_of, texts_of
from sim.scenario.distributions.laws import Law
from sim.scenario.durations import NEVER, Duration, Kind

SMALLEST, LARGEST = 1e-30, 1e15
"""Numbers nearer to 0 or farther from it are refused: nobody means them, and squares of them are no numbers."""

Q = TypeVar("Q", bound=Duration | float)
"""What a law is about: durations or plain numbers."""

Ways = tuple[tuple[str, ...], ...]
COUNTED_IN = {Kind.WALL: "wall-clock time", Kind.BUSINESS: "business days", Kind.WORK: "working time"}


def size(quantity: Duration | float) -> float:
    """A duration's seconds, or the number itself."""
    return float(quantity.seconds) if isinstance(quantity, Duration) else quantity


def in_words(quantity: Duration | float) -> str:
    """A quantity as a message shows it."""
    return str(quantity) if isinstance(quantity, Duration) else f"{quantity:g}"


def meant(quantity: Q) -> Q:
    """Raises ValueError for `never`, NaN, and what is too large or too small to be meant."""
    if isinstance(quantity, Duration):
        if quantity.seconds == NEVER:
            raise ValueError("found 'never', expected a length of time")
    elif quantity != 0 and not SMALLEST <= abs(quantity) <= LARGEST:
        raise ValueError(f"found {quantity}, expected 0 or a number between {SMALLEST:g} and {LARGEST:g}")
    return quantity


def _above_zero(quantity: Q) -> Q:
    if size(quantity) <= 0:
        raise ValueError(f"found {in_words(quantity)}, expected more than 0")
    return quantity


Quantity = Annotated[Q, AfterValidator(meant)]
Positive = Annotated[Quantity[Q], AfterValidator(_above_zero), Field(json_schema_extra={"exclusiveMinimum": 0})]


class Written(BaseModel):
    """A mapping as the user writes it, all of its durations of one kind.

    `ways` lists the sets of keys that say the same thing in different words; without it, every key that has
    no default is required. What is dumped is what could have been written. Not a `Described`, which a file
    may extend key by key: a law is one value.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    ways: ClassVar[Ways] = ()

    @model_validator(mode="after")
    def _well_written(self) -> Written:
        if empty := sorted(key for key in self.model_fields_set if getattr(self, key) is None):
            raise ValueError(f"found nothing after '{empty[0]}:', expected a value")
        if self.ways and self.model_fields_set not in map(set, self.ways):
            found = " and ".join(sorted(self.model_fields_set)) or "nothing"
            expected = ", ".join(" + ".join(way) for way in self.ways)
            raise ValueError(f"found {found}, expected one of: {expected}")
        one_kind(self.durations())
        return self

    def size(self, key: str) -> float:
        """The size of a quantity that was given."""
        return size(getattr(self, key))

    def in_words(self, key: str) -> str:
        """A quantity that was given, as a message shows it."""
        return in_words(getattr(self, key))

    def durations(self) -> Iterator[Duration]:
        """Every duration written in this mapping, however deep."""
        for key in self.__pydantic_fields__:
            if (value := getattr(self, key)) is not None:
                yield from _durations_in(value)

    @model_serializer(mode="plain")
    def written(self) -> Any:
        """What could have been written: this very law when it is read again."""
        given = (key for key in type(self).model_fields if key in self.model_fields_set)
        return {key: _written(getattr(self, key)) for key in given}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        reference = handler(core)
        schema = handler.resolve_ref_schema(reference)
        schema |= {"title": cls.__name__.partition("[")[0], "description": text_of(cls)}
        texts = texts_of(cls)
        for name, described in schema["properties"].items():
            _drop_null(described)
            if name in texts:
                described["description"] = texts[name]
        if cls.ways:
            schema["oneOf"] = [{"required": list(way), "maxProperties": len(way)} for way in cls.ways]
        return reference


class Describes(Written):
    """A mapping that describes a law."""

    @abstractmethod
    def to_law(self) -> Law:
        """Raises ValueError where there is no such law."""


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


def one_kind(durations: Iterator[Duration]) -> Kind:
    """What they are counted in. `0` and `never` fit every kind. Raises ValueError for a mix."""
    first: dict[Kind, Duration] = {}
    fits_all = Kind.NONE
    for duration in durations:
        if duration.seconds in (0, NEVER):
            fits_all = fits_all or duration.kind
        else:
            first.setdefault(duration.kind, duration)
    if len(first) > 1:
        mixed = " and ".join(f"'{duration}' ({COUNTED_IN[kind]})" for kind, duration in first.items())
        raise ValueError(f"found {mixed}, expected one kind of duration within a law")
    return next(iter(first), fits_all)


def _durations_in(value: Any) -> Iterator[Duration]:
    if isinstance(value, Duration):
        yield value
    elif isinstance(value, Written):
        yield from value.durations()
    elif not isinstance(value, float | int | str) and isinstance(value, tuple | Mapping):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _durations_in(inner)


def _written(value: Any) -> Any:
    if isinstance(value, Written):
        return value.written()
    if isinstance(value, Mapping):
        return {str(key).removesuffix(".0"): _written(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_written(inner) for inner in value]
    return str(value) if isinstance(value, Duration) else value


def _drop_null(schema: dict[str, Any]) -> None:
    """An optional key may be absent; `key: null` is not a way of writing it."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"], schema["default"]
        schema.update(choices[0] | {k: v for k, v in schema.items() if k == "description"})

"""What every part of a scenario has in common: strict, frozen, no unknown keys; and the words `none` and enums."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic_core import CoreSchema, core_schema

from sim.vocabulary import Word

T = TypeVar("T")


class Described(BaseModel):
    """Part of a scenario: what a user writes, checked once, never changed afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Sparse(Described):
    """A part that is written out without what it does not say."""

    @model_serializer(mode="wrap")
    def _only_what_it_says(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if value not in (None, [])}


class FaultBelow(ValueError):
    """What is wrong at a place below the mapping that was checked: with the value there, or with its key."""

    def __init__(self, where: tuple[str | int, ...], message: str, *, of_key: bool = False) -> None:
        super().__init__(message)
        self.where, self.of_key = where, of_key


def did_you_mean(found: object, expected: Iterable[str]) -> str:
    """` — did you mean 'approve'?`, or nothing where no word is near."""
    near = difflib.get_close_matches(str(found), list(expected), n=1)
    return f" — did you mean '{near[0]}'?" if near else ""


@dataclass(frozen=True)
class Named:
    """Annotates a `Word` field: the file says its lower-case name. `only` leaves some of the names out."""

    only: tuple[Word, ...] = ()

    def __get_pydantic_core_schema__(self, source: type[Word], handler: GetCoreSchemaHandler) -> CoreSchema:
        members = {word.word: word for word in (self.only or tuple(source))}

        def check(value: Any) -> Word:
            if isinstance(value, source) and value in members.values():
                return value
            if isinstance(value, str) and value in members:
                return members[value]
            raise ValueError(f"found {value!r}, expected one of {', '.join(members)}{did_you_mean(value, members)}")

        return core_schema.no_info_plain_validator_function(
            check,
            metadata={"names": list(members)},
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda word: word.word, when_used="unless-none"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"enum": schema["metadata"]["names"]}


class _NoneWord:
    """Lets the word `none` stand for None: the lever is absent."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: None if value == "none" else value,
            core_schema.nullable_schema(handler(source)),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                lambda value, serialize: "none" if value is None else serialize(value)
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        present = handler(schema["schema"]["schema"])
        return {"anyOf": [present, {"const": "none"}]}


NoneOr = Annotated[T | None, _NoneWord()]
"""A lever that a file can leave out with the word `none`."""


def as_date(value: Any) -> date:
    """`"2018-11-11"` → that day. Raises ValueError that says what was expected."""
    if type(value) is date:
        return value
    try:
        if not re.fullmatch(DATE, value):
            raise ValueError
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"found {value!r}, expected a date such as 2018-11-11") from None


DATE = r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
Day = Annotated[date, BeforeValidator(as_date, json_schema_input_type=Annotated[str, Field(pattern=f"^{DATE}$")])]
"""A calendar day from 1900 to 2199, written 2018-11-11."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A probability or a part of a whole, 0 to 1."""
Multiple = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
"""Something to multiply with."""
Weight = Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]
"""A relative weight; however many there are, their sum is a number of which parts can still be told apart."""


def sums_to_one(shares: dict[str, float], what: str) -> None:
    """Raise ValueError unless the shares add up to 1 (within 1e-9)."""
    total = sum(shares.values())
    if abs(total - 1) > 1e-9:
        found = " + ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ValueError(f"{what} must sum to 1; found {found} = {total:g}")


def inside(part: Any) -> Iterator[tuple[str, Any]]:
    """What a part of a scenario is made of, by the names that a file has for them."""
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            yield field.alias or name, getattr(part, name, None)
    elif isinstance(part, Mapping):
        yield from ((getattr(key, "word", str(key)), inner) for key, inner in part.items())
    elif isinstance(part, list | tuple):
        yield from ((str(number), inner) for number, inner in enumerate(part))


# ------------------------------------------------------------------- what the model says of itself, for the schema
# Python keeps no texts of fields, and with PYTHONOPTIMIZE=2 none of classes. Pydantic would read them at every
# start of the command; here they are read when somebody asks.


def text_of(model: type) -> str | None:
    """What stands at the head of a class, or of the nearest that it builds on."""
    return next((text for body in _bodies(model) if (text := ast.get_docstring(body))), None)


def texts_of(model: type) -> dict[str, str]:
    """By name of a field: the text below it, in the class itself and in those it builds on."""
    texts: dict[str, str] = {}
    for body in reversed([*_bodies(model)]):
        for field, text in pairwise(body.body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    texts[name] = inspect.cleandoc(words)
    return texts


def _bodies(model: type) -> Iterator[ast.ClassDef]:
    """As written here, from the class itself down; not what is made of a generic one as the program runs."""
    for owner in model.__mro__:
        if owner.__module__.startswith("sim.") and "[" not in owner.__name__:
            yield from filter(None, [_classes(owner.__module__).get(owner.__name__)])


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """Those of a module, by name: each source is read once, not once for each class in it."""
    source = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: one for one in ast.walk(source) if isinstance(one, ast.ClassDef)}

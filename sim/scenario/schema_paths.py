"""What the model of a scenario says may stand at a path, read from its annotations.

The loader asks three things of it: which keys are known here (for "did you mean"), whether a child file's
mapping merges with its base's or replaces it, and which mappings are levers by claim kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from sim.scenario.base import Described
from sim.scenario.by_claim import ByClaim
from sim.scenario.provenance import Source
from sim.scenario.tree import Path

Annotations = Sequence[Any]
"""What may stand at one place: several where the model leaves a choice."""


def opened(annotation: Any) -> list[Any]:
    """The classes and collections behind an annotation, each choice by itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return opened(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [part for choice in get_args(annotation) for part in opened(choice)]
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return opened(annotation.model_fields["root"].annotation)
    return [annotation]


def below(annotations: Annotations, step: str | int) -> list[Any]:
    """What may stand one step further down; nothing where the model knows no such key."""
    return [inner for annotation in annotations for inner in _below(annotation, step)]


def _below(annotation: Any, step: str | int) -> list[Any]:
    origin: object = get_origin(annotation)
    if origin is dict:
        return opened(get_args(annotation)[1])
    if origin is list or origin is tuple:
        # One entry may stand without its list.
        return _entries(annotation) if str(step).isdigit() else below(_entries(annotation), step)
    return _choices(annotation).get(str(step), []) if _is_model(annotation) else []


@cache
def _choices(model: type[BaseModel]) -> dict[str, list[Any]]:
    """What may stand below each key of a mapping that the model spells out."""
    return {key: opened(field.annotation) for key, field in fields(model).items()}


def _entries(annotation: Any) -> list[Any]:
    """What a list holds."""
    return opened(get_args(annotation)[0]) if get_origin(annotation) in (list, tuple) else []


def under(annotations: Annotations, path: Path) -> Annotations:
    """What may stand at the end of a path."""
    for step in path:
        annotations = below(annotations, step)
    return annotations


def fields(annotation: Any) -> dict[str, FieldInfo]:
    """The keys of a mapping that the model spells out, as a file writes them."""
    if not _is_model(annotation):
        return {}
    return {field.alias or name: field for name, field in annotation.model_fields.items()}


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def known_keys(annotations: Annotations) -> list[str]:
    """The keys that the model spells out here, or for the entries of a list that may stand here."""
    entries = [entry for annotation in annotations for entry in _entries(annotation)]
    return [key for annotation in (*annotations, *entries) for key in fields(annotation)]


def merges(annotations: Annotations) -> bool:
    """Whether a child file's mapping is laid over its base's here, key by key, or replaces it.

    A law, a week's opening hours (a mapping of lists) and a statement of provenance are one value each: half
    a lognormal and half an exponential law are neither.
    """
    return all(_merges(annotation) for annotation in annotations if annotation is not type(None))


def _merges(annotation: Any) -> bool:
    if get_origin(annotation) is dict:
        return all(get_origin(inner) not in (list, tuple) for inner in opened(get_args(annotation)[1]))
    return isinstance(annotation, type) and issubclass(annotation, Described) and annotation is not Source


def is_free(annotations: Annotations) -> bool:
    """Whether a mapping of the user's own keys stands here, of which a child file may take parts out again."""
    given = [annotation for annotation in annotations if annotation is not type(None)]
    return bool(given) and all(get_origin(annotation) is dict and _merges(annotation) for annotation in given)


def is_by_claim(annotations: Annotations) -> bool:
    """Whether rows named after claim kinds stand here, to be laid over their `default`."""
    return any(isinstance(annotation, type) and issubclass(annotation, ByClaim) for annotation in annotations)

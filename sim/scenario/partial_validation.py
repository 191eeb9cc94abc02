"""What is right in a scenario that is wrong somewhere: its right parts can still be checked against each other."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from sim.scenario.schema_paths import opened


class _Wrong(Exception):
    """Nothing of it is right."""


def valid_parts(model: type[BaseModel], raw: Any) -> Any:
    """A model of the right parts. What is wrong or missing is not there: asking for it raises AttributeError."""
    whole = model.model_construct()
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in raw and not field.is_required():
            continue
        whole.__dict__.pop(name, None)
        if key in raw:
            _keep(whole.__dict__, name, field, raw[key])
    return whole


def _keep(parts: dict[str, Any], name: Any, field: FieldInfo, raw: Any) -> None:
    try:
        parts[name] = _right_of(field.rebuild_annotation(), raw)
    except _Wrong:
        return


def _right_of(annotation: Any, raw: Any) -> Any:
    """The value if it is right, else what is right in it."""
    try:
        return TypeAdapter(annotation).validate_python(raw)
    except ValidationError:
        choices = opened(annotation) if isinstance(raw, dict) else []
    for choice in choices:
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            return valid_parts(choice, raw)
    raise _Wrong

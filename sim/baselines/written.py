"""JSON that people review: a line for each thing, however long, and no line for each number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

LONGEST = 100
"""Letters up to which a mapping of plain values stands on one line; a list of them always does."""


def reviewable(document: dict[str, Any]) -> bytes:
    """The document as JSON, keys in the order given; NaN and infinities are refused, they are no JSON."""
    return ("\n".join(_lines(document, "", "")) + "\n").encode()


def _lines(value: Any, head: str, tail: str, depth: int = 0) -> Iterator[str]:
    indent, flat = "  " * depth, json.dumps(value, allow_nan=False, ensure_ascii=False)
    is_plain = not isinstance(value, dict) or not any(isinstance(inner, dict | list) for inner in value.values())
    if not isinstance(value, dict) or not value or (is_plain and len(indent + head + flat) <= LONGEST):
        yield f"{indent}{head}{flat}{tail}"
        return
    yield f"{indent}{head}{{"
    last = list(value)[-1]
    for key, inner in value.items():
        yield from _lines(inner, f"{json.dumps(key, ensure_ascii=False)}: ", "" if key == last else ",", depth + 1)
    yield f"{indent}}}{tail}"

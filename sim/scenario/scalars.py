"""What a plain (unquoted) value of a scenario file means: the core schema of YAML 1.2, and no guessing.

| written                      | read as                                                                |
|------------------------------|------------------------------------------------------------------------|
| `true`, `false`              | true, false (`yes`, `no`, `on`, `off` are text)                        |
| `12`, `-3`                   | a whole number                                                         |
| `1.5`, `.5`, `1e3`           | a decimal number                                                       |
| `010`, `0x1F`, `.nan`, `1e400` | refused: two readers would read two values, or none that can be used |
| nothing, `~`, `null`         | refused: a key without a value is a slip, and what is absent is `none` |
| anything else                | text (`1:30`, `2018-11-11`, `3 d`)                                     |

Source: YAML 1.2.2, section 10.3.2 (the leading zeros, other bases, NaN and infinities it allows are refused).
"""

from __future__ import annotations

import math
import re

from sim.scenario.wording import shortened

Scalar = str | int | float | bool

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULL = {"", "~", "null", "Null", "NULL"}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_OTHER_BASE = re.compile(r"[-+]?0[xob][0-9a-f]+", re.IGNORECASE)
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|nan|infinity)", re.IGNORECASE)
_MOST_DIGITS = 18
"""A whole number this long still fits 64 bits, which is what the engines compute with."""


def value_of(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError that says why a value cannot be taken."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _NULL:
        raise ValueError(f"found {text or 'nothing'}, expected a value (the word none switches a part off)")
    if _OTHER_BASE.fullmatch(text):
        raise ValueError(f"found {shortened(text)}, expected a number in decimal digits, or quotes if it is text")
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"found {text}, which is not a finite number; put it in quotes if it is text")
    if not _DECIMAL.fullmatch(text):
        return text
    if _LEADING_ZERO.match(text):
        raise ValueError(
            f"found {shortened(text)}, a leading zero that readers of YAML understand differently; "
            "write the number without it, or in quotes if it is text"
        )
    return _whole(text) if _WHOLE.fullmatch(text) else _decimal(text)


def _whole(text: str) -> int:
    if len(text.lstrip("+-")) > _MOST_DIGITS:
        raise ValueError(f"found {shortened(text)}, expected a whole number of at most {_MOST_DIGITS} digits")
    return int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"found {shortened(text)}, a number too large to compute with")
    if number == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise ValueError(f"found {shortened(text)}, a number too small to compute with")
    return number

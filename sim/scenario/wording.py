"""The words of a fault: what was found, and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

_LONGEST_SHOWN = 60


def printable(text: str) -> str:
    """The text with everything escaped that could move a terminal's cursor or turn its writing round."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def harmless(message: str) -> str:
    """A message that neither moves a terminal's cursor nor is a command to a CI, whatever was put into it.

    GitHub Actions obeys `::` where it begins a line, and `##[` anywhere ("Workflow commands").
    """
    return "\n".join(_harmless(line) for line in message.split("\n"))


def _harmless(line: str) -> str:
    line = printable(line).replace("##[", r"##\x5b")
    # What begins a line is the name of a file, and `./` before it says the same.
    return f"./{line.lstrip()}" if line.lstrip().startswith("::") else line


def cut_within(text: str, most: int) -> str:
    """At most so many letters of a text, from both its ends: what tells two long names apart stands in either."""
    tail = (most - 1) // 2
    return text if len(text) <= most else f"{text[: most - 1 - tail].rstrip()}…{text[-tail:].lstrip()}"


def shortened(text: str, most: int = _LONGEST_SHOWN) -> str:
    """At most so many characters of a text, printable."""
    text = printable(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def shown(value: Any) -> str:
    """A value of a scenario file on one line and not too long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"a mapping ({shortened(', '.join(map(str, value)))})" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    return shortened(repr(value))


def either(choices: Iterable[str]) -> str:
    """`a, b or c`, each once."""
    *most, last = dict.fromkeys(choices)
    return f"{', '.join(most)} or {last}" if most else last


FORMS = {
    r"^[a-z0-9][a-z0-9_-]{0,39}$": "a short name of lower-case letters, digits, _ and -",
    r"^[^=+@\s-]": "a name that does not begin as a formula does, with = + - or @, nor with a space",
    r"^[A-Z]{3}$": "three capital letters",
    r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$": "a day such as 2018-11-11",
    r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$": "a time of day such as 17:30",
}
"""What a text has to look like, by its pattern."""
_EXPECTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "bool_type": lambda _: "true or false",
    "dict_type": lambda _: "a mapping",
    "finite_number": lambda _: "a finite number",
    "float_type": lambda _: "a number",
    "greater_than": lambda limit: f"more than {_figure(limit['gt'])}",
    "greater_than_equal": lambda limit: f"at least {_figure(limit['ge'])}",
    "int_type": lambda _: "a whole number",
    "less_than": lambda limit: f"less than {_figure(limit['lt'])}",
    "less_than_equal": lambda limit: f"at most {_figure(limit['le'])}",
    "list_type": lambda _: "a list",
    "literal_error": lambda choice: str(choice["expected"]),
    "model_type": lambda _: "a mapping",
    "string_pattern_mismatch": lambda text: FORMS.get(text["pattern"], f"text of the form {text['pattern']}"),
    "string_too_long": lambda text: f"at most {text['max_length']} characters",
    "string_too_short": lambda text: f"at least {text['min_length']} characters",
    "string_type": lambda _: "text",
    "too_long": lambda entries: f"at most {_entries(entries['max_length'])}",
    "too_short": lambda entries: f"at least {_entries(entries['min_length'])}",
    "tuple_type": lambda _: "a list",
}
"""By pydantic's name for what went wrong, from the figures that it gives."""


def expected(kind: str, figures: Mapping[str, Any], message: str) -> str:
    """What pydantic expected, in plain words; from its own message where its `kind` of error is not known."""
    if kind in _EXPECTED:
        return _EXPECTED[kind](figures)
    return message.split("expected ", 1)[-1].removeprefix("Input should be ")


def _figure(limit: float) -> str:
    return f"{limit:,.0f}" if limit == int(limit) else f"{limit:g}"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def per_cent(share: float, digits: int = 0) -> str:
    """`23 %`: as tables and pages write it."""
    return f"{100 * share:.{digits}f} %"


def counted(number: float, what: str, many: str = "") -> str:
    """`1 claim`, `1,234 claims`, `0.5 orders`: so many of something; `many` where its plural does not end in s."""
    told = f"{number:,}" if isinstance(number, int) or number >= 10**6 else f"{number:,g}"
    return f"{told} {what if number == 1 else many or what + 's'}"

"""What ifs given on the command line, `NAME:path=value,path=value`: scenarios without a file each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import BadScenario, BadUsage
from sim.scenario.wording import printable

if TYPE_CHECKING:
    from sim.scenario.model import Scenario

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
OPENS, CLOSES = "[{(", "]})"


class WhatIf(NamedTuple):
    """A scenario as the base with some changes."""

    name: str
    changes: tuple[str, ...]
    """Each as `path=value`."""
    written: str
    """As it was given."""


def what_ifs_of(options: Sequence[str]) -> list[WhatIf]:
    """From the words of the command line. Raises BadUsage, and for two of one name."""
    what_ifs = [_what_if(option) for option in options]
    names = [one.name for one in what_ifs]
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(f"two what-ifs are named '{name}', expected a name for each")
    return what_ifs


def _what_if(option: str) -> WhatIf:
    name, colon, changes = option.partition(":")
    name = name.strip()
    if not colon or "=" not in changes or "=" in name:
        raise BadUsage(
            f"--what-if {option}: expected NAME:path=value, such as three-days:policy.cancellation.clock=3 d"
        )
    expect_name(name, f"--what-if {option}")
    return WhatIf(name, tuple(_each(changes)), option)


def expect_name(name: str, where: str) -> None:
    """Names of scenarios are ASCII, so that they are safe in file names anywhere. Raises BadUsage."""
    if not NAME.fullmatch(name):
        what = "up to 40 of a-z, 0-9, - and _ (ASCII, beginning with a letter or digit), such as three-days"
        raise BadUsage(f"{where}: found the name '{printable(name)}', expected {what}")


def _each(changes: str) -> list[str]:
    """Changes between commas; a comma inside brackets or quotes belongs to a value, so does one before no `=`."""
    parts, depth, quote = [""], 0, ""
    for letter in changes:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in OPENS + CLOSES:
            depth += 1 if letter in OPENS else -1
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def with_what_if(base: Scenario, what_if: WhatIf) -> Scenario:
    """The base, changed and under its own name. Raises BadScenario where a change makes no sense."""
    from sim.scenario.loading import with_changes

    try:
        changed = with_changes(base, (*what_if.changes, f"name={what_if.name}"))
    except BadScenario as fault:
        raise BadScenario([replace(one, file=f"--what-if {what_if.name}") for one in fault.faults]) from None
    return changed.model_copy(update={"title": title_of(what_if.changes)})


def title_of(changes: Iterable[str]) -> str:
    """What a table calls a what-if beside its name: what it changes."""
    title = ", ".join(change.replace("=", " ", 1) for change in changes)
    return title if len(title) <= 200 else ""

"""How much a scenario may hold: one measure for what is read and for what is written out again.

A scenario is written out with its defaults, each entry of a list on a line of its own, so it takes more room than
the file that it was read from. What bounds it is therefore what it holds, not how long its file is: whatever is
accepted here is read again by `strict_yaml` when it comes back from a folder of results.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.scenario.tree import Path

MOST_BYTES = 4_000_000
"""What a file may take: room for all that a scenario can hold, with a line and a note for every value."""
MOST_DEPTH = 20
"""Levels of mappings and lists in each other."""
MOST_NODES = 50_000
"""Values in a scenario: mappings, lists and what stands in them."""
MOST_ENTRIES = 10_000
"""Entries of one list or mapping: 27 years of single days."""
TOO_DEEP = f"values are nested deeper than {MOST_DEPTH} levels"
TOO_LONG = f"found more than {MOST_ENTRIES:,} entries, expected at most {MOST_ENTRIES:,}"
_AROUND = 8
"""Characters beside the text of a value: its quotes, its dash or colon, the end of its line, the level's indent."""


class WrittenPart(NamedTuple):
    """A mapping, a list or a value of a scenario, where it stands, and what it takes when it is written."""

    path: Path
    entries: int
    size: int


def too_much(described: dict[str, Any]) -> tuple[Path, str] | None:
    """Where and how a scenario, written out in full, is more than a file may hold; None where it is not."""
    nodes = size = 0
    for part in parts(described, ()):
        nodes, size = nodes + 1, size + part.size
        if part.entries > MOST_ENTRIES:
            return part.path, f"found {part.entries:,} entries, expected at most {MOST_ENTRIES:,}"
        if len(part.path) > MOST_DEPTH:
            return part.path[:MOST_DEPTH], f"written out in full, {TOO_DEEP}"
    if nodes > MOST_NODES:
        return (), f"written out in full, the scenario holds {nodes:,} values, expected at most {MOST_NODES:,}"
    if size > MOST_BYTES:
        return (
            (),
            f"written out in full, the scenario takes {size // 1000:,} kB, expected at most {MOST_BYTES // 1000:,}",
        )
    return None


def parts(value: Any, path: Path) -> Iterator[WrittenPart]:
    """The value and all that it holds, each with its path, its entries and the bytes that it takes at most."""
    is_leaf = not isinstance(value, dict | list)
    name = path[-1] if path and isinstance(path[-1], str) else ""
    size = _room_of(name) + _room_of(str(value) if is_leaf else "") + 2 * len(path)
    yield WrittenPart(path, 0 if is_leaf else len(value), size)
    if is_leaf:
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for step, child in inner:
        yield from parts(child, (*path, step))


def _room_of(text: str) -> int:
    """At most so many bytes, quoted and with every mark escaped."""
    return 2 * len(text.encode("utf-8", "surrogatepass")) + _AROUND

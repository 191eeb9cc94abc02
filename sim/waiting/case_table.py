"""The cells of a table of cases as they are written, and where a fault in them stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.errors import Fault


@dataclass
class CaseTable:
    """The cells of a table as they are written."""

    file: str
    lines: list[int]
    cells: dict[str, list[str]]
    """By the model's word for the column."""
    places: dict[str, int]
    """Which field of a line each column is."""
    texts: list[str]
    """The lines as they are written: of a row that goes over several, the last."""
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, column: str, message: str) -> Fault:
        """Where it stands: the line, and the column of characters at which the field begins."""
        return Fault(
            self.file, self.lines[row], begins_at(self.texts[row], self.places.get(column, 0)), column, message
        )


def begins_at(text: str, place: int) -> int:
    """The column of characters, from 1, at which a field of a line begins, with all quotation marks before it."""
    starts, is_quoted = [1], False
    for at, letter in enumerate(text, 1):
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == "," and not is_quoted:
            starts.append(at + 1)
    return starts[place] if place < len(starts) else 1

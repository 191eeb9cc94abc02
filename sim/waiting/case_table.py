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
    raw: list[list[str]]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, column: str, message: str) -> Fault:
        """Where it stands: the line, and the column of characters at which the field begins."""
        place = self.places.get(column, 0)
        before = self.raw[row][:place]
        return Fault(self.file, self.lines[row], 1 + sum(len(cell) + 1 for cell in before), column, message)

"""A picture of the house: its floors in the order of imports, drawn from the code whenever the site is built."""

from __future__ import annotations

import ast
from collections import Counter
from html import escape
from pathlib import Path

import sim

SIM = Path(sim.__file__).parent
WIDTH, ROW, BAR = 760, 34, 300


def write(picture: Path) -> None:
    """The floors, top to bottom: what may be imported by all below, its contents, its size."""
    floors = contents()
    most = max(lines for _, _, lines in floors)
    rows = [_row(number, *floor, most) for number, floor in enumerate(floors)]
    height = ROW * len(rows) + 16
    picture.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>The floors of refund-sim, in the order of imports</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(rows)}</svg>\n',
        encoding="utf-8",
    )


def _row(number: int, name: str, what: str, lines: int, most: int) -> str:
    top = 8 + ROW * number
    width = max(4, round(140 * lines / most))
    short = what if len(what) <= 62 else what[:61].rsplit(" ", 1)[0] + " …"
    return (
        f'<rect x="8" y="{top}" width="{width}" height="{ROW - 10}" fill="#c9d8e6"/>'
        f'<text x="14" y="{top + 17}" fill="#111">{escape(name)}</text>'
        f'<text x="190" y="{top + 17}" text-anchor="end" fill="#555">{lines:,}</text>'
        f'<text x="204" y="{top + 17}" fill="#333">{escape(short)}</text>'
    )


def contents() -> list[tuple[str, str, int]]:
    """Each line of the contents page in `sim/__init__.py`: the name, what it holds, its lines of code."""
    page = ast.get_docstring(ast.parse((SIM / "__init__.py").read_text(encoding="utf-8"))) or ""
    rows = [line.strip().split("  ", 1) for line in page.splitlines() if line.startswith("    ")]
    return [(name, what.strip(), _lines(name.split(", "))) for name, what in rows]


def _lines(names: list[str]) -> int:
    counted: Counter[str] = Counter()
    for name in names:
        one = SIM / f"{name}.py"
        for path in [one] if one.exists() else sorted((SIM / name).rglob("*.py")):
            counted[name] += len(path.read_text(encoding="utf-8").splitlines())
    return counted.total()

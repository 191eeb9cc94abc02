"""A table of plain texts, as a notebook shows it. No colours, so that it reads in light themes and dark ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sim.scenario.wording import printable
from sim.show.phrases import HELD

LEFT = ' style="text-align:left"'


def table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts, each escaped; the first cell of a row names it."""
    top = "".join(f'<th scope="col"{LEFT}>{text(head)}</th>' for head in heads)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Sequence[str]) -> str:
    name, *others = row
    return f'<th scope="row"{LEFT}>{text(name)}</th>' + "".join(f"<td{LEFT}>{text(cell)}</td>" for cell in others)


def text(unchecked: str) -> str:
    """Text that is nothing but text, whatever somebody has written into a scenario."""
    return escape(printable(unchecked))


def told(sentences: Iterable[str]) -> str:
    """On lines that may break anywhere: a cell is narrow."""
    return text(" ".join(sentences).replace(HELD, " "))

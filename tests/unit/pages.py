"""Pages of ours, read as a machine reads them: elements, texts, and the numbers with their measures."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from matplotlib.figure import Figure

from sim.show.charts.saving import files_of

VOID = frozenset({"meta", "input", "br"})
"""Elements that are never closed."""


class Page(HTMLParser):
    """What stands on a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        """Element, attribute, value."""
        self.numbers: list[tuple[str, str | None, str]] = []
        """Measure, exact value, and what people read."""
        self.texts: list[str] = []
        self.unclosed: list[str] = []
        self._number: tuple[str, str | None] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.unclosed.append(tag)
        told = dict(attrs)
        self._number = (told["data-measure"] or "", told.get("value")) if "data-measure" in told else None

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag, f"</{tag}> closes another element"
        self._number = None

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._number:
            self.numbers.append((*self._number, data))

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [value for _, name, value in self.attributes if name == attribute]


def png_of(figure: Figure) -> bytes:
    """A chart as it is painted in dots."""
    return files_of(figure, "")[1][1]

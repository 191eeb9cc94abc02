"""What a page is made of: numbers that carry themselves, tables, chapters. All text is escaped on its way in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from sim.experiment.number import Number, Shown, finite
from sim.experiment.result import Result
from sim.show.judged import measured_in
from sim.show.phrases import HELD


class Numbers:
    """The measures of a summary, as a page shows them.

    Each number is a `data` element: what people read, and beside it, for machines, the measure's name and its value
    exactly as `summary.json` has it.
    """

    def __init__(self, summary: pd.DataFrame) -> None:
        self._summary = summary

    def has(self, measure: str) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.of(measure).value)

    def of(self, measure: str) -> Number:
        """The measure itself."""
        return measured_in(self._summary, measure)

    def __call__(self, measure: str) -> Markup:
        """`79.3 % (±0.7)`."""
        shown = self.of(measure).shown()
        between = Markup(' <span class="interval">({})</span>').format(shown.interval) if shown.interval else ""
        return self.value(measure) + between

    def value(self, measure: str) -> Markup:
        """`79.3 %`."""
        number = self.of(measure)
        return datum(number.shown().value, number.value, measure)

    def interval(self, measure: str) -> str:
        """`±0.7`."""
        return self.of(measure).shown().interval


def datum(text: str, value: float, measure: str | None = None) -> Markup:
    """A number for people and for machines; one that is not there has no value."""
    held = "" if measure is None else Markup(' data-measure="{}"').format(measure)
    exact, unbroken = finite(value), text.replace(" ", HELD)
    if exact is None:
        return Markup("<span{}>{}</span>").format(held, unbroken)
    return Markup('<data value="{}"{}>{}</data>').format(repr(exact), held, unbroken)


def of_several(result: Result, words: str) -> str:
    """What is said of intervals; nothing where there is one replication, which has none."""
    return words if result.about["replications"] > 1 else ""


def share(value: float, low: float = math.nan, high: float = math.nan) -> Shown:
    """A share with its interval, in per cent."""
    return Number(value, low, high, "share").shown()


def days(value: float, low: float = math.nan, high: float = math.nan) -> Shown:
    """A time with its interval."""
    return Number(value, low, high, "d").shown()


class NumbersTable(NamedTuple):
    """The numbers behind a picture, for those who cannot see it or want them exactly."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Markup | str]]
    """The first cell names its row."""
    is_words: bool = False
    """Words begin at the left, numbers end at the right."""


class Chapter(NamedTuple):
    """A question, the answer in a line, the picture, how to read it, and the numbers."""

    name: str
    """Of the section; an `id`."""
    question: str
    finding: str
    picture: Markup
    how: str
    table: NumbersTable

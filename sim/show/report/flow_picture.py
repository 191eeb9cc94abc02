"""From asking to ending: claims as a river that parts at every stage, drawn for a page.

What has ended flows on beside what has not, in the colour of its ending: the money back above, the rest below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from sim.experiment.claim_paths import ASKED, FREE, PASSED, STAGES
from sim.experiment.curves import ENDINGS
from sim.show.chart_titles import spread
from sim.show.report.svg import SvgSheet, tag, words
from sim.vocabulary import stages as texts
from sim.vocabulary.endings import SHORT_WORDS, WORDS

HEIGHTS = (400, 400)
"""Of the wide picture and of the narrow one."""
TOP, GAP, BAR, LINE = 44, 12, 9, 17
"""Pixels above the river, between its arms, of the bar at a stage, and from one line of text to the next."""
LETTER = 6.2
"""Pixels of a letter in the small size, on average, of a wide font."""
LEAST_NAMED = 14
"""Pixels of height from which an arm is named."""
ORDER = ("refunded", FREE, *STAGES, ASKED, PASSED, *ENDINGS[1:])
"""Arms from the top to the bottom, the same at every stage, so that few of them cross."""
NAMES = {stage.word: texts.STAGES[stage].done for stage in texts.OF_PATHS}
"""What claims did that came to a stage."""
SHORT = {"ending": "end"} | {stage.word: texts.STAGES[stage].short for stage in texts.OF_PATHS}
"""What stands above a column on a narrow page, where it is not its own name."""
PASSED_BY = {stage.word: texts.STAGES[stage].passed for stage in texts.OF_PATHS}
"""What an arm is called that goes past a stage to a later one."""


class Arm(NamedTuple):
    """Claims that stand at one place of one column."""

    claims: int
    top: float
    height: float


River = Mapping[str, Mapping[str, Arm]]
"""The arms of every column."""


def river(ways: pd.DataFrame, sheet: SvgSheet) -> Iterator[Markup]:
    """All claims from left to right; `ways` is what `experiment.claim_paths.paths_of` says of them."""
    columns = [column for column in ways.columns if column != "claims"]
    edge = 118 if sheet.is_narrow else 170
    step = (sheet.width - edge - BAR) / (len(columns) - 1)
    places = {column: number * step for number, column in enumerate(columns)}
    arms = {column: _arms(ways, column, sheet) for column in columns}
    for left, right in pairwise(columns):
        yield from _ribbons(ways, (left, right), arms, places)
    for column in columns:
        yield from _bars(column, arms[column], places[column])
    for number, column in enumerate(columns[:-1]):
        yield _head(column, places[column], sheet, number)
        yield from _names(column, arms[column], (places[column], step), sheet)
    yield _head("ending", places["ending"], sheet, len(columns) - 1)
    called = SHORT_WORDS if sheet.is_narrow else WORDS
    yield from _endings(arms["ending"], places["ending"] + BAR, called)


def _arms(ways: pd.DataFrame, column: str, sheet: SvgSheet) -> dict[str, Arm]:
    """From the top to the bottom, as high as they have claims; what a column lacks in gaps stands above it."""
    counts = ways.groupby(column)["claims"].sum()
    most_arms = max(ways[other].nunique() for other in ways.columns if other != "claims")
    scale = (sheet.height - TOP - 8 - GAP * (most_arms - 1)) / max(int(ways["claims"].sum()), 1)
    top = TOP + GAP * (most_arms - len(counts)) / 2
    arms: dict[str, Arm] = {}
    for name in (name for name in ORDER if name in counts.index):
        arms[name] = Arm(int(counts[name]), top, float(counts[name] * scale))
        top += arms[name].height + GAP
    return arms


def _ribbons(
    ways: pd.DataFrame, columns: tuple[str, str], arms: River, places: Mapping[str, float]
) -> Iterator[Markup]:
    """What flows from each arm of one column to each arm of the next."""
    flows = ways.groupby(list(columns))["claims"].sum()
    left, right = (arms[column] for column in columns)
    begun, arrived = dict.fromkeys(left, 0.0), dict.fromkeys(right, 0.0)
    x0, x1 = places[columns[0]] + BAR, places[columns[1]]
    for source in left:
        for target in (name for name in right if (source, name) in flows.index):
            height = left[source].height * int(flows[source, target]) / left[source].claims
            y0, y1 = left[source].top + begun[source], right[target].top + arrived[target]
            begun[source], arrived[target] = begun[source] + height, arrived[target] + height
            colour = f"fill-{target}" if target in ENDINGS else "stream"
            yield tag("path", d=_ribbon((x0, x1), (y0, y1), height), class_=f"ribbon {colour}")


def _ribbon(xs: tuple[float, float], tops: tuple[float, float], height: float) -> str:
    """A band of even height that bends from one level to another."""
    (x0, x1), (y0, y1) = xs, tops
    middle = (x0 + x1) / 2
    there = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    back = f"C{middle:.1f} {y1 + height:.1f} {middle:.1f} {y0 + height:.1f} {x0:.1f} {y0 + height:.1f}Z"
    return f"{there}v{height:.1f}{back}"


def _bars(column: str, arms: Mapping[str, Arm], x: float) -> Iterator[Markup]:
    for name, arm in arms.items():
        is_stage = name in (column, FREE)
        colour = "stage" if is_stage else f"fill-{name}" if name in ENDINGS else "stream"
        yield tag("rect", x=x, y=arm.top, width=BAR, height=max(arm.height, 0.7), class_=colour)


def _head(column: str, x: float, sheet: SvgSheet, number: int) -> Markup:
    """The stage's name above its column; on a narrow page every other one stands a line lower."""
    if sheet.is_narrow:
        return words(SHORT.get(column, column), x, 12 + 12 * (number % 2), class_="axis")
    return words("in the end" if column == "ending" else column, x, 16, class_="axis")


def _names(column: str, arms: Mapping[str, Arm], place: tuple[float, float], sheet: SvgSheet) -> Iterator[Markup]:
    """How many of all claims came to the stage, and what its arms are; as much as there is room for."""
    total, (x, room) = sum(arm.claims for arm in arms.values()), place
    if column in arms:
        came = f"{100 * arms[column].claims / total:.0f} %"
        whole = f"{came} {NAMES.get(column, 'of all')}"
        told, below = (came, 38) if sheet.is_narrow else (whole if _fits(whole, room) else came, 32)
        yield words(told, x, below, class_="tick")
    named = {FREE: "freely cancelled", PASSED: PASSED_BY.get(column, "")}
    for name, text in named.items():
        if name in arms and arms[name].height > LEAST_NAMED and not sheet.is_narrow:
            y = arms[name].top + arms[name].height / 2 + 4
            share = f"{100 * arms[name].claims / total:.0f} %"
            whole = f"{text} {share}"
            told = whole if _fits(whole, room - BAR - 5) else share
            yield words(told, x + BAR + 5, y, class_="halo")


def _fits(text: str, room: float) -> bool:
    """Whether it ends before the next column; letters are taken for as wide as the wide ones."""
    return len(text) * LETTER < room


def _endings(arms: Mapping[str, Arm], x: float, called: Mapping[str, str]) -> Iterator[Markup]:
    """How it ended, and the share of all claims."""
    total = sum(arm.claims for arm in arms.values())
    wanted = [arm.top + arm.height / 2 for arm in arms.values()]
    for (name, arm), at, place in zip(arms.items(), wanted, spread(wanted, LINE), strict=True):
        yield tag("path", d=f"M{x + 1:.1f} {at:.1f}L{x + 8:.1f} {place:.1f}h3", class_=f"leader line-{name}")
        yield words(f"{called[name]} {100 * arm.claims / total:.1f} %", x + 14, place + 4)

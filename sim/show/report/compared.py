"""The comparison: what changes in words, verdicts with their intervals drawn, whose fate turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from math import isnan
from typing import Any

from markupsafe import Markup

from sim.experiment.comparison import Comparison
from sim.experiment.number import Shown, alike
from sim.experiment.result import Result
from sim.experiment.verdicts import BETTER, CURVES_CROSS, EQUIVALENT, INCONCLUSIVE, NOT_REACHED, WORSE
from sim.scenario.wording import printable
from sim.show.changed import side_by_side, title_of
from sim.show.costs import COMPARED_HEADS, compared_costs_of
from sim.show.findings import findings, remarks
from sim.show.flip_pairs import WORDS, FlipPair, changes_shown, pairs_of
from sim.show.judged import NAMES, JudgedRow, headlines_of, margin_shown, measured
from sim.show.phrases import HELD
from sim.show.ranking import places
from sim.show.report import time_picture
from sim.show.report.parts import NumbersTable, datum
from sim.show.report.svg import figure, linear, pixels, tag

SIGNS = {BETTER: "▲", WORSE: "▼", EQUIVALENT: "=", INCONCLUSIVE: "?", CURVES_CROSS: "×", NOT_REACHED: "–"}
"""Verdicts are told apart without colours, too."""
MOST_FLIPS = 10
"""Lines of the table of flips; what is left is counted below it."""
GLYPH = (150, 26)
"""Width and height of a drawn interval, in pixels."""


def versus(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """All there is to say of each of the others against the base, in the order in which they were given.

    `flips` is None where they share no luck, or where nothing flips; `rest` are those beyond its lines.
    """
    judged = {other.scenario.name: headlines_of(comparison, other.scenario.name) for other in comparison.others}
    reach = {measure: _reach([row[measure] for row in judged.values()]) for measure in comparison.headlines}
    for number, other in enumerate(comparison.others, start=1):
        name = other.scenario.name
        pairs = pairs_of(comparison, name)
        names = printable(comparison.base.scenario.name), printable(name)
        yield {
            "name": names[1],
            "title": title_of(other),
            "number": number,
            "findings": _told(findings(comparison, name)),
            "apart": ", ".join(comparison.apart.get(name, ())),
            "verdicts": [
                _verdict((comparison.base, other), judged[name][measure], reach[measure])
                for measure in comparison.headlines
            ],
            "picture": _picture(comparison, other, number, names),
            "key": time_picture.key_of_curves(names),
            "costs": _costs(comparison, name),
            "remarks": _told(remarks(comparison, name)),
            "flips": _flips(pairs, names[1], comparison.base.scenario.market.currency) if pairs else None,
            "rest": _rest(pairs),
        }


def _told(sentences: Iterable[str]) -> list[str]:
    return [printable(sentence.replace(HELD, " ")) for sentence in sentences]


def _picture(comparison: Comparison, other: Result, number: int, names: tuple[str, str]) -> Markup:
    curves = comparison.curves[comparison.curves["scenario"] == other.scenario.name]
    finding = f"Share of all claims refunded in full by each day, under {names[0]} and under {names[1]}"
    draw = partial(time_picture.under_both, curves, names)
    where = "The headline measures are in the table above."
    return figure(f"versus-{number}", finding, where, time_picture.HEIGHTS_OF_BOTH, draw)


# -------------------------------------------------------------------------------------- verdicts


def _verdict(results: tuple[Result, Result], one: JudgedRow, reach: float) -> dict[str, Any]:
    """One headline measure: a row of the table of verdicts."""
    shown = one.shown()
    base, other = (level.value for level in alike(*(measured(result, one.measure) for result in results)))
    return {
        "name": one.name,
        "base": base,
        "other": other,
        "difference": datum(shown.value, one.difference.value, one.measure),
        "interval": shown.interval,
        "glyph": _glyph(one, reach),
        "verdict": one.verdict,
        "said": one.said(),
        "sign": SIGNS[one.verdict],
    }


def _reach(judged: list[JudgedRow]) -> float:
    """How far the drawn intervals of a measure reach on either side of nothing, the same for all scenarios."""
    ends = [abs(end) for one in judged for end in (*one.surely.three, one.margin)]
    return max((end for end in ends if not isnan(end)), default=1.0) * 1.08 or 1.0


def _glyph(one: JudgedRow, reach: float) -> Markup:
    """The margin as a shade, both intervals as a thin and a thick line, the difference as a dot."""
    width, height = GLYPH
    x, middle = linear((-reach, reach), (0, width)), height / 2
    left, right = x(-one.margin), x(one.margin)
    parts = [
        tag("rect", x=left, y=2, width=right - left, height=height - 4, class_="phase"),
        tag("line", x1=x(0), x2=x(0), y1=2, y2=height - 2, class_="zero"),
    ]
    if not isnan(one.difference.value):
        for number, style in ((one.surely, "thin"), (one.difference, "thick")):
            low = x(-reach if isnan(number.low) else number.low)
            high = x(reach if isnan(number.high) else number.high)
            if number.has_interval:
                parts.append(tag("line", x1=low, x2=high, y1=middle, y2=middle, class_=f"interval-line {style}"))
        parts.append(tag("circle", cx=pixels(x(one.difference.value)), cy=middle, r=4, class_="interval-dot"))
    return tag("svg", *parts, class_=f"glyph {one.verdict}", viewBox=f"0 0 {width} {height}", aria_hidden="true")


def margins_of(comparison: Comparison) -> list[str]:
    """Up to what a difference does not matter, measure by measure."""
    units = comparison.base.summary["unit"]
    return [
        f"{NAMES.get(name, name)}: {margin_shown(headline, str(units[name]))}"
        for name, headline in comparison.headlines.items()
    ]


def _costs(comparison: Comparison, name: str) -> NumbersTable:
    """What it costs whom, against the base; what is the same under both is left out."""
    rows = [
        [row.what, row.base, row.other, *map(_over_its_interval, row[4:])]
        for row in compared_costs_of(comparison, name)
    ]
    return NumbersTable("Who pays what under the base and here, and the difference", COMPARED_HEADS, rows)


def levers_of(comparison: Comparison) -> NumbersTable:
    """What the policies differ in, side by side."""
    names, levers = side_by_side(comparison)
    rows = [[Markup("<code>{}</code>").format(lever.path), *lever.values] for lever in levers]
    return NumbersTable("What differs between the policies", ["lever", *names], rows, is_words=True)


def ranking_of(comparison: Comparison) -> NumbersTable | None:
    """All policies by the headline, the best first; None where the base has one rival only."""
    if len(comparison.others) == 1:
        return None
    rows = [
        [place.name, _over_its_interval(place.value), *(", ".join(names) or "–" for names in place[2:])]
        for place in places(comparison)
    ]
    heads = ["policy", "refunded in full", "surely ahead of", "cannot be told apart from"]
    caption = "The policies by refunds in full; all pairs are judged together, with 95 %"
    return NumbersTable(caption, heads, rows, is_words=True)


def overview(comparison: Comparison) -> NumbersTable | None:
    """Every verdict at a glance; None for one scenario, whose own table says it all."""
    if len(comparison.others) == 1:
        return None
    rows = [_glance(comparison, other.scenario.name) for other in comparison.others]
    one = headlines_of(comparison, comparison.others[0].scenario.name)
    heads = ["scenario", *(f"{one[measure].name} ({one[measure].unit_shown})" for measure in comparison.headlines)]
    return NumbersTable("Differences to the base, and the verdicts on them", heads, rows)


def _glance(comparison: Comparison, name: str) -> list[str]:
    judged = headlines_of(comparison, name)
    row = [judged[measure] for measure in comparison.headlines]
    shown = [(SIGNS[one.verdict], one.shown().value.removesuffix(f" {one.unit_shown}")) for one in row]
    return [printable(name), *(f"{sign}{HELD}{value}" for sign, value in shown)]


# ----------------------------------------------------------------------------------------- flips


def _flips(pairs: list[FlipPair], name: str, currency: str) -> NumbersTable:
    told = [pair for pair in pairs if pair.is_flip][:MOST_FLIPS] + [pair for pair in pairs if not pair.is_flip]
    heads = ["under the base", "here", "orders", "they part at", "days", currency, "for example"]
    caption = f"Orders that end otherwise under {name}, or on another day, with the same luck"
    return NumbersTable(caption, heads, [_row(pair) for pair in told])


def _row(pair: FlipPair) -> list[str]:
    """Each number over its interval, or a row would be wider than the page."""
    days, money = map(_over_its_interval, changes_shown(pair))
    examples = Markup("<br>").join(f"{replication}/{order}" for replication, order in pair.examples[:2])
    places = Markup(",<br>").join(pair.place_by_place)
    outcomes = WORDS[pair.base], WORDS[pair.other]
    return [*outcomes, _over_its_interval(pair.counted), places, days, money, examples]


def _over_its_interval(number: Shown) -> Markup:
    if not number.interval:
        return Markup("{}").format(number.value)
    return Markup('{}<br><span class="interval">{}</span>').format(number.value, number.interval)


def _rest(pairs: list[FlipPair]) -> str:
    rest = [pair for pair in pairs if pair.is_flip][MOST_FLIPS:]
    if not rest:
        return ""
    orders = sum(pair.orders for pair in rest)
    ways = "another way" if len(rest) == 1 else f"{len(rest)} other ways"
    return f"{orders:,} more {'flips' if orders == 1 else 'flip'} in {ways}."

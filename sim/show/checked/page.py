"""A check as one page: it opens anywhere, loads nothing, runs nothing, and can be forwarded.

Its security policy lets in the one style that stands in it, named by its hash, and nothing else at all. Matplotlib
styles every element by an attribute, which such a policy forbids. The same words are attributes of their own in SVG
(`fill`, `stroke-width`), which it does not: so a chart's colours are the page's, for light and for dark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as XML

from markupsafe import Markup
from matplotlib.figure import Figure

from sim.baselines.history import History
from sim.baselines.judgement import NEW, Check, NewScenario, ScenarioCheck
from sim.experiment.number import Shown
from sim.show.charts.check_headlines import BAND
from sim.show.charts.saving import svg_of
from sim.show.charts.style import DARK, FAINT, INK
from sim.show.checked import words
from sim.show.checked.summary import HOW_TO_READ, worst_first
from sim.show.judged import expectation_said, expected, found
from sim.show.standalone import filled

Charts = Mapping[str, Mapping[str, Figure]]
"""By scenario, then by name of the chart."""
ABOUT = {
    "headlines": "What moved, against its margin",
    "trend": "Since when",
    "time_to_money": "Time to money",
    "measures": "Every measure",
}
"""Charts in the order of the page, and what it calls them."""


def page_of(check: Check, charts: Charts, history: History | None = None) -> str:
    """The whole page, the worst scenario first."""
    return filled(
        "check.html.j2",
        ["check.css"],
        outcome=words.outcome(check),
        how_to_read=HOW_TO_READ.replace("*", ""),
        scenarios=[_scenario(one, charts.get(one.scenario, {}), history) for one in worst_first(check)],
        new=list(map(_new, check.new)),
        left_over=words.left_over(check),
        versions=dict(check.versions),
        platform=check.platform,
    )


def _scenario(one: ScenarioCheck, charts: Mapping[str, Figure], history: History | None) -> dict[str, Any]:
    entries = history.until_now(one.scenario) if history else []
    return {
        "name": one.scenario,
        "about": one,
        "symbol": words.SYMBOLS[one.verdict],
        "finding": words.finding(one),
        "counted": words.size_of(one),
        "since": words.since(entries) if entries else "",
        "accepted": [(words.short(change.commit), change.reason) for change in words.accepted_in(entries)],
        "headlines": [(words.row_of(each), each.verdict) for each in words.by_size(one.headlines)],
        "others": [words.row_of(each) for each in one.measures if not each.is_headline],
        "expectations": _expectations(one),
        "flips": [pair.cells for pair in words.flips_of(one)],
        "charts": [
            (
                title,
                inline_svg(charts[key], f"{one.scenario}-{key}", f"{title}: {one.scenario}. {words.finding(one)}"),
            )
            for key, title in ABOUT.items()
            if key in charts
        ],
    }


def _expectations(one: ScenarioCheck | NewScenario) -> list[tuple[str, Shown, str, str]]:
    return [(expected(each), found(each), expectation_said(each), each.verdict) for each in one.expectations]


def _new(one: NewScenario) -> dict[str, Any]:
    return {
        "name": one.scenario,
        "symbol": words.SYMBOLS[NEW],
        "told": words.new_told(one),
        "advice": one.advice,
        "expectations": _expectations(one),
    }


# ------------------------------------------------------------------------------- a chart as part of the page


SVG, LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
COLOURS = {
    INK: "ink",
    FAINT: "faint",
    DARK: "now",
    "#d55e00": "changed",
    BAND: "band",
    "#ffffff": "paper",
    "#e3e3e3": "grid",
    "#eeeeee": "grid",
}
"""What a page calls the colours of a chart: a class for each, `fill-ink` and `stroke-ink`."""
_PAINTED = ("fill", "stroke")
_REFERENCE = re.compile(r"#(?=[\w.-]+\)?$)")


def inline_svg(figure: Figure, name: str, alternative: str) -> Markup:
    """The chart as an element of a page, named by its alternative text; ids begin with `name`, which is the page's
    only one."""
    root = XML.parse(io.BytesIO(svg_of(figure, letters="none"))).getroot()
    for part in ("metadata", "defs"):
        for element in root.findall(f"{{{SVG}}}{part}"):
            if part == "metadata" or element.find(f"{{{SVG}}}style") is not None:
                root.remove(element)
    for element in root.iter():
        _restyle(element, name)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": alternative, "class": "chart", "stroke-linejoin": "round"}
    XML.register_namespace("", SVG)
    XML.register_namespace("xlink", LINK)
    return Markup(XML.tostring(root, encoding="unicode"))


def _restyle(element: XML.Element, name: str) -> None:
    """Style becomes attributes, known colours become classes, ids become this chart's own."""
    styles = dict(part.split(":", 1) for part in element.attrib.pop("style", "").split(";") if ":" in part)
    classes: list[str] = []
    for key, value in ((key.strip(), value.strip()) for key, value in styles.items()):
        if key in _PAINTED and value in COLOURS:
            classes.append(f"{key}-{COLOURS[value]}")
        elif key != "font-family":
            element.set(key, value)
    if classes:
        element.set("class", " ".join(classes))
    if "id" in element.attrib:
        element.set("id", f"{name}-{element.attrib['id']}")
    for key in (f"{{{LINK}}}href", "clip-path"):
        if key in element.attrib:
            element.set(key, _REFERENCE.sub(f"#{name}-", element.attrib[key]))

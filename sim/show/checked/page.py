"""A check as one page: it opens anywhere, loads nothing, runs nothing, and can be forwarded.

Its security policy lets in the one style that stands in it, named by its hash, and nothing else at all.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from sim.regression.history import History
from sim.regression.judgement import Check, ScenarioCheck
from sim.scenario.wording import printable
from sim.show.checked.inline import inline_svg
from sim.show.checked.summary import HOW_TO_READ, worst_first
from sim.show.checked.words import (
    SYMBOLS,
    accepted_in,
    by_size,
    counted,
    expectation_said,
    expected,
    finding,
    outcome,
    reading,
    row_of,
    short,
    since,
)
from sim.show.flip_pairs import changes_shown, flip_pairs

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
    style = _file("style.css")
    return _environment().get_template("page.html.j2").render(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # a file of ours
        outcome=outcome(check),
        how_to_read=HOW_TO_READ.replace("*", ""),
        scenarios=[_scenario(one, charts.get(one.scenario, {}), history) for one in worst_first(check)],
        versions=dict(check.versions),
        platform=check.platform,
    )  # fmt: skip


def _scenario(one: ScenarioCheck, charts: Mapping[str, Figure], history: History | None) -> dict[str, Any]:
    entries = history.of(one.scenario) if history else []
    flips = [pair for pair in flip_pairs(one.flips) if pair.is_flip]
    return {
        "name": one.scenario,
        "about": one,
        "symbol": SYMBOLS[one.verdict],
        "finding": finding(one),
        "counted": counted(one),
        "since": since(entries) if entries else "",
        "accepted": [(short(change.commit), change.reason) for change in accepted_in(entries)],
        "headlines": [(row_of(each), each.verdict) for each in by_size(one.headlines)],
        "others": [row_of(each) for each in one.measures if not each.is_headline],
        "expectations": [
            (expected(each), reading(each.now, each.unit), expectation_said(each), each.verdict)
            for each in one.expectations
        ],
        "flips": [(pair.outcomes, f"{pair.orders:,}", pair.places, *changes_shown(pair)) for pair in flips],
        "charts": [(title, _chart(one, charts[key], key)) for key, title in ABOUT.items() if key in charts],
    }


def _chart(one: ScenarioCheck, figure: Figure, key: str) -> Markup:
    return inline_svg(figure, f"{one.scenario}-{key}", f"{ABOUT[key]}: {one.scenario}. {finding(one)}")


@cache
def _environment() -> Environment:
    """Everything is escaped but our own markup, and spelt out where it could turn a line round."""
    environment = Environment(
        loader=PackageLoader("sim.show.checked"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = printable
    return environment


@cache
def _file(name: str) -> str:
    return resources.files("sim.show.checked").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

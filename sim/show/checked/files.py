"""The folder that a check writes, for people, for a CI and for programs; every CI finds its own.

    summary.md     GitHub's Markdown: for a job's summary or a comment
    index.html     one page with everything in it
    junit.xml      a case per judgement, for a CI's test report
    check.json     all that was found, for programs
    metrics.txt    Prometheus' text format, for it and for GitLab
    charts/NAME/   the charts of each scenario, each as .svg and as .png: headlines; measures and time_to_money
                   unless everything is identical; trend where there is a history

The same findings give the same bytes, but for the time taken, which check.json and junit.xml tell.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.baselines.history import History
from sim.baselines.judgement import NEW, Check, MeasureCheck, NewScenario, ScenarioCheck
from sim.disk.placing import put
from sim.disk.site import Site
from sim.errors import BadUsage
from sim.experiment.expectations import ExpectationCheck
from sim.experiment.number import Number, finite
from sim.show.checked.junit import junit
from sim.show.checked.metrics import metrics
from sim.show.checked.summary import summary
from sim.show.checked.words import finding, new_told
from sim.show.files import SCHEMA_VERSION
from sim.show.flip_pairs import flip_pairs
from sim.show.room import room
from sim.show.rows import json_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIGN = "check.json"
"""A folder that holds this file was written by a check, which `--force` may replace."""


@contextmanager
def room_for_check(out: Path, *, force: bool = False) -> Iterator[Site]:
    """Hold the place of the folder `out`. Raises as `room.room` does."""
    with room(Path(os.path.normpath(out)).parent, [_name(out)], force=force, sign=SIGN) as sites:
        yield sites[_name(out)]


def build_check(check: Check, site: Site, history: History | None = None) -> Path:
    """Write the folder whose place is held. Raises UserError where the disk is full or refuses."""
    return put(site, files_of(check, history), sign=SIGN)


def files_of(check: Check, history: History | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file of a check: its path within the folder, and its bytes."""
    from sim.show.charts import saving
    from sim.show.checked.page import page_of

    yield SIGN, json_of(document_of(check))
    yield "summary.md", summary(check, history).encode()
    yield "junit.xml", junit(check)
    yield "metrics.txt", metrics(check)
    charts = charts_of(check, history)
    yield "index.html", page_of(check, charts, history).encode()
    for scenario, figures in charts.items():
        for name, figure in figures.items():
            yield from saving.files_of(figure, f"charts/{scenario}/{name}")


def charts_of(check: Check, history: History | None = None) -> dict[str, dict[str, Figure]]:
    """Every chart, by scenario and name; a trend where there is a history.

    Where everything is identical there is nothing to see in the long ones, and a check that has nothing to say
    should say so quickly: they are left out.
    """
    # Matplotlib takes longer to import than the rest together.
    from sim.show.charts.check_curves import check_curves
    from sim.show.charts.check_headlines import check_headlines
    from sim.show.charts.check_measures import check_measures
    from sim.show.charts.trend import trend

    charts: dict[str, dict[str, Figure]] = {}
    for one in check.scenarios:
        figures = {"headlines": check_headlines(one)}
        if not one.is_identical:
            figures |= {"measures": check_measures(one), "time_to_money": check_curves(one)}
        if entries := history.of(one.scenario) if history else []:
            figures["trend"] = trend(entries)
        charts[one.scenario] = figures
    return charts


def _name(out: Path) -> str:
    name = Path(os.path.normpath(out)).name
    if name in ("", ".."):
        raise BadUsage(
            f"--out {out}: found no name of a folder, expected one that can be written anew, such as check"
        )
    return name


# ------------------------------------------------------------------------------- check.json


def document_of(check: Check) -> dict[str, Any]:
    """All that was found, ready for JSON; None where there is no number."""
    return {
        "schema_version": SCHEMA_VERSION,
        "exit_code": check.exit_code,
        "tally": dict(check.tally()),
        "versions": dict(check.versions),
        "platform": check.platform,
        "seconds": finite(check.seconds),
        "scenarios": [*map(_scenario, check.scenarios), *map(_new, check.new)],
        "orphans": [vars(orphan) for orphan in check.orphans],
        "doubts": list(check.doubts),
        "left_out": [one.place for one in check.left_out],
    }


def _new(one: NewScenario) -> dict[str, Any]:
    """A scenario without a baseline: the keys of all others, with nothing under those that need one."""
    plain = ("scenario", "file", "title", "currency", "advice", "replications", "claims")
    nothing: dict[str, Any] = {"is_identical": False, "is_paired": False, "confirming_replications": 0}
    nothing |= {"causes": [], "measures": {}, "flips": [], "examples": [], "recorded": None, "fingerprints": {}}
    told = {"verdict": NEW, "reason": new_told(one), "finding": new_told(one)}
    expectations = {"expectations": [_expectation(each) for each in one.expectations]}
    return {name: getattr(one, name) for name in plain} | told | nothing | expectations


def _scenario(one: ScenarioCheck) -> dict[str, Any]:
    plain = ("scenario", "file", "title", "currency", "verdict", "is_identical", "is_paired", "reason", "advice")
    counts = ("replications", "confirming_replications", "claims", "exit_code")
    return {name: getattr(one, name) for name in (*plain, *counts)} | {
        "finding": finding(one),
        "causes": [vars(cause) for cause in one.causes],
        "measures": {each.measure: _measure(each) for each in one.measures},
        "expectations": [_expectation(each) for each in one.expectations],
        "flips": [
            {
                "baseline_outcome": pair.base,
                "now_outcome": pair.other,
                "orders": pair.orders,
                "orders_low": finite(pair.number.low),
                "orders_high": finite(pair.number.high),
                "parts_at": pair.parts_at,
                **_change("time", pair.time),
                **_change("money", pair.money),
            }
            for pair in flip_pairs(one.flips, one.flip_pairs)
        ],
        "examples": [vars(example) for example in one.examples],
        "recorded": vars(one.recorded) | {"versions": dict(one.recorded.versions)},
        "fingerprints": dict(one.fingerprints),
    }


def _change(name: str, mean: Number) -> dict[str, float | None]:
    ends = zip(("change", "low", "high"), mean.three, strict=True)
    return {f"{name}_{end}": finite(value) for end, value in ends}


def _measure(one: MeasureCheck) -> dict[str, Any]:
    shown = {
        "title": one.title,
        "unit": one.unit,
        "baseline": one.baseline.document(),
        "now": one.now.document(),
        "difference": one.difference.document(),
        "is_headline": one.is_headline,
    } | ({"why": one.why} if one.why else {})
    if not one.is_headline:
        return shown
    return shown | {
        "simultaneous": one.surely.document(),
        "confirming": None if one.confirming is None else one.confirming.document(),
        "is_confirmed": one.is_confirmed,
        "margin": finite(one.margin),
        "more_is_better": one.more_is_better,
        "verdict": one.verdict,
        "replications_needed": finite(one.replications_needed),
    }


def _expectation(one: ExpectationCheck) -> dict[str, Any]:
    plain = ("measure", "title", "unit", "sense", "replications", "verdict", *(["why"] if one.why else []))
    return {name: getattr(one, name) for name in plain} | {
        "bound": finite(one.bound),
        "now": one.now.document(),
        "replications_needed": finite(one.replications_needed),
    }

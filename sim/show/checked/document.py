"""A check as one JSON document: everything that the other outputs say, for programs."""

from __future__ import annotations

from typing import Any

from sim.baselines.judgement import NEW, Check, MeasureCheck, NewScenario, ScenarioCheck
from sim.experiment.expectations import ExpectationCheck
from sim.experiment.number import Number, finite
from sim.show.checked.words import finding, new_told
from sim.show.files import SCHEMA_VERSION
from sim.show.flip_pairs import flip_pairs


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

"""A check in OpenMetrics' text format, for Prometheus and for GitLab's metrics reports.

Source: the OpenMetrics specification 1.0, "Text format": families with TYPE and HELP, label values with backslash,
quote and newline escaped, `# EOF` at the end. What is not known has no sample, rather than NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import NamedTuple

from sim.regression.judgement import EXPECTATION_VERDICTS, VERDICTS, Check, Judged, Reading
from sim.scenario.wording import printable

PREFIX = "refund_sim"
_ENDS = {"": "", "_low": ", lower end of its interval", "_high": ", upper end of its interval"}


class Sample(NamedTuple):
    """One number with its labels."""

    labels: Mapping[str, str]
    value: float


Family = tuple[str, str, str, Iterable[Sample]]
"""Name, type and meaning of samples that belong together."""


def openmetrics(check: Check) -> str:
    """The check as an exposition, every family with its samples together."""
    lines: list[str] = []
    for family, kind, about, samples in _families(check):
        lines += [f"# TYPE {PREFIX}_{family} {kind}", f"# HELP {PREFIX}_{family} {about}."]
        suffix = "_info" if kind == "info" else ""
        lines += [
            f"{PREFIX}_{family}{suffix}{_labels(labels)} {float(f'{value:.12g}')!r}"
            for labels, value in samples
            if isfinite(value)
        ]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _families(check: Check) -> Iterator[Family]:
    about = {"platform": check.platform} | _named(check.versions)
    yield "check", "info", "What was checked with", [Sample(about, 1)]
    codes = "0 as the baselines, 1 changed or failed, 4 inconclusive"
    yield "exit_code", "gauge", codes, [Sample({}, check.exit_code)]
    yield from _levels(check)
    yield from _judgements(check)
    yield from _expectations(check)


def _levels(check: Check) -> Iterator[Family]:
    """Every measure in the baseline and now, and what differs: the value, and each end of its interval."""
    measures = [(one.scenario, each) for one in check.scenarios for each in one.measures]
    for what, about in (("baseline", "In the baseline"), ("now", "Now"), ("difference", "Now less the baseline")):
        for number, (suffix, more) in enumerate(_ENDS.items()):
            samples = [Sample(_about(name, one), _reading(one, what)[number]) for name, one in measures]
            yield f"{what}{suffix}", "gauge", f"{about}{more}", samples


def _judgements(check: Check) -> Iterator[Family]:
    headlines = [(one.scenario, each) for one in check.scenarios for each in one.headlines]
    margins = [Sample(_about(name, one), one.margin) for name, one in headlines]
    yield "margin", "gauge", "Up to this a difference does not matter", margins
    verdicts = [_states("verdict", _about(name, one), VERDICTS, one.verdict) for name, one in headlines]
    yield "verdict", "stateset", "What is said of a measure", chain.from_iterable(verdicts)


def _expectations(check: Check) -> Iterator[Family]:
    said = [
        _states(
            "expectation",
            {"scenario": one.scenario, "measure": each.measure, "sense": each.sense},
            EXPECTATION_VERDICTS,
            each.verdict,
        )
        for one in check.scenarios
        for each in one.expectations
    ]
    yield "expectation", "stateset", "What is said of an expectation", chain.from_iterable(said)


def _states(family: str, about: Mapping[str, str], words: Sequence[str], word: str) -> list[Sample]:
    """A sample for each state there could be: 1 for the one that is."""
    return [Sample({**about, f"{PREFIX}_{family}": each}, float(each == word)) for each in words]


def _reading(one: Judged, what: str) -> Reading:
    found: Reading = getattr(one, what)
    return found


def _about(scenario: str, one: Judged) -> dict[str, str]:
    return {"scenario": scenario, "measure": one.measure, "unit": one.unit}


def _named(versions: Mapping[str, str]) -> dict[str, str]:
    """Packages as names of labels."""
    return {
        f"version_{''.join(c if c.isascii() and c.isalnum() else '_' for c in n)}": v for n, v in versions.items()
    }


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{label_value(text)}"' for name, text in labels.items()) + "}"


def label_value(text: str) -> str:
    """Escaped as the specification asks; what cannot be printed is spelt out first, so that a line stays a line."""
    return printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

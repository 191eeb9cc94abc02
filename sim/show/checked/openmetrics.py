"""A check in OpenMetrics' text format, for Prometheus and for GitLab's metrics reports.

Source: the OpenMetrics specification 1.0, "Text format": families with TYPE and HELP, label values with backslash,
quote and newline escaped, `# EOF` at the end. What is not known has no sample, rather than NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def _families(check: Check) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    judged = [(one.scenario, measure) for one in check.scenarios for measure in one.measures]
    versions = {name.replace("-", "_"): version for name, version in check.versions.items()}
    yield "check", "info", "What was checked with", [Sample({"platform": check.platform} | _named(versions), 1)]
    yield (
        "exit_code",
        "gauge",
        "0 as the baselines, 1 changed or failed, 4 inconclusive",
        [Sample({}, check.exit_code)],
    )
    for what, about in (("baseline", "In the baseline"), ("now", "Now"), ("difference", "Now less the baseline")):
        for number, (suffix, more) in enumerate(_ENDS.items()):
            samples = [Sample(_about(name, one), _reading(one, what)[number]) for name, one in judged]
            yield f"{what}{suffix}", "gauge", f"{about}{more}", samples
    headlines = [(name, one) for name, one in judged if one.is_headline]
    margins = [Sample(_about(name, one), one.margin) for name, one in headlines]
    yield "margin", "gauge", "Up to this a difference does not matter", margins
    yield (
        "verdict",
        "stateset",
        "What is said of a measure",
        [
            Sample(_about(name, one) | {f"{PREFIX}_verdict": word}, float(one.verdict == word))
            for name, one in headlines
            for word in VERDICTS
        ],
    )
    yield (
        "expectation",
        "stateset",
        "What is said of an expectation",
        [
            Sample(
                {
                    "scenario": one.scenario,
                    "measure": each.measure,
                    "sense": each.sense,
                    f"{PREFIX}_expectation": word,
                },
                float(each.verdict == word),
            )
            for one in check.scenarios
            for each in one.expectations
            for word in EXPECTATION_VERDICTS
        ],
    )


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

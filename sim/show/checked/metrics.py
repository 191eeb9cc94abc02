"""A check in Prometheus' text format, as every way from a file into it takes it, and GitLab's metrics report.

Each family is a gauge, and `# EOF` stands at the end: so the same bytes are valid in the text format 0.0.4, which
promtool, node_exporter's text-file collector and Pushgateway read, and in OpenMetrics 1.0. What is not known has no
sample, rather than NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric, StateSetMetricFamily
from prometheus_client.registry import Collector

from sim.baselines.judgement import VERDICTS, Check, MeasureCheck
from sim.experiment.expectations import EXPECTATION_VERDICTS
from sim.scenario.wording import printable

PREFIX = "refund_sim"
END = b"# EOF\n"
"""OpenMetrics asks for it; to the older format it is a remark."""
_ENDS = {"": "", "_low": ", lower end of its interval", "_high": ", upper end of its interval"}
_ABOUT_MEASURES = ("scenario", "measure", "unit")
_CODES = "0 as the baselines, 1 changed or failed, 4 inconclusive."

Samples = Iterable[tuple[Sequence[str], float]]
"""Values of the labels, and the number."""


class _Families(Collector):
    """What prometheus-client asks for the families of a check."""

    def __init__(self, check: Check) -> None:
        self.check = check

    def collect(self) -> Iterator[Metric]:
        check = self.check
        about = {"platform": check.platform} | _named(check.versions)
        with_what = {name: printable(value) for name, value in about.items()}
        yield InfoMetricFamily(f"{PREFIX}_check", "What was checked with.", with_what)
        yield GaugeMetricFamily(f"{PREFIX}_exit_code", _CODES, check.exit_code)
        yield from _counts(check)
        yield from _levels(check)
        yield from _judgements(check)
        yield _expectations(check)


def metrics(check: Check) -> bytes:
    """The check as an exposition, every family with its samples together."""
    return generate_latest(_Families(check)) + END


def _counts(check: Check) -> Iterator[Metric]:
    scenarios = GaugeMetricFamily(f"{PREFIX}_scenarios", "How many have this verdict.", labels=("verdict",))
    for verdict, count in check.tally().items():
        scenarios.add_metric([verdict], count)
    yield scenarios
    yield GaugeMetricFamily(f"{PREFIX}_orphans", "Baselines without a scenario.", len(check.orphans))


def _levels(check: Check) -> Iterator[Metric]:
    """Every measure in the baseline and now, and what differs: the value, and each end of its interval."""
    measures = [(one.scenario, each) for one in check.scenarios for each in one.measures]
    for what, about in (("baseline", "In the baseline"), ("now", "Now"), ("difference", "Now less the baseline")):
        for number, (suffix, more) in enumerate(_ENDS.items()):
            samples = [(_about(name, one), getattr(one, what).three[number]) for name, one in measures]
            yield _gauge(f"{what}{suffix}", f"{about}{more}.", samples)


def _judgements(check: Check) -> Iterator[Metric]:
    headlines = [(one.scenario, each) for one in check.scenarios for each in one.headlines]
    margins = [(_about(name, one), one.margin) for name, one in headlines]
    yield _gauge("margin", "Up to this a difference does not matter.", margins)
    verdicts = StateSetMetricFamily(f"{PREFIX}_verdict", "What is said of a measure.", labels=_ABOUT_MEASURES)
    for name, one in headlines:
        verdicts.add_metric(_about(name, one), _states(VERDICTS, one.verdict))
    yield verdicts
    suspected = [(_about(name, one), float(one.is_suspected)) for name, one in headlines]
    yield _gauge(
        "suspected", "1: moved in the judging replications, and not surely in the confirming ones.", suspected
    )


def _expectations(check: Check) -> Metric:
    labels = ("scenario", "measure", "sense")
    said = StateSetMetricFamily(f"{PREFIX}_expectation", "What is said of an expectation.", labels=labels)
    for name, one in check.expectations():
        said.add_metric([name, one.measure, one.sense], _states(EXPECTATION_VERDICTS, one.verdict))
    return said


def _gauge(name: str, about: str, samples: Samples) -> Metric:
    """Twelve digits, which are all that is known: two machines may differ in the last ones."""
    family = GaugeMetricFamily(f"{PREFIX}_{name}", about, labels=_ABOUT_MEASURES)
    for labels, value in samples:
        if isfinite(value):
            family.add_metric(labels, float(f"{value:.12g}"))
    return family


def _states(words: Sequence[str], word: str) -> dict[str, bool]:
    """A sample for each state there could be: 1 for the one that is."""
    return {each: each == word for each in words}


def _about(scenario: str, one: MeasureCheck) -> list[str]:
    return [printable(scenario), one.measure, printable(one.unit)]


def _named(versions: Mapping[str, str]) -> dict[str, str]:
    """Packages as names of labels."""
    return {
        f"version_{''.join(c if c.isascii() and c.isalnum() else '_' for c in n)}": v for n, v in versions.items()
    }

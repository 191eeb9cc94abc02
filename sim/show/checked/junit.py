"""A check as JUnit's XML, which every CI reads: a suite per scenario, a case per judgement; one more for orphans.

A case that is inconclusive is *skipped*, with its reason: it has neither passed nor failed. There is no third word
in JUnit; the exit code 4 of the command is what makes a job tell it from a pass. Form: the schema that the Jenkins
xUnit plugin publishes (`junit-10.xsd`), which GitLab, Azure and GitHub's actions read as well; how many are skipped
is told by each suite, for the schema has no place for it in their sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as XML

from sim.baselines.judgement import CHANGED, Check, NewScenario, Orphan, ScenarioCheck
from sim.experiment.expectations import FAIL, PASS
from sim.experiment.verdicts import INCONCLUSIVE
from sim.scenario.wording import printable
from sim.show.checked.words import new_told, orphan_told, row_of
from sim.show.judged import expectation_said, expected, found

_FOUND = {CHANGED: "failure", FAIL: "failure", INCONCLUSIVE: "skipped"}
"""What stands in a case that has not passed."""


class JUnitCase(NamedTuple):
    """One judgement."""

    name: str
    verdict: str
    said: str
    """In a line."""
    told: str = ""
    """At length."""


def junit(check: Check) -> bytes:
    """The check as an XML document. Nothing in a name or a title can end an attribute, or is no XML."""
    root = XML.Element("testsuites", {"name": "refund-sim check", "time": f"{check.seconds:.3f}"})
    totals = dict.fromkeys(("tests", "failures"), 0)
    suites = [(one.scenario, list(_cases(one))) for one in check.scenarios]
    suites += [(one.scenario, list(_cases_of_new(one, check))) for one in check.new]
    suites += [("baselines", [_orphaned(one, check) for one in check.orphans])] if check.orphans else []
    for name, cases in suites:
        counts = _suite(root, name, cases)
        totals = {name: totals[name] + counts[name] for name in totals}
    root.attrib |= {name: str(number) for name, number in totals.items()} | {"errors": "0"}
    XML.indent(root)
    written: bytes = XML.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(root: XML.Element, name: str, cases: list[JUnitCase]) -> dict[str, int]:
    found = [_FOUND.get(case.verdict, "") for case in cases]
    counts = {"tests": len(cases), "failures": found.count("failure"), "skipped": found.count("skipped")}
    numbers = {what: str(number) for what, number in counts.items()}
    suite = XML.SubElement(root, "testsuite", {"name": printable(name), "errors": "0"} | numbers)
    for case, kind in zip(cases, found, strict=True):
        about = {"classname": f"refund-sim.{printable(name)}", "name": case.name, "time": "0"}
        element = XML.SubElement(suite, "testcase", about)
        if kind:
            of_failures = {"type": case.verdict} if kind == "failure" else {}
            XML.SubElement(element, kind, {"message": case.said} | of_failures).text = case.told or case.said
    return counts


def _cases(one: ScenarioCheck) -> Iterator[JUnitCase]:
    """The scenario as a whole, then each judged measure, then each expectation."""
    told = [one.reason, one.advice, *(cause.said for cause in one.causes), *(each.command for each in one.examples)]
    at_length = "\n".join(printable(text) for text in told if text)
    yield JUnitCase("is as its baseline", one.verdict, printable(one.reason), at_length)
    for measure in one.headlines:
        row = row_of(measure)
        numbers = f"{row.said}: baseline {row.baseline}, now {row.now}, difference {row.difference}"
        yield JUnitCase(f"{row.name} is as in the baseline", measure.verdict, f"{numbers}, margin {row.margin}")
    yield from _expected(one)


def _expected(one: ScenarioCheck | NewScenario) -> Iterator[JUnitCase]:
    for expectation in one.expectations:
        said = f"{expectation_said(expectation)}: now {found(expectation)}"
        yield JUnitCase(printable(expected(expectation)), expectation.verdict, said)


def _cases_of_new(one: NewScenario, check: Check) -> Iterator[JUnitCase]:
    verdict = PASS if check.allows_new else INCONCLUSIVE
    yield JUnitCase("is as its baseline", verdict, new_told(one), printable(f"{new_told(one)}\n{one.advice}"))
    yield from _expected(one)


def _orphaned(one: Orphan, check: Check) -> JUnitCase:
    told = printable(orphan_told(one))
    return JUnitCase(f"{printable(one.name)} has a scenario", PASS if check.allows_orphans else FAIL, told)

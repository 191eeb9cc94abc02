"""What a fit has to say, once: on the terminal, and in its folder, with a page to forward.

scenario.yaml   complete, runnable; its provenance says `fitted` of what was learnt
sellers.csv     the sellers one by one, which the scenario names (where there are not too many)
worlds.json     refits that the log could as well have told: what a study takes with `worlds: {fitted: bootstrap}`
fit.json        every input with its interval, what was left out and why, what held-out weeks say
report.html     the same for people
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sim.evidence import refits
from sim.evidence.finding import Finding
from sim.evidence.fitted_scenario import IDENTIFIED, SAID
from sim.evidence.fitting import Fit
from sim.evidence.held_out import Judged
from sim.evidence.log_tables import Reading
from sim.evidence.of_sellers import ROSTER
from sim.evidence.training_data import TrainingData
from sim.scenario.resolved import described, yaml_of
from sim.scenario.roster_file import table_of
from sim.scenario.wording import counted, per_cent
from sim.show.plain import framed_table, in_two_lines, print_lines, terminal
from sim.show.rows import json_of
from sim.show.standalone import filled

SELLERS = "sellers.csv"
SIGN = "fit.json"
"""A folder that holds this file is a fit's, which `--force` may replace."""
SCHEMA_VERSION = 1
FEW = 3
"""Parts of a value that are told one after the other; more are counted."""


class InputRow(NamedTuple):
    """One input as a table says it."""

    path: str
    value: str
    interval: str
    n: str
    censored: str
    naive: str


def answer_of(fit: Fit) -> str:
    """What came of it, in a sentence or two."""
    learnt = len({finding.path for finding in fit.findings})
    rows = " and ".join(f"{one.used:,} {one.table}" for one in fit.readings)
    first = f"{learnt} inputs were learnt from {rows}; {len(fit.assumed)} stay as the base assumes them."
    if not fit.judged:
        return f"{first} No weeks were held out, so nothing says yet whether the scenario can be believed."
    counts = Counter(one.verdict for one in fit.judged)
    if counts["differs"]:
        one, *others = (judged for judged in fit.judged if judged.verdict == "differs")
        too = "".join(f"; {other.name}" for other in others)
        differ = f"{counts['differs']} of {len(fit.judged)} things"
        return f"{first} The held-out weeks differ in {differ}: {one.sentence()}{too}."
    few = f"; {counts['too few to tell']} cannot be told" if counts["too few to tell"] else ""
    agree = f"{first} In the held-out weeks {counts['agrees']} of {len(fit.judged)} things agree{few}."
    if fit.unseen:
        what = " or ".join(fit.unseen)
        return f"{agree} They are too few to tell: a quarter more or less of {what} could go unseen."
    return f"{agree} A quarter more or less in any one of the main inputs would have been seen."


def rows_of(fit: Fit) -> Iterator[InputRow]:
    """A row per input that was learnt."""
    for finding in fit.findings:
        yield InputRow(
            finding.path.removesuffix(SAID),
            said(finding.value),
            interval_of(finding),
            f"{finding.n:,}",
            f"{per_cent(finding.censored)}" if finding.censored else "",
            "" if finding.naive is None else str(finding.naive),
        )


def interval_of(finding: Finding) -> str:
    """`accept among yes and no 0.78–0.97`; empty where there is none."""
    if finding.interval is None:
        return ""
    low, high = finding.interval
    about = "" if finding.about in ("share", "") else f"{finding.about} "
    return f"{about}{low}–{high}"


def said(value: Any) -> str:
    """A value of a scenario file on one line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return " and ".join(map(said, value)) if len(value) <= FEW else f"a list of {len(value):,}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {said(one)}" for name, one in value.items())
    if isinstance(value, list):
        return " ".join(said(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def readings_told(readings: tuple[Reading, ...]) -> Iterator[str]:
    """What became of the rows, a line each."""
    for one in readings:
        yield f"{one.table}: {counted(one.rows, 'row')}, {one.used:,} used"
        for why, count in sorted(one.unused.items()):
            yield f"  {count:,} left out: {why}{_example(one, why)}"
        for why, count in sorted(one.kept.items()):
            yield f"  {count:,} in part: {why}{_example(one, why)}"


def assumed_told(fit: Fit) -> Iterator[tuple[str, str]]:
    """What stays as the base assumes it: the path, and why, with the range that the base gives it."""
    for one in fit.assumed:
        between = one.range_in(fit.data.base)
        yield one.path, one.why if between is None else f"{one.why} (the base's range: {_range_said(between)})"


def _range_said(between: Any) -> str:
    """`median 1 d to 10 d`, `share of buyer 0.1 to 0.8`, `decline or approve`: a range as the base states it."""
    if isinstance(between, list):
        are_words = all(isinstance(end, str) and not any(map(str.isdigit, end)) for end in between)
        return (" or " if are_words else " to ").join(map(said, between))
    if not isinstance(between, dict):
        return said(between)
    at = between.get("at", "")
    names = {"share": f"share of {at}" if at else "share", "set": at, "stretch": "every time, times"}
    ends = {word: ends for word, ends in between.items() if isinstance(ends, list)}
    return ", ".join(f"{names.get(word, f'{at} {word}')} {_range_said(two)}".strip() for word, two in ends.items())


def _example(reading: Reading, why: str) -> str:
    return f" ({reading.examples[why]})" if reading.examples.get(why) else ""


def document_of(fit: Fit) -> dict[str, Any]:
    """Ready for JSON: `fit.json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": fit.scenario.name,
        "verdict": fit.verdict,
        "answer": answer_of(fit),
        "readings": {one.table: one.document() for one in fit.readings},
        "inputs": [_input(finding) | {"period": _period(fit.data)} for finding in fit.findings],
        "assumed": [
            {"path": one.path, "why": one.why, "range": one.range_in(fit.data.base)} for one in fit.assumed
        ],
        "held_out": [one.document() for one in fit.judged],
        "unseen": list(fit.unseen),
    }


def _input(finding: Finding) -> dict[str, Any]:
    return {
        "path": finding.path.removesuffix(SAID),
        "value": said(finding.value) if finding.path == ROSTER else finding.value,
        "interval": None if finding.interval is None else list(finding.interval),
        "interval_of": finding.about,
        "n": finding.n,
        "censored": finding.censored,
        "method": finding.method,
        "identified": finding.identified or IDENTIFIED,
        "naive": finding.naive,
    }


def seen_and_expected(one: Judged) -> tuple[str, str]:
    """`12.3 %` and `10.1 to 14.2 %`; counts to four digits."""
    if one.expected.unit == "share":
        return f"{one.observed * 100:.1f} %", f"{one.expected.times(100).ends('.1f')} %"
    return f"{one.observed:.4g}", one.expected.ends(".4g")


def _period(data: TrainingData) -> str:
    first, beyond = (data.start + timedelta(seconds=end) for end in (data.first, data.beyond))
    return f"{first}..{beyond}"


def share_of_bar(one: Judged) -> tuple[float, float, float]:
    """Where what was seen, and the ends of what was expected, lie on a bar from 0 to 1."""
    value, low, high = one.expected.three
    most = max(one.observed, high, value) * 1.15 or 1.0
    return one.observed / most, max(low, 0.0) / most, high / most


# ------------------------------------------------------------------------------- the folder and its page


def files_of_fit(fit: Fit, worlds: int) -> Iterator[tuple[str, bytes]]:
    """Every file: its name, and its bytes."""
    description = described(fit.scenario)
    sellers = description["market"]["sellers"]
    if "roster" in sellers:
        yield SELLERS, table_of(sellers["roster"]).encode()
        sellers["roster"] = SELLERS
    yield "scenario.yaml", yaml_of(description).encode()
    if worlds:
        yield refits.FILE, json_of(refits.worlds_file(fit.scenario.name, fit.refits(worlds)))
    yield SIGN, json_of(document_of(fit))
    yield "report.html", page_of(fit).encode()


def page_of(fit: Fit) -> str:
    """The whole page."""
    return filled(
        "fit.html.j2",
        ["page.css", "stack.css"],
        heading=fit.scenario.title or fit.scenario.name,
        answer=answer_of(fit),
        judged=[(one, seen_and_expected(one), share_of_bar(one)) for one in fit.judged],
        inputs=list(rows_of(fit)),
        assumed=list(assumed_told(fit)),
        readings=list(readings_told(fit.readings)),
        identified=[(one.path, one.identified) for one in fit.findings if one.identified],
    )


# ---------------------------------- the terminal: the answer first, then what held-out weeks say, then every input


def print_fit(fit: Fit) -> None:
    """Print what came of a fit."""
    print_lines(answer_of(fit), "")
    if fit.judged:
        judged = ((one.name, *seen_and_expected(one), f"{one.expected.n:,}", one.verdict) for one in fit.judged)
        headings = "held-out weeks", "seen", "expected", "cases", "verdict"
        terminal().print(framed_table(headings, judged, left=("verdict",)))
    inputs = "input", "learnt", "95 %", "cases", "open", "of closed cases"
    left = ("learnt", "95 %", "of closed cases")
    rows = ((in_two_lines(row.path), *row[1:]) for row in rows_of(fit))
    terminal().print(framed_table(inputs, rows, left=left, whole=("input",)))
    print_lines(*(f"assumed: {path}: {why}" for path, why in assumed_told(fit)))


def print_readings(readings: tuple[Reading, ...]) -> None:
    """Print what became of the rows of a log."""
    print_lines(*readings_told(readings))

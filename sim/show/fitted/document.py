"""What a fit has to say, once, for the terminal, `fit.json` and the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sim.evidence.finding import Finding
from sim.evidence.fitted_scenario import IDENTIFIED, SAID
from sim.evidence.fitting import Fit
from sim.evidence.held_out import Judged
from sim.evidence.lesson import Lesson
from sim.evidence.log_tables import Reading
from sim.evidence.of_sellers import ROSTER
from sim.scenario.wording import counted, per_cent

SCHEMA_VERSION = 1
FEW = 3
"""Parts of a value that are told one after the other; more are counted."""
TOLD = {"agrees": "agrees", "differs": "differs", "too few to tell": "too few to tell"}


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
    first = f"{learnt} inputs were learnt from {_rows(fit)}; {len(fit.assumed)} stay as the base assumes them."
    if not fit.judged:
        return f"{first} No weeks were held out, so nothing says yet whether the scenario can be believed."
    counts = {word: sum(one.verdict == word for one in fit.judged) for word in TOLD}
    if counts["differs"]:
        worst = next(one for one in fit.judged if one.verdict == "differs")
        differ = f"{counts['differs']} of {len(fit.judged)} things"
        return f"{first} The held-out weeks differ in {differ}: {worst.sentence()}."
    few = f"; {counts['too few to tell']} cannot be told" if counts["too few to tell"] else ""
    agree = f"{first} In the held-out weeks {counts['agrees']} of {len(fit.judged)} things agree{few}."
    if fit.unseen:
        what = " or ".join(fit.unseen)
        return f"{agree} They are too few to tell: a quarter more or less of {what} could go unseen."
    return f"{agree} A quarter more or less in any one of the main inputs would have been seen."


def _rows(fit: Fit) -> str:
    return " and ".join(f"{one.used:,} {one.table}" for one in fit.readings)


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
        between = one.range_in(fit.lesson.base)
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
        "inputs": [_input(finding) | {"period": _period(fit.lesson)} for finding in fit.findings],
        "assumed": [
            {"path": one.path, "why": one.why, "range": one.range_in(fit.lesson.base)} for one in fit.assumed
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


def _period(lesson: Lesson) -> str:
    first, beyond = (lesson.start + timedelta(seconds=end) for end in (lesson.first, lesson.beyond))
    return f"{first}..{beyond}"


def share_of_bar(one: Judged) -> tuple[float, float, float]:
    """Where what was seen, and the ends of what was expected, lie on a bar from 0 to 1."""
    value, low, high = one.expected.three
    most = max(one.observed, high, value) * 1.15 or 1.0
    return one.observed / most, max(low, 0.0) / most, high / most

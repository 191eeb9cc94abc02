"""A check in GitHub's Markdown: for the summary of a CI job, or a comment on a pull request.

Whatever somebody else has written (titles, reasons, paths) is shown as it stands and never works as markup: words
are escaped, code is fenced by more backticks than it holds, and neither a name nor a number calls anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from sim.baselines.history import History
from sim.baselines.judgement import CHANGED, DRIFT, NEW, UNCHANGED, Check, NewScenario, ScenarioCheck
from sim.disk import steps
from sim.disk.reading import expect_regular
from sim.errors import refusing
from sim.experiment.expectations import PASS
from sim.experiment.number import Shown
from sim.scenario.wording import counted, printable
from sim.show.checked import words
from sim.show.judged import expectation_said, expected, found

LIMIT = 2**20
"""Bytes of a step's summary; of a larger one GitHub shows nothing.

Source: GitHub Docs, "Workflow commands for GitHub Actions", section "Step isolation and limits": "each step is
restricted to a maximum size of 1MiB"; what is larger fails to upload, with an annotation.
"""
MOST_FLIPS = 8
"""Rows of a flip table; what is left is counted below."""
_PUNCTUATION = re.compile(r"([\\`*_\[\]<>&|~#@!$:.+=-])")
"""Whatever may begin markup, a list, a link (`www.`, `https:`) or a formula. A backslash before it is CommonMark's
escape (section 2.4)."""
_CALLS = re.compile(r"(\\[@#])")
SPLIT = "&#8203;"
"""A space of no width: GitHub finds `@name` and `#12` after escapes are undone, and not across it."""
HOW_TO_READ = (
    "Differences are now − baseline, shares in percentage points, with 95 % intervals over replications. Verdicts "
    "read wider intervals, which hold together, against the margin: *changed* lies wholly beyond it, in both "
    "blocks of replications; *unchanged* wholly within; *inconclusive* neither."
)


def summary(check: Check, history: History | None = None, *, most: int = LIMIT) -> str:
    """The whole check, the worst first; what does not fit into `most` bytes is left out, and that is said."""
    scenarios = worst_first(check)
    opening = f"## refund-sim check: {words.outcome(check)}\n\n"
    left_out = "\n*{} left out here for want of room: see `index.html`.*\n"
    room = most - len((opening + HOW_TO_READ + left_out).encode()) - 200
    count = len(scenarios) + len(check.new)
    rows = _fitting(chain((_overview_row(one, history) for one in scenarios), map(_overview_row, check.new)), room)
    table = _table(("", "scenario", "what a check of it says", "history"), rows) if rows else ""
    parts = [opening, table]
    if missing := count - len(rows):
        parts.append(left_out.format(f"{missing:,} of {counted(count, 'scenario')}"))
    parts += _fitting(_left_over(check), room - len("".join(parts).encode()))
    parts.append(f"\n{HOW_TO_READ}\n")
    room -= len("".join(parts).encode())
    told = [one for one in scenarios if one.exit_code or one.verdict != UNCHANGED]
    pages = chain(("\n".join(_details(one)) for one in told), ("\n".join(_new(one)) for one in check.new))
    details = _fitting(pages, room)
    parts += details
    if missing := len(told) + len(check.new) - len(details):
        parts.append(left_out.format(f"The details of {counted(missing, 'scenario')}"))
    return "".join(parts)


def add_to_step_summary(check: Check, history: History | None, file: Path) -> None:
    """Add the check to the summary of a CI step, in what room is left there. Raises UserError if it cannot."""
    with refusing("cannot write the step's summary", file):
        taken = file.stat().st_size if expect_regular(file) else 0
        steps.append(file, (summary(check, history, most=LIMIT - taken) if taken < LIMIT else "").encode())


def expect_step_summary(file: Path) -> None:
    """Raises UserError, before anything is simulated, for what `add_to_step_summary` would refuse."""
    with refusing("cannot write the step's summary", file):
        expect_regular(file)
        steps.append(file, b"")


def worst_first(check: Check) -> list[ScenarioCheck]:
    """What fails, then what is not settled; each in the order given."""
    return sorted(
        check.scenarios, key=lambda one: (one.exit_code != DRIFT, not one.exit_code, one.verdict != CHANGED)
    )


def escaped(text: str) -> str:
    """Words that mean nothing but themselves, on one line."""
    return _CALLS.sub(rf"\1{SPLIT}", _PUNCTUATION.sub(r"\\\1", printable(text)))


def code(text: str, *, in_table: bool = False) -> str:
    """A piece of code on one line; within a table its bars are escaped, there even in code."""
    text = printable(text) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text[0] in "` " or text[-1] in "` " else ""
    # A backslash before a bar would take the escape's place, so that such code stands as escaped words instead.
    if in_table and "\\|" in text:
        return escaped(text)
    return f"{fence}{space}{text.replace('|', chr(92) + '|') if in_table else text}{space}{fence}"


def _fitting(parts: Iterable[str], room: int) -> list[str]:
    """As many from the front as fit into so many bytes; what comes after them is never put together."""
    kept: list[str] = []
    for part in parts:
        room -= len(part.encode()) + 1
        if room < 0:
            break
        kept.append(part)
    return kept


def _table(headings: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([_row(headings), _row(["---"] * len(headings)), *rows]) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _overview_row(one: ScenarioCheck | NewScenario, history: History | None = None) -> str:
    if isinstance(one, NewScenario):
        verdict, said = NEW, words.new_told(one)
    else:
        verdict, said = one.verdict, words.finding(one)
    entries = history.until_now(one.scenario) if history else []
    told = f"**{verdict}** · {said}{_missed(one)}"
    ago = escaped(words.since(entries)) if entries else ""
    return _row([words.SYMBOLS[verdict], code(one.scenario, in_table=True), told, ago])


def _missed(one: ScenarioCheck | NewScenario) -> str:
    """Expectations that do not pass, in a few words."""
    found = [each for each in one.expectations if each.verdict != PASS]
    return f"; {len(found)} of {counted(len(one.expectations), 'expectation')} not passed" if found else ""


# ------------------------------------------------------------------------------------------------ one scenario


def _details(one: ScenarioCheck) -> Iterator[str]:
    """Why, what, how much, whose fate; each block ends with an empty line."""
    yield f"\n### {words.SYMBOLS[one.verdict]} {code(one.scenario)}: {one.verdict}\n"
    if one.title:
        yield f"{escaped(one.title)} ({words.size_of(one)})\n"
    yield " ".join(_sentence(text) for text in (one.reason, one.advice) if text) + "\n"
    if one.causes:
        yield "\n".join(f"- {escaped(cause.said)}" for cause in one.causes) + "\n"
    yield _table(
        ("measure", "baseline", "now", "difference", "margin", "verdict"),
        [
            _row([row.name, *map(_shown, (row.baseline, row.now, row.difference)), row.margin, _bold(row.said)])
            for row in map(words.row_of, words.by_size(one.headlines))
        ],
    )
    yield from _expectations(one)
    yield from _fates(one)


def _expectations(one: ScenarioCheck | NewScenario) -> Iterator[str]:
    if one.expectations:
        rows = [
            _row([expected(each), _shown(found(each)), _bold(expectation_said(each))]) for each in one.expectations
        ]
        yield _table(("it is expected that", "now", "verdict"), rows)


def _new(one: NewScenario) -> Iterator[str]:
    yield f"\n### {words.SYMBOLS[NEW]} {code(one.scenario)}: {NEW}\n"
    yield f"{_sentence(words.new_told(one))} {_sentence(one.advice)}\n"
    yield from _expectations(one)


def _left_over(check: Check) -> Iterator[str]:
    lines = words.left_over(check)
    yield from (f"\n- {escaped(line)}" for line in lines)
    if lines:
        yield "\n"


def _bold(said: str) -> str:
    return said if said.startswith((UNCHANGED, PASS)) else f"**{said}**"


def _shown(shown: Shown) -> str:
    return f"{shown.value} {shown.interval}" if shown.interval.startswith("±") else str(shown)


def _sentence(text: str) -> str:
    text = escaped(text)
    return f"{text[:1].upper()}{text[1:]}{'.' if text[-1:].isalnum() else ''}"


def _fates(one: ScenarioCheck) -> Iterator[str]:
    """Whose story ends otherwise, and how to read a few of them."""
    if flips := words.flips_of(one):
        orders = sum(pair.orders for pair in flips)
        yield f"<details><summary>{counted(orders, 'order')} {words.ends(orders)} otherwise</summary>\n"
        headings = ("outcome: baseline → now", "orders", "they part at", "days", one.currency)
        yield _table(headings, [_row(pair.cells) for pair in flips[:MOST_FLIPS]])
        if rest := flips[MOST_FLIPS:]:
            yield f"and {sum(pair.orders for pair in rest):,} more in other ways\n"
        yield "</details>\n"
    if one.examples:
        yield "Stories to read:\n"
        yield "\n".join(f"- {code(example.command)}" for example in one.examples) + "\n"

"""What `check` and `baseline` print: a line for each scenario, and below it only what somebody has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.baselines.judgement import CHANGED, NEW, UNCHANGED, Check, MeasureCheck, ScenarioCheck
from sim.experiment.expectations import FAIL, PASS, ExpectationCheck
from sim.experiment.verdicts import INCONCLUSIVE
from sim.scenario.wording import counted, printable
from sim.show.checked import words
from sim.show.judged import expectation_told
from sim.show.plain import plain_table, terminal

STYLES = {CHANGED: "bold red", FAIL: "bold red", INCONCLUSIVE: "yellow", UNCHANGED: "green", PASS: "green"}
"""Colours of verdicts, which say nothing that the words do not say."""
ORPHAN = "orphan"
"""What a baseline is called that has no scenario any more."""
MOST_FLIPS = 5
INDENT = 4


def print_check(check: Check, *, console: Console | None = None) -> None:
    """Print what a check found. Plain text where stdout is no terminal or NO_COLOR is set."""
    console = console or terminal()
    for one in check.scenarios:
        _print(console, _opening(one), _details(one))
    for told in words.changes_told(check):
        console.print(Text(printable(told), style="dim"), soft_wrap=True)
    for new in check.new:
        details = [*map(_expectation, new.expectations), Text(printable(new.advice), style="bold")]
        _print(console, _headed(words.SYMBOLS[NEW], NEW, new.scenario, words.new_told(new)), details)
    for orphan in check.orphans:
        symbol = words.SYMBOLS[PASS if check.allows_orphans else FAIL]
        advice = Text(f"{printable(orphan.advice)}; or let it stay with --allow-orphans", style="bold")
        _print(console, _headed(symbol, ORPHAN, orphan.name, words.orphan_told(orphan)), [advice])


def _print(console: Console, opening: Text, details: Iterable[RenderableType]) -> None:
    console.print(opening, soft_wrap=True)
    for part in details:
        if isinstance(part, Text):
            # What may have to be copied, such as a command, is neither broken into lines nor cut off.
            console.print(Text(" " * INDENT) + part, soft_wrap=True)
        else:
            console.print(Padding(part, (0, 0, 0, INDENT)))


def print_moves(moved: Sequence[MeasureCheck]) -> None:
    """Print the headlines of a baseline that another one replaces."""
    terminal().print(Padding(_table(moved, judged=False), (0, 0, 0, INDENT)))


def _opening(one: ScenarioCheck) -> Text:
    """`✓ aliexpress: unchanged; every claim went the same way (2,026 claims in 6 replications)`."""
    opening = _headed(words.SYMBOLS[one.verdict], one.verdict, one.scenario, one.reason)
    return Text.assemble(opening, " ", (f"({words.size_of(one)})", "dim"))


def _headed(symbol: str, verdict: str, name: str, said: str) -> Text:
    head = (f"{symbol} {verdict}", STYLES.get(verdict, "yellow"))
    return Text.assemble(head, "  ", (printable(name), "bold"), f": {printable(said)}")


def _details(one: ScenarioCheck) -> Iterator[RenderableType]:
    for cause in one.causes:
        yield Text(f"because of {printable(cause.said)}" if not one.is_identical else f"beside: {cause.said}")
    if not one.is_identical:
        yield _table(one.headlines, judged=True)
        yield from (Text(line) for line in _flips(one))
    for expectation in one.expectations:
        yield _expectation(expectation)
    for example in one.examples:
        yield Text(f"look at an order: {printable(example.command)}")
    if one.advice:
        yield Text(printable(one.advice), style="bold")


def _table(measures: Sequence[MeasureCheck], *, judged: bool) -> Table:
    table = plain_table()
    for heading in ("", "baseline", "now", "difference", *(("margin", "") if judged else ())):
        table.add_column(heading, justify="right" if heading else "left")
    for one in measures:
        row = words.row_of(one)
        cells = [row.name, row.baseline.value, row.now.value, " ".join(row.difference)]
        verdict = Text(row.said, style=STYLES.get(one.verdict, ""))
        table.add_row(*cells, *((row.margin, verdict) if judged else ()))
    return table


def _flips(one: ScenarioCheck) -> Iterator[str]:
    pairs = words.flips_of(one)
    for pair in pairs[:MOST_FLIPS]:
        yield f"{counted(pair.orders, 'order')}: {pair.outcomes}, at {pair.places}"
    if left := sum(pair.orders for pair in pairs[MOST_FLIPS:]):
        yield f"{counted(left, 'more order')} {words.ends(left)} otherwise"


def _expectation(one: ExpectationCheck) -> Text:
    return Text(f"{words.SYMBOLS[one.verdict]} {expectation_told(one)}", style=STYLES[one.verdict])

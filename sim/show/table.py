"""The table that `run` prints: a row per scenario, each number over its 95 % interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.experiment.aalen_johansen import UNWATCHED
from sim.experiment.result import Result
from sim.scenario.wording import counted, printable
from sim.show.changed import changed_lines
from sim.show.judged import Finished, measured
from sim.show.notes import rare_remark, told_of
from sim.show.plain import costs_table, fits, how_to_read, over_its_interval, plain_table, terminal
from sim.vocabulary import Outcome
from sim.vocabulary.endings import ENDING_TEXTS, WITHOUT_MONEY

NAME = 12
"""Columns that a scenario's name keeps in a narrow terminal; it goes on below."""


MONEY = {
    "success_rate": "refunded\nin full",
    "recovered_share": "money\nback",
    "refund_time_median_all": "half have\nit after",
    "refunded_within_14d": "within\n14 d",
    "silence_share": "settled by\nsilence",
    "postage_by_buyer_share": "postage\nby buyer",
}
"""Did they get their money, when, by whose silence, and who paid for sending it back? And the columns' headings."""
REST = {"refunded_within_7d": "within\n7 d", "refunded_within_30d": "within\n30 d"} | {
    text.measure: text.column for text in (ENDING_TEXTS[Outcome.PARTLY_REFUNDED], *WITHOUT_MONEY)
}
"""More of when, and what became of the others."""
PRINTED = (*MONEY, *REST)


def print_table(
    results: Sequence[Result | Finished], *, notes: bool = True, console: Console | None = None
) -> None:
    """Print the results next to each other, and below them what a reader should know before believing them.

    Plain text where stdout is no terminal or NO_COLOR is set. `console` is stdout, as wide as the terminal.
    """
    console = console or terminal()
    for result in results:
        for line in changed_lines(result):
            console.print(Text.assemble((printable(result.scenario.name), "bold"), f" with {line}"))
    for table in [*_tables(results, console), costs_table(results)]:
        console.print(table)
        console.print()
    if not notes:
        return
    console.print(Text(f"{_how_to_read(results)} {how_to_read(results)}", style="dim"))
    for result in results:
        for note in told_of(result):
            console.print(Text(f"{printable(result.scenario.name)}: {note}"))


def _tables(results: Sequence[Result | Finished], console: Console) -> Iterator[Table]:
    """One table where the terminal is wide enough for it, else two or, on a narrow one, as few as it takes."""
    for rest in [PRINTED] if fits(_table(results, PRINTED), console) else [tuple(MONEY), tuple(REST)]:
        while rest:
            widths = range(len(rest), 1, -1)
            fitting = next((width for width in widths if fits(_table(results, rest[:width]), console)), 1)
            yield _table(results, rest[:fitting])
            rest = rest[fitting:]


def _table(results: Sequence[Result | Finished], measures: Sequence[str]) -> Table:
    table = plain_table()
    table.add_column("scenario\nclaims", vertical="bottom", overflow="fold", min_width=NAME)
    for measure in measures:
        table.add_column((MONEY | REST)[measure], justify="right", vertical="bottom", no_wrap=True)
    for result in results:
        table.add_row(_name(result), *(_cell(result, measure) for measure in measures))
    return table


def _name(result: Result | Finished) -> Text:
    claims = counted(result.about["claims"], "claim")
    return Text.assemble(Text(printable(result.scenario.name), style="bold"), "\n", (claims, "dim"))


def _cell(result: Result | Finished, measure: str) -> Text:
    """The number, and its interval below."""
    number = measured(result, measure).shown()
    return Text("not\nwatched") if number.value == UNWATCHED else over_its_interval(number)


def _how_to_read(results: Sequence[Result | Finished]) -> str:
    replications = sorted({int(result.about["replications"]) for result in results})
    over = " or ".join(f"{count:,}" for count in replications)
    below = f"Below each number its 95 % interval over {over} replications."
    if replications == [1]:
        below = "One replication has no intervals."
    return (
        "Shares of all claims (settled by silence: of all requests; postage: of what returns cost); the clock "
        f"starts when the buyer wants the money back. {below} {rare_remark(results, PRINTED)}"
    ).strip()

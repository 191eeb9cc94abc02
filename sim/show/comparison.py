"""What `compare` prints: each change in words, then what it buys and costs in numbers, then whose fate it turns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from functools import partial

from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sim.experiment.comparison import Comparison
from sim.experiment.number import alike
from sim.experiment.result import Result
from sim.experiment.verdicts import BETTER, CURVES_CROSS, EQUIVALENT, INCONCLUSIVE, NOT_REACHED, WORSE
from sim.scenario.wording import counted, printable
from sim.show.changed import SAME, changed_lines, side_by_side, title_of
from sim.show.costs import HOW_TO_READ, compared_costs_of
from sim.show.findings import findings, remarks
from sim.show.flip_pairs import CHANGES, INTERVALS, pairs_of
from sim.show.judged import NAMES, JudgedRow, headlines_of, margin_shown, measured
from sim.show.notes import whose_notes
from sim.show.plain import CellRow, compared_table, fits, flip_table, in_two_lines, plain_table, table_of, terminal
from sim.show.ranking import ranking
from sim.show.story import wrapped
from sim.show.table import NAME

STYLES = {
    BETTER: "bold green",
    WORSE: "bold red",
    EQUIVALENT: "dim",
    INCONCLUSIVE: "yellow",
    NOT_REACHED: "dim",
    CURVES_CROSS: "magenta",
}
"""Colours of verdicts, which say nothing that the words do not say."""
GLANCE = len("inconclusive") + 2
"""Columns of a headline in the overview."""
PLAIN, PAIRING = "95 %", "pairing"
MEASURE_COLUMNS = {"": 20, "base": 8, "other": 8, "difference": 13, PLAIN: 5, "verdict": 25, PAIRING: 7}
"""Headings and least widths, so that the tables of all scenarios line up."""
MOST_LEVERS = 14
"""Levers that are listed; what is left is counted, and is in the report."""
VALUE = 12
"""Columns of the terminal that a lever's value keeps beside a path that is not broken."""
FEW = 2
"""Of so many others the orders that flip are listed; of more, files and report have them."""
WIDEST = 100
"""Columns of text that the eye can follow, however wide the terminal."""


def print_comparison(comparison: Comparison, *, notes: bool = True, console: Console | None = None) -> None:
    """Print what each of the other scenarios changes against the base: first all at a glance, then one by one.

    Plain text where stdout is no terminal or NO_COLOR is set. `console` is stdout, as wide as the terminal.
    """
    console = console or terminal()
    console.print(_opening(comparison))
    console.print(_levers_table(comparison, console.width), Text())
    if len(comparison.others) > 1:
        console.print(Text("\n".join(wrapped(ranking(comparison), min(console.width, WIDEST))) + "\n"))
        for table in _overview(comparison, console.width):
            console.print(table, Text())
    for other in comparison.others:
        for part in _section(comparison, other, console):
            console.print(part)
        console.print()
    if notes:
        console.print(Text(_how_to_read(comparison), style="dim"), width=min(console.width, WIDEST))
        for note, names in whose_notes(comparison.base, *comparison.others).items():
            console.print(Text(f"{', '.join(names)}: {note}"), width=min(console.width, WIDEST))


def _opening(comparison: Comparison) -> Group:
    base = comparison.base
    replications = base.about["replications"]
    over, claims = counted(replications, "replication"), counted(base.about["claims"], "claim")
    return Group(
        Text.assemble("Against ", (_name(base), "bold"), f": {title_of(base)}"),
        *(Text(f"with {line}") for line in changed_lines(base)),
        Text(f"{claims} among {counted(base.about['orders'], 'order')} in {over}\n", style="dim"),
    )


# ------------------------------------------------------------------------------- all at a glance


def _overview(comparison: Comparison, width: int) -> Iterator[Table]:
    """A row per scenario: each headline's difference over its verdict. As many tables as the width asks for."""
    rows = {
        other.scenario.name: list(headlines_of(comparison, other.scenario.name).values())
        for other in comparison.others
    }
    fitting = max((width - NAME) // GLANCE, 1)
    for first in range(0, len(comparison.headlines), fitting):
        table = plain_table()
        table.add_column("scenario", min_width=NAME)
        for judged in next(iter(rows.values()))[first : first + fitting]:
            heading = [*textwrap.wrap(judged.name, GLANCE - 2), f"({judged.unit_shown})"]
            table.add_column(Text("\n".join(heading)), justify="right", no_wrap=True)
        for name, row in rows.items():
            parts = textwrap.wrap(printable(name), max(NAME, width - GLANCE * min(fitting, len(row)) - 2))
            table.add_row(Text("\n".join(parts), "bold"), *map(_glance, row[first : first + fitting]))
        yield table


def _glance(judged: JudgedRow) -> Text:
    number = judged.shown().value.removesuffix(f" {judged.unit_shown}")
    return Text.assemble(number, "\n", (judged.word, STYLES[judged.verdict]))


# ------------------------------------------------------------------------------- one by one


def _section(comparison: Comparison, other: Result, console: Console) -> Iterator[RenderableType]:
    """A title, what changes in words, the headline measures, and the orders whose fate it turns."""
    name = other.scenario.name
    title = Text.assemble((_name(other), "bold"), f" · {title_of(other)}" if other.scenario.title else "")
    # A rule would cut off what is too long for a line.
    yield Rule(title, align="left", style="dim") if title.cell_len + 2 < console.width else title
    columns, currency = min(console.width, WIDEST), comparison.base.scenario.market.currency
    if other.scenario.question:
        yield Text("\n".join(wrapped([printable(other.scenario.question)], columns)), style="italic")
    yield Text("\n".join(wrapped(findings(comparison, name), columns)) + "\n")
    yield _fitting(console, partial(_measures, comparison, other))
    yield Text()
    yield _fitting(console, partial(compared_table, compared_costs_of(comparison, name)))
    if name not in comparison.apart and len(comparison.others) <= FEW:
        yield Text()
        yield _fitting(console, partial(flip_table, pairs_of(comparison, name), currency))
    if more := remarks(comparison, name):
        yield Text("\n" + "\n".join(wrapped(more, columns)), style="dim")


def _fitting(console: Console, table: Callable[[bool], RenderableType]) -> RenderableType:
    """The table in columns that line up with those of other scenarios, where nothing of it is lost that way."""
    lined_up = table(True)
    return lined_up if fits(lined_up, console) else table(False)


def _measures(comparison: Comparison, other: Result, is_wide: bool) -> Table:
    """The headlines; where it is not wide, names and verdicts go on below."""
    table = plain_table()
    is_paired = other.scenario.name not in comparison.apart
    headings = {heading: least for heading, least in MEASURE_COLUMNS.items() if is_paired or heading != PAIRING}
    for heading, least in headings.items():
        is_number = heading not in ("", "verdict")
        justify: JustifyMethod = "right" if is_number and heading != PLAIN else "left"
        table.add_column(
            heading, justify=justify, no_wrap=is_number, overflow="fold", min_width=least if is_wide else None
        )
    for measure, judged in headlines_of(comparison, other.scenario.name).items():
        values = (one.value for one in alike(*(measured(result, measure) for result in (comparison.base, other))))
        shown = judged.shown()
        verdict = Text(judged.said(), style=STYLES[judged.verdict])
        worth = (judged.worth_of_pairing(),) if is_paired else ()
        table.add_row(judged.name, *values, shown.value, Text(shown.interval, "dim"), verdict, *worth)
    return table


def _levers_table(comparison: Comparison, width: int) -> RenderableType:
    """A row per lever, a column per scenario; where it is not all too narrow, paths break at their dots only."""
    names, levers = side_by_side(comparison)
    if not levers:
        return Text(f"The files {SAME}")
    heads = ("what differs", *names)
    paths = [in_two_lines(lever.path) for lever in levers[:MOST_LEVERS]]
    rows: list[CellRow] = [(path, *lever.values) for path, lever in zip(paths, levers, strict=False)]
    table = table_of(heads, rows, words=len(heads))
    widest = max(len(line) for path in paths for line in path.plain.split("\n"))
    table.columns[0].no_wrap = widest + VALUE * len(names) <= width
    rest = len(levers) - MOST_LEVERS
    more = f"and {rest} more, side by side in the report" if rest > 1 else "and one more, in the report"
    return Group(table, Text(more, style="dim")) if rest > 0 else table


# ------------------------------------------------------------------------------- how to read it


def _how_to_read(comparison: Comparison) -> str:
    if comparison.base.about["replications"] == 1:
        return (
            "Differences are other − base, shares in percentage points. One replication gives no interval: nothing "
            f"can be judged. {MEANS}. {HOW_TO_READ} Examples are replication/order, for `trace`."
        )
    verdicts = len(comparison.verdicts)
    together = f"all {verdicts:,} hold together" if verdicts > 1 else "it holds"
    return (
        "Differences are other − base, shares in percentage points, with plain 95 % intervals over replications. "
        f"Verdicts read wider intervals ({together} with 95 %) against a margin: {_margins(comparison)}. "
        "Inconclusive (10 more): so many more replications would settle it, should the difference stay as it is. "
        "Pairing ×30: one replication of both tells as much as thirty that share no luck. "
        f"{HOW_TO_READ} {MEANS}; below {INTERVALS}. Examples are replication/order, for `trace`."
    )


MEANS = f"Orders are counted over all replications, {CHANGES}"


def _margins(comparison: Comparison) -> str:
    """Those that most have first, then the exceptions by name."""
    units = comparison.base.summary["unit"]
    shown = {name: margin_shown(headline, str(units[name])) for name, headline in comparison.headlines.items()}
    usual = max(shown.values(), key=list(shown.values()).count)
    others = [f"{NAMES.get(name, name)} {margin}" for name, margin in shown.items() if margin != usual]
    return "; ".join([usual, *others])


def _name(result: Result) -> str:
    return printable(result.scenario.name)

"""The chapters of a result: each a question, its answer, a picture, and the numbers as a table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.experiment.claim_paths import ASKED, FREE, PASSED, paths_of
from sim.experiment.curves import ENDINGS
from sim.experiment.number import Shown
from sim.experiment.result import Result
from sim.scenario.wording import counted, printable
from sim.show.chart_titles import of_the_desks, of_the_hours, of_the_time
from sim.show.costs import HEADS, costs_of
from sim.show.phrases import HELD
from sim.show.report import desks_picture, flow_picture, hours_picture, time_picture
from sim.show.report.parts import Chapter, Numbers, NumbersTable, days, of_several, share
from sim.show.report.svg import Drawing, figure
from sim.vocabulary.endings import WORDS
from sim.vocabulary.stages import OF_PATHS, STAGES

TABLE = "The same numbers are in the table below."
DAYS = (1, 3, 7, 14, 30, 60, 90)
"""Of the table of time to money."""
_DESK_MEASURES = (
    "seller_wait_mean",
    "seller_utilisation_busiest",
    "mediation_wait_mean",
    "mediation_utilisation",
    "silence_share",
)
DID = {FREE: "are cancelled freely"} | {stage.word: STAGES[stage].doing for stage in OF_PATHS}
"""What claims do at a stage."""
FEWEST = 30
"""Claims of a kind from which its success is told in a sentence."""
_GROUPS = {
    "claim": "kind of claim",
    "reason": "stated reason",
    "route": "stage that decided",
    "seller_type": "type of seller",
    "payment_method": "payment method",
    "product_group": "product group",
}
"""Groups of claims, and what the table calls them."""


QUESTIONS = {
    "time": "How soon is the money back?",
    "flow": "What happens between asking and the end?",
    "hours": "How quickly must you change your mind?",
    "desks": "Do the desks keep up?",
}
"""What each chapter asks."""
HOW = {
    "time": "Every claim is in the picture: at each day the ways of ending add up to all.",
    "flow": "From left to right: every claim, and the stages it came to. An arm is as wide as it has claims; what "
    "has ended flows on in the colour of its ending. Counts over all replications.",
    "hours": "Each dot is the share refunded in full of those who changed their mind so long after paying.",
    "desks": "Requests that somebody has noticed and nobody has taken up yet: daily means. Shaded: when the claims "
    "counted here were paid. Dotted: peaks of orders.",
}
"""How its picture is read."""
INTERVALS = {
    "time": " The dark band around the edge of the refunded is its 95 % interval.",
    "hours": " The lines are 95 % intervals over replications.",
    "desks": " The bands are 95 % intervals; one may reach beyond its panel.",
}
"""And what of it is an interval, where there are any."""
WITH_INTERVALS = ", with 95 % intervals"


def chapters_of(result: Result) -> Iterator[Chapter]:
    """What there is to see of a result; of one without claims, only the desks."""
    if result.about["claims"]:
        time = time_picture.HEIGHTS, partial(time_picture.endings_by_day, result.curves)
        yield _chapter(result, "time", of_the_time(result), time, _table_of_time(result))
        ways = paths_of(result.orders)
        flow = flow_picture.HEIGHTS, partial(flow_picture.river, ways)
        yield _chapter(result, "flow", _finding_of_flow(ways), flow, _table_of_ways(ways))
        hours = hours_picture.HEIGHTS, partial(hours_picture.success_by_hours, result.by_hours)
        yield _chapter(result, "hours", of_the_hours(result.by_hours), hours, _table_of_hours(result))
    desks = desks_picture.HEIGHTS, partial(desks_picture.waiting_by_day, result.backlog, result.scenario)
    yield _chapter(result, "desks", of_the_desks(result.backlog), desks, _table_of_desks(result))


def _chapter(
    result: Result, name: str, finding: str, picture: tuple[tuple[int, int], Drawing], table: NumbersTable
) -> Chapter:
    heights, draw = picture
    how = HOW[name] + of_several(result, INTERVALS.get(name, ""))
    return Chapter(name, QUESTIONS[name], finding, figure(name, finding, TABLE, heights, draw), how, table)


def _table_of_time(result: Result) -> NumbersTable:
    curves = result.curves
    by_ending = {str(ending): curve.set_index("days") for ending, curve in curves.groupby("ending", observed=True)}
    rows = [
        [f"{day} d", *(_share_at(by_ending[ending].loc[float(day)], ending) for ending in ENDINGS)]
        for day in DAYS
        if day <= curves["days"].max()
    ]
    heads = ["days since asking", *(WORDS[ending] for ending in ENDINGS)]
    with_intervals = of_several(result, "; of the refunded, with 95 % intervals")
    return NumbersTable(f"Share of all claims that had ended so by each day{with_intervals}", heads, rows)


def _share_at(row: Any, ending: str) -> str:
    is_plain = ending != "refunded"
    return f"{100 * row['share']:.1f} %" if is_plain else str(share(row["share"], row["low"], row["high"]))


def _finding_of_flow(ways: pd.DataFrame) -> str:
    """How many claims come to each stage."""
    total = int(ways["claims"].sum())
    stages = [column for column in ways.columns if column not in (ASKED, "ending", "claims")]
    of = min(100, total)  # of fewer claims than a hundred, each is counted
    came = [(step, ways["claims"][ways[stage] == step].sum() / total) for stage in stages for step in (FREE, stage)]
    told = [f"{of * part:.0f} {DID[step]}" for step, part in came if part]
    return f"Of {counted(of, 'claim')}, {', '.join(told)}" if told else "No claim comes to any stage"


def _table_of_ways(ways: pd.DataFrame) -> NumbersTable:
    stages = [column for column in ways.columns if column not in (ASKED, "ending", "claims")]
    total = int(ways["claims"].sum())
    rows = []
    for way in ways.to_dict("records"):
        steps = [way[stage] for stage in stages if way[stage] not in (PASSED, *ENDINGS)]
        path = " → ".join(["asked", *(step.replace("_", " ") for step in steps)])
        rows.append([path, WORDS[way["ending"]], f"{way['claims']:,}", f"{100 * way['claims'] / total:.1f} %"])
    caption = "Claims by the stages they came to and how they ended, all replications"
    return NumbersTable(caption, ["way", "ending", "claims", "of all"], rows)


def _table_of_hours(result: Result) -> NumbersTable:
    rows = [
        [row["bin"], hours_picture.GROUPS[row["group"]][0], *_success_and_half(row)]
        for row in result.by_hours.to_dict("records")
        if row["n"]
    ]
    heads = ["time from payment", "who", "claims", "refunded in full", "half have their money after"]
    caption = f"Success and time to money by how quickly the mind was changed{of_several(result, WITH_INTERVALS)}"
    return NumbersTable(caption, heads, rows)


def _success_and_half(row: dict[Any, Any]) -> list[str]:
    half = days(row["median_days"], row["median_low"], row["median_high"])
    return [f"{row['n']:,}", str(share(row["success"], row["low"], row["high"])), str(half)]


def _table_of_desks(result: Result) -> NumbersTable:
    numbers = Numbers(result.summary)
    rows = [
        [str(result.summary["title"].loc[measure]), numbers.value(measure), numbers.interval(measure)]
        for measure in _DESK_MEASURES
        if numbers.has(measure)
    ]
    heads = ["what", "value", of_several(result, "95 % interval")]
    return NumbersTable("The desks while the requests of these claims came in", heads, rows)


def costs_table(result: Result) -> NumbersTable | None:
    """Who pays what, per claim and per 1,000 orders; None where nobody claimed."""
    rows = [[row.what, row.who, *map(_with_interval, row[3:])] for row in costs_of(result)]
    caption = f"Who pays what, per claim and per 1,000 orders{of_several(result, WITH_INTERVALS)}"
    return NumbersTable(caption, HEADS, rows) if result.about["claims"] else None


def _with_interval(number: Shown) -> Markup:
    """The number, and behind it, or on a line of its own, its interval."""
    return Markup('{} <span class="interval">{}</span>').format(number.value.replace(" ", HELD), number.interval)


def groups_of(result: Result) -> NumbersTable | None:
    """For whom it goes well: success by kind of claim; None where nobody claimed."""
    told = [group for group in _GROUPS if result.by_group["group"].eq(group).sum() > 1]
    rows = [
        [_named(row["value"]), _GROUPS[str(row["group"])], *_success_and_half(row)]
        for row in result.by_group.to_dict("records")
        if row["group"] in told
    ]
    heads = ["", "by", "claims", "refunded in full", "half have their money after"]
    caption = f"Success and time to money by kind of claim{of_several(result, WITH_INTERVALS)}"
    return NumbersTable(caption, heads, rows) if rows else None


def finding_of_groups(result: Result) -> str:
    """By what success differs most, and between whom; by the stage that decided, it does so of course."""
    if result.about["replications"] == 1:
        return ""  # nobody knows whether any of it is more than luck
    told = result.by_group[(result.by_group["group"] != "route") & (result.by_group["n"] >= FEWEST)]
    by_group = told.groupby("group")["success"]
    spans = (by_group.max() - by_group.min()).dropna()
    if spans.empty or not spans.max() > 0:
        return ""
    members = told[told["group"] == spans.idxmax()].sort_values("success", kind="stable").to_dict("records")
    ends = [
        f"{share(row['success'], row['low'], row['high'])} ({_named(row['value'])})"
        for row in (members[0], members[-1])
    ]
    by = f"Apart from the stage that decided, success differs most by {_GROUPS[str(spans.idxmax())]}"
    doubt = "; their intervals overlap" if members[0]["high"] >= members[-1]["low"] else ""
    return f"{by}: from {ends[0]} to {ends[1]}{doubt}."


def _named(value: object) -> str:
    return printable(str(value)).replace("_", " ")

"""One order in words: its row of the outcome table, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import numpy as np

from sim.records.journal import Activity
from sim.records.life import COLUMNS
from sim.records.table import Records
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import Outcome, Route, Settled, Stage, Word


def story(scenario: Scenario, records: Records, order: int) -> str:
    """The order's row as a list of what happened when, then its journal entries, where a journal was kept."""
    lines = [f"order {order}"]
    for row in np.flatnonzero(records.claims["order"] == order).tolist():
        lines += _row_in_words(scenario, {column: int(records.claims[column][row]) for column in COLUMNS})
    lines += [
        f"  journal: {_date(scenario, at)}  {activity.title}{detail and f' ({detail})'}"
        for at, number, activity, detail in records.journal.rows()
        if number == order
    ]
    return "\n".join(lines if len(lines) > 1 else [f"{lines[0]} has no row in the outcome table"])


def _row_in_words(scenario: Scenario, row: dict[str, int]) -> Iterator[str]:
    outcome, route = _word(Outcome, row["outcome"]), _word(Route, row["route"])
    yield f"  outcome {outcome} by {route}, refund {row['refund']} cents"
    for stage in Stage:
        if row[f"{stage.word}_settled_by"] != Settled.OPEN:
            yield f"  {stage.word} settled by {_word(Settled, row[f'{stage.word}_settled_by'])}"
    happened = [(row[one.column], one.title) for one in Activity if row[one.column] < NEVER]
    for at, title in sorted(happened, key=lambda one: one[0]):
        yield f"  {_date(scenario, at)}  {title}"


def _word(words: type[Word], code: int) -> str:
    """The word for a code; the code itself where there is none, which is what a story may have to tell."""
    return words(code).word if code in list(words) else f"code {code}"


def _date(scenario: Scenario, at: int) -> str:
    return f"{datetime.combine(scenario.start, time()) + timedelta(seconds=at)}"

"""What a notebook shows: tables of plain texts; a scenario with its title, its question, and its policy in rows.

No colours, so that it reads in light themes and dark ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sim.scenario.model import Scenario
from sim.scenario.policy_table import policy_rows
from sim.scenario.wording import counted, printable
from sim.show.phrases import HELD

LEFT = ' style="text-align:left"'


def card_of_scenario(scenario: Scenario) -> str:
    """HTML; all text of the scenario is escaped."""
    head = [f"<strong>{text(scenario.title or scenario.name)}</strong> <code>{text(scenario.name)}</code>"]
    head += [text(scenario.question)] if scenario.question else []
    heads = ("request", "who answers", "time to answer", "silence means")
    experiment = scenario.experiment
    orders = counted(scenario.market.orders_per_day, "order")
    size = f"{orders} a day from {scenario.start}, cohort of {experiment.cohort}"
    luck = f"{counted(experiment.replications, 'replication')}, seed {experiment.seed}"
    policy = table(heads, policy_rows(scenario.policy))
    return f"<div>{'<br>'.join(head)}{policy}<small>{text(size)}; {luck}</small></div>"


def table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts, each escaped; the first cell of a row names it."""
    top = "".join(f'<th scope="col"{LEFT}>{text(head)}</th>' for head in heads)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Sequence[str]) -> str:
    name, *others = row
    return f'<th scope="row"{LEFT}>{text(name)}</th>' + "".join(f"<td{LEFT}>{text(cell)}</td>" for cell in others)


def text(unchecked: str) -> str:
    """Text that is nothing but text, whatever somebody has written into a scenario."""
    return escape(printable(unchecked))


def told(sentences: Iterable[str]) -> str:
    """On lines that may break anywhere: a cell is narrow."""
    return text(" ".join(sentences).replace(HELD, " "))

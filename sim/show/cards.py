"""Results and comparisons as a notebook shows them: compact, without colours of their own."""

from __future__ import annotations

from sim.experiment.comparison import Comparison
from sim.experiment.result import Result
from sim.scenario.wording import counted
from sim.show.findings import findings
from sim.show.judged import headlines_of
from sim.show.measured import measured
from sim.show.notebook import table, text, told
from sim.show.notes import notes_of

MEASURES = (
    "success_rate",
    "recovered_share",
    "refund_time_median_all",
    "refunded_within_14d",
    "outcome_refused",
    "outcome_gave_up",
    "silence_share",
    "postage_per_claim",
)
"""What a card shows of a result; `result.summary` has the rest."""


def card_of_result(result: Result) -> str:
    """The headline measures with their intervals, and what to know before believing them."""
    shown = [(str(result.summary["title"].loc[name]), measured(result, name).shown()) for name in MEASURES]
    rows = [(title, number.value, number.interval) for title, number in shown]
    about = result.about
    claims, orders = counted(about["claims"], "claim"), counted(about["orders"], "order")
    size = f"{claims} among {orders} in {counted(about['replications'], 'replication')}"
    body = table(("", "value", "95 % interval"), rows)
    return f"<div><strong>{_title(result)}</strong>{body}<small>{size}{_notes(notes_of(result))}</small></div>"


def card_of_comparison(comparison: Comparison) -> str:
    """What each of the others changes against the base: in words, and with its verdicts."""
    parts = [_versus(comparison, other) for other in comparison.others]
    return f"<div>Against <strong>{_title(comparison.base)}</strong>{''.join(parts)}</div>"


def _versus(comparison: Comparison, other: Result) -> str:
    name = other.scenario.name
    rows = [(one.name, *one.shown(), one.said()) for one in headlines_of(comparison, name).values()]
    said = told(findings(comparison, name))
    verdicts = table(("", "difference", "95 % interval", "verdict"), rows)
    return f"<p><strong>{_title(other)}</strong><br>{said}</p>{verdicts}"


def _title(result: Result) -> str:
    return text(result.scenario.title or result.scenario.name)


def _notes(notes: list[str]) -> str:
    return "".join(f"<br>Note: {text(note)}" for note in notes)

"""What a notebook shows: a scenario, a result, a comparison; and how far a run has come."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import Any

from sim.experiment.comparison import Comparison
from sim.experiment.result import Result
from sim.scenario.model import Scenario
from sim.scenario.policy import HEADS, policy_rows
from sim.scenario.wording import counted
from sim.show.changed import title_of
from sim.show.findings import findings
from sim.show.html_table import table, text, told
from sim.show.judged import headlines_of, measured
from sim.show.notes import notes_of


def card_of_scenario(scenario: Scenario) -> str:
    """HTML; all text of the scenario is escaped."""
    head = [f"<strong>{text(scenario.title or scenario.name)}</strong> <code>{text(scenario.name)}</code>"]
    head += [text(scenario.question)] if scenario.question else []
    experiment = scenario.experiment
    orders = counted(scenario.market.orders_per_day, "order")
    size = f"{orders} a day from {scenario.start}, cohort of {experiment.cohort}"
    luck = f"{counted(experiment.replications, 'replication')}, seed {experiment.seed}"
    policy = table(HEADS, policy_rows(scenario.policy))
    return f"<div>{'<br>'.join(head)}{policy}<small>{text(size)}; {luck}</small></div>"


# ------------------------------------------------------------------------------- results and comparisons


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
    below = f"<small>{size}{_notes(notes_of(result))}</small>"
    return f"<div><strong>{escape(title_of(result))}</strong>{body}{below}</div>"


def card_of_comparison(comparison: Comparison) -> str:
    """What each of the others changes against the base: in words, and with its verdicts."""
    parts = [_versus(comparison, other) for other in comparison.others]
    return f"<div>Against <strong>{escape(title_of(comparison.base))}</strong>{''.join(parts)}</div>"


def _versus(comparison: Comparison, other: Result) -> str:
    name = other.scenario.name
    rows = [(one.name, *one.shown(), one.said()) for one in headlines_of(comparison, name).values()]
    said = told(findings(comparison, name))
    verdicts = table(("", "difference", "95 % interval", "verdict"), rows)
    return f"<p><strong>{escape(title_of(other))}</strong><br>{said}</p>{verdicts}"


def _notes(notes: list[str]) -> str:
    return "".join(f"<br>Note: {text(note)}" for note in notes)


BAR_WIDTH = 30
"""Of the bar on a terminal, in characters."""


def bar() -> Callable[[int, int], None]:
    """What `sim.run` and `sim.compare` may be given as `progress`; it goes when the work is done."""
    if _is_notebook():
        return _in_a_notebook()
    return _on_a_terminal if sys.stderr.isatty() else lambda done, total: None


def _is_notebook() -> bool:
    """Whether a kernel runs this: only then is there somebody to show HTML to."""
    kernel: Any = sys.modules.get("ipykernel.zmqshell")
    ipython: Any = sys.modules.get("IPython")
    return kernel is not None and isinstance(ipython.get_ipython(), kernel.ZMQInteractiveShell)


def _in_a_notebook() -> Callable[[int, int], None]:
    ipython: Any = import_module("IPython.display")  # it has no types
    shown = ipython.display(ipython.HTML(""), display_id=True)

    def step(done: int, total: int) -> None:
        label = f"{done} of {counted(total, 'replication')}"
        bar = f'<progress value="{done}" max="{total}" aria-label="{label}"></progress> {label}'
        shown.update(ipython.HTML(bar if done < total else ""))

    return step


def _on_a_terminal(done: int, total: int) -> None:
    filled = BAR_WIDTH * done // total
    line = f"{'━' * filled}{' ' * (BAR_WIDTH - filled)} {done} of {counted(total, 'replication')}"
    sys.stderr.write(f"\r{line}" if done < total else f"\r{' ' * len(line)}\r")
    sys.stderr.flush()

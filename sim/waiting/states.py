"""Cells of a table of cases as they are written, where a fault in them stands, and whether a policy knows the
states that cases are said to be in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.arrays import Bools
from sim.errors import Fault
from sim.rules.terms import refunds_at_dispatch_limit
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.wording import printable, shortened
from sim.vocabulary import ClaimKind, Verdict
from sim.waiting.history import Histories
from sim.waiting.read_off import where_terms
from sim.waiting.steps import inspected


@dataclass
class CaseTable:
    """The cells of a table as they are written."""

    file: str
    lines: list[int]
    cells: dict[str, list[str]]
    """By the model's word for the column."""
    places: dict[str, int]
    """Which field of a line each column is."""
    texts: list[str]
    """The lines as they are written: of a row that goes over several, the last."""
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, column: str, message: str) -> Fault:
        """Where it stands: the line, and the column of characters at which the field begins."""
        return Fault(
            self.file, self.lines[row], begins_at(self.texts[row], self.places.get(column, 0)), column, message
        )

    def refuse(self, row: int, column: str, message: str) -> None:
        """Add a fault."""
        self.faults.append(self.fault(row, column, message))

    def refuse_cell(self, row: int, column: str, expected: str) -> None:
        """Add a fault in what is written there."""
        found = printable(shortened(self.cells[column][row], 60))
        self.refuse(row, column, f"found {found!r}, expected {expected}")


def begins_at(text: str, place: int) -> int:
    """The column of characters, from 1, at which a field of a line begins, with all quotation marks before it."""
    starts, is_quoted = [1], False
    for at, letter in enumerate(text, 1):
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == "," and not is_quoted:
            starts.append(at + 1)
    return starts[place] if place < len(starts) else 1


def check_states(table: CaseTable, seen: Histories, scenario: Scenario) -> None:
    """Add a fault for every state that the policy does not know, or that nobody's claim led to."""
    for column, (rows, what) in _unknown(seen, scenario).items():
        for row in np.flatnonzero(rows).tolist():
            table.refuse(row, column, f"found a state that the policy does not know: it has no {what}")
    asking = "'requested' (of what was cancelled for free, too), 'dispute_opened' or 'withdrawn'"
    for column, rows in _unasked(seen, scenario).items():
        for row in np.flatnonzero(rows).tolist():
            table.refuse(row, column, f"found an instant, and none at which the buyer asked; expected {asking}")


def _unasked(seen: Histories, scenario: Scenario) -> dict[str, Bools]:
    """By column: where what comes of a claim has come, and nobody has claimed anything."""
    unasked = seen.asked >= NEVER
    by_itself = refunds_at_dispatch_limit(scenario) | seen.has("chargeback_opened")
    where = {"refund_due": unasked & ~by_itself, "mediation_opened": unasked, "return_posted": unasked}
    return {column: rows & seen.has(column) for column, rows in where.items()}


def _unknown(seen: Histories, scenario: Scenario) -> dict[str, tuple[Bools, str]]:
    """By column: the cases that it cannot be true of, and what the policy lacks."""
    policy = scenario.policy
    unsent = seen.at("requested") < np.minimum(seen.at("dispatched"), NEVER)
    cancels = unsent & (seen.kind == ClaimKind.REGRET) & (seen.disputed >= NEVER)
    disputes = where_terms(scenario, seen, lambda terms: terms.may_dispute and terms.needs_consent)
    withdraws = where_terms(scenario, seen, lambda terms: terms.may_dispute and not terms.needs_consent)
    offers = where_terms(scenario, seen, lambda terms: terms.rounds > 0)
    return {
        "requested": (cancels & (policy.cancellation is None), "cancellation"),
        "mediation_opened": (seen.has("mediation_opened") & (policy.mediation is None), "mediation"),
        "dispute_opened": (seen.has("dispute_opened") & ~disputes, "dispute"),
        "withdrawn": (seen.has("withdrawn") & ~withdraws, "right of withdrawal"),
        "offer_opened": (seen.has("offer_opened") & ~offers, "offers of a part"),
        "inspection_closed": (seen.has("inspection_closed") & ~inspected(scenario, seen), "inspection"),
        "chargeback_opened": (seen.has("chargeback_opened") & (policy.chargeback is None), "chargeback"),
    }


MEANING = {0: "", **{verdict.value: verdict.word for verdict in Verdict}}
"""What silence comes to, as a word."""
STAGES = (
    *("not asked", "cancellation", "waiting", "dispute", "offer", "mediation"),
    *("return", "chargeback", "posting", "over"),
)


def stages_of(histories: Histories) -> list[str]:
    """Where each case stands, in a word."""
    has = histories.has
    stage = np.where(has("requested") | has("dispute_opened"), 2, 0)
    stage = np.where(histories.cancels & ~has("closed") & ~has("dispatched"), 1, stage)
    for column, number in (
        ("dispute_opened", 3), ("offer_opened", 4), ("mediation_opened", 5), ("return_posted", 6),
        ("chargeback_opened", 7), ("refund_due", 8), ("refunded", 9),
    ):  # fmt: skip
        stage = np.where(has(column), number, stage)
    return [STAGES[number] for number in stage.tolist()]

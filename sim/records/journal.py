"""The journal: one row per event, for reading, for `trace` and for process-mining tools."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from sim.vocabulary import Party, Settled, Stage, Verdict
from sim.vocabulary.stages import STAGES, STEPS

BY_ITSELF = "by itself"
"""What the journal says of a platform that nobody called to a refused dispute."""
OPENED = STEPS[0]
_TOLD = {"joined": "noticed", "started": "taken up", "settled": "settled"}
"""What is said of a request at its later steps."""


def _steps_of(*stages: Stage) -> dict[str, tuple[str, str, Party]]:
    """The four activities of each of these stages, as `STAGES` has them."""
    return {
        f"{stage.name}_{step.upper()}": (
            text.opened if step == OPENED else f"{stage.word} {_TOLD[step]}",
            f"{stage.word}_{step}_at",
            text.asker if step == OPENED else text.answerer,
        )
        for stage, text in ((stage, STAGES[stage]) for stage in stages)
        for step in STEPS
    }


class Activity(Enum):
    """What can happen to an order: (name in the journal, column of the outcome table it fills, who acts)."""

    PAID = ("paid", "paid_at", Party.BUYER)
    ARRANGED = ("shipment arranged", "arranged_at", Party.SELLER)
    DISPATCHED = ("dispatched", "dispatched_at", Party.SELLER)
    DELIVERED = ("delivered", "delivered_at", Party.CARRIER)
    ASKED = ("mind changed", "asked_at", Party.BUYER)
    vars().update(_steps_of(Stage.CANCELLATION, Stage.DISPUTE, Stage.MEDIATION))
    RETURN_POSTED = ("return posted", "return_posted_at", Party.BUYER)
    RETURN_RECEIVED = ("return received", "return_received_at", Party.SELLER)
    vars().update(_steps_of(Stage.INSPECTION))
    MISSED = ("promised date missed", "missed_at", Party.CARRIER)
    WITHDREW = ("right of withdrawal used", "withdrawn_at", Party.BUYER)
    vars().update(_steps_of(*tuple(Stage)[Stage.INSPECTION + 1 :]))
    FAILED = ("came to nothing", "failed_at", Party.BUYER)
    REFUND_DUE = ("refund due", "refund_due_at", Party.PLATFORM)
    REFUNDED = ("refunded", "refunded_at", Party.BANK)
    ENDED = ("claim ended", "ended_at", Party.BUYER)

    def __init__(self, title: str, column: str, party: Party) -> None:
        self.title, self.column, self.party = title, column, party


class Settlement(NamedTuple):
    """How a request ended, and what it came to."""

    how: Settled
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.how.word}: {self.verdict.word}"


class Entry(NamedTuple):
    """One event: when (s since the start), which order, what happened, and what there is to say about it."""

    at: int
    order: int
    activity: Activity
    said: str | Settlement

    @property
    def detail(self) -> str:
        """What there is to say, in words."""
        return str(self.said)


class Journal:
    """Takes down what happens. Entries are kept in the order of writing; `rows` gives them in order of time."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def note(self, at: int, order: int, activity: Activity, said: str | Settlement = "") -> None:
        """Write down one event."""
        self._entries.append(Entry(at, order, activity, said))

    def rows(self) -> list[Entry]:
        """All entries by instant, then order; what befell one order at one instant stays in order of writing."""
        return sorted(self._entries, key=lambda entry: entry[:2])


class NoJournal(Journal):
    """Nothing is taken down."""

    def note(self, at: int, order: int, activity: Activity, said: str | Settlement = "") -> None:
        """Let it pass."""

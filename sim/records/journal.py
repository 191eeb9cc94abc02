"""The journal: one row per event, for reading, for `trace` and for process-mining tools."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from sim.vocabulary import Party

BY_ITSELF = "by itself"
"""What the journal says of a platform that nobody called to a refused dispute."""


class Activity(Enum):
    """What can happen to an order: (name in the journal, column of the outcome table it fills, who acts)."""

    PAID = ("paid", "paid_at", Party.BUYER)
    ARRANGED = ("shipment arranged", "arranged_at", Party.SELLER)
    DISPATCHED = ("dispatched", "dispatched_at", Party.SELLER)
    DELIVERED = ("delivered", "delivered_at", Party.CARRIER)
    ASKED = ("mind changed", "asked_at", Party.BUYER)
    REQUEST_OPENED = ("cancellation requested", "cancellation_opened_at", Party.BUYER)
    REQUEST_JOINED = ("cancellation noticed", "cancellation_joined_at", Party.SELLER)
    REQUEST_STARTED = ("cancellation taken up", "cancellation_started_at", Party.SELLER)
    REQUEST_SETTLED = ("cancellation settled", "cancellation_settled_at", Party.SELLER)
    DISPUTE_OPENED = ("dispute opened", "dispute_opened_at", Party.BUYER)
    DISPUTE_JOINED = ("dispute noticed", "dispute_joined_at", Party.SELLER)
    DISPUTE_STARTED = ("dispute taken up", "dispute_started_at", Party.SELLER)
    DISPUTE_SETTLED = ("dispute settled", "dispute_settled_at", Party.SELLER)
    MEDIATION_OPENED = ("mediation opened", "mediation_opened_at", Party.BUYER)
    MEDIATION_JOINED = ("mediation noticed", "mediation_joined_at", Party.PLATFORM)
    MEDIATION_STARTED = ("mediation taken up", "mediation_started_at", Party.PLATFORM)
    MEDIATION_SETTLED = ("mediation settled", "mediation_settled_at", Party.PLATFORM)
    RETURN_POSTED = ("return posted", "return_posted_at", Party.BUYER)
    RETURN_RECEIVED = ("return received", "return_received_at", Party.SELLER)
    INSPECTION_OPENED = ("inspection opened", "inspection_opened_at", Party.BUYER)
    INSPECTION_JOINED = ("inspection noticed", "inspection_joined_at", Party.SELLER)
    INSPECTION_STARTED = ("inspection taken up", "inspection_started_at", Party.SELLER)
    INSPECTION_SETTLED = ("inspection settled", "inspection_settled_at", Party.SELLER)
    MISSED = ("promised date missed", "missed_at", Party.CARRIER)
    WITHDREW = ("right of withdrawal used", "withdrawn_at", Party.BUYER)
    OFFER_OPENED = ("part of the money offered", "offer_opened_at", Party.SELLER)
    OFFER_JOINED = ("offer noticed", "offer_joined_at", Party.BUYER)
    OFFER_STARTED = ("offer taken up", "offer_started_at", Party.BUYER)
    OFFER_SETTLED = ("offer settled", "offer_settled_at", Party.BUYER)
    CHARGEBACK_OPENED = ("chargeback filed", "chargeback_opened_at", Party.BUYER)
    CHARGEBACK_JOINED = ("chargeback noticed", "chargeback_joined_at", Party.BANK)
    CHARGEBACK_STARTED = ("chargeback taken up", "chargeback_started_at", Party.BANK)
    CHARGEBACK_SETTLED = ("chargeback settled", "chargeback_settled_at", Party.BANK)
    FAILED = ("came to nothing", "failed_at", Party.BUYER)
    REFUND_DUE = ("refund due", "refund_due_at", Party.PLATFORM)
    REFUNDED = ("refunded", "refunded_at", Party.BANK)
    ENDED = ("claim ended", "ended_at", Party.BUYER)

    def __init__(self, title: str, column: str, party: Party) -> None:
        self.title, self.column, self.party = title, column, party


class Entry(NamedTuple):
    """One event: when (s since the start), which order, what happened, and what there is to say about it."""

    at: int
    order: int
    activity: Activity
    detail: str


class Journal:
    """Takes down what happens. Entries are kept in the order of writing; `rows` gives them in order of time."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def note(self, at: int, order: int, activity: Activity, detail: str = "") -> None:
        """Write down one event."""
        self._entries.append(Entry(at, order, activity, detail))

    def rows(self) -> list[Entry]:
        """All entries by instant, then order; what befell one order at one instant stays in order of writing."""
        return sorted(self._entries, key=lambda entry: entry[:2])


class NoJournal(Journal):
    """Nothing is taken down."""

    def note(self, at: int, order: int, activity: Activity, detail: str = "") -> None:
        """Let it pass."""

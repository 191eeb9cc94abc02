"""What happened to one order whose buyer wanted the money back."""

from __future__ import annotations

from ctypes import Structure, c_int64
from struct import Struct
from typing import Self

from sim.records.journal import Activity, Journal, Settlement
from sim.scenario.durations import NEVER
from sim.vocabulary import Settled, Stage, Verdict
from sim.vocabulary.stages import STEPS

STEP_ACTIVITY = tuple(tuple(Activity[f"{stage.name}_{step.upper()}"] for step in STEPS) for stage in Stage)
"""By stage: what its four steps are called."""
OPENED, JOINED, STARTED, SETTLED = range(4)
PAID = Activity.PAID

INSTANTS = tuple(activity.column for activity in Activity)
"""Every instant of an order, in seconds since the start; NEVER where it did not happen."""
AMOUNTS = ("claimed", "refund", "buyer_cost", "seller_cost", "platform_cost", "saving")
"""Cents: what was asked for, what came back, what each party paid, what buying elsewhere saves."""
SETTLEMENTS = tuple(f"{stage.word}_settled_by" for stage in Stage)
WORK = tuple(f"{stage.word}_work" for stage in Stage)
"""Seconds of working time that each request took at its desk."""
VERDICTS = ("claim", "outcome", "route", "failed_because", "limit_used", "on_record", "answered_by", *SETTLEMENTS)
"""Codes of words, and yes or no. `answered_by` is the party that a dispute was put to;
`failed_because` why the claim came to no money of itself (at `failed_at`), or what it waits for in vain."""
COLUMNS = ("order", *INSTANTS, *AMOUNTS, *VERDICTS, *WORK)


BLANK = {column: NEVER if column in INSTANTS else 0 for column in COLUMNS}
"""Nothing has happened."""
_ROW = Struct(f"{len(COLUMNS)}q")
_NOTHING = _ROW.pack(*BLANK.values())


class Life(Structure):
    """The record of one claim, as its row of the outcome table lies in memory: blank until something happens."""

    __slots__ = ("_journal",)
    _fields_ = [(column, c_int64) for column in COLUMNS]
    order: int
    cancellation_opened_at: int
    dispute_opened_at: int
    withdrawn_at: int
    inspection_opened_at: int
    dispute_settled_at: int
    return_received_at: int
    mediation_settled_at: int
    dispute_settled_by: int
    mediation_settled_by: int
    refunded_at: int
    claimed: int
    refund: int
    buyer_cost: int
    seller_cost: int
    platform_cost: int
    saving: int
    claim: int
    outcome: int
    route: int
    failed_because: int
    limit_used: int
    on_record: int
    answered_by: int
    cancellation_settled_by: int

    def __new__(cls, *_: object) -> Self:
        return cls.from_buffer_copy(_NOTHING)

    def __init__(self, order: int, claim: int, paid_at: int, journal: Journal | None) -> None:
        self.order, self.claim, self._journal = order, claim, journal
        self.happened(PAID, paid_at)

    def happened(self, activity: Activity, at: int, said: str | Settlement = "") -> None:
        """Something happened at an instant; one that never comes is not written down."""
        if at < NEVER:
            setattr(self, activity.column, at)
            if self._journal:
                self._journal.note(at, self.order, activity, said)

    def opened(self, stage: int, at: int, stating: str = "") -> None:
        """A request was put, for the reason stated. A further round takes the place of the one before."""
        steps = STEP_ACTIVITY[stage]
        if getattr(self, steps[OPENED].column) < NEVER:
            for activity in steps[JOINED:]:
                setattr(self, activity.column, NEVER)
        self.happened(steps[OPENED], at, stating)

    def settled(self, stage: int, at: int, how: Settled, verdict: Verdict, work: int) -> None:
        """A request ended: how, what it came to, and the working time it took at the desk."""
        setattr(self, SETTLEMENTS[stage], how)
        setattr(self, WORK[stage], work)
        self.happened(STEP_ACTIVITY[stage][SETTLED], at, Settlement(how, verdict) if self._journal else "")

    def row(self) -> tuple[int, ...]:
        """By column: what has happened, over nothing."""
        return _ROW.unpack(self)

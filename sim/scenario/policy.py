"""The policy: whose clock runs, how long, and what silence means."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from sim.scenario.base import Described, Named, NoneOr, Share, sums_to_one
from sim.scenario.distributions import DurationLaw, ShareLaw, WallLaw, WorkLaw
from sim.scenario.durations import FiniteDuration, FiniteWallDuration
from sim.scenario.market import NOTHING, Name, Staff
from sim.vocabulary import Anchor, Discipline, Party, RefundOn, Verdict

T = TypeVar("T")

ANY_SILENCE = (Verdict.APPROVE, Verdict.DECLINE, Verdict.ESCALATE, Verdict.MAY_ESCALATE, Verdict.CLOSE)


class Window(Described):
    """So long after a named instant of the order; the last instant is still inside."""

    after: Annotated[Anchor, Named()]
    """The instant it is counted from."""
    within: FiniteDuration = Field(default=0, validate_default=True)
    """How long; in business days or working time, the platform's."""


class Promise(Described):
    """The delivery date that the platform shows."""

    after: Annotated[Anchor, Named(only=(Anchor.PAID, Anchor.DISPATCHED))] = Anchor.PAID
    within: FiniteDuration


class DispatchTerms(Described):
    """How long the seller may take to dispatch."""

    limit: NoneOr[FiniteDuration] = None
    """Counted from payment; in business days or working time, the seller's."""
    on_miss: Literal["refund", "nothing"] = "refund"
    """What follows when it passes: the platform refunds the order by itself, or nothing."""


class ProductWindow(Described):
    """How long the cancel button is shown. It differs by product, so its length is a distribution."""

    after: Annotated[Anchor, Named(only=(Anchor.PAID,))] = Anchor.PAID
    within: WallLaw


class FreeUntil(Described):
    """Until then no consent is needed; the last instant is still free."""

    after: Annotated[Anchor, Named(only=(Anchor.PAID, Anchor.ARRANGED, Anchor.DISPATCHED))] = Anchor.PAID
    within: FiniteWallDuration = Field(default=0, validate_default=True)


class CancellationTerms(Described):
    """A buyer asks to cancel an order that has not been dispatched."""

    window: ProductWindow
    free_until: NoneOr[FreeUntil] = None
    clock: NoneOr[FiniteDuration]
    """How long the seller may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=ANY_SILENCE)]
    """What it means when the clock runs out."""
    ships_while_open: Literal["allowed", "held"] = "allowed"
    """Whether a dispatch that falls due ends an open request (shipped over), or waits for the answer."""


class DisputeTerms(Described):
    """A buyer asks for the money back after delivery."""

    opens: Window
    """The first instant at which it may be opened."""
    closes: NoneOr[Window] = None
    """The last instant at which it may be opened; later it is expired."""
    clock: NoneOr[FiniteDuration]
    """How long the seller may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=ANY_SILENCE)]
    """What it means when the clock runs out."""


class Rulings(Described):
    """For whom the platform decides."""

    buyer: Share
    seller: Share
    split: Share = 0
    """Part of the money back, the goods stay with the buyer."""

    @model_validator(mode="after")
    def _someone_wins(self) -> Rulings:
        sums_to_one({"buyer": self.buyer, "seller": self.seller, "split": self.split}, "the rulings")
        return self


class MediationTerms(Described):
    """The platform steps in: one request at the mediation desk, once per order."""

    staff: Staff = "unlimited"
    discipline: Annotated[Discipline, Named()] = Discipline.FIFO
    clock: NoneOr[FiniteDuration] = None
    """How long the platform may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=(Verdict.APPROVE, Verdict.DECLINE))] = Verdict.DECLINE
    """What it means when that clock runs out."""
    escalate_within: NoneOr[FiniteDuration] = None
    """How long after the seller's verdict or silence a buyer may still call for it."""
    notice: WallLaw = Field(default=NOTHING, validate_default=True)
    """Wall-clock time before a case is looked at."""
    handling: WorkLaw = Field(default=NOTHING, validate_default=True)
    """Working time a case takes."""
    rulings: Rulings
    split_share: ShareLaw = Field(default=0.5, validate_default=True)
    """The buyer's part of the price in a split ruling."""


class InspectionTerms(Described):
    """The seller looks at what came back."""

    clock: NoneOr[FiniteDuration] = None
    on_silence: Annotated[Verdict, Named(only=(Verdict.APPROVE, Verdict.ESCALATE, Verdict.CLOSE))] = Verdict.APPROVE
    """What it means when the clock runs out; approve releases the money."""


class ReturnTerms(Described):
    """The goods go back before the money does."""

    payer: Annotated[Party, Named(only=(Party.BUYER, Party.SELLER, Party.PLATFORM))]
    """Who pays the postage."""
    post_within: NoneOr[FiniteDuration] = None
    """How long after the verdict the buyer may post it; later it is expired."""
    refund_on: Annotated[RefundOn, Named()] = RefundOn.RECEIVED
    """Which step makes the refund fall due."""
    inspection: NoneOr[InspectionTerms] = None
    """The seller's inspection; needed where `refund_on` is `inspected`."""

    @model_validator(mode="after")
    def _inspected_means_there_is_an_inspection(self) -> ReturnTerms:
        if (self.refund_on is RefundOn.INSPECTED) != (self.inspection is not None):
            raise ValueError("expected an inspection exactly where refund_on is 'inspected'")
        return self


class RefundTerms(Described):
    """How the money travels."""

    within: NoneOr[FiniteDuration] = None
    """The latest it may reach the buyer after it fell due; an enforced limit. The bank's business days."""
    posting: dict[Name, DurationLaw]
    """What the bank needs, by payment method; business days are its own."""


class ByClaim(Described, Generic[T]):
    """Levers that may differ by why the buyer wants the money back.

    A row named after a claim kind is laid over `default` key by key before it is checked, so it says only
    what differs; `none` as a row switches the lever off for that kind.
    """

    default: NoneOr[T] = None
    regret: NoneOr[T] = None

    @model_validator(mode="before")
    @classmethod
    def _rows_over_the_default(cls, rows: Any) -> Any:
        if not isinstance(rows, dict) or "default" not in rows:
            return rows
        default = rows["default"]
        kinds = [name for name in cls.model_fields if name != "default"]
        return rows | {kind: laid_over(default, rows[kind]) if kind in rows else default for kind in kinds}


def laid_over(below: Any, above: Any) -> Any:
    """`above` over `below`: mappings merge, everything else is replaced."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: laid_over(below.get(key), value) for key, value in above.items()}


class Policy(Described):
    """What the platform lays down. Any part may be `none`: then it does not exist."""

    promise: NoneOr[Promise] = None
    dispatch: DispatchTerms = DispatchTerms()
    cancellation: NoneOr[CancellationTerms] = None
    dispute: NoneOr[ByClaim[DisputeTerms]] = None
    mediation: NoneOr[MediationTerms] = None
    returns: NoneOr[ByClaim[ReturnTerms]] = Field(default=None, alias="return")
    refund: RefundTerms

"""The policy: whose clock runs, how long, and what silence means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from sim.scenario.base import Described, Named, NoneOr
from sim.scenario.by_claim import CLAIMS, ByClaim, ClaimName, Row, with_row
from sim.scenario.costs import Payer
from sim.scenario.days import RunTime
from sim.scenario.distributions.families import DurationLaw, WallLaw
from sim.scenario.durations import FiniteDuration, FiniteWallDuration
from sim.scenario.market import NOTHING, Name
from sim.scenario.mediation import BankRulings, MediationTerms
from sim.scenario.windows import (
    ClosingWindow,
    DispatchLimit,
    FreeUntil,
    LastWindow,
    PostingLimit,
    ProductWindow,
    Promise,
    RefundLimit,
    Window,
)
from sim.vocabulary import ClaimKind, Party, RefundOn, Stage, Verdict, Weekday
from sim.vocabulary.stages import STAGES

MOST_ROUNDS = 3
ANY_SILENCE = (Verdict.APPROVE, Verdict.DECLINE, Verdict.ESCALATE, Verdict.MAY_ESCALATE, Verdict.CLOSE)


class DispatchTerms(Described):
    """How long the seller may take to dispatch."""

    limit: NoneOr[DispatchLimit] = None
    """Counted from payment, or from a named instant; in business days or working time, the seller's."""
    on_miss: Literal["refund", "nothing"] = "refund"
    """What follows when it passes: the platform refunds the order by itself, or nothing."""


class CancellationTerms(Described):
    """A buyer asks to cancel an order that has not been dispatched."""

    window: ProductWindow
    free_until: NoneOr[FreeUntil] = None
    clock: NoneOr[FiniteDuration]
    """How long the seller may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=ANY_SILENCE)]
    """What it means when the clock runs out."""
    trusted_free_until: NoneOr[FreeUntil] = None
    """For trusted buyers, instead of `free_until`."""
    ships_while_open: Literal["allowed", "held"] = "allowed"
    """Whether a dispatch that falls due ends an open request (shipped over), or waits for the answer."""


class OfferTerms(Described):
    """A seller's offer is a request to the buyer."""

    clock: NoneOr[FiniteDuration] = None
    """How long the buyer may take; in business days or working time, round the clock."""
    on_silence: Annotated[Verdict, Named(only=(Verdict.APPROVE, Verdict.DECLINE, Verdict.CLOSE))] = Verdict.DECLINE
    """What it means when that clock runs out; approve takes the offer, close ends the claim."""


class SteppingIn(Described):
    """The platform takes a pending dispute over. Both are counted from its opening, on the platform's clock."""

    buyer_may_after: NoneOr[FiniteDuration] = None
    """From then on the buyer may call the platform without waiting for the seller."""
    by_itself_after: NoneOr[FiniteDuration] = None
    """Then the platform comes by itself."""
    after_refusal: bool = False
    """Whether it then comes to a dispute that was refused or left to the buyer, too, if that one has not called."""

    @model_validator(mode="after")
    def _it_comes_at_some_time(self) -> SteppingIn:
        if self.after_refusal and self.by_itself_after is None:
            raise ValueError("found after_refusal true, but by_itself_after is none; expected a duration")
        return self


class DisputeTerms(Described):
    """A buyer asks for the money back: nothing was received, it is faulty, or it is too late to cancel."""

    opens: Window
    """The first instant at which it may be opened."""
    closes: NoneOr[ClosingWindow] = None
    """The last instant at which it may be opened; later it is expired."""
    while_in_transit: bool = False
    """Whether a buyer who changed their mind may open it once the parcel has left, without waiting for it."""
    needs_consent: bool = True
    """Whether somebody has to agree. A right of withdrawal needs no consent: it is approved at once."""
    answered_by: Annotated[Party, Named(only=(Party.SELLER, Party.PLATFORM))] = Party.SELLER
    """Who answers. The platform's answer is a ruling of its mediation, and final."""
    clock: NoneOr[FiniteDuration]
    """How long the answerer may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=ANY_SILENCE)]
    """What it means when the clock runs out."""
    rounds: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] = 0
    """How many offers a seller may make before it counts as a refusal."""
    offer: OfferTerms = OfferTerms()
    steps_in: NoneOr[SteppingIn] = None


class InspectionTerms(Described):
    """The seller looks at what came back."""

    clock: NoneOr[FiniteDuration] = None
    """How long the seller may take; in business days or working time, its own."""
    on_silence: Annotated[
        Verdict, Named(only=(Verdict.APPROVE, Verdict.ESCALATE, Verdict.MAY_ESCALATE, Verdict.CLOSE))
    ] = Verdict.APPROVE
    """What it means when the clock runs out; approve releases the money."""


class ReturnTerms(Described):
    """The goods go back before the money does."""

    payer: Payer
    """Who pays the postage: one party, or one by the price, `[{below: 20, payer: platform}, {payer: buyer}]`."""
    post_within: NoneOr[PostingLimit] = None
    """How long after the verdict (or the parcel's arrival, if later) the buyer may post it; or after a named
    instant, wherever the parcel is then. Later it is expired."""
    refund_on: Annotated[RefundOn, Named()] = RefundOn.RECEIVED
    """Which step makes the refund fall due."""
    trusted_refund_on: NoneOr[Annotated[RefundOn, Named()]] = None
    """For trusted buyers, instead of `refund_on`."""
    inspection: NoneOr[InspectionTerms] = None
    """The seller's inspection; needed where `refund_on` is `inspected`."""
    returnless_below: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    """Below this price the buyer keeps the goods; in units of the currency."""
    lost_return: Literal["buyer_bears", "platform_bears"] = "buyer_bears"
    """Who bears a return that gets lost: the buyer is refused, or refunded at the end of its transit."""

    @model_validator(mode="after")
    def _inspected_means_there_is_an_inspection(self) -> ReturnTerms:
        if (RefundOn.INSPECTED in (self.refund_on, self.trusted_refund_on)) != (self.inspection is not None):
            raise ValueError("expected an inspection exactly where refund_on is 'inspected'")
        return self


class RefundLevers(Described):
    """What may differ by why the buyer wants the money back."""

    within: NoneOr[RefundLimit] = None
    """The latest it may reach the buyer after it fell due, or after a named instant (a trader's clock runs from
    notice: `decided`), then never before it falls due; an enforced limit. The bank's business days."""
    posting: dict[Name, DurationLaw] = {}
    """What the bank needs, by payment method; business days are its own."""


class RefundRow(RefundLevers, Row):
    """Refunds of the claims of one kind: what it does not say is as for all."""


class PaymentRuns(Described):
    """Refunds are paid together: one joins the first run that lies long enough after it fell due."""

    weekdays: Annotated[list[Annotated[Weekday, Named()]], Field(min_length=1)]
    """On which days there is a run, if the bank has a business day."""
    at: RunTime
    """At what time of day: `17:30`."""
    cut_off: FiniteWallDuration = Field(default=0, validate_default=True)
    """How long before the run a refund has to be due; the last instant is in time."""


class RefundTerms(RefundLevers):
    """How the money travels."""

    posting: dict[Name, DurationLaw]
    """What the bank needs, by payment method; business days are its own."""
    runs: NoneOr[PaymentRuns] = None
    """Payment runs; what the bank needs begins with the run. Absent, it begins when the refund falls due."""
    by_claim: dict[ClaimName, RefundRow] = {}
    """For claims of this kind, over the levers for all."""

    def of(self, claim: ClaimKind) -> RefundTerms:
        """The levers for claims of one kind."""
        return with_row(self, self.by_claim.get(claim))


class ChargebackTerms(Described):
    """The last resort: the bank takes the money back from the platform, once per order."""

    methods: Annotated[list[Name], Field(min_length=1)]
    """Payment methods that know it."""
    claims: Annotated[list[ClaimName], Field(min_length=1)]
    """Kinds of claim that it is there for."""
    window: LastWindow
    """The last instant at which it may be filed; `decided` is when the claim ended otherwise."""
    clock: NoneOr[FiniteDuration] = None
    """How long the bank may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=(Verdict.APPROVE, Verdict.DECLINE))] = Verdict.DECLINE
    """What it means when that clock runs out."""
    notice: WallLaw = Field(default=NOTHING, validate_default=True)
    """Wall-clock time before the bank decides, in its opening hours."""
    rulings: BankRulings


class Policy(Described):
    """What the platform lays down. Any part may be `none`: then it does not exist."""

    promise: NoneOr[Promise] = None
    dispatch: DispatchTerms = DispatchTerms()
    cancellation: NoneOr[CancellationTerms] = None
    dispute: NoneOr[ByClaim[DisputeTerms]] = None
    """Disputes after dispatch, in rows by kind of claim."""
    mediation: NoneOr[MediationTerms] = None
    returns: NoneOr[ByClaim[ReturnTerms]] = Field(default=None, alias="return")
    """Sending the goods back, in rows by kind of claim."""
    refund: RefundTerms
    chargeback: NoneOr[ChargebackTerms] = None


Clocked = CancellationTerms | DisputeTerms | MediationTerms | InspectionTerms | OfferTerms | ChargebackTerms
"""What a policy says of one kind of request."""


def requests_of(policy: Policy, claim: ClaimKind) -> dict[Stage, Clocked | None]:
    """What is said of each request that a claim of this kind may come to; None where it cannot."""
    dispute: DisputeTerms | None = getattr(policy.dispute, claim.word, None)
    returns: ReturnTerms | None = getattr(policy.returns, claim.word, None)
    return {
        Stage.CANCELLATION: policy.cancellation,
        Stage.DISPUTE: dispute,
        Stage.OFFER: dispute.offer if dispute and dispute.rounds else None,
        Stage.MEDIATION: policy.mediation and policy.mediation.of(claim),
        Stage.INSPECTION: returns.inspection if returns else None,
        Stage.CHARGEBACK: policy.chargeback,
    }


# --------------------------------- the policy in rows: who is asked, how long the clock runs, what silence means


HEADS = ("request", "who answers", "time to answer", "silence means")
NO_CLOCK = "no clock"
NO_MEANING = "–"
"""Where no clock can run out, silence has none."""


class PossibleRequest(NamedTuple):
    """One question that a policy lets somebody ask."""

    question: str
    """`cancellation`, or `dispute (defect)` where kinds of claim differ."""
    answerer: str
    clock: str
    """As a scenario file writes it, or that there is none."""
    silence: str
    """What it means when the clock runs out, in the words of scenario files."""


def policy_rows(policy: Policy) -> list[PossibleRequest]:
    """Every question of a policy, in the order of an order's life; rows that kinds of claim share stand once."""
    by_claim = {claim.word: requests_of(policy, claim) for claim in CLAIMS}
    rows: list[PossibleRequest] = []
    for stage in STAGES:
        told = [(kind, _row(stage, terms)) for kind, by in by_claim.items() if (terms := by[stage]) is not None]
        rows += _merged(told)
    return rows


def _row(stage: Stage, terms: Clocked) -> PossibleRequest:
    if isinstance(terms, DisputeTerms) and not terms.needs_consent:
        return PossibleRequest(stage.word, "nobody has to agree", NO_MEANING, NO_MEANING)
    answerer = terms.answered_by if isinstance(terms, DisputeTerms) else STAGES[stage].answerer
    if terms.clock is None:
        return PossibleRequest(stage.word, answerer.word, NO_CLOCK, NO_MEANING)
    return PossibleRequest(stage.word, answerer.word, str(terms.clock), terms.on_silence.word.replace("_", " "))


def _merged(found: list[tuple[str, PossibleRequest]]) -> Iterator[PossibleRequest]:
    """Kinds of claim with the same terms in one row, named only where they differ."""
    for row in dict.fromkeys(row for _, row in found):
        kinds = [kind.replace("_", " ") for kind, its in found if its == row]
        is_common = len(kinds) == len(found)
        yield row if is_common else row._replace(question=f"{row.question} ({', '.join(kinds)})")

"""How buyers behave: changing their minds, giving up, going on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from sim.scenario.base import Described, Named, NoneOr, Share, Sparse, Weight
from sim.scenario.by_claim import ClaimName
from sim.scenario.distributions.families import AmountLaw, DurationLaw, ShareLaw, WallLaw
from sim.scenario.market import NOTHING, Market, Name
from sim.vocabulary import Reason

ByName = Annotated[dict[Name, Share], Field(min_length=1)]
Rate = Share | ByName
"""One chance for all orders, or one for each payment method, or for each product group."""


def names_of(rate: Rate, market: Market) -> tuple[str, ...]:
    """The names that a rate goes by, in the market's order: payment methods, or product groups."""
    methods, groups = tuple(market.payment_methods), tuple(market.product_groups)
    return groups if isinstance(rate, dict) and not set(rate) & set(methods) else methods


def complaints_about(rate: Rate, market: Market) -> Iterator[tuple[str, str]]:
    """What is wrong with a rate by name, with the key it concerns: it has to name all methods, or all groups."""
    if not isinstance(rate, dict):
        return
    names = names_of(rate, market)
    what = "market.payment_methods" if names == tuple(market.payment_methods) else "market.product_groups"
    for name in rate:
        if name not in names:
            known = f" ({', '.join(names)})" if names else ", which are not given"
            yield f".{name}", f"'{name}' is not among {what}{known}"
    for name in names:
        if name not in rate:
            yield "", f"'{name}' of {what} has no rate"


OrderNumber = Annotated[int, Field(ge=0, le=1_000_000_000)]
DECISIONS = ("cancel", "dispute", "take_offer", "escalate", "charge_back")


class Choice(Sparse):
    """Decisions of one buyer, or of all; what is not said is left to luck, and so is everybody else."""

    order: OrderNumber | None = None
    """The number of the order; all orders where it is not said."""
    replication: OrderNumber | None = None
    """In this replication only."""
    cancel: bool | None = None
    """Whether the buyer presses the cancel button while it is there."""
    dispute: bool | None = None
    """Whether the buyer goes on to a dispute, whatever it costs, or never opens one."""
    take_offer: bool | None = None
    """Whether the buyer takes whatever part of the money the seller offers, or none."""
    escalate: bool | None = None
    """Whether the buyer calls the platform."""
    charge_back: bool | None = None
    """Whether the buyer turns to the bank in the end."""

    @model_validator(mode="after")
    def _something_is_decided(self) -> Choice:
        if all(getattr(self, name) is None for name in DECISIONS):
            raise ValueError(f"found no decision, expected one or more of {', '.join(DECISIONS)}")
        return self


class FoundCheaper(Described):
    """The same thing, somewhere else, for less."""

    probability: Share
    """Chance that a buyer who changed their mind did so because of this."""
    saving: ShareLaw
    """What they would save, as a share of the price."""


class Regret(Described):
    """A buyer changes their mind."""

    probability: Rate
    """Chance that an order is regretted; for all, or by payment method or product group."""
    after: WallLaw
    """From payment until the mind has changed."""
    reasons: Annotated[dict[Annotated[Reason, Named()], Weight], Field(min_length=1)] = {Reason.NOT_NEEDED: 1}
    """What moves them, by relative weight: the article's menu of seven and three that blame the seller."""
    found_cheaper: NoneOr[FoundCheaper] = None
    """Those who found it cheaper elsewhere. No reason on the menu fits them: they fall back on `not_needed`."""

    @field_validator("reasons")
    @classmethod
    def _some_reason_has_weight(cls, reasons: dict[Reason, float]) -> dict[Reason, float]:
        if sum(reasons.values()) == 0:
            raise ValueError("found no reason with a weight above 0, expected at least one")
        return reasons


class Plea(Described):
    """The buyer writes to the seller before opening a dispute."""

    probability: Share
    """Chance that a buyer writes first."""
    odds: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
    """What the odds that the seller agrees are multiplied by."""


class Escalation(Described):
    """The buyer takes a refused dispute to the platform."""

    probability: Share
    """Chance that a buyer goes on."""
    after: WallLaw = Field(default=NOTHING, validate_default=True)
    """How long they take to do so."""


class Patience(Described):
    """How long a buyer waits for an answer before dropping the request; `never` runs out by default."""

    cancellation: WallLaw = Field(default="never", validate_default=True)
    dispute: WallLaw = Field(default="never", validate_default=True)
    mediation: WallLaw = Field(default="never", validate_default=True)


class Notices(Described):
    """A fault of the delivery that some buyers notice, and ask their money back for."""

    probability: Rate
    """Chance that a buyer whom it befalls notices and asks; for all, or by payment method or product group."""
    after: WallLaw = Field(default=NOTHING, validate_default=True)
    """How long that takes."""


class Bargaining(Described):
    """How a buyer answers a seller who offers a part of the money."""

    reservation: ShareLaw = Field(default=NOTHING, validate_default=True)
    """The least share of the price for which a buyer settles and keeps the goods; nothing at all never will do."""
    silent: Share = 0
    """Chance that a buyer never answers an offer."""
    notice: WallLaw = Field(default=NOTHING, validate_default=True)
    """How long a buyer takes to answer one."""


class LastResort(Described):
    """A buyer who got nothing has the bank take the money back, where `policy.chargeback` lets them."""

    probability: Share = 0
    """Chance that a buyer does so."""
    after: WallLaw = Field(default=NOTHING, validate_default=True)
    """How long after the claim ended."""


class Buyers(Described):
    """What buyers do of their own accord."""

    trusted: Share = 0
    """Share of buyers whom the platform trusts; a policy may grant them terms of their own."""
    regret: Regret
    not_received: NoneOr[Notices] = None
    """The promised date passes without delivery: the time counts from that date."""
    defect: NoneOr[Notices] = None
    """What was delivered is faulty: the chance counts that and noticing it, the time runs from delivery."""
    agrees_to_change_reason: Share = 0
    """Chance that a buyer changes the stated reason when the seller asks."""
    goes_on: Share = 1
    """Chance that a buyer whose cancellation failed waits for the parcel and disputes; the others give up."""
    dispute_after: dict[ClaimName, WallLaw] = {}
    """How long after it becomes possible a buyer opens the dispute, by kind of claim; at once where not said."""
    choices: list[Choice] = []
    """Decisions that are fixed, for one case or for all, instead of left to luck."""
    plea: NoneOr[Plea] = None
    hassle: ShareLaw = Field(default=NOTHING, validate_default=True)
    """What sending it back is felt to cost besides money, as a share of the price."""
    return_cost: AmountLaw = Field(default=NOTHING, validate_default=True)
    """Postage of a return, in units of the currency, whoever pays it."""
    return_delay: DurationLaw = Field(default=NOTHING, validate_default=True)
    """From the verdict until the buyer posts the parcel; in business days it is the carrier's."""
    escalation: Escalation = Escalation(probability=1)
    patience: Patience = Patience()
    offers: Bargaining = Bargaining()
    chargeback: LastResort = LastResort()

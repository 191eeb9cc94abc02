"""Mediation: the platform rules, in its own time, by levers that may differ by kind of claim and by ruling."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.scenario.base import Described, Named, NoneOr, Share, sums_to_one
from sim.scenario.by_claim import ClaimName, Row, with_row
from sim.scenario.distributions.families import DurationLaw, ShareLaw, WallLaw, WorkLaw
from sim.scenario.durations import FiniteDuration
from sim.scenario.market import NOTHING, Staff
from sim.scenario.windows import LastCall
from sim.vocabulary import ClaimKind, Discipline, Verdict


class BankRulings(Described):
    """For whom the bank decides."""

    buyer: Share
    """Chance that the buyer gets the money back."""
    seller: Share
    """Chance that the seller keeps it."""

    @model_validator(mode="after")
    def _someone_wins(self) -> Self:
        sums_to_one(dict(self), "the rulings")
        return self


class Rulings(BankRulings):
    """For whom the platform decides."""

    buyer: Share
    """Chance that the buyer gets all the money."""
    split: Share = 0
    """Part of the money back, the goods stay with the buyer."""


class RulingTimes(Described):
    """How long rulings of one kind take, where they do not take as long as the others."""

    notice: NoneOr[WallLaw] = None
    """Wall-clock time before such a case is looked at; as for all rulings where it is not said."""
    handling: NoneOr[WorkLaw] = None
    """Working time such a case takes; as for all rulings where it is not said."""


class RulingsTimes(Described):
    """Rows by ruling over `notice` and `handling`; a case's luck is the same, whichever law reads it."""

    buyer: RulingTimes = RulingTimes()
    seller: RulingTimes = RulingTimes()
    split: RulingTimes = RulingTimes()


class MediationLevers(Described):
    """What may differ by why the buyer wants the money back."""

    clock: NoneOr[FiniteDuration] = None
    """How long the platform may take; in business days or working time, its own."""
    on_silence: Annotated[Verdict, Named(only=(Verdict.APPROVE, Verdict.DECLINE))] = Verdict.DECLINE
    """What it means when that clock runs out."""
    escalate_within: NoneOr[LastCall] = None
    """How long after the seller's verdict or silence, or after a named instant, a buyer may still call for it."""
    notice: WallLaw = Field(default=NOTHING, validate_default=True)
    """Wall-clock time before a case is looked at."""
    handling: WorkLaw = Field(default=NOTHING, validate_default=True)
    """Working time a case takes."""
    by_ruling: NoneOr[RulingsTimes] = None
    """How long cases take by how they will be ruled: those that buyers win may end sooner than the others."""
    rulings: Rulings | None = None
    split_share: ShareLaw = Field(default=0.5, validate_default=True)
    """The buyer's part of the price in a split ruling."""

    def laws_by_ruling(self) -> Iterator[tuple[str, DurationLaw]]:
        """The laws of single rulings, each with its path, as `buyer.notice`."""
        for ruling, name in product(RulingsTimes.model_fields, RulingTimes.model_fields):
            law = getattr(getattr(self.by_ruling, ruling, None), name, None)
            if law is not None:
                yield f"{ruling}.{name}", law


class MediationRow(MediationLevers, Row):
    """Mediation of the claims of one kind: what it does not say is as for all."""


class MediationTerms(MediationLevers):
    """The platform steps in: one request at the mediation desk, once per order."""

    staff: Staff = "unlimited"
    """How many cases the platform works on at once."""
    discipline: Annotated[Discipline, Named()] = Discipline.FIFO
    """Whose case it takes up next."""
    rulings: Rulings
    by_claim: dict[ClaimName, MediationRow] = {}
    """For claims of this kind, over the levers for all; the staff and its discipline are the desk's."""

    def of(self, claim: ClaimKind) -> MediationTerms:
        """The levers for claims of one kind."""
        return with_row(self, self.by_claim.get(claim))

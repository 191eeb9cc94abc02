"""The marketplace as it is: orders, sellers and how they behave, the carrier."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from sim.scenario.base import Day, Described, Multiple, Named, NoneOr, Share, Sparse, Weight, sums_to_one
from sim.scenario.calendars import OneOrMany
from sim.scenario.days import ClosedSpell, Days
from sim.scenario.distributions.families import AmountLaw, DurationLaw, ShareLaw, WallLaw, WorkLaw
from sim.scenario.tree import REFUSED
from sim.vocabulary import Discipline, Weekday

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""A short lower-case name, safe in file names and tables."""
Staff = Annotated[int, Field(ge=1, le=1_000_000)] | Literal["unlimited"]
"""How many requests a desk works on at once."""
NOTHING = 0
"""No time at all, as a law: a constant zero."""
ANSWERS = ("accept", "refuse", "counter", "ship", "silent")
"""What somebody may say to a request; their chances sum to 1."""


class Answers(Described):
    """How one party answers one kind of request: what it says, when it looks, how long it works."""

    accept: Share = 0
    """Chance that it says yes."""
    refuse: Share = 0
    """Chance that it says no."""
    silent: Share = 0
    """Chance that it never says anything."""
    notice: WallLaw = Field(default=NOTHING, validate_default=True)
    """Wall-clock time before it looks at the request."""
    notice_share_of_clock: NoneOr[ShareLaw] = None
    """Instead of `notice`: it looks after this share of its clock (0.99 stalls to the last minute)."""
    handling: WorkLaw = Field(default=NOTHING, validate_default=True)
    """Working time the request takes at the desk."""

    def chances(self) -> dict[str, float]:
        """By what may be said."""
        return {name: getattr(self, name) for name in ANSWERS if name in type(self).model_fields}

    @model_validator(mode="after")
    def _one_thing_is_said(self) -> Answers:
        sums_to_one(self.chances(), "the chances of what it says")
        if self.notice_share_of_clock is not None and any(delay.seconds for delay in self.notice.durations()):
            raise ValueError("found both notice and notice_share_of_clock, expected one of them")
        return self


class CancellationAnswers(Answers):
    """How a seller answers a cancellation request. It may also ship at once, and play the reason game."""

    ship: Share = 0
    """Chance that it dispatches at once instead of answering."""
    asks_to_change_reason: Share = 0
    """Where the stated reason blames the seller: chance that it asks the buyer to change it."""
    unchanged_odds: Annotated[float, Field(ge=0, le=1)] = 1
    """What the odds of a yes are multiplied by when the buyer does not change the reason."""


class DisputeAnswers(Answers):
    """How a seller answers a dispute. Instead of yes or no it may offer a part of the money."""

    counter: Share = 0
    """Chance that it makes an offer, and as many more as the policy has rounds."""
    offer: ShareLaw = Field(default=NOTHING, validate_default=True)
    """What it offers, as a share of the price; drawn anew for each round."""


ALWAYS_YES = Answers(accept=1)


class SellerType(Described):
    """One kind of seller."""

    share: Share
    """Share of the sellers that are of this type."""
    arrange: DurationLaw
    """From payment until shipment is arranged, in the seller's calendar."""
    dispatch: DurationLaw
    """From there until the parcel leaves, in the seller's calendar; `never` is a value."""
    cancellation: CancellationAnswers
    """How it answers a buyer who wants to cancel."""
    dispute: DisputeAnswers
    """How it answers a dispute."""
    inspection: Answers = ALWAYS_YES
    """What it says of a returned parcel: accept releases the money, refuse contests."""
    closed: Annotated[tuple[ClosedSpell, ...], OneOrMany()] = ()
    """Days off of its own, by date, over those of the sellers' calendar."""


class RosterSeller(Sparse):
    """One seller of whom it is known who it is: no luck says of which type it is, or how much it sells."""

    seller: Annotated[str, Field(min_length=1, max_length=80)]
    """What it is called; a label."""
    share: Share
    """Its share of the orders."""
    type: Name
    """Which of the types it is of."""
    staff: Staff | None = None
    """How many requests it works on at once; as many as all others where nothing is said."""
    closed: Annotated[tuple[ClosedSpell, ...], OneOrMany()] = ()
    """Days off of its own, by date, over those of its type."""


MOST_ON_A_ROSTER = 1_500
"""Sellers of a roster: so many still stand in a scenario file, which result folders hold."""
Roster = Annotated[tuple[RosterSeller, ...], Field(max_length=MOST_ON_A_ROSTER)]
"""Sellers one by one."""


def _as_roster(value: Any) -> Any:
    if isinstance(value, str) and value != "none":
        raise ValueError(f"found {value!r}; a table of sellers can only be named in a scenario file")
    if value in ([], ()):
        raise ValueError("found no sellers, expected at least one, or none")
    return None if value == "none" else tuple(value) if isinstance(value, list) else value


def _as_files_say_it(schema: dict[str, Any]) -> None:
    """A file may name a table in place of the list of sellers; a roster says how many there are."""
    schema["required"] = ["types"]
    schema["anyOf"] = [{"required": ["count"]}, {"required": ["roster"]}]
    roster = schema["properties"]["roster"]
    roster["anyOf"] = [{"type": "string", "examples": ["sellers.csv", "none"]}, *roster["anyOf"]]


class Sellers(Described):
    """All sellers of the marketplace, each with a desk of its own."""

    model_config = ConfigDict(json_schema_extra=_as_files_say_it)

    count: Annotated[int, Field(ge=1, le=1_000_000)]
    """How many sellers there are."""
    concentration: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] = 0
    """How unequal they are: the k-th seller's share of orders goes with k to the minus this (Zipf)."""
    staff: Staff = "unlimited"
    """How many requests one seller works on at once."""
    discipline: Annotated[Discipline, Named()] = Discipline.FIFO
    """Whom a seller answers next."""
    types: Annotated[dict[Name, SellerType], Field(min_length=1)]
    """The kinds of seller, by name."""
    roster: Annotated[Roster | None, BeforeValidator(_as_roster)] = None
    """The sellers one by one, or a CSV file of them beside this one (`sellers.csv`, with the columns seller, share,
    type, and if need be staff and closed): `count`, `concentration` and the types' shares then play no part."""

    @model_validator(mode="before")
    @classmethod
    def _a_roster_counts_them(cls, raw: Any) -> Any:
        roster = raw.get("roster") if isinstance(raw, dict) else None
        if roster is REFUSED:
            return {"count": 1, **raw}  # how many there are was reported with the roster
        return {**raw, "count": len(roster)} if isinstance(roster, list | tuple) and roster else raw

    @field_validator("types")
    @classmethod
    def _types_make_a_whole(cls, types: dict[str, SellerType]) -> dict[str, SellerType]:
        sums_to_one({name: kind.share for name, kind in types.items()}, "the shares of the seller types")
        return types


class Carrier(Described):
    """Who carries parcels: it takes time, and loses some."""

    transit: DurationLaw
    """From dispatch to delivery."""
    return_transit: DurationLaw = Field(default=NOTHING, validate_default=True)
    """From the buyer back to the seller."""
    lost: Share = 0
    """Chance that a parcel never arrives."""
    return_lost: Share = 0
    """Chance that a returned parcel never arrives."""


class Market(Described):
    """Orders, sellers and the carrier."""

    orders_per_day: Annotated[float, Field(gt=0, le=10_000_000, allow_inf_nan=False)]
    """Mean number of orders on a day that is no peak."""
    hours: Annotated[list[Weight], Field(min_length=24, max_length=24)] | None = None
    """Relative rate of orders in each of the 24 hours; flat when absent."""
    weekdays: dict[Annotated[Weekday, Named()], Weight] = {}
    """Relative rate of orders by weekday; 1 where not named."""
    peaks: dict[Days, Multiple] = {}
    """Days on which orders come faster: a date, or a season as in 2018-10-21..2018-11-10, and the factor."""
    dispatch_stretch: dict[Day, Multiple] = {}
    """Orders paid on these days take this much longer to arrange and dispatch."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """Three letters; a label, nothing is converted."""
    order_value: AmountLaw
    """What the buyer paid, in units of the currency."""
    payment_methods: Annotated[dict[Name, Share], Field(min_length=1)]
    """Share of orders paid by each method."""
    product_groups: dict[Name, Share] = {}
    """Share of orders for each group of products, by names of your own; buyers' rates may go by them."""
    free_return_listings: Share = 0
    """Share of orders whose seller pays for a return that the policy puts on the buyer."""
    sellers: Sellers
    carrier: Carrier

    @field_validator("hours")
    @classmethod
    def _some_hour_is_open(cls, hours: list[float] | None) -> list[float] | None:
        if hours is not None and sum(hours) == 0:
            raise ValueError("found 24 zeros, expected at least one hour in which orders arrive")
        return hours

    @field_validator("weekdays")
    @classmethod
    def _some_day_is_open(cls, weekdays: dict[Weekday, float]) -> dict[Weekday, float]:
        if len(weekdays) == 7 and sum(weekdays.values()) == 0:
            raise ValueError("found zero for every weekday, expected at least one on which orders arrive")
        return weekdays

    @field_validator("payment_methods", "product_groups")
    @classmethod
    def _they_make_a_whole(cls, shares: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        if shares:
            sums_to_one(shares, f"the shares of the {str(info.field_name).replace('_', ' ')}")
        return shares

    def peaks_from(self, start: date, days: int) -> list[float]:
        """How much faster orders come on each of so many days: the shortest season that holds one says so, a date
        before all."""
        peaks = [1.0] * days
        seasons = list(reversed(self.peaks))
        seasons.sort(key=lambda one: one.last - one.first, reverse=True)
        for season in seasons:  # the shortest is laid on last; of two as short as each other the one named first
            begins = min(max((season.first - start).days, 0), days)
            ends = min(max((season.last - start).days + 1, begins), days)
            peaks[begins:ends] = [self.peaks[season]] * (ends - begins)
        return peaks

    def peak_on(self, day: date) -> float:
        """How much faster orders come on this day."""
        return self.peaks_from(day, 1)[0]

"""A scenario: one frozen set of parameters, as a file says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from sim.scenario.base import Day, Described, NoneOr
from sim.scenario.buyers import Buyers
from sim.scenario.calendars import CalendarSpec
from sim.scenario.costs import Costs
from sim.scenario.durations import DAY, FiniteWallDuration
from sim.scenario.expectations import Expectations
from sim.scenario.market import Market, Name
from sim.scenario.policy import Policy
from sim.scenario.provenance import Provenance
from sim.scenario.wording import counted

REACH = 10 * 366
"""Days beyond the last order that calendars know: claims are played to their end."""
MOST_ORDERS = 200_000_000
"""Orders in one experiment of one scenario; more is refused before anything starts."""


class Experiment(Described):
    """How the world is observed: orders paid in the cohort window are followed to their end."""

    warm_up: FiniteWallDuration
    """Orders come, desks fill; not counted."""
    cohort: FiniteWallDuration
    """Orders paid in this window are the ones reported."""
    run_out: FiniteWallDuration
    """Orders go on coming, so that the desks stay as busy while the cohort's claims end."""
    follow_up: NoneOr[FiniteWallDuration] = None
    """Look no further than so long after the cohort window; what still runs then is `open`."""
    replications: Annotated[int, Field(ge=1, le=100_000)] = 20
    """Independent executions; every interval is over these."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    """Where all luck starts; 0 is a seed."""

    @model_validator(mode="after")
    def _there_is_a_cohort(self) -> Experiment:
        if self.cohort.seconds == 0:
            raise ValueError("found a cohort of no time at all, expected a window such as '28 d'")
        return self

    @property
    def cohort_window(self) -> tuple[int, int]:
        """First instant inside and first instant beyond, in seconds since the start."""
        return self.warm_up.seconds, self.warm_up.seconds + self.cohort.seconds

    @property
    def arrivals_end(self) -> int:
        """The first instant at which no order comes any more."""
        return self.warm_up.seconds + self.cohort.seconds + self.run_out.seconds

    @property
    def cut(self) -> int | None:
        """The last instant looked at, or None when everything is played to its end."""
        return None if self.follow_up is None else self.cohort_window[1] + self.follow_up.seconds

    @property
    def calendar_days(self) -> int:
        """How many days the calendars must know."""
        return -(-self.arrivals_end // DAY) + REACH


class Calendars(Described):
    """When each party works; round the clock where nothing is said."""

    seller: CalendarSpec = CalendarSpec()
    platform: CalendarSpec = CalendarSpec()
    carrier: CalendarSpec = CalendarSpec()
    bank: CalendarSpec = CalendarSpec()


class Scenario(Described):
    """One marketplace under one policy, with everything needed to run it."""

    name: Name
    """Names the result folder; plays no part in the luck."""
    title: Annotated[str, Field(max_length=200)] = ""
    """What a table or chart calls it."""
    question: Annotated[str, Field(max_length=500)] = ""
    """What this file asks, in one sentence."""
    as_of: Annotated[int, Field(ge=1900, le=2200)] | None = None
    """The year whose rules these are; policies change."""
    start: Day
    """The local day at whose first midnight the run begins."""
    experiment: Experiment
    calendars: Calendars = Calendars()
    market: Market
    buyers: Buyers
    policy: Policy
    costs: Costs = Costs()
    """What an hour of a desk and a chargeback cost; nothing unless said."""
    expect: Expectations = Field(default_factory=Expectations)
    """What must hold of the numbers; `run` shows whether it does, `check` fails where it does not."""
    provenance: Provenance = Field(default_factory=Provenance)

    @model_validator(mode="before")
    @classmethod
    def _extends_is_done(cls, raw: Any) -> Any:
        """`extends` speaks to the loader; what it named is already in here."""
        if isinstance(raw, dict):
            return {key: value for key, value in raw.items() if key != "extends"}
        return raw

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """A scenario that differs only in what is named: `{"policy.cancellation.clock": "3 d"}`.

        Raises BadScenario with every fault.
        """
        from sim.scenario.loading import with_changes  # the loader is built on this module

        return with_changes(self, changes)

    def __reduce__(self) -> tuple[Callable[[Any], Scenario], tuple[dict[str, Any]]]:
        """Pickled as what it says: classes of laws are made for their units and have no names of their own."""
        return Scenario.model_validate, (self.model_dump(mode="json", by_alias=True),)

    def __repr__(self) -> str:
        """What a console shows: one line, not the whole world."""
        run = self.experiment
        often = counted(run.replications, "replication")
        orders = counted(self.market.orders_per_day, "order")
        what = f"{run.cohort} of {orders} a day, {often}"
        title = f", {self.title!r}" if self.title else ""
        return f"<Scenario '{self.name}'{title}: {what}, seed {run.seed}>"

    _repr_html_: ClassVar[Callable[[Scenario], str] | None] = None
    """What a notebook shows: `sim.api` gives it, a scenario itself knows no markup."""

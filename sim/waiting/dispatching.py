"""When parcels leave that had not left: arranging and dispatching, given how far each has come."""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats, Ints
from sim.chance.decisions import Decision
from sim.chance.instants import instants_after
from sim.chance.orders import Openings, stretched_by, stretches
from sim.rules.terms import kind_of
from sim.scenario.distributions.families import draw
from sim.scenario.durations import NEVER
from sim.scenario.market import SellerType
from sim.scenario.model import Scenario
from sim.scenario.unbounded_requests import may_be_never
from sim.vocabulary import Party, Verdict
from sim.waiting.calendars import elapsed
from sim.waiting.history import Histories
from sim.waiting.steps import BY_HALVES, ruling_of
from sim.waiting.tails import Tail, TwoLegs, chance_near, longer


def still_here(scenario: Scenario, histories: Histories) -> Ints:
    """The last instant at which each parcel is known not to have left of itself; −1 where it has, or nobody knows.

    A parcel that was cancelled tells nothing after that, nor does one that was held for an answer.
    """
    cancellation = scenario.policy.cancellation
    if cancellation is None or cancellation.ships_while_open != "held":
        return _still(histories, held=False, taken_over=False)
    return _still(histories, held=True, taken_over=cancellation.on_silence == Verdict.ESCALATE)


def _still(histories: Histories, held: bool, taken_over: bool) -> Ints:
    """`taken_over`: whether the platform, which takes over what nobody answers, goes on holding it."""
    known = histories.now if "dispatched" in histories.instants else np.where(histories.cancels, histories.now, -1)
    settled = np.minimum(histories.at("closed"), histories.at("refund_due"))
    # A yes in the very second in which the parcel would have left comes first.
    stays = np.minimum(known, np.where(histories.cancelled_free, histories.at("requested"), settled - 1))
    known = np.where(histories.cancelled, stays, known)
    waits = histories.cancels & (held & (~histories.has("closed") | histories.cancelled))
    known = np.where(waits, np.minimum(known, histories.at("requested")), known)
    stops = histories.has("refund_due") & (ruling_of(histories) != BY_HALVES) & ~histories.has("offer_opened")
    known = np.where(stops, np.minimum(known, histories.at("refund_due")), known)
    ruled = histories.cancels & taken_over & histories.has("mediation_opened") & (histories.disputed >= NEVER)
    known = np.where(ruled & (stops | ~histories.has("mediation_closed")), histories.at("requested"), known)
    asks = histories.cancels | histories.cancelled_free
    known = np.where(asks, np.maximum(known, histories.at("requested")), known)
    return np.where(histories.has("dispatched"), -1, known)


class Dispatch:
    """One seller type's plan for some cases, as if all were of it."""

    def __init__(
        self, scenario: Scenario, kind: SellerType, party: Party, histories: Histories, calendars: Openings
    ) -> None:
        self._kind, self._calendar = kind, calendars[party]
        self._until, self._paid = still_here(scenario, histories), histories.at("paid")
        self._arranged, self._stretch = histories.at("arranged"), stretches(scenario, self._paid)
        self._has_left = histories.has("dispatched")
        end = np.full(len(histories), self._calendar.end - 1)
        self._lasts = elapsed(self._paid, end, kind_of(kind.arrange), self._calendar)
        self._arranging = longer(
            kind.arrange, self._not_arranged(histories, _still(histories, held=False, taken_over=False))
        )
        self.legs = TwoLegs.of(len(histories), self._left)

    @property
    def chance(self) -> Floats:
        """How likely it is that each parcel is where it is."""
        return self._arranging.chance * self.legs.chance

    @property
    def arranged_about_then(self) -> Floats:
        """How likely each parcel that has not left is to be arranged when it was, beside other types of seller."""
        law, every = self._kind.arrange, np.arange(len(self._paid))
        is_seen = (self._arranged < NEVER) & ~self._has_left
        at = np.where(is_seen, self._arranged, self._paid)

        def not_by(instant: Ints) -> Floats:
            than = elapsed(self._paid, instant, kind_of(law), self._calendar)
            return longer(law, self._unstretched(than, every)).about

        return np.where(is_seen, chance_near(not_by, at, at - self._paid), 1.0)

    def draw(self, first: Floats, second: Floats, rows: Ints) -> dict[Decision, Floats]:
        """The uniforms of both decisions, for two uniforms over everything."""
        arranging, dispatching = self.legs.draw(first, second, rows)
        return {Decision.ARRANGING: self._arranging.at(rows).of(arranging), Decision.DISPATCHING: dispatching}

    def _not_arranged(self, histories: Histories, until: Ints) -> Ints:
        """How long arranging has taken where it is known that it is not over; −1 where it is, or nobody knows.

        What is held for an answer may be arranged meanwhile, and nobody notes what is arranged and never leaves.
        """
        kept = "arranged" in histories.instants and not may_be_never(self._kind.dispatch)
        waits = kept & (self._arranged >= NEVER) & (until >= self._paid)
        until = np.maximum(until, self._paid)
        than = elapsed(self._paid, until, kind_of(self._kind.arrange), self._calendar)
        return np.where(waits, self._unstretched(than, np.arange(len(than))), -1)

    def _left(self, luck: Floats, rows: Ints) -> Tail:
        """What is left of dispatching, given when it was, or would be, arranged."""
        law, until, arranged = self._kind.dispatch, self._until[rows], self._arranged_at(luck, rows)
        waits = elapsed(np.minimum(arranged, until), until, kind_of(law), self._calendar)
        return longer(law, np.where((until < 0) | (arranged > until), -1, self._unstretched(waits, rows)))

    def _arranged_at(self, luck: Floats, rows: Ints) -> Ints:
        """When it was, or would be, arranged."""
        law, seen = self._kind.arrange, self._arranged[rows]
        lengths = stretched_by(draw(law, self._arranging.at(rows).of(luck)), self._stretch[rows])
        # The longest of all, weighed with next to nothing, may outlast the calendar: that is as good as never.
        lengths = np.where((lengths > self._lasts[rows]) | (seen < NEVER), NEVER, lengths)
        return np.where(seen < NEVER, seen, instants_after(self._paid[rows], kind_of(law), lengths, self._calendar))

    def _unstretched(self, seconds: Ints, rows: Ints) -> Ints:
        """The longest length, before it is stretched, that is surely over."""
        factor = self._stretch[rows]
        plain = np.floor((seconds + 1) / factor).astype(np.int64)
        plain = np.where((plain > 0) & (stretched_by(plain, factor) > seconds), plain - 1, plain)
        return np.where(factor == 1.0, seconds, plain)

"""What sellers do: when a parcel leaves that had not left, given how far it has come; and what was seen of them,
how soon parcels left, what was answered, and when, which tells of what type a seller is.

How likely an instant is under a law is told from how likely it is to fall near it, within a tenth of the wait to
either side. A yes or a no is as likely as the type's shares say, whatever reason was stated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.chance.decisions import Decision
from sim.chance.instants import instants_after
from sim.chance.orders import Openings, stretched_by, stretches
from sim.rules.terms import kind_of
from sim.scenario.distributions.families import draw
from sim.scenario.durations import NEVER
from sim.scenario.market import Answers, SellerType
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, parties_of_kinds
from sim.scenario.unbounded_requests import may_be_never
from sim.vocabulary import Party, Stage, Verdict
from sim.waiting.answerers import Answering, Habit
from sim.waiting.calendars import elapsed
from sim.waiting.history import ACCEPTED, REFUSED, SHIPPED, SILENCE, UNKNOWN, WITHDRAWN, Histories
from sim.waiting.read_off import BY_HALVES, cancellation_status, deadlines, ruled_by_the_platform, ruling_of
from sim.waiting.steps import Pending, dispute_status, inspected, inspections, steps
from sim.waiting.tails import NEXT_TO_NOTHING, Tail, TwoLegs, chance_near, longer


def still_here(scenario: Scenario, histories: Histories) -> Ints:
    """The last instant at which each parcel is known not to have left of itself; −1 where it has, or nobody knows.

    A parcel that was cancelled tells nothing after that, nor does one that was held for an answer.
    """
    cancellation = scenario.policy.cancellation
    if cancellation is None or cancellation.ships_while_open != "held":
        return _still(scenario, histories, held=False, taken_over=False)
    return _still(scenario, histories, held=True, taken_over=cancellation.on_silence == Verdict.ESCALATE)


def _still(scenario: Scenario, histories: Histories, held: bool, taken_over: bool) -> Ints:
    """`taken_over`: whether the platform, which takes over what nobody answers, goes on holding it."""
    known = histories.now if "dispatched" in histories.instants else np.where(histories.cancels, histories.now, -1)
    settled = np.minimum(histories.at("closed"), histories.at("refund_due"))
    # A yes in the very second in which the parcel would have left comes first.
    stays = np.minimum(known, np.where(histories.cancelled_free, histories.at("requested"), settled - 1))
    known = np.where(histories.cancelled, stays, known)
    waits = histories.cancels & (held & (~histories.has("closed") | histories.cancelled))
    known = np.where(waits, np.minimum(known, histories.at("requested")), known)
    stops = histories.has("refund_due") & ~histories.has("offer_opened")
    stops &= ruling_of(scenario, histories) != BY_HALVES
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
            kind.arrange, self._not_arranged(histories, _still(scenario, histories, held=False, taken_over=False))
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


COUNTERED = -2
"""Of a dispute: the seller offered a part. No word of a table's."""
INTERRUPTED = SHIPPED
"""Of a dispute, the same place in the words: the platform took it over before anybody had answered."""


class _Closed(NamedTuple):
    """Requests that sellers answer: when they were put and settled, how, and which cases' they are."""

    opened: Ints
    closed: Ints
    status: Ints
    some: Bools


class Conduct:
    """How likely each case's seller is to have done what was seen, as if it were of a certain type."""

    def __init__(self, scenario: Scenario, histories: Histories, calendars: Openings) -> None:
        self._scenario, self._histories, self._calendars = scenario, histories, calendars
        come = steps(scenario, histories, calendars)
        offered = histories.has("offer_opened")
        disputed = dispute_status(histories, come)
        disputed = np.where(offered, COUNTERED, np.where(disputed == INTERRUPTED, SILENCE, disputed))
        by_seller = ~ruled_by_the_platform(scenario, histories)
        cancelled, at = cancellation_status(scenario, histories, calendars), histories.at
        put, looked, said = inspections(scenario, histories, calendars)
        self._shipped_instead = cancelled == SHIPPED
        self._closed = {
            Stage.CANCELLATION: _Closed(at("requested"), at("closed"), cancelled, histories.cancels),
            Stage.DISPUTE: _Closed(at("dispute_opened"), at("dispute_closed"), disputed, by_seller),
            Stage.INSPECTION: _Closed(put, looked, said, inspected(scenario, histories) & (said != UNKNOWN)),
        }
        self._kinds = list(zip(kinds_of(scenario.market.sellers), parties_of_kinds(scenario), strict=True))

    def chance(self, kind: int) -> Floats:
        """By case; only between types it means anything."""
        chance = np.ones(len(self._histories))
        seller, party = self._kinds[kind]
        self._weigh_dispatch(chance, seller, party)
        for stage, request in self._closed.items():
            self._weigh_answers(chance, kind, stage, request)
        return chance

    def _weigh_dispatch(self, chance: Floats, seller: SellerType, party: Party) -> None:
        """Of parcels that left of themselves: not in place of an answer, nor held for one."""
        seen, terms = self._histories, self._scenario.policy.cancellation
        held = terms is not None and terms.ships_while_open == "held"
        of_itself = ~seen.cancels | (~self._shipped_instead & ~held)
        rows = np.flatnonzero(seen.has("dispatched") & of_itself)
        left = seen.at("dispatched")[rows]
        chance[rows] *= self._left_near(seller, party, rows, left, left - seen.at("paid")[rows])

    def _left_near(self, seller: SellerType, party: Party, rows: Ints, left: Ints, wait: Ints) -> Floats:
        paid, nothing = self._histories.at("paid")[rows], np.full(len(rows), NEVER)

        def still_there(at: Ints) -> Floats:
            before = Histories(np.maximum(at, paid), {"paid": paid, "dispatched": nothing}, {})
            return Dispatch(self._scenario, seller, party, before, self._calendars).chance

        return chance_near(still_there, left, wait)

    def _weigh_answers(self, chance: Floats, kind: int, stage: Stage, request: _Closed) -> None:
        rows = np.flatnonzero(request.some & (request.closed < NEVER))
        if not len(rows):
            return
        (seller, party), seen, status = self._kinds[kind], self._histories.of(rows), request.status[rows]
        answers: Answers = getattr(seller, stage.word)
        put, at, nobody = request.opened[rows], request.closed[rows], np.full(len(rows), NEVER)
        deadline = deadlines(self._scenario, seen, stage, put, self._calendars, party)
        habit = Habit.of(answers, self._calendars[party])
        pending = Pending(put, at, deadline, nobody, False, nobody)

        def unanswered(now: Ints) -> Floats:
            return Answering(habit, replace(pending, now=np.maximum(now, put))).legs.chance

        near = chance_near(unanswered, at, at - put)
        silent = habit.silent + (1 - habit.silent) * unanswered(at)
        shares = {
            ACCEPTED: answers.accept, REFUSED: answers.refuse,
            SHIPPED: getattr(answers, "ship", 0.0), COUNTERED: getattr(answers, "counter", 0.0),
        }  # fmt: skip
        likely = np.select([status == word for word in shares], [share * near for share in shares.values()], 1.0)
        likely = np.where(np.isin(status, (SILENCE, WITHDRAWN)), silent, likely)
        if (shipped := np.flatnonzero(status == SHIPPED)).size:  # in place of an answer, or of itself
            of_itself = self._left_near(seller, party, rows[shipped], at[shipped], (at - put)[shipped])
            likely[shipped] += silent[shipped] * of_itself
        chance[rows] *= np.maximum(likely, NEXT_TO_NOTHING)

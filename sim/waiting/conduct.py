"""What a seller has done tells of what type it is: how soon the parcel left, what it has answered, and when.

How likely an instant is under a law is told from how likely it is to fall near it, within a tenth of the wait to
either side. A yes or a no is as likely as the type's shares say, whatever reason was stated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools, Floats, Ints
from sim.chance.orders import Openings
from sim.scenario.durations import NEVER
from sim.scenario.market import Answers, SellerType
from sim.scenario.model import Scenario
from sim.scenario.selling import kinds_of, parties_of_kinds
from sim.vocabulary import Party, Stage
from sim.waiting.answerers import Answering, Habit
from sim.waiting.dispatching import Dispatch
from sim.waiting.history import ACCEPTED, REFUSED, SHIPPED, SILENCE, UNKNOWN, WITHDRAWN, Histories
from sim.waiting.seen import cancellation_status
from sim.waiting.steps import (
    Pending,
    deadlines,
    dispute_status,
    inspected,
    inspections,
    ruled_by_the_platform,
    steps,
)
from sim.waiting.tails import NEXT_TO_NOTHING, chance_near

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
        cancelled, at = cancellation_status(histories), histories.at
        put, looked, said = inspections(scenario, histories, calendars)
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
        of_itself = ~seen.cancels | ((cancellation_status(seen) != SHIPPED) & ~held)
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

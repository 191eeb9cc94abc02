"""Worlds with exact answers, each made from a scenario alone: everything that would interfere is switched off.

Time is measured in mean handling times, so a desk's `load` is its arrival rate over its staff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance.draws import draw_replication
from sim.chance.facts import Ints
from sim.market.engine import run_simpy
from sim.records.table import Records
from sim.scenario.durations import DAY
from sim.scenario.model import Scenario
from sim.vocabulary import Settled, Stage
from tests.worlds import calendars_of, world

Changes = dict[str, Any]
"""Path in the scenario → what stands there."""

HANDLING = 6000
"""Mean handling time in seconds: long against the second to which draws are rounded."""
WARM_UP = 300
"""Mean handling times until a desk that began empty has forgotten it: fifteen relaxation times or more."""
PLAIN = "market.sellers.types.plain"
YES: Changes = {"accept": 1}
NO: Changes = {"refuse": 1}


def exponential(seconds: float, of_work: str = "") -> dict[str, Any]:
    """A law as a scenario writes it."""
    return {"exponential": {"mean": f"{seconds} s{of_work}"}}


def work(seconds: float) -> dict[str, Any]:
    return exponential(seconds, " of work")


def observed(requests: float, per_handling: float, replications: int) -> Changes:
    """An experiment in which this many requests are counted in each replication, after a warm-up."""
    return {
        "experiment.warm_up": f"{WARM_UP * HANDLING} s",
        "experiment.cohort": f"{round(requests / per_handling * HANDLING)} s",
        "experiment.run_out": "0",
        "experiment.replications": replications,
        "market.orders_per_day": per_handling * DAY / HANDLING,
    }


NOTHING_INTERFERES: Changes = {
    "market.sellers.count": 1,
    f"{PLAIN}.arrange": "0",
    f"{PLAIN}.dispatch": "never",
    "buyers.regret.probability": 1,
    "buyers.regret.after": "0",
    "policy.cancellation": {"window": {"within": "1 d"}, "clock": "none", "on_silence": "decline"},
    "policy.dispute": "none",
    "policy.refund.posting.card": "0",
}
"""One seller who never ships, every buyer asks for a cancellation on paying, and only an answer settles it."""
ALL_DISPUTE: Changes = NOTHING_INTERFERES | {
    f"{PLAIN}.dispatch": "0",
    "market.carrier.transit": "0",
    "policy.cancellation": "none",
    "policy.dispute": {"default": {"opens": {"after": "paid"}, "clock": "none", "on_silence": "decline"}},
}
"""Parcels arrive on payment, and every buyer disputes at once."""


def sellers_desk(load: float, *, requests: int, replications: int, **more: Any) -> Scenario:
    """One seller with staff of one, whose requests all come from buyers who ask when they pay."""
    seller: Changes = {"market.sellers.staff": 1, f"{PLAIN}.cancellation": YES | {"handling": work(HANDLING)}}
    return world(NOTHING_INTERFERES | observed(requests, load, replications) | seller | more)


def mediation_desk(load: float, staff: int, *, requests: int, replications: int) -> Scenario:
    """Every dispute is refused and escalated, both after random times: cases come at random (Poisson)."""
    return world(
        ALL_DISPUTE
        | observed(requests, load * staff, replications)
        | {
            "market.sellers.staff": "unlimited",
            f"{PLAIN}.dispute": NO | {"notice": exponential(HANDLING)},
            "buyers.escalation": {"probability": 1, "after": exponential(HANDLING)},
            "policy.mediation": {
                "staff": staff,
                "handling": work(HANDLING),
                "rulings": {"buyer": 1, "seller": 0},
            },
        }
    )


def claims_that_never_meet(claims: int, replications: int) -> Changes:
    """An experiment with unlimited desks: nobody waits for anybody, so a single day of claims will do."""
    return {
        "experiment.warm_up": "0",
        "experiment.cohort": "1 d",
        "experiment.run_out": "0",
        "experiment.replications": replications,
        "market.orders_per_day": claims,
        "market.sellers.staff": "unlimited",
    }


RACE = {"refunded": 1 / 12, "partly_refunded": 1 / 80, "refused": 1 / 40, "gave_up": 1 / 40}
"""How a dispute ends, by who is first: the seller's yes, offer or no, or the buyer's last nerve. Rates per day."""


def racing_endings(claims: int, replications: int) -> Scenario:
    """Disputes that one of `RACE` ends. Whoever answers says yes, no or half with chances as the rates."""
    answers = {"accept": "refunded", "counter": "partly_refunded", "refuse": "refused"}
    together = sum(RACE[ending] for ending in answers.values())
    chances: Changes = {answer: RACE[ending] / together for answer, ending in answers.items()}
    return world(
        ALL_DISPUTE
        | claims_that_never_meet(claims, replications)
        | {
            f"{PLAIN}.dispute": chances | {"offer": 0.5, "handling": work(round(DAY / together))},
            "buyers.patience.dispute": exponential(DAY / RACE["gave_up"]),
            "policy.dispute.default.rounds": 1,
        }
    )


def replications(scenario: Scenario) -> Iterator[Records]:
    """Every replication of a scenario, played by the engine."""
    calendars = calendars_of(scenario)
    for number in range(scenario.experiment.replications):
        yield run_simpy(scenario, draw_replication(scenario, number, calendars), calendars)


@dataclass(frozen=True)
class Requests:
    """All requests of one stage in one replication. What is counted are those opened in the cohort window."""

    opened: Ints
    left_queue: Ints
    """When the work began; where it never did, when the request was settled."""
    settled: Ints
    how: Ints
    window: tuple[int, int]
    queue_seconds: int
    """The area under the queue's length, as the desk measured it over the whole run."""

    @property
    def counted(self) -> NDArray[np.bool_]:
        begins, ends = self.window
        inside: NDArray[np.bool_] = (self.opened >= begins) & (self.opened < ends)
        return inside

    @property
    def waits(self) -> NDArray[np.float64]:
        """From opening until the work began or never would, in mean handling times."""
        return (self.left_queue - self.opened)[self.counted] / HANDLING

    @property
    def stays(self) -> NDArray[np.float64]:
        """From opening until it was settled, in mean handling times."""
        return (self.settled - self.opened)[self.counted] / HANDLING

    def ended_by(self, how: Settled) -> NDArray[np.bool_]:
        so: NDArray[np.bool_] = self.how[self.counted] == how
        return so

    @property
    def mean_waiting(self) -> float:
        """How many wait in the queue, on average over the time of the window."""
        return self._mean_number(self.opened, self.left_queue)

    @property
    def mean_busy(self) -> float:
        """How many are being worked on, on average over the time of the window."""
        return self._mean_number(self.left_queue, self.settled)

    def _mean_number(self, since: Ints, until: Ints) -> float:
        begins, ends = self.window
        inside = np.clip(until, begins, ends) - np.clip(since, begins, ends)
        return float(inside.sum() / (ends - begins))


def requests_of(scenario: Scenario, stage: Stage, desk: int) -> list[Requests]:
    """The requests of one stage, replication by replication; `desk` is where they queue (mediation is last)."""
    return [_requests(records, scenario, stage, desk) for records in replications(scenario)]


def _requests(records: Records, scenario: Scenario, stage: Stage, desk: int) -> Requests:
    opened, started, settled = (
        records.claims[f"{stage.word}_{step}_at"] for step in ("opened", "started", "settled")
    )
    return Requests(
        opened=opened,
        left_queue=np.minimum(started, settled),
        settled=settled,
        how=records.claims[f"{stage.word}_settled_by"],
        window=scenario.experiment.cohort_window,
        queue_seconds=int(records.queue_seconds[desk]),
    )

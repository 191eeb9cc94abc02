"""A buyer's decisions may be fixed: what follows from them is told, and everybody else's luck stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.experiment.replication import play
from sim.scenario.durations import DAY
from sim.vocabulary import Outcome, Route
from tests.worlds import MEDIATED, TINY, calendars_of, drawn, world

NO = {"accept": 0, "refuse": 1}


def chosen(changes: dict[str, Any], *choices: dict[str, Any]) -> list[tuple[Outcome, Route]]:
    """How all orders end."""
    scenario = world(changes | {"buyers.choices": list(choices)})
    claims = play(scenario, 0, calendars_of(scenario)).claims
    return [(Outcome(o), Route(r)) for o, r in zip(claims["outcome"], claims["route"], strict=True)]


def refusing(**dispute: Any) -> dict[str, Any]:
    """A seller who refuses to cancel, and answers a dispute so."""
    plain = TINY["market"]["sellers"]["types"]["plain"]
    return {"market.sellers.types.plain": plain | {"cancellation": NO, "dispute": NO | dispute}}


@pytest.mark.parametrize(
    ("changes", "choice", "ending"),
    [
        ({}, {"cancel": True}, (Outcome.REFUNDED, Route.CANCELLATION)),
        ({}, {"cancel": False}, (Outcome.REFUNDED, Route.DISPUTE)),
        (refusing(), {"dispute": True}, (Outcome.REFUSED, Route.DISPUTE)),
        (refusing(), {"dispute": False}, (Outcome.GAVE_UP, Route.CANCELLATION)),
        (refusing(), {"cancel": False, "dispute": False}, (Outcome.EXPIRED, Route.NONE)),
        (refusing() | {"buyers.hassle": 1}, {"dispute": True}, (Outcome.REFUSED, Route.DISPUTE)),
        (refusing() | MEDIATED, {"escalate": True}, (Outcome.REFUNDED, Route.MEDIATION)),
        (refusing() | MEDIATED, {"escalate": False}, (Outcome.REFUSED, Route.DISPUTE)),
    ],
)
def test_a_decision_for_all_leads_everybody_the_same_way(
    changes: dict[str, Any], choice: dict[str, Any], ending: tuple[Outcome, Route]
) -> None:
    assert set(chosen(changes, choice)) == {ending}


OFFERED = refusing(refuse=0, counter=1, offer=0.4) | {
    "policy.dispute.default.rounds": 1,
    "buyers.offers.reservation": 0.5,
}
BANK = {
    "buyers.chargeback.probability": 0.5,
    "policy.chargeback": {
        "methods": ["card"],
        "claims": ["regret"],
        "window": {"after": "paid", "within": "90 d"},
        "rulings": {"buyer": 1, "seller": 0},
    },
}


def test_an_offer_is_taken_or_not() -> None:
    assert set(chosen(OFFERED, {"take_offer": True})) == {(Outcome.PARTLY_REFUNDED, Route.DISPUTE)}
    assert set(chosen(OFFERED, {"take_offer": False})) == {(Outcome.REFUSED, Route.DISPUTE)}


def test_the_bank_is_called_or_not() -> None:
    assert set(chosen(refusing() | BANK, {"charge_back": True})) == {(Outcome.REFUNDED, Route.CHARGEBACK)}
    assert set(chosen(refusing() | BANK, {"charge_back": False})) == {(Outcome.REFUSED, Route.DISPUTE)}


def test_one_buyers_decision_leaves_everybody_elses_luck() -> None:
    undecided = refusing() | MEDIATED | {"buyers.escalation": {"probability": 0.5}}
    plain, fixed = (
        drawn(world(undecided | {"buyers.choices": rows})).claims for rows in ([], [{"order": 7, "escalate": True}])
    )
    differ = {name for name in plain if (plain[name] != fixed[name]).any()}
    assert differ <= {"escalates"}
    assert fixed["escalates"][7] == 1
    others = np.arange(len(plain["order"])) != 7
    assert (plain["escalates"][others] == fixed["escalates"][others]).all()


def test_a_decision_may_be_for_one_replication_and_the_later_of_two_counts() -> None:
    rows = [{"escalate": True}, {"order": 3, "replication": 1, "escalate": False}]
    scenario = world({"buyers.choices": rows})
    first, second = (drawn(scenario, number).claims["escalates"] for number in (0, 1))
    assert (first == 1).all()
    assert second.tolist() == [int(number != 3) for number in range(len(second))]


def test_how_long_it_takes_stays_with_luck() -> None:
    slow = {"buyers.escalation": {"probability": 0, "after": "3 d"}, "buyers.choices": [{"escalate": True}]}
    assert set(drawn(world(slow)).claims["escalates_after"]) == {3 * DAY}


def test_a_row_without_a_decision_is_refused() -> None:
    with pytest.raises(ValidationError, match="found no decision"):
        world({"buyers.choices": [{"order": 3}]})

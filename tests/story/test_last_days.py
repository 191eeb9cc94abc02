"""Windows and limits that end on a fixed day, or on the earlier or later of that day and a counted end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.chance.draws import draw_replication
from sim.chance.shared import Memory
from sim.scenario.doubts import doubts_of
from sim.scenario.durations import DAY, SECOND
from sim.scenario.model import Scenario
from sim.vocabulary import Failure, Outcome, Route
from tests.worlds import MEDIATED, accepts, calendars_of, drawn, refuses, tell, world

WINDOW, FREE = "policy.cancellation.window", "policy.cancellation.free_until"
LAST_CALL, POSTED = "policy.mediation.escalate_within", "policy.return.default.post_within"
LIMIT, PROMISE, MONEY = "policy.dispatch.limit", "policy.promise", "policy.refund.within"
BACK = {"policy.return.default": {"payer": "buyer"}}

ENDS = [
    ({"until": "2018-10-31"}, 31 * DAY - SECOND),
    ({"within": "2 d", "until": "2018-10-31", "whichever": "later"}, 31 * DAY - SECOND),
    ({"within": "9 d", "until": "2018-10-31", "whichever": "later"}, 37 * DAY),
    ({"within": "9 d", "until": "2018-10-31", "whichever": "earlier"}, 31 * DAY - SECOND),
    ({"within": "2 d", "until": "2018-10-31", "whichever": "earlier"}, 30 * DAY),
]
"""The claim of these stories is decided on day 28; where no instant is named, what is counted begins there."""


@pytest.mark.parametrize(("limit", "last"), ENDS)
def test_the_platform_may_be_called_until_a_day(limit: dict[str, str], last: int) -> None:
    def called(at: int) -> Any:
        luck: dict[str, Any] = {"asked": 6 * DAY, "dispute": refuses(after=3 * DAY), "mediation": accepts()}
        return tell(MEDIATED | {LAST_CALL: limit}, **luck, escalates_after=at - 28 * DAY)

    assert called(last).ending == (Outcome.REFUNDED, Route.MEDIATION)
    assert called(last + SECOND).failed_because == Failure.CALLED_TOO_LATE


@pytest.mark.parametrize(("limit", "last"), ENDS)
def test_a_return_is_posted_until_a_day(limit: dict[str, str], last: int) -> None:
    def posted(at: int) -> Any:
        luck: dict[str, Any] = {"asked": 6 * DAY, "dispute": accepts(after=3 * DAY)}
        return tell(BACK | {POSTED: limit}, **luck, return_delay=at - 28 * DAY)

    assert posted(last).return_posted_at == last
    late = posted(last + SECOND)
    assert (late.failed_because, late.ended_at) == (Failure.NOT_POSTED_IN_TIME, last)


def test_a_return_that_had_to_be_posted_by_a_day_that_is_over_is_posted_too_late() -> None:
    late = tell(BACK | {POSTED: {"until": "2018-10-20"}}, asked=6 * DAY)
    assert (late.failed_because, late.ended_at) == (Failure.NOT_POSTED_IN_TIME, 25 * DAY)


@pytest.mark.parametrize(
    ("day", "back"), [("2018-11-30", 30 * DAY), ("2018-10-03", 3 * DAY - SECOND), ("2018-10-01", 2 * DAY)]
)
def test_the_money_is_back_by_a_day_and_never_before_it_falls_due(day: str, back: int) -> None:
    assert tell({FREE: {"within": "9 d"}, MONEY: {"until": day}}, posting=28 * DAY).refunded_at == back


@pytest.mark.parametrize(
    ("free", "last"),
    [
        ({"until": "2018-10-02"}, 2 * DAY - SECOND),
        ({"within": "4 d", "until": "2018-10-02", "whichever": "earlier"}, 2 * DAY - SECOND),
        ({"after": "paid", "within": "1 d", "until": "2018-10-02", "whichever": "later"}, 2 * DAY - SECOND),
        ({"within": "3 d", "until": "2018-10-02", "whichever": "later"}, 3 * DAY),
    ],
)
@pytest.mark.parametrize("trusted", [0, 1])
def test_cancelling_is_free_until_a_day(free: dict[str, str], last: int, trusted: int) -> None:
    lever = "policy.cancellation.trusted_free_until" if trusted else FREE
    assert tell({lever: free}, asked=last, trusted=trusted).ending[1] is Route.FREE_CANCELLATION
    assert tell({lever: free}, asked=last + SECOND, trusted=trusted).ending[1] is Route.CANCELLATION


def ends_of_the_button(window: dict[str, str]) -> tuple[Any, Any]:
    claims = drawn(world({WINDOW: window})).claims
    return claims["paid"], claims["window_ends"]


def test_the_button_is_shown_until_a_day() -> None:
    law, day, last = "9 d", "2018-10-10", 10 * DAY - SECOND
    paid, alone = ends_of_the_button({"until": day})
    assert np.all(alone == last)
    dated = {"within": law, "until": day}
    assert np.array_equal(ends_of_the_button(dated | {"whichever": "earlier"})[1], np.minimum(paid + 9 * DAY, last))
    later = ends_of_the_button(dated | {"whichever": "later"})[1]
    assert np.array_equal(later, np.maximum(paid + 9 * DAY, last))
    assert np.all(ends_of_the_button({"until": "2018-09-30"})[1] == -SECOND)


def test_a_day_puts_off_the_promise_and_the_dispatch_limit() -> None:
    """Of sellers who take 20 days, those whose limit is put off are in time; what never came is missed later."""
    slow = {"market.sellers.types.plain.dispatch": "20 d", "buyers.regret.probability": 0}
    slow |= {"buyers.not_received": {"probability": 1}, "market.carrier.lost": 1}
    slow |= {"policy.dispute.not_received": {"opens": {"after": "promised"}, "closes": {"after": "promised"}}}
    by_the_end = {"until": "2018-10-31", "whichever": "later"}
    promised = {PROMISE: {"within": "5 d", **by_the_end}}
    draws = drawn(world(slow | promised))
    assert set(draws.claims["asked"].tolist()) == {31 * DAY - SECOND}
    draws = drawn(world(slow | promised | {LIMIT: "9 d"}))
    assert len(draws.refunded_unasked) == len(draws.orders.paid) > 0
    draws = drawn(world(slow | promised | {LIMIT: {"within": "9 d", **by_the_end}}))
    assert len(draws.refunded_unasked) == 0
    assert np.all(draws.claims["dispatch_due"] == 31 * DAY - SECOND)


def test_both_engines_know_the_day_that_puts_a_promise_off() -> None:
    lost = {"policy.dispute.not_received": {"opens": {"after": "promised"}, "closes": {"after": "promised"}}}
    promise = {PROMISE: {"within": "5 d", "until": "2018-10-31", "whichever": "later"}}
    story = tell(lost | promise, asked=6 * DAY, lost=1)
    assert story.dispute_opened_at == 31 * DAY - SECOND


@pytest.mark.parametrize("path", [PROMISE, LIMIT])
def test_a_day_alone_would_be_over_before_some_have_paid(path: str) -> None:
    with pytest.raises(ValidationError, match="within\n  Field required"):
        world({path: {"until": "2018-10-31"}})
    with pytest.raises(ValidationError, match="Input should be 'later'"):
        world({path: {"within": "5 d", "until": "2018-10-31", "whichever": "earlier"}})


DATED = [WINDOW, FREE, LAST_CALL, POSTED, MONEY]


@pytest.mark.parametrize("path", DATED)
@pytest.mark.parametrize(
    "window",
    [
        {"until": "2018-10-26"},
        {"after": "paid", "within": "3 d", "until": "2018-10-26", "whichever": "earlier"},
    ],
)
def test_what_ends_on_a_day_is_written_as_it_was_read(path: str, window: dict[str, str]) -> None:
    scenario = world(MEDIATED | BACK | {path: window})
    place = document = scenario.model_dump(mode="json", by_alias=True)
    for step in path.split("."):
        place = place[step]
    assert place == window
    assert Scenario.model_validate(document) == scenario


@pytest.mark.parametrize("path", DATED)
@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"within": "none"}, "neither 'within' nor 'until'"),
        ({"within": "3 d", "until": "2018-10-26"}, "expected 'whichever'"),
        ({"until": "2018-10-26", "whichever": "later"}, "expected 'whichever'"),
    ],
)
def test_a_limit_says_which_of_two_ends_counts(path: str, window: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        world(MEDIATED | BACK | {path: window})


def test_a_length_is_taken_out_by_none() -> None:
    inherited = {"after": "dispatched", "within": "none", "until": "2018-10-26"}
    scenario = world({WINDOW: inherited})
    assert scenario.model_dump(mode="json")["policy"]["cancellation"]["window"] == {"until": "2018-10-26"}


@pytest.mark.parametrize(
    ("day", "is_doubted"), [("2018-09-30", True), ("2018-10-01", False), ("2030-01-01", False)]
)
def test_a_last_day_is_doubted_only_where_it_was_over_before_the_first_order(day: str, is_doubted: bool) -> None:
    paths = [doubt.path for doubt in doubts_of(world({WINDOW: {"until": day}}))]
    assert paths == [f"{WINDOW}.until"] * is_doubted


def test_a_day_counts_where_draws_are_shared_between_scenarios_too() -> None:
    """What is drawn for several scenarios together reads them through stand-ins."""
    plain, dated = world({WINDOW: {"within": "9 d"}}), world({WINDOW: {"until": "2018-10-05"}})
    memory = Memory()
    ends = [
        draw_replication(one, 0, calendars_of(one), known=memory).claims["window_ends"].max()
        for one in (plain, dated)
    ]
    assert ends[0] > ends[1] == 5 * DAY - SECOND

"""Every claim without money has one reason of its own: recorded, told, and the one that what happened comes to."""

from __future__ import annotations

from typing import Any

import pytest

from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Failure, Outcome, Route
from sim.vocabulary.endings import OUTCOMES
from tests.told import told
from tests.worlds import MEDIATED, accepts, refuses, says_nothing, tell

SHIPPED: dict[str, Any] = {"asked": 6 * DAY}
"""The parcel left on day 5 and is there on day 25; the buyer's mind changed in between."""
DISPUTE, RETURN = "policy.dispute.default", "policy.return.default"
BACK = {f"{RETURN}.payer": "buyer"}
WITHDRAWAL = {f"{DISPUTE}.needs_consent": False}
MAY_CALL = MEDIATED | {f"{DISPUTE}.on_silence": "may_escalate"}
INSPECTED = BACK | {f"{RETURN}.refund_on": "inspected", f"{RETURN}.inspection": {"clock": "3 d"}}
CALLS_IN_TIME = {"policy.mediation.escalate_within": "3 d"}
TOO_LATE_TO_POST = BACK | {f"{RETURN}.post_within": "2 d"}
BY_PLATFORM = MEDIATED | {f"{DISPUTE}.answered_by": "platform"}
OFFERS = {f"{DISPUTE}.rounds": 1, f"{DISPUTE}.offer": {"clock": "3 d", "on_silence": "close"}}

Way = tuple[Failure, dict[str, Any], dict[str, Any], str]
WAYS: list[Way] = [
    (Failure.NO_DISPUTE, {"policy.dispute": "none"}, SHIPPED, "This policy knows no dispute"),
    (Failure.NO_DISPUTE, {"policy.dispute": "none"}, {"cancellation": refuses()}, "This policy knows no dispute"),
    (Failure.DID_NOT_GO_ON, {}, {"cancellation": refuses(), "goes_on": 0}, "did not want to wait for the parcel"),
    (Failure.NOT_WORTH_IT, {}, SHIPPED | {"hassle": 200_00}, "not worth the cost and the trouble"),
    (Failure.LOST_PATIENCE, {}, {"cancellation": says_nothing(patience=DAY)}, "and dropped the request"),
    (Failure.LOST_PATIENCE, {}, SHIPPED | {"dispute": says_nothing(patience=DAY)}, "and dropped the dispute"),
    (
        Failure.LOST_PATIENCE,
        MEDIATED,
        SHIPPED | {"dispute": refuses(), "mediation": says_nothing(patience=DAY)},
        "and dropped the case",
    ),
    (Failure.DISPUTE_TOO_LATE, {}, {"asked": 60 * DAY}, "The time for opening a dispute was over."),
    (
        Failure.NOT_CALLED_IN_TIME,
        MAY_CALL,
        SHIPPED | {"dispute": says_nothing(), "escalates": 0},
        "did not call in",
    ),
    (
        Failure.NOT_CALLED_IN_TIME,
        MAY_CALL | CALLS_IN_TIME,
        SHIPPED | {"dispute": says_nothing(), "escalates_after": 4 * DAY},
        "did not call in the platform in time.",
    ),
    (
        Failure.NOT_POSTED_IN_TIME,
        TOO_LATE_TO_POST,
        SHIPPED | {"return_delay": 5 * DAY},
        "The last day for sending the goods back passed without a parcel.",
    ),
    (
        Failure.NOT_POSTED_IN_TIME,
        TOO_LATE_TO_POST | WITHDRAWAL,
        SHIPPED | {"return_delay": 5 * DAY},
        "The last day for sending the goods back passed without a parcel.",
    ),
    (
        Failure.NOT_POSTED_IN_TIME,
        TOO_LATE_TO_POST | MEDIATED,
        SHIPPED | {"dispute": refuses(), "return_delay": 5 * DAY},
        "The last day for sending the goods back passed without a parcel.",
    ),
    (
        Failure.CLOSED_BY_SILENCE,
        {"policy.cancellation.on_silence": "close"},
        {"cancellation": says_nothing(), "ships_at": 30 * DAY},
        "silence closes the claim",
    ),
    (
        Failure.CLOSED_BY_SILENCE,
        {f"{DISPUTE}.on_silence": "close"},
        SHIPPED | {"dispute": says_nothing()},
        "silence closes the claim",
    ),
    (
        Failure.NOT_TAKEN_FURTHER,
        MEDIATED,
        SHIPPED | {"dispute": refuses(), "escalates": 0},
        "The buyer did not take it to the platform.",
    ),
    (
        Failure.CALLED_TOO_LATE,
        MEDIATED | CALLS_IN_TIME,
        SHIPPED | {"dispute": refuses(), "escalates_after": 4 * DAY},
        "would have taken it to the platform, but after the last day for that.",
    ),
    (Failure.NOBODY_TO_TURN_TO, {}, SHIPPED | {"dispute": refuses()}, "There was nobody else to turn to."),
    (
        Failure.NOBODY_TO_TURN_TO,
        INSPECTED,
        SHIPPED | {"inspection": refuses()},
        "There was nobody else to turn to.",
    ),
    (
        Failure.RULED_AGAINST,
        MEDIATED,
        SHIPPED | {"dispute": refuses(), "mediation": refuses()},
        "The platform ruled for the seller.",
    ),
    (Failure.RULED_AGAINST, BY_PLATFORM, SHIPPED | {"mediation": refuses()}, "The platform ruled for the seller."),
    (
        Failure.PLATFORM_SILENT,
        MEDIATED | {"policy.mediation.clock": "2 d"},
        SHIPPED | {"dispute": refuses(), "mediation": says_nothing()},
        "The platform said nothing in 2 days; silence declines",
    ),
    (
        Failure.PLATFORM_SILENT,
        BY_PLATFORM,
        SHIPPED | {"mediation": says_nothing()},
        "The platform said nothing in 5 days; silence declines",
    ),
    (Failure.RETURN_LOST, BACK, SHIPPED | {"return_lost": 1}, "The goods got lost on the way back"),
    (Failure.PARCEL_NEVER_COMES, {}, SHIPPED | {"lost": 1}, "the parcel never comes"),
    (
        Failure.WINDOW_NEVER_OPENS,
        {"policy.promise": {"within": "9 d"}, "policy.dispute.not_received.opens.after": "delivered"},
        SHIPPED | {"lost": 1},
        "the day from which a dispute may be opened never comes",
    ),
    (
        Failure.NEVER_DISPUTED,
        {f"{DISPUTE}.closes": "none"},
        SHIPPED | {"dispute_after": NEVER},
        "never opens the dispute",
    ),
    (Failure.NEVER_POSTED_BACK, BACK, SHIPPED | {"return_delay": NEVER}, "never sends the goods back"),
    (Failure.RETURN_NEVER_ARRIVES, BACK, SHIPPED | {"return_transit": NEVER}, "the goods never arrive back"),
]
CHARGEBACK = {
    "policy.chargeback": {
        "methods": ["card"],
        "claims": ["regret"],
        "window": {"after": "decided", "within": "90 d"},
        "rulings": {"buyer": 1, "seller": 0},
    }
}
OF_THEMSELVES = {
    words for _, _, _, words in WAYS if not words.startswith(("and dropped", "silence", "The platform"))
}
"""What is told of one reason only; the others are told by the last answer."""
NAMES = [f"{way[0].word}-{number}" for number, way in enumerate(WAYS)]


def test_every_reason_has_a_way_that_leads_to_it() -> None:
    assert {way[0] for way in WAYS} == set(Failure) - {Failure.NONE}


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_a_claim_without_money_records_why_and_is_told_so(way: Way) -> None:
    reason, changes, luck, words = way
    story, text = tell(changes, **luck), told(changes, **luck)
    assert (Failure(story.failed_because), int(story.ending[0])) == (reason, OUTCOMES[reason])
    assert story.failed_at == story.ended_at
    assert words in text
    assert [other for other in OF_THEMSELVES if other in text and other not in words and words not in other] == []


@pytest.mark.parametrize(("won", "ending"), [(accepts(), Outcome.REFUNDED), (refuses(), None)])
@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_the_bank_does_not_make_the_record_forget_what_came_before(way: Way, won: Any, ending: Outcome) -> None:
    reason, changes, luck, words = way
    if OUTCOMES[reason] == Outcome.OPEN:
        return  # nobody goes to the bank who still waits
    luck = luck | {"charges_back": 1, "charges_back_after": 10 * DAY, "chargeback": won}
    story, text = tell(changes | CHARGEBACK, **luck), told(changes | CHARGEBACK, **luck)
    assert (story.chargeback_opened_at, Failure(story.failed_because)) == (story.failed_at + 10 * DAY, reason)
    assert story.ending[0] == (OUTCOMES[reason] if ending is None else ending)
    assert story.told.index("came to nothing") < story.told.index("chargeback filed")
    assert words in text


def test_what_came_to_nothing_is_told_where_the_dispatch_limit_brings_the_money_later() -> None:
    changes = {"policy.dispatch.limit": "9 d"}
    luck = {"ships_at": NEVER, "dispatch_due": 9 * DAY, "cancellation": refuses(), "goes_on": 0}
    story, text = tell(changes, **luck), told(changes, **luck)
    assert (story.ending, story.failed_at) == ((Outcome.REFUNDED, Route.NOT_DISPATCHED), 2 * DAY)
    assert "The buyer did not want to wait for the parcel and open a dispute." in text


def test_who_is_refunded_at_the_limit_in_that_second_has_not_failed() -> None:
    luck = {"ships_at": NEVER, "dispatch_due": 4 * DAY, "cancellation": says_nothing(), "goes_on": 0}
    story = tell({"policy.dispatch.limit": "4 d"}, **luck)
    assert (story.ending[1], story.failed_at, story.failed_because) == (Route.NOT_DISPATCHED, None, Failure.NONE)

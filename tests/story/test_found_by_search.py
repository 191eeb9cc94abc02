"""Stories that a search through random marketplaces came upon, each once told wrongly."""

from __future__ import annotations

from sim.scenario.durations import DAY, NEVER
from sim.vocabulary import Outcome, Route
from tests.worlds import MEDIATED, refuses, ships, tell


def test_postage_is_not_paid_for_a_return_that_is_never_posted() -> None:
    """The money comes on notice, and no deadline makes the buyer post: so the parcel stays, and costs nobody."""
    on_notice = {"policy.return.default": {"payer": "seller", "refund_on": "notice"}}
    story = tell(on_notice, asked=6 * DAY, return_delay=NEVER, return_cost=8_00)
    assert story.ending == (Outcome.REFUNDED, Route.DISPUTE)
    assert story.return_posted_at is None
    assert story.seller_cost == 0


def test_a_window_counts_from_when_shipment_was_arranged_not_from_when_it_was_planned() -> None:
    """Asked to cancel on day 2, the seller ships at once on day 3 what it had planned to arrange on day 8."""
    closes = {"policy.dispute.default.closes": {"after": "arranged", "within": "21 d"}}
    luck = {"cancellation": ships(after=1 * DAY), "arranges_at": 8 * DAY, "ships_at": 9 * DAY}
    on_day_24 = tell(closes, transit=21 * DAY, **luck)
    assert (on_day_24.arranged_at, on_day_24.dispute_opened_at) == (3 * DAY, 24 * DAY)
    assert tell(closes, transit=21 * DAY + 1, **luck).ending == (Outcome.EXPIRED, Route.CANCELLATION)


def test_what_the_platform_has_answered_is_not_taken_to_the_platform_again() -> None:
    """Its answer to a dispute is a ruling: a buyer who would escalate has nobody to escalate to."""
    answers = MEDIATED | {"policy.dispute.default.answered_by": "platform"}
    story = tell(answers, asked=6 * DAY, mediation=refuses(after=2 * DAY), escalates=1)
    assert story.ending == (Outcome.REFUSED, Route.DISPUTE)
    assert (story.mediation_opened_at, story.ended_at) == (None, 27 * DAY)

"""Rows by claim kind for mediation and refunds, over what is said for all; and the claim that turns."""

from __future__ import annotations

import numpy as np

from sim.scenario.durations import DAY
from sim.vocabulary import ClaimKind, Outcome, Route
from tests.worlds import MEDIATED, Story, accepts, drawn, refuses, says_nothing, tell, world

REGRET, NOT_RECEIVED, DEFECT = list(ClaimKind)[1:]
ROW = "policy.mediation.by_claim"
PROMISED = {
    "policy.promise": {"within": "31 d"},
    "policy.dispute.not_received": {
        "opens": {"after": "promised"},
        "closes": {"after": "promised", "within": "9 d"},
    },
}


def disputed(changes: dict[str, object], claim: ClaimKind, **luck: object) -> Story:
    """Disputed and refused on day 28."""
    return tell(MEDIATED | changes, claim=claim, asked=28 * DAY, dispute=refuses(), **luck)


def test_a_row_of_mediation_has_its_own_clock_and_its_own_silence() -> None:
    rows = {ROW: {"defect": {"clock": "3 d", "on_silence": "approve"}}, "policy.mediation.clock": "9 d"}
    defect, regret = (disputed(rows, claim, mediation=says_nothing()) for claim in (DEFECT, REGRET))
    assert (defect.ending, defect.refunded_at) == ((Outcome.REFUNDED, Route.MEDIATION), 31 * DAY)
    assert (regret.ending, regret.ended_at) == ((Outcome.REFUSED, Route.MEDIATION), 37 * DAY)


def test_a_row_of_mediation_has_its_own_last_call() -> None:
    rows = {ROW: {"defect": {"escalate_within": "none"}}, "policy.mediation.escalate_within": "2 d"}
    for claim, outcome in ((DEFECT, Outcome.REFUNDED), (REGRET, Outcome.REFUSED)):
        assert disputed(rows, claim, mediation=accepts(), escalates_after=3 * DAY).ending[0] is outcome


def test_a_row_of_refunds_has_its_own_limit() -> None:
    rows = {
        "policy.refund": {"within": "9 d", "by_claim": {"defect": {"within": "4 d"}}, "posting": {"card": "60 d"}}
    }
    for claim, days in ((DEFECT, 4), (REGRET, 9)):
        story = tell(rows, claim=claim, asked=28 * DAY, posting=60 * DAY)
        assert story.refunded_at == (28 + days) * DAY


def test_a_regret_that_turns_is_ruled_on_and_paid_as_not_received() -> None:
    rows = PROMISED | {
        ROW: {"not_received": {"clock": "10 d", "on_silence": "approve"}},
        "policy.refund": {
            "within": "9 d",
            "by_claim": {"not_received": {"within": "none"}},
            "posting": {"card": "1 d"},
        },
    }
    lost = {"asked": 6 * DAY, "lost": 1, "dispute": refuses(), "mediation": refuses(), "posting": 1 * DAY}
    turned = {"ruling_if_not_received": 0, "posting_if_not_received": 12 * DAY}
    story = tell(MEDIATED | rows, **lost, **turned)
    assert story.ending == (Outcome.REFUNDED, Route.MEDIATION)
    assert (story.mediation_settled_at, story.refunded_at) == (41 * DAY, (41 + 12) * DAY)


def test_a_split_of_a_claim_that_turned_is_of_that_kind() -> None:
    lost = {"asked": 6 * DAY, "lost": 1, "dispute": refuses(), "split_share": 500_000}
    turned = {"ruling_if_not_received": 4, "split_share_if_not_received": 800_000}
    assert tell(MEDIATED | PROMISED, **lost, **turned).refund == 80_00


HASTE = {"exponential": {"mean": "1 d"}}
LEISURE = {"exponential": {"mean": "3 d"}}
THREE_KINDS = MEDIATED | {
    "experiment.cohort": "20 d",
    "buyers.regret": {"probability": 0.5, "after": "2 d"},
    "buyers.defect": {"probability": 0.5, "after": "1 d"},
    "policy.mediation.notice": HASTE,
    "policy.refund.posting.card": HASTE,
}


def test_a_row_stretches_the_luck_of_its_kind_and_leaves_all_other_luck_alone() -> None:
    rows = {
        ROW: {"defect": {"notice": LEISURE}},
        "policy.refund.by_claim": {"defect": {"posting": {"card": LEISURE}}},
    }
    base, other = (drawn(world(THREE_KINDS | some)).claims for some in ({}, rows))
    defect = base["claim"] == DEFECT
    assert 0 < defect.sum() < len(defect)
    for column in ("mediation.notice", "posting"):
        # Both are whole seconds of one uniform: three times as long, but for rounding.
        assert (np.abs(other[column][defect] - 3 * base[column][defect]) <= 2).all()
        assert (other[column][~defect] == base[column][~defect]).all()
    changed = {column for column in base if (base[column] != other[column]).any()}
    assert changed == {"mediation.notice", "posting"}


def test_what_luck_would_settle_for_goods_not_received_follows_their_row() -> None:
    rows = {ROW: {"not_received": {"notice": LEISURE, "split_share": 0.9, "rulings": {"buyer": 0, "seller": 1}}}}
    claims = drawn(world(THREE_KINDS | rows)).claims
    assert (np.abs(claims["ruling_notice_if_not_received"] - 3 * claims["mediation.notice"]) <= 2).all()
    assert set(claims["split_share_if_not_received"].tolist()) == {900_000}
    assert (claims["ruling_if_not_received"] != claims["mediation.disposition"]).all()


# ------------------------------------------------------------------------ the platform comes after a refusal

COMES = MEDIATED | {"policy.dispute.default.steps_in": {"by_itself_after": "7 d", "after_refusal": True}}


def test_the_platform_may_come_by_itself_to_a_dispute_that_was_refused() -> None:
    luck = {"asked": 6 * DAY, "dispute": refuses(after=2 * DAY), "mediation": accepts(after=1 * DAY)}
    story = tell(COMES, escalates=0, **luck)
    assert (story.mediation_opened_at, story.ending) == (32 * DAY, (Outcome.REFUNDED, Route.MEDIATION))
    assert tell(COMES, escalates_after=3 * DAY, **luck).mediation_opened_at == 30 * DAY, "who calls is sooner"
    pending_only = MEDIATED | {"policy.dispute.default.steps_in": {"by_itself_after": "7 d"}}
    assert tell(pending_only, escalates=0, **luck).ending[0] is Outcome.REFUSED


def test_the_platform_may_come_by_itself_to_a_dispute_that_nobody_answered_and_nobody_took_further() -> None:
    comes = COMES | {"policy.dispute.default.clock": "3 d", "policy.dispute.default.on_silence": "may_escalate"}
    luck = {"asked": 6 * DAY, "dispute": says_nothing(), "mediation": accepts(after=1 * DAY)}
    story = tell(comes, escalates=0, **luck)
    assert (story.mediation_opened_at, story.ending) == (32 * DAY, (Outcome.REFUNDED, Route.MEDIATION))
    assert tell(comes, escalates_after=2 * DAY, **luck).mediation_opened_at == 30 * DAY, "who calls is sooner"
    too_late_to_call = {"policy.mediation.escalate_within": "1 d"}
    assert tell(comes | too_late_to_call, **luck | {"escalates_after": 2 * DAY}).mediation_opened_at == 32 * DAY


def test_the_platform_comes_once() -> None:
    luck = {"asked": 6 * DAY, "dispute": refuses(after=2 * DAY), "mediation": refuses(after=1 * DAY)}
    story = tell(COMES, escalates=0, **luck)
    assert (story.ending, story.ended_at) == ((Outcome.REFUSED, Route.MEDIATION), 33 * DAY)

"""The way of every claim, from asking to its ending: nobody is lost on it, and nobody is counted twice."""

from __future__ import annotations

import pandas as pd

from sim.experiment.claim_paths import ASKED, FREE, PASSED, STAGES, paths_of
from tests.unit.compared import result

ON = pd.Timestamp("2018-10-05")
INSTANTS = [instant for seen_by in STAGES.values() for instant in seen_by]


def claims(*rows: tuple[str, str, tuple[str, ...]]) -> pd.DataFrame:
    """Claims by outcome, route, and the instants that came for them."""
    cells = {instant: [ON if instant in came else pd.NaT for _, _, came in rows] for instant in INSTANTS}
    return pd.DataFrame({"outcome": [row[0] for row in rows], "route": [row[1] for row in rows], **cells})


def only_way(*row: object) -> dict[str, object]:
    (way,) = paths_of(claims(row)).to_dict("records")  # type: ignore[arg-type]
    return dict(way)


def test_a_cancellation_that_needs_no_consent_ends_where_it_began() -> None:
    way = only_way("refunded", "free_cancellation", ())
    assert way == {ASKED: ASKED, "cancellation": FREE, "ending": "refunded", "claims": 1}


def test_a_refused_request_goes_on_to_a_dispute_and_to_the_platform() -> None:
    way = only_way("refused", "mediation", ("request_opened_at", "dispute_opened_at", "mediation_opened_at"))
    stages = {"cancellation": "cancellation", "dispute": "dispute", "mediation": "mediation"}
    assert way == {ASKED: ASKED, **stages, "ending": "refused", "claims": 1}


def test_silence_that_escalates_goes_past_the_dispute() -> None:
    way = only_way("refunded", "mediation", ("request_opened_at", "mediation_opened_at"))
    assert (way["cancellation"], way["mediation"]) == ("cancellation", "mediation")
    both = paths_of(
        claims(
            ("refunded", "mediation", ("request_opened_at", "mediation_opened_at")),
            ("refunded", "dispute", ("dispute_opened_at",)),
        )
    )
    assert sorted(both["dispute"]) == ["dispute", PASSED]
    assert sorted(both["cancellation"]) == ["cancellation", PASSED]
    assert sorted(both["mediation"]) == ["mediation", "refunded"]


def test_who_uses_a_right_of_withdrawal_has_come_to_the_stage_of_disputes() -> None:
    assert only_way("refunded", "dispute", ("withdrawn_at",))["dispute"] == "dispute"


def test_who_gives_up_at_once_comes_to_no_stage() -> None:
    assert only_way("gave_up", "none", ()) == {ASKED: ASKED, "ending": "gave_up", "claims": 1}


def test_every_claim_walks_one_way_and_every_ending_is_reached_as_often_as_it_occurred() -> None:
    ways, orders = paths_of(result().orders), result().orders
    assert ways["claims"].sum() == len(orders)
    assert not ways.drop(columns="claims").duplicated().any()
    assert (
        ways.groupby("ending")["claims"].sum().to_dict() == orders["outcome"].astype(str).value_counts().to_dict()
    )
    assert ways["claims"].is_monotonic_decreasing
    came = orders["dispute_opened_at"].notna() | orders["withdrawn_at"].notna()
    assert ways["claims"][ways["dispute"] == "dispute"].sum() == came.sum()


def test_a_claim_that_has_ended_stays_ended() -> None:
    ways = paths_of(result().orders)
    stages = [column for column in ways.columns if column in STAGES]
    for way in ways.to_dict("records"):
        passed = [way[stage] == way["ending"] for stage in stages]
        assert passed == sorted(passed)

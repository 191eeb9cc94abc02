"""Measures, curves and success by hours to ask, on claims made by hand: each number can be checked on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.by_hours import success_by_hours
from sim.experiment.curves import ENDINGS, GRID, incidence
from sim.experiment.measure_kinds import estimated_together
from sim.experiment.measures import CLAIMS, MEASURES, RATIOS, WITHIN, Sums
from sim.experiment.predicates import gain
from sim.scenario.durations import DAY
from tests.tables import MIDNIGHT, claim, claims_of

SUMS = np.random.default_rng(1).integers(0, 40, (2, len(RATIOS), 7)).astype(np.float64)
"""Parts and wholes of every ratio in seven replications."""
LATER = {"dispatched_at": MIDNIGHT + pd.Timedelta(days=20)}
POSTED = LATER | {"return_posted_at": MIDNIGHT + pd.Timedelta(days=30)}


def value(measure: str, *rows: dict[str, Any], replications: int = 2) -> float:
    """One measure of hand-made claims."""
    (estimate, _, _), _ = MEASURES[measure].estimate({CLAIMS: claims_of(*rows)}, replications)
    return float(estimate)


def n_of(measure: str, *rows: dict[str, Any], replications: int = 2) -> int:
    return MEASURES[measure].estimate({CLAIMS: claims_of(*rows)}, replications)[1]


def test_measures_that_are_estimated_together_are_what_each_is_alone() -> None:
    wholes = np.maximum(SUMS.max(axis=0), 1)
    sums = {ratio.name: Sums(SUMS[0, k], wholes[k], int(wholes[k].sum())) for k, ratio in enumerate(RATIOS)}
    together = estimated_together(RATIOS, sums)
    for ratio in RATIOS:
        np.testing.assert_allclose(together[ratio.name], ratio.estimated(*sums[ratio.name]), rtol=1e-14)


# --------------------------------------------------------------------------------------- measures

FOUR = (
    claim("refunded", 2),
    claim("refused", 5, route="dispute", value=300.0),
    claim("partly_refunded", 8, refund=40.0, route="mediation"),
    claim("refunded", 10, replication=1, limit_used=True, buyer_cost=8.0),
)
"""Four claims worth 600 in two replications: two refunded in full, 2 and 10 days after asking."""


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("success_rate", 2 / 4),
        ("recovered_share", 240 / 600),
        ("refund_time_median_all", 10),
        ("refund_time_mean_refunded", 6),
        ("refund_time_p90_refunded", 10),
        ("refunded_within_1d", 0),
        ("refunded_within_3d", 1 / 4),
        ("refunded_within_7d", 1 / 4),
        ("refunded_within_14d", 2 / 4),
        ("outcome_refused", 1 / 4),
        ("outcome_partly_refunded", 1 / 4),
        ("route_dispute", 1 / 4),
        ("route_none", 2 / 4),
        ("limit_used_share", 1 / 3),
        ("postage_per_claim", 2.0),
        ("open_share", 0),
    ],
)
def test_measures_of_four_claims_are_as_worked_out_by_hand(measure: str, expected: float) -> None:
    assert value(measure, *FOUR) == pytest.approx(expected)


def test_a_measure_says_how_many_it_rests_on() -> None:
    assert n_of("success_rate", *FOUR) == 4
    assert n_of("refund_time_mean_refunded", *FOUR) == 2
    assert n_of("limit_used_share", *FOUR) == 3


def test_the_median_over_all_claims_is_not_reached_where_fewer_than_half_are_refunded() -> None:
    rows = [claim("refunded", 1), claim("gave_up", 1), claim("refused", 1, replication=1)]
    assert np.isnan(value("refund_time_median_all", *rows))
    assert value("refund_time_p90_refunded", *rows) == 1, "it is conditional on having been refunded"


def test_a_partly_refunded_claim_is_not_a_success_however_early_the_money_came() -> None:
    assert value("refunded_within_1d", claim("partly_refunded", 0, refund=99.0), claim("refunded", 0)) == 1 / 2


def test_outcomes_and_routes_each_make_a_whole() -> None:
    for kind in ("outcome_", "route_"):
        shares = [value(name, *FOUR) for name in MEASURES if name.startswith(kind)]
        assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize(
    ("why", "row", "expected"),
    [
        ("cancelled, bought elsewhere", claim("refunded", 1, saving=30.0), 30.0),
        ("returned at own cost", claim("refunded", 40, saving=30.0, buyer_cost=12.0, **POSTED), 18.0),
        ("returned at more than it saves", claim("refunded", 40, saving=5.0, buyer_cost=12.0, **POSTED), -7.0),
        ("no money back, goods kept", claim("refused", 40, saving=30.0, **LATER), 0.0),
        ("returned in vain", claim("refused", 40, saving=30.0, buyer_cost=12.0, **POSTED), -112.0),
        ("part of the money, goods kept", claim("partly_refunded", 40, refund=40.0, saving=30.0, **LATER), 40.0),
        ("all of the money, goods kept", claim("refunded", 40, saving=30.0, **LATER), 100.0),
        ("nothing yet", claim("open", saving=30.0), 0.0),
    ],
)
def test_whether_it_was_worth_it_depends_on_money_goods_and_postage(
    why: str, row: dict[str, Any], expected: float
) -> None:
    assert gain(claims_of(row)).tolist() == pytest.approx([expected]), why


def test_worth_it_is_asked_of_those_who_found_it_cheaper() -> None:
    rows = [
        claim("refunded", 1, saving=30.0, found_cheaper=True),
        claim("refused", 1, saving=30.0, found_cheaper=True, replication=1),
        claim("refunded", 1),
    ]
    assert value("worth_it_share", *rows) == 1 / 2
    assert value("worth_it_mean", *rows) == 15
    assert n_of("worth_it_share", *rows) == 2


# ----------------------------------------------------------------------------------------- curves


def curve(ending: str, days: float, *rows: dict[str, Any]) -> float:
    table = incidence(claims_of(*rows), 2)
    return float(table[(table["ending"] == ending) & (table["days"] == days)]["share"].iloc[0])


def test_the_curve_counts_a_claim_from_the_instant_at_which_it_ended() -> None:
    assert [curve("refunded", days, *FOUR) for days in (0, 1.875, 2, 9.75, 10, 90)] == [
        0,
        0,
        1 / 4,
        1 / 4,
        1 / 2,
        1 / 2,
    ]
    assert curve("open", 0, *FOUR) == 1
    assert curve("open", 90, *FOUR) == 0


def test_a_claim_that_never_ends_stays_open_on_the_curve() -> None:
    assert curve("open", 90, claim("open"), claim("refused", 100, replication=1)) == 1


def test_at_every_time_the_endings_sum_to_one() -> None:
    luck = np.random.default_rng(3)
    rows = [
        claim(
            str(luck.choice(ENDINGS[:-1])), round(float(luck.exponential(20)), 4), replication=int(luck.integers(7))
        )
        for _ in range(400)
    ]
    table = incidence(claims_of(*rows), 7)
    sums = table.groupby("days")["share"].sum()
    assert len(sums) == len(GRID)
    assert (abs(sums - 1) < 1e-12).all()
    assert table["low"].between(0, table["share"]).all()
    assert table["high"].between(table["share"], 1).all()


def test_the_grid_is_fine_on_the_first_day_and_holds_every_reported_day() -> None:
    assert (GRID <= DAY).sum() >= 48
    assert GRID[0] == 0
    assert GRID[-1] == 90 * DAY
    assert set(WITHIN) <= set((GRID / DAY).tolist())


# --------------------------------------------------------------------------------- by hours to ask


def test_success_is_told_by_hours_since_payment() -> None:
    rows = [
        claim("refunded", 3, hours=0.5),
        claim("gave_up", 3, hours=0.99, replication=1),
        claim("refunded", 5, hours=1),
    ]
    table = success_by_hours(claims_of(*rows), 2).set_index(["group", "bin"])
    assert table.loc[("all", "0-1 h"), ["n", "success", "median_days"]].tolist() == [2, 0.5, 3]
    assert table.loc[("all", "1-3 h"), ["n", "success", "median_days"]].tolist() == [1, 1, 5]
    assert table.loc[("all", "3-6 h"), "n"] == 0
    assert np.isnan(table.loc[("all", "3-6 h"), "success"])


def test_a_fault_and_a_missed_parcel_are_no_changed_minds_but_one_that_turned_is() -> None:
    kinds = "defect", "not_received"
    faulty, missed = (claim("refused", 9, hours=400, claim=kind, reason=None) for kind in kinds)
    turned = claim("refunded", 9, hours=400, claim="not_received")
    table = success_by_hours(claims_of(faulty, missed, turned), 1).set_index(["group", "bin"])
    assert table.loc[("all", "> 14 d"), ["n", "success"]].tolist() == [1, 1]


def test_bins_are_fine_below_a_day_and_leave_nobody_out() -> None:
    table = success_by_hours(
        claims_of(*(claim("refunded", 1, hours=hours) for hours in (0, 23.9, 24, 335, 336, 9999))), 1
    )
    everybody = table[table["group"] == "all"]
    assert (everybody["hours_to"] <= 24).sum() == 5
    assert everybody["n"].sum() == 6
    assert (everybody["hours_from"].tolist()[1:]) == everybody["hours_to"].tolist()[:-1]
    assert everybody["bin"].tolist()[-4:] == ["6-7 d", "7-9 d", "9-14 d", "> 14 d"]


def test_those_not_shipped_when_they_asked_are_told_apart() -> None:
    shipped_before = claim("refused", 40, hours=30, dispatched_at=MIDNIGHT + pd.Timedelta(hours=30))
    shipped_after = claim("refunded", 40, hours=30, dispatched_at=MIDNIGHT + pd.Timedelta(hours=31))
    table = success_by_hours(claims_of(shipped_before, shipped_after, claim("refunded", 1, hours=30)), 1)
    counts = table[table["bin"] == "1-2 d"].set_index("group")
    assert counts["n"].to_dict() == {"all": 3, "not_shipped": 2}
    assert counts["success"].to_dict() == pytest.approx({"all": 2 / 3, "not_shipped": 1})

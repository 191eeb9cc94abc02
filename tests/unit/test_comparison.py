"""Policies side by side: what a comparison holds, who may share luck, and what is said where nobody can."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import BadUsage
from sim.experiment import comparing
from sim.experiment.columns import IN_A_BYTE, NARROW
from sim.experiment.comparing import compare
from sim.experiment.comparison import Comparison, comparison_of
from sim.experiment.curve_differences import CROSSING, crossings_of
from sim.experiment.curves import GRID
from sim.experiment.differences import COLUMNS, Yardstick, differences_of, estimates_of
from sim.experiment.experiment import run
from sim.experiment.measures import MEASURES
from sim.experiment.result import Result
from sim.experiment.verdicts import HEADLINES, VERDICTS
from sim.scenario.model import Scenario
from tests.worlds import world

Changes = dict[str, Any]
LIVELY: Changes = {
    "experiment": {"warm_up": "5 d", "cohort": "10 d", "run_out": "20 d", "replications": 5, "seed": 7},
    "market.orders_per_day": 30,
    "market.order_value": {"uniform": {"low": 5, "high": 50}},
    "market.sellers.count": 3,
    "market.sellers.types.plain.cancellation": {
        "accept": 0.5,
        "refuse": 0.2,
        "silent": 0.3,
        "notice": {"exponential": {"mean": "2 d"}},
    },
    "market.sellers.types.plain.dispatch": {"exponential": {"mean": "5 d"}},
    "buyers.regret": {"probability": 0.5, "after": {"exponential": {"mean": "3 d"}}},
    "buyers.goes_on": 0.3,
    "buyers.return_cost": 4,
    "policy.return": {"default": {"payer": "buyer"}},
}
"""Five replications of some 150 claims each."""
QUICK: Changes = {"policy.cancellation.clock": "1 d"}


def lively(name: str = "base", **changes: Any) -> Scenario:
    return world(LIVELY | {"name": name} | changes)


@cache
def base() -> Result:
    return run(lively(), jobs=1)


@cache
def quick() -> Result:
    return run(lively("quick", **QUICK), jobs=1)


@cache
def compared() -> Comparison:
    return comparison_of(base(), quick())


def difference(comparison: Comparison, measure: str) -> pd.Series:
    return comparison.differences.set_index("measure").loc[measure]


# ------------------------------------------------------------------------------ what is promised


def test_a_comparison_holds_everything_that_was_promised() -> None:
    comparison = compared()
    assert list(comparison.differences) == ["scenario", *COLUMNS]
    assert comparison.differences["measure"].tolist() == list(MEASURES)
    assert comparison.curves["days"].tolist() == (GRID / 86400).tolist()
    assert list(comparison.crossings) == ["scenario", *CROSSING]
    assert set(comparison.differences["scenario"]) == set(comparison.flips["scenario"]) == {"quick"}
    assert comparison.verdicts["measure"].tolist() == [name for name in MEASURES if name in HEADLINES]
    assert set(comparison.verdicts["verdict"]) <= set(VERDICTS)
    assert comparison.apart == {}


def test_a_difference_is_the_other_less_the_base_as_their_summaries_have_them() -> None:
    table = compared().differences.set_index("measure")
    for column, result in (("base", base()), ("other", quick())):
        pd.testing.assert_series_equal(table[column], result.summary["value"], check_names=False)
    pd.testing.assert_series_equal(table["difference"], table["other"] - table["base"], check_names=False)
    assert (table["unit"] == base().summary["unit"]).all()


def test_the_plain_interval_lies_within_the_simultaneous_one() -> None:
    judged = compared().verdicts
    assert (judged["low_simultaneous"] <= judged["low"]).all()
    assert (judged["low"] <= judged["difference"]).all()
    assert (judged["difference"] <= judged["high"]).all()
    assert (judged["high"] <= judged["high_simultaneous"]).all()


def test_what_is_no_headline_is_shown_and_not_judged() -> None:
    shown = difference(compared(), "outcome_refused")
    assert not shown["is_headline"]
    assert shown["verdict"] == ""
    assert np.isfinite(shown["low"])
    assert shown[["low_simultaneous", "margin", "replications_needed"]].isna().all()


def test_pairing_pays_and_by_how_much_is_told() -> None:
    gain = difference(compared(), "success_rate")
    assert gain["correlation"] > 0.5
    assert gain["variance_ratio"] < 0.5


def test_more_scenarios_to_judge_make_each_interval_wider() -> None:
    other = run(lively("slow", **{"policy.cancellation.clock": "12 d"}), jobs=1)
    both = comparison_of(base(), quick(), other)
    assert both.differences["scenario"].unique().tolist() == ["quick", "slow"]
    alone, together = (one.verdicts.iloc[0] for one in (compared(), both))
    assert alone["low"] == together["low"]
    assert together["low_simultaneous"] < alone["low_simultaneous"]


def test_the_flip_table_holds_every_order_once() -> None:
    table = compared().flip_table("quick")
    assert table.to_numpy().sum() == base().about["orders"]
    flipped = compared().flipped("quick")
    assert flipped["orders"].sum() == table.to_numpy().sum() - sum(
        table.loc[k, k] for k in table if k in table.index
    )
    assert flipped["orders"].is_monotonic_decreasing


def test_the_curves_are_those_of_the_results() -> None:
    curve = compared().curves
    refunded = base().curves[base().curves["ending"] == "refunded"]
    assert curve["base"].tolist() == pytest.approx(refunded["share"].tolist())
    assert (curve["low_simultaneous"] <= curve["low"]).all()
    assert (curve["high"] <= curve["high_simultaneous"]).all()


# ------------------------------------------------------------------------------- a null comparison


def test_a_scenario_against_itself_differs_in_nothing_and_flips_nothing() -> None:
    comparison = comparison_of(base(), run(lively(), jobs=1))
    differences = comparison.differences
    known = differences.dropna(subset="difference")
    assert len(known) > 30
    assert (known[["difference", "low", "high"]] == 0).all(axis=None)
    judged = comparison.verdicts
    assert (judged[["low_simultaneous", "high_simultaneous"]] == 0).all(axis=None)
    assert set(judged["verdict"]) == {"equivalent"}
    assert comparison.flipped("base").empty
    assert set(comparison.flips["parts_at"]) == {"never"}
    assert (comparison.curves[["difference", "low_simultaneous", "high_simultaneous"]] == 0).all(axis=None)
    assert comparison.crossings.empty
    assert comparison.is_settled


def test_another_policy_that_changed_no_claim_so_far_might_change_one_in_a_while() -> None:
    idle = run(lively("idle", **{"policy.dispute.default.clock": "6 d"}), jobs=1)
    row = difference(comparison_of(base(), idle), "success_rate")
    assert row["difference"] == 0
    assert 0 < row["high"] < 0.02


# --------------------------------------------------------------------------- who cannot share luck


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"market.sellers.count": 4}, "the number of sellers (3 and 4)"),
        ({"market.sellers.concentration": 1.0}, "how orders spread over the sellers (0 and 1)"),
        ({"market.orders_per_day": 31}, "orders per day (30 and 31)"),
        ({"market.weekdays": {"sun": 0.5}}, "the weekdays on which orders come"),
        ({"market.hours": [1] * 23 + [2]}, "the hours of the day at which orders come"),
        ({"market.peaks": {"2018-10-10": 2}}, "the peaks"),
        ({"start": "2018-10-02"}, "the first day (2018-10-01 and 2018-10-02)"),
        ({"experiment": LIVELY["experiment"] | {"seed": 8}}, "the seed (7 and 8)"),
        ({"experiment": LIVELY["experiment"] | {"warm_up": "6 d"}}, "the warm-up (5 d and 6 d)"),
        ({"experiment": LIVELY["experiment"] | {"cohort": "9 d"}}, "the cohort window (10 d and 9 d)"),
        ({"experiment": LIVELY["experiment"] | {"replications": 4}}, "the number of replications (5 and 4)"),
    ],
)
def test_other_orders_are_compared_unpaired_and_it_is_said_why(change: Changes, why: str) -> None:
    comparison = comparison_of(base(), run(lively("other", **change), jobs=1))
    assert comparison.apart == {"other": (why,)}
    assert comparison.flips.empty
    assert list(comparison.flips) == list(compared().flips)
    assert comparison.differences[["correlation", "variance_ratio"]].isna().all(axis=None)
    row = difference(comparison, "success_rate")
    assert row["low"] < row["difference"] < row["high"]
    assert row["verdict"] in VERDICTS


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": LIVELY["experiment"] | {"run_out": "25 d"}},
        {"experiment": LIVELY["experiment"] | {"follow_up": "9 d"}},
        {"market.peaks": {"2019-10-10": 2}},
        {"market.order_value": 20},
        {"buyers.regret.probability": 0.4},
        {"calendars.seller": {"hours": {"mon-fri": "09:00-18:00"}}},
    ],
)
def test_orders_that_are_paid_at_the_same_instant_to_the_same_seller_share_their_luck(change: Changes) -> None:
    comparison = comparison_of(base(), run(lively("other", **change), jobs=1))
    assert comparison.apart == {}
    watched_alike = "follow_up" not in change.get("experiment", {})
    assert comparison.flips.empty is not watched_alike, "who is watched for longer only seems to end otherwise"


def test_unpaired_intervals_do_without_the_gain_of_pairing() -> None:
    other = run(lively("quick", **QUICK), seed=8, jobs=1)
    alone, together = comparison_of(base(), other), compared()
    widths = [
        one["high"] - one["low"]
        for one in (difference(alone, "success_rate"), difference(together, "success_rate"))
    ]
    assert widths[0] > 1.5 * widths[1]


# ---------------------------------------------------------------------------- where no number is given


def test_a_median_that_one_of_them_never_reaches_has_no_difference() -> None:
    never = run(lively("never", **{"policy.cancellation": "none", "policy.dispute": "none"}), jobs=1)
    row = difference(comparison_of(base(), never), "refund_time_median_all")
    assert np.isfinite(row["base"])
    assert row[["other", "difference", "low", "high"]].isna().all()
    assert row["verdict"] == "not_reached"


def test_one_replication_leaves_everything_open() -> None:
    one, other = (run(lively(name, **change), replications=1, jobs=1) for name, change in (("a", {}), ("b", QUICK)))
    judged = comparison_of(one, other).verdicts
    assert judged[["low", "high", "replications_needed"]].isna().all(axis=None)
    assert set(judged["verdict"]) == {"inconclusive"}
    assert not comparison_of(one, other).is_settled


def test_curves_that_cross_name_no_winner_for_time() -> None:
    estimates = estimates_of(base()), estimates_of(quick())
    verdicts = []
    for crosses in (False, True):
        bench = Yardstick(HEADLINES, 0.95, is_paired=True, curves_cross=crosses)
        table = differences_of(base(), quick(), estimates, bench).set_index("measure")
        verdicts.append(table["verdict"][["refund_time_median_all", "success_rate"]].tolist())
    assert verdicts[0][0] in ("better", "worse", "inconclusive")
    assert verdicts[1] == ["curves_cross", verdicts[0][1]]


def band(*ends: tuple[float, float]) -> pd.DataFrame:
    """A band at days 0, 1, 2 …, with the difference in its middle."""
    table = pd.DataFrame(ends, columns=["low_simultaneous", "high_simultaneous"])
    return table.assign(days=np.arange(len(ends)), difference=table.mean(axis=1))


def test_curves_cross_where_the_band_is_on_one_side_before_and_on_the_other_after() -> None:
    curve = band((0, 0), (0.1, 0.2), (0.1, 0.4), (-0.1, 0.1), (-0.3, -0.1), (-0.1, 0.1), (0.1, 0.2))
    first, second = crossings_of(curve).itertuples(index=False, name=None)
    assert first[:3] == (2, 4, "other")
    assert first[3:] == pytest.approx((0.25, 0.2))
    assert second[:3] == (4, 6, "base")
    assert second[3:] == pytest.approx((0.2, 0.15))


def test_curves_that_may_touch_do_not_cross() -> None:
    assert crossings_of(band((0.1, 0.2), (-0.1, 0.1), (0.1, 0.2))).empty
    assert crossings_of(band((0, 0), (-0.1, 0.1), (-0.2, 0.1))).empty


# --------------------------------------------------------------------------------- from Python


def test_compare_runs_all_with_the_luck_of_the_base() -> None:
    comparison = sim.compare(lively(), lively("quick", **QUICK), jobs=1)
    pd.testing.assert_frame_equal(comparison.differences, compared().differences)
    pd.testing.assert_frame_equal(comparison.flips, compared().flips)


def test_every_scenario_has_as_many_replications_as_the_base() -> None:
    other = lively("quick", **QUICK, experiment=LIVELY["experiment"] | {"replications": 9})
    told: list[tuple[int, int]] = []
    comparison = sim.compare(
        lively(experiment=LIVELY["experiment"] | {"replications": 2}),
        other,
        seed=3,
        jobs=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [one.about["replications"] for one in (comparison.base, *comparison.others)] == [2, 2]
    assert [one.about["seed"] for one in (comparison.base, *comparison.others)] == [3, 3]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


# ------------------------------------------------------------------------- as sure as was asked


SURE = {"refunded_within_3d": 0.03, "refund_time_mean_refunded": "20%"}


def half_width(comparison: Comparison, scenario: str, measure: str) -> float:
    rows = comparison.differences.set_index(["scenario", "measure"])
    value, low, high = rows.loc[(scenario, measure), ["difference", "low", "high"]].astype(float)
    return max(high - value, value - low)


@pytest.mark.slow
def test_all_go_on_together_until_every_difference_is_known_so_well() -> None:
    others = lively("quick", **QUICK), lively("crowded", **{"market.sellers.count": 4})
    told: list[tuple[int, int]] = []
    comparison = sim.compare(
        lively(), *others, precision=SURE, jobs=1, progress=lambda done, total: told.append((done, total))
    )
    after = {one.about["replications"] for one in (comparison.base, *comparison.others)}
    (replications,) = after
    assert 10 <= replications < 100
    assert comparison.base.about["stopped"].startswith(
        f"precision reached after {replications} replications: difference in refunded_within_3d ±0.0"
    )
    assert comparison.base.about["stopped"].endswith("(crowded)"), "who shares no luck is known least"
    mean = comparison.base.summary.loc["refund_time_mean_refunded", "value"]
    for name in ("quick", "crowded"):
        assert half_width(comparison, name, "refunded_within_3d") <= 0.03
        assert half_width(comparison, name, "refund_time_mean_refunded") <= 0.2 * mean
    assert told[-1] == (3 * replications, 3 * replications)
    assert [done for done, _ in told] == list(range(1, 3 * replications + 1))


def test_what_is_looked_at_is_what_the_table_says() -> None:
    comparison = sim.compare(lively(), lively("quick", **QUICK), precision={"success_rate": 0.3}, jobs=1)
    stopped = comparison.base.about["stopped"]
    shown = f"±{half_width(comparison, 'quick', 'success_rate'):.3g}"
    assert stopped == f"precision reached after 10 replications: difference in success_rate {shown} (quick)"
    same_number = sim.compare(lively(), lively("quick", **QUICK), replications=10, jobs=1)
    pd.testing.assert_frame_equal(same_number.differences, comparison.differences, check_exact=True)


def test_a_budget_that_cannot_do_is_said_and_not_spent() -> None:
    comparison = sim.compare(
        lively(), lively("quick", **QUICK), precision={"success_rate": 1e-6}, max_replications=11, jobs=1
    )
    stopped = comparison.base.about["stopped"]
    assert comparison.base.about["replications"] == 10
    assert stopped.startswith(
        "precision not reached and out of reach: after 10 replications difference in success_rate ±0."
    )
    assert "(quick) (asked ±1e-06), which would take some " in stopped
    assert stopped.endswith(" of them where 11 are the most")


def test_a_scenario_against_itself_is_known_as_well_as_can_be_at_the_first_look() -> None:
    aims = {"success_rate": 1e-9, "refund_time_mean_refunded": "0.001%"}
    comparison = sim.compare(lively(), lively("same"), precision=aims, jobs=1)
    assert comparison.base.about["replications"] == 10
    assert "success_rate ±0 (same)" in comparison.base.about["stopped"]


def test_a_median_that_nobody_reaches_spends_the_budget() -> None:
    never = lively("never", **{"policy.cancellation": "none", "policy.dispute": "none"})
    comparison = sim.compare(
        lively(), never, precision={"refund_time_median_all": "2%"}, max_replications=12, jobs=1
    )
    assert comparison.base.about["stopped"] == (
        "precision not reached within 12 replications: "
        "difference in refund_time_median_all has no interval (never) (asked ±2 %)"
    )


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"precision": {"success_rate": "2%"}}, "a share needs an absolute half-width"),
        ({"precision": {"success_rate": 0.01}, "replications": 10}, "expected one of them"),
        ({"precision": {"success_rate": 0.01}, "max_replications": 9}, "at least 10 with a precision"),
    ],
)
def test_nonsense_is_refused_before_anything_is_run(numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(BadUsage, match=message):
        sim.compare(lively(), lively("quick", **QUICK), progress=pytest.fail, **numbers)


def test_no_replications_are_not_as_many_as_the_base_has() -> None:
    with pytest.raises(BadUsage, match="replications: found 0"):
        sim.compare(lively(), lively("quick", **QUICK), replications=0)


def test_a_wider_margin_makes_more_of_it_equivalent() -> None:
    narrow, wide = (comparison_of(base(), quick(), margins={"success_rate": m}) for m in (0.0, 0.9))
    assert difference(narrow, "success_rate")["verdict"] in ("worse", "better")
    assert difference(wide, "success_rate")[["verdict", "margin"]].tolist() == ["equivalent", 0.9]


@pytest.mark.parametrize(
    ("others", "margins", "message"),
    [
        ((), {}, "nothing to compare the base with"),
        (("a", "b", "a"), {}, "two of the scenarios to compare are named 'a'"),
        (("a",), {"claims": 1.0}, "'claims' is not judged"),
        (("a",), {"success_rate": -1.0}, "at least 0"),
    ],
)
def test_nothing_is_run_before_the_question_makes_sense(
    others: tuple[str, ...], margins: dict[str, float], message: str
) -> None:
    with pytest.raises(BadUsage, match=message):
        sim.compare(lively(), *(lively(name) for name in others), margins=margins, progress=pytest.fail)


def test_what_differs_from_the_base_needs_a_name_of_its_own() -> None:
    namesake = lively().with_changes({"policy.cancellation.clock": "2 d"})
    with pytest.raises(BadUsage, match=r"has the base's name, '.*', expected one of its own"):
        sim.compare(lively(), namesake, progress=pytest.fail)


def test_beside_itself_the_base_hands_its_claims_over_once() -> None:
    name, claims = lively().name, []
    compare(lively(), lively(), replications=2, jobs=1, take={name: lambda some, _: claims.append(len(some))})
    assert len(claims) == 2


def test_dollars_are_not_compared_with_euros() -> None:
    with pytest.raises(BadUsage, match="euro counts in EUR and the base in USD"):
        sim.compare(lively(), lively("euro", **{"market.currency": "EUR"}))


# ------------------------------------------------------------------------------ compared as they come


def take_nothing(*_: object) -> None:
    """Claims that are handed over, and nobody keeps."""


@pytest.mark.parametrize("at_a_time", [1, 10**9])
def test_claims_that_are_handed_over_are_compared_all_the_same(
    at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "AT_A_TIME", at_a_time)
    scenarios = base().scenario, quick().scenario
    lean = compare(*scenarios, jobs=1, take={one.name: take_nothing for one in scenarios})
    for table in ("differences", "flips", "flip_pairs", "parted", "curves", "crossings"):
        pd.testing.assert_frame_equal(getattr(lean, table), getattr(compared(), table))
    assert list(lean.base.orders) == [*NARROW, *IN_A_BYTE]


def test_progress_counts_to_all_replications_however_few_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparing, "AT_A_TIME", 1)
    steps: list[tuple[int, int]] = []
    scenarios = base().scenario, quick().scenario
    compare(*scenarios, jobs=1, progress=lambda done, until: steps.append((done, until)))
    everything = 2 * base().about["replications"]
    assert steps == [(done, everything) for done in range(1, everything + 1)]


def test_a_journal_may_be_had_of_every_scenario() -> None:
    with_them = compare(base().scenario, quick().scenario, replications=2, jobs=1, with_journal=True)
    for result in (with_them.base, *with_them.others):
        assert result.journal is not None
        assert result.journal["case_id"].nunique() == len(result.orders)


def test_orders_that_part_are_listed_each_with_what_the_table_counts() -> None:
    comparison = compared()
    counted = comparison.parted.groupby(["base_outcome", "other_outcome"], observed=True)
    table = comparison.flip_pairs.set_index(["base_outcome", "other_outcome"])
    assert counted.size().to_dict() == table["orders"].to_dict()
    money = counted["money_change"].mean()
    for pair, row in table.iterrows():
        assert row["money_change"] == pytest.approx(money[pair])


def test_both_sides_of_a_difference_have_their_own_intervals() -> None:
    table = compared().differences.set_index("measure")
    for side, result in (("base", base()), ("other", quick())):
        for end in ("low", "high"):
            pd.testing.assert_series_equal(table[f"{side}_{end}"], result.summary[end], check_names=False)

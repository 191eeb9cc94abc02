"""Success and time by kind of claim, and the days that people have their money: on claims made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment.by_group import GROUPS, success_by_group
from sim.experiment.curves import GRID, incidence
from sim.experiment.experiment import run
from sim.experiment.measures import CLAIMS, MEASURES
from sim.scenario.durations import DAY
from tests.tables import claim, claims_of
from tests.unit.test_experiment import LIVELY
from tests.worlds import world

KINDS = {
    "claim": "regret",
    "reason": "not_needed",
    "seller_type": "prompt",
    "payment_method": "card",
    "product_group": "books",
}
FOUR = (
    claim("refunded", 2, **KINDS),
    claim("refunded", 4, **KINDS | {"reason": "other"}, replication=1),
    claim("refused", 9, **KINDS | {"seller_type": "stalls", "payment_method": "wallet"}, route="dispute"),
    claim("gave_up", 9, **KINDS | {"seller_type": "stalls"}, route="dispute", replication=1),
)

# ------------------------------------------------------------------------------------------ by group


def test_each_group_is_told_by_every_value_that_occurs() -> None:
    table = success_by_group(claims_of(*FOUR), 2).set_index(["group", "value"])
    assert {group: list(table.loc[group].index) for group in GROUPS} == {
        "route": ["dispute", "none"],
        "claim": ["regret"],
        "reason": ["not_needed", "other"],
        "seller_type": ["prompt", "stalls"],
        "payment_method": ["card", "wallet"],
        "product_group": ["books"],
    }
    assert table.loc[("seller_type", "prompt"), ["n", "success", "median_days"]].tolist() == [2, 1, 2]
    assert table.loc[("payment_method", "card"), ["n", "success"]].tolist() == [3, pytest.approx(2 / 3)]
    assert np.isnan(table.loc[("seller_type", "stalls"), "median_days"]), "not reached"
    assert table.loc[("seller_type", "stalls"), "median_open"], "and nobody knows how late it may be"
    assert not table.loc[("seller_type", "prompt"), "median_open"]
    assert not table.loc[("payment_method", "wallet"), "median_open"], "one replication has no interval at all"


def test_the_groups_of_an_experiment_make_a_whole_and_each_has_its_interval() -> None:
    result = run(world(LIVELY))
    assert list(result.by_group) == ["group", "value", *list(result.by_hours)[-8:]]
    assert set(result.by_group["group"]) == {*GROUPS} - {"product_group"}, "this world names no product groups"
    assert result.by_group.groupby("group")["n"].sum().unique().tolist() == [len(result.orders)]
    large = result.by_group[result.by_group["n"] > 50]
    assert large["success"].between(large["low"], large["high"]).all()


def test_without_claims_there_are_no_groups() -> None:
    table = success_by_group(claims_of(*FOUR)[:0], 2)
    assert len(table) == 0
    assert "median_high" in table


# ------------------------------------------------------------------------------- days with the money


def days_with_the_money(of: int, *rows: dict[str, object]) -> tuple[float, float, float]:
    estimate, _ = MEASURES[f"money_days_{of}d"].estimate({CLAIMS: claims_of(*rows)}, 2)
    value, low, high = map(float, estimate)
    return value, low, high


def test_days_with_the_money_count_from_the_refund_to_the_sixtieth_day() -> None:
    rows = [claim("refunded", 10), claim("refunded", 70), claim("refused", 5), claim("open", replication=1)]
    assert days_with_the_money(60, *rows)[0] == pytest.approx(50 / 4)
    assert days_with_the_money(30, *rows)[0] == pytest.approx(20 / 4)


def test_a_part_of_the_money_is_not_the_money() -> None:
    assert days_with_the_money(30, claim("partly_refunded", 0), claim("refunded", 0, replication=1))[0] == 15


def test_it_is_the_area_under_the_curve_of_refunds() -> None:
    luck = np.random.default_rng(5)
    days = luck.choice(GRID[GRID <= 80 * DAY], 300) / DAY
    claims = claims_of(*(claim("refunded", float(day), replication=k % 2) for k, day in enumerate(days)))
    curve = incidence(claims, 2).query("ending == 'refunded' and days <= 60")
    area = (curve["share"].to_numpy()[:-1] * np.diff(curve["days"])).sum()
    value = MEASURES["money_days_60d"].estimate({CLAIMS: claims}, 2)[0].value
    assert float(value) == pytest.approx(area)


def test_its_interval_stays_between_nothing_and_every_day() -> None:
    early = [claim("refunded", 0.1 * k, replication=k % 2) for k in range(8)]
    value, low, high = days_with_the_money(30, *early)
    assert low < value < high < 30
    value, low, high = days_with_the_money(30, claim("refused", 1), claim("refused", 1, replication=1))
    assert (value, low) == (0, 0)
    assert 0 < high < 30


def test_a_median_that_is_not_reached_has_days_all_the_same() -> None:
    rows = [claim("refunded", 1), claim("gave_up", 1), claim("refused", 1, replication=1)]
    table = {CLAIMS: claims_of(*rows)}
    assert np.isnan(MEASURES["refund_time_median_all"].estimate(table, 2)[0].value)
    assert float(MEASURES["money_days_30d"].estimate(table, 2)[0].value) == pytest.approx(29 / 3)


def test_the_measures_are_in_the_summary_in_days() -> None:
    summary = run(world(LIVELY), replications=2).summary
    assert summary.loc[["money_days_30d", "money_days_60d"], "unit"].tolist() == ["d", "d"]


def test_a_table_that_nobody_looks_at_is_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("sim.experiment.experiment.success_by_group", lambda claims, n: asked.append(n) or claims)
    found = run(world(LIVELY), replications=1).changed([])
    assert asked == []
    assert found.by_group is found.by_group
    assert asked == [1]

"""A roster names the sellers one by one: no luck says who they are, how much they sell, or when they are away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.chance.orders import draw_orders
from sim.chance.streams import Luck
from sim.compiled.books import desks_of
from sim.errors import BadScenario
from sim.experiment.replication import calendars_of, play
from sim.scenario.loading import load_with_places
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml
from sim.vocabulary import Party
from tests.regression.program import SCENARIOS

TABLE = """seller,share,type,staff,closed
"Busy, Inc",0.7,slow,,
quick,0.2,prompt,2,
away,0.1,prompt,unlimited,2018-10-01..2018-12-31;2019-01-02
"""
SHOP = """
extends: base.yaml
name: shop
market: {sellers: {roster: sellers.csv}}
"""


def folder_of(tmp_path: Path, table: str = TABLE, shop: str = SHOP) -> Path:
    (tmp_path / "base.yaml").write_text(
        (SCENARIOS / "aliexpress.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "sellers.csv").write_text(table, encoding="utf-8")
    path = tmp_path / "shop.yaml"
    path.write_text(shop, encoding="utf-8")
    return path


def faults_of(tmp_path: Path, table: str = TABLE, changes: Any = ()) -> list[tuple[str, int, int, str, str]]:
    with pytest.raises(BadScenario) as caught:
        sim.load(folder_of(tmp_path, table), changes)
    return [
        (Path(fault.file).name, fault.line, fault.column, fault.path, fault.message)
        for fault in caught.value.faults
    ]


def test_sellers_are_who_the_roster_says_in_every_replication(tmp_path: Path) -> None:
    scenario = sim.load(folder_of(tmp_path))
    assert scenario.market.sellers.count == 3
    for replication in range(2):
        orders = draw_orders(scenario, Luck(1, replication))
        bought = orders.of(np.arange(len(orders.paid)))
        shares = np.bincount(bought.seller) / len(bought.seller)
        assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.02)
        names = list(scenario.market.sellers.types)
        assert {names[kind] for kind in bought.seller_type[bought.seller == 0]} == {"slow"}


def test_staff_and_days_off_are_a_sellers_own_in_both_engines(tmp_path: Path) -> None:
    few = {"market.orders_per_day": 40, "experiment.warm_up": "7 d", "experiment.cohort": "14 d"}
    scenario = sim.load(folder_of(tmp_path), few | {"experiment.run_out": "7 d", "buyers.regret.probability": 0.5})
    calendars = calendars_of(scenario)
    by_simpy = play(scenario, 0, calendars, engine="simpy")
    by_numba = play(scenario, 0, calendars, engine="compiled")
    for name, column in by_simpy.claims.items():
        assert np.array_equal(column, by_numba.claims[name]), name
    free = desks_of(scenario, by_simpy.draws)["free"][:3].tolist()
    assert free[0] == scenario.market.sellers.staff
    assert free[1] == 2
    assert free[2] > 1_000_000
    claims, facts = by_simpy.claims, by_simpy.draws.claims
    away = facts["seller"] == 2
    closed_until = (np.datetime64("2019-01-01") - np.datetime64(scenario.start)) // np.timedelta64(1, "s")
    opened = claims["cancellation_started_at"][away & (claims["paid_at"] > 0)]
    first = (np.datetime64("2018-10-01") - np.datetime64(scenario.start)) // np.timedelta64(1, "s")
    assert not ((opened >= first) & (opened < closed_until)).any()


def test_a_result_folder_needs_no_second_file(tmp_path: Path) -> None:
    loaded = load_with_places(folder_of(tmp_path))
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "scenario.yaml").write_text(resolved_yaml(loaded.scenario, loaded.origin), encoding="utf-8")
    assert sim.load(alone / "scenario.yaml") == loaded.scenario
    assert "sellers.csv:2" in (alone / "scenario.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_as_many_as_a_roster_may_hold_fit_into_a_scenario_file(tmp_path: Path) -> None:
    rows = "".join(f"seller number {one},{1 / 1500:.7f},prompt,3,2018-10-01..2018-10-05\n" for one in range(1_500))
    scenario = sim.load(folder_of(tmp_path, "seller,share,type,staff,closed\n" + rows))
    (tmp_path / "again.yaml").write_text(resolved_yaml(scenario), encoding="utf-8")
    assert sim.load(tmp_path / "again.yaml") == scenario


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "seller,share,type\na,0.6,prompt\nb,half,slow\n",
            (3, 3, "market.sellers.roster.1.share", "expected a number"),
        ),
        (
            "seller,share,type\na,0.6,prompt\nb,0.4,slwo\n",
            (3, 7, "market.sellers.roster.1.type", "did you mean 'slow'"),
        ),
        ("seller,share,type\na,0.6,prompt\na,0.4,slow\n", (3, 1, "market.sellers.roster.1.seller", "'a' again")),
        ("seller,share,type\na,0.6,prompt\nb,0.3,slow\n", (1, 1, "market.sellers.roster", "must sum to 1")),
        ("seller,share,tpye\na,1,prompt\n", (1, 14, "market.sellers.roster", "did you mean 'type'")),
        ("seller,share\na,1\n", (1, 1, "market.sellers.roster", "no column for type")),
        ("seller,share,type\na,1\n", (2, 1, "market.sellers.roster.0", "found 2 values, expected 3")),
        ("seller,share,type\n", (1, 1, "market.sellers.roster", "found no sellers")),
        ("", (1, 1, "market.sellers.roster", "found no sellers")),
        ('seller,share,type,staff\n"x, y",1,prompt,0\n', (2, 17, "market.sellers.roster.0.staff", "at least 1")),
        (
            "seller,share,type,closed\na,1,prompt,2018-02-30\n",
            (2, 12, "market.sellers.roster.0.closed.0", "a date"),
        ),
    ],
)
def test_a_fault_names_the_line_and_column_of_the_table(
    tmp_path: Path, table: str, expected: tuple[Any, ...]
) -> None:
    line, column, path, message = expected
    found = faults_of(tmp_path, table)
    assert [fault[:4] for fault in found] == [("sellers.csv", line, column, path)], found
    assert message in found[0][4]


def test_a_table_lies_in_the_scenarios_folder_and_is_there(tmp_path: Path) -> None:
    path = folder_of(tmp_path)
    for name, said in (("../sellers.csv", "outside"), ("none.csv", "no file"), (".", "not a regular file")):
        path.write_text(SHOP.replace("sellers.csv", f"'{name}'"), encoding="utf-8")
        with pytest.raises(BadScenario, match=said):
            sim.load(path)


def test_what_a_roster_settles_cannot_be_set_beside_it(tmp_path: Path) -> None:
    assert faults_of(tmp_path, changes=["market.sellers.count=9"])[0][3:] == (
        "market.sellers.count",
        "the roster of 3 settles it",
    )
    path = folder_of(tmp_path)
    without = sim.load(path, ["market.sellers.roster=none", "market.sellers.count=9"])
    assert without.market.sellers.roster is None
    assert without.market.sellers.count == 9
    assert sim.load(tmp_path / "base.yaml", ["market.sellers.roster=sellers.csv"]).market.sellers.count == 3


def test_provenance_may_vouch_for_a_roster(tmp_path: Path) -> None:
    said = SHOP + "provenance: {market.sellers.roster: {kind: sourced, from: our books}}\n"
    loaded = load_with_places(folder_of(tmp_path, shop=said))
    assert "market.sellers.roster" in loaded.scenario.provenance.root
    assert not [one for one in loaded.unsourced() if "roster" in str(one)]
    bare = load_with_places(folder_of(tmp_path))
    assert [str(one).rpartition("/")[2] for one in bare.unsourced()] == ["sellers.csv:2:13: market.sellers.roster"]


def test_without_a_roster_nothing_is_written_of_one() -> None:
    scenario: Scenario = sim.load(SCENARIOS / "aliexpress.yaml")
    assert "roster" not in resolved_yaml(scenario)
    assert Party.SELLER in calendars_of(scenario)

"""What a file inherits can be taken out again, by one rule for every mapping of free keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

import sim
from sim.errors import MOST_TOLD, BadScenario, Fault
from sim.scenario.schema import schema

ONE_TYPE: dict[str, Any] = {"stalls": "none", "slow": "none", "absent": "none", "prompt": {"share": 1}}


@pytest.mark.parametrize("nothing", ["none", {}])
@pytest.mark.parametrize("lever", ["peaks", "weekdays", "dispatch_stretch"])
def test_a_mapping_of_free_keys_is_emptied(lever: str, nothing: object) -> None:
    scenario = sim.load("aliexpress", {f"market.{lever}": nothing})
    assert getattr(scenario.market, lever) == {}


def test_one_entry_is_taken_out_and_the_others_stay() -> None:
    scenario = sim.load("aliexpress", ["market.weekdays.sat=none"])
    assert [day.word for day in scenario.market.weekdays] == ["sun"]


def test_seller_types_are_replaced_as_a_whole_with_what_was_said_of_them() -> None:
    scenario = sim.load("aliexpress", {"market.sellers.types": ONE_TYPE})
    assert list(scenario.market.sellers.types) == ["prompt"]
    assert not [path for path in scenario.provenance.root if ".stalls" in path]


def test_a_file_and_the_schema_say_it_alike(tmp_path: Path) -> None:
    body = {
        "extends": "preset:aliexpress",
        "name": "plain",
        "market": {"peaks": "none", "weekdays": {"sat": "none"}},
    }
    jsonschema.validate(body, schema())
    file = tmp_path / "plain.yaml"
    file.write_text(
        "extends: preset:aliexpress\nname: plain\nmarket: {peaks: none, weekdays: {sat: none}}\n", encoding="utf-8"
    )
    scenario = sim.load(file)
    assert (scenario.market.peaks, len(scenario.market.weekdays)) == ({}, 1)


def test_no_holidays_is_not_a_country() -> None:
    assert sim.load("aliexpress", ["calendars.seller.holidays=none"]).calendars.seller.holidays == ()


def test_a_weight_has_one_bound() -> None:
    with pytest.raises(BadScenario, match=r"market.weekdays.sat: found 1e\+308, expected at most"):
        sim.load("aliexpress", {"market.weekdays": {"sat": 1e308}})


def test_of_many_faults_the_first_hundred_are_told() -> None:
    told = str(BadScenario([Fault("x.yaml", line, 1, "", "odd") for line in range(1, 19_001)])).splitlines()
    assert (len(told), told[-1]) == (MOST_TOLD + 1, "… and 18,900 more faults")

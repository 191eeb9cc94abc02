"""The resolved scenario: runnable, equal to what it was made of, each value with its origin."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import BadScenario
from sim.scenario.loading import load, load_with_places
from sim.scenario.resolved import _block, described, resolved_yaml
from sim.scenario.strict_yaml import MOST_BYTES, MOST_ENTRIES, parts, read
from sim.scenario.tree import plain
from tests.scenario_files import BASE_FILE, written

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", [BASE_FILE, *SCENARIOS], ids=lambda path: path.stem)
@pytest.mark.parametrize("with_origins", [False, True])
def test_the_resolved_scenario_loads_to_an_equal_one(tmp_path: Path, path: Path, with_origins: bool) -> None:
    loaded = load_with_places(path)
    text = resolved_yaml(loaded.scenario, loaded.origin if with_origins else None)
    again = load(written(tmp_path, text))
    assert again == loaded.scenario
    assert resolved_yaml(again) == resolved_yaml(loaded.scenario)


def test_each_value_says_where_it_comes_from(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: base.yaml\nname: fast\npolicy: {dispute: {regret: {on_silence: decline}}}\n")
    loaded = load_with_places(path, ["policy.refund.within=8 d"])
    origins = {
        line.split("#")[0].strip(): line.split("# ")[1].replace(f"{tmp_path}/", "")
        for line in resolved_yaml(loaded.scenario, loaded.origin).splitlines()
        if "#" in line
    }
    assert origins["name: fast"] == "child.yaml:2"
    assert origins["start: 2018-10-01"] == "base.yaml:5"
    assert origins["clock: 4 d"] == "base.yaml:53"
    assert origins["on_silence: approve"] == "base.yaml:52"
    assert origins["within: 8 d"] == "set on the command line"
    assert origins["on_miss: refund"] == "default"
    assert origins["order_value: {lognormal: {median: 24, p95: 160}}"] == "base.yaml:14"
    assert origins["closed: [{from: 2018-10-01, to: 2018-10-07, why: National Day}]"] == "base.yaml:10"


def test_a_change_from_python_is_called_so() -> None:
    loaded = load_with_places(BASE_FILE, {"experiment.seed": 5})
    assert loaded.origin(("experiment", "seed")) == "set from Python"


def test_a_row_says_only_in_what_it_differs() -> None:
    assert described(load(BASE_FILE))["policy"]["dispute"]["regret"] == {"clock": "4 d"}
    assert "regret" not in described(load(BASE_FILE))["policy"]["return"]


def test_a_row_that_is_switched_off_stays_switched_off(tmp_path: Path) -> None:
    off = load(BASE_FILE, ["policy.return.regret=none"])
    assert described(off)["policy"]["return"]["regret"] == "none"
    assert load(written(tmp_path, resolved_yaml(off))) == off


AWKWARD = (
    "no|Yes|null|~|010|1e3|3 d|a: b|a #b|- a|{}|'| a|a |0|true|.nan|2018-10-01|é|1:30|0x1F|1_000|=|<<|*a|&a|!a"
)
TEXTS = st.text(max_size=30) | st.sampled_from(AWKWARD.split("|"))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(title=TEXTS, source=TEXTS, probability=st.floats(0, 1))
def test_whatever_text_a_scenario_holds_is_written_so_that_it_reads_back(
    title: str, source: str, probability: float
) -> None:
    statement = {"kind": "derived", "from": source}
    changes = {"title": title, "buyers.regret.probability": probability, "provenance": {"buyers": statement}}
    try:
        scenario = load(BASE_FILE, changes)
    except BadScenario:
        assert not source
        return
    root, faults = read(resolved_yaml(scenario).encode(errors="surrogatepass"), "resolved")
    if not any("character" in fault.message for fault in faults):
        assert faults == []
        assert root is not None
        assert plain(root) == described(scenario)


DAYS = [str(date(2000, 1, 1) + timedelta(days=number)) for number in range(MOST_ENTRIES + 1)]
LONG_LISTS: dict[str, dict[str, Any]] = {
    "98 kB of closed days": {"calendars": {"seller": {"closed": DAYS[:8_200]}}},
    "peaks": {
        "market": {"peaks": dict.fromkeys(DAYS[:2_000], 2), "dispatch_stretch": dict.fromkeys(DAYS[:1_000], 2)}
    },
    "values of a law": {"market": {"order_value": {"empirical": {"values": list(range(1, 3_000))}}}},
    "buyers' choices": {"buyers": {"choices": [{"order": n, "escalate": True} for n in range(500)]}},
    "provenance": {
        "provenance": {
            "market": {"kind": "derived", "from": 'é"\\' * 300},
            **{f"market.peaks.{day}": {"kind": "derived", "from": "x" * 900} for day in DAYS[:100]},
        },
        "market": {"peaks": dict.fromkeys(DAYS[:100], 2)},
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("long", LONG_LISTS)
def test_what_is_written_of_a_long_file_is_read_again(tmp_path: Path, long: str) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(json.dumps({"extends": "base.yaml", "name": "long", **LONG_LISTS[long]}, ensure_ascii=False))
    (tmp_path / "base.yaml").write_bytes(BASE_FILE.read_bytes())
    scenario = load(path)
    text = resolved_yaml(scenario)
    path.write_text(text)
    assert load(path) == scenario
    assert len(text.encode()) <= MOST_BYTES


@pytest.mark.slow
def test_a_list_that_grew_too_long_over_several_files_is_refused_by_its_name(tmp_path: Path) -> None:
    halves = [dict.fromkeys(DAYS[:6_000], 2), dict.fromkeys(DAYS[-6_000:], 2)]
    (tmp_path / "base.yaml").write_bytes(BASE_FILE.read_bytes())
    for name, base, peaks in zip(("one", "two"), ("base", "one"), halves, strict=True):
        text = json.dumps({"extends": f"{base}.yaml", "name": name, "market": {"peaks": peaks}})
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(BadScenario, match=r"market\.peaks: found 10,001 entries, expected at most 10,000"):
        load(tmp_path / "two.yaml")


@given(
    st.recursive(
        TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS.filter(bool), inner, max_size=4),
    )
)
def test_what_is_written_takes_no_more_room_than_is_counted(value: Any) -> None:
    lines = "\n".join(_block({"value": value}, (), None))
    assert len(lines.encode("utf-8", "surrogatepass")) <= sum(part.size for part in parts({"value": value}, ()))

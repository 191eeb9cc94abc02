"""Searching policies: the guarantee of the selection, and an answer that brute force knows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.cli import main
from sim.errors import BadScenario
from sim.scenario.loading import load
from sim.scenario.provenance import Range
from sim.show.across.searched import search_lines
from sim.worlds.amounts import cost_of, rate_of
from sim.worlds.bench import Candidate, PolicyBench
from sim.worlds.search_plan import read_search, values_of
from sim.worlds.selecting import best_by, select_least
from tests.across.test_fitted_worlds import LEAVES, beside
from tests.across.test_many_worlds import tiny as tiny

SEARCH = """
search: The shortest clock at the least cost of staff
base: tiny.yaml
levers:
  policy.cancellation.clock: [12 h, 1 d, 3 d]
  market.sellers.staff: [1, 2]
aim: {least: {market.sellers.staff: 10 USD a day}}
keep: {success_rate: {at_least: 0.9}}
indifference: 0.01
"""


def right_choices(repeats: int) -> float:
    """How often the best of five is found that is better than all others by just what matters."""
    right, means = 0, np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        shared: dict[int, np.ndarray] = {}

        def sample(chosen: list[int], number: int, rng=rng, shared=shared) -> np.ndarray:
            luck = shared.setdefault(number, rng.normal(0, 3, 6))
            return means[list(chosen)] + luck[list(chosen)] + luck[5]

        right += select_least(sample, 5, indifference=1, error=0.05, most=5000).best == 0
    return right / repeats


@pytest.mark.slow
def test_the_best_is_found_as_often_as_was_promised() -> None:
    assert right_choices(500) >= 0.95 - 2.33 * (0.05 * 0.95 / 500) ** 0.5


@pytest.mark.slow
def test_a_search_finds_what_brute_force_finds(tmp_path: Path, tiny: Path) -> None:
    """The parcel leaves after two days: only clocks of less keep success at 90 %, and one of staff is cheaper."""
    (tiny / "search.yaml").write_text(SEARCH)
    found = sim.search(tiny / "search.yaml", jobs=1)
    assert found.is_settled
    assert found.best is not None
    assert found.best["market.sellers.staff"] == 1
    assert found.best["policy.cancellation.clock"] in ("12 h", "1 d")
    keeps = {(one.levers["policy.cancellation.clock"], one.keeps) for one in found.candidates}
    assert keeps == {("12 h", "surely"), ("1 d", "surely"), ("3 d", "surely not")}
    assert found.again[0].levers == found.best
    assert found.again[0].bounds["success_rate"].value == 1
    assert f"aim {found.again[0].aim.value:.4g} USD (" in "\n".join(search_lines(found))


@pytest.mark.slow
def test_where_nothing_keeps_its_bounds_nothing_is_chosen(tiny: Path) -> None:
    (tiny / "search.yaml").write_text(SEARCH.replace("[12 h, 1 d, 3 d]", "[3 d, 5 d, 9 d]"))
    found = sim.search(tiny / "search.yaml", jobs=1)
    assert found.best is None
    assert {one.keeps for one in found.candidates} == {"surely not"}


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("[1, 2]", "[1, unlimited]", "is no size"),
        ("[1, 2]", "[1, 2], policy.promise: [none]", "levers"),
        ("10 USD", "10 EUR", "found 10 EUR a day, expected USD"),
        ("aim: {least: {market", "aim: {least: {markt", "aim.least.markt.sellers.staff: found"),
        ("success_rate", "succes_rate", "yaml:8:8: keep.succes_rate: found the measure"),
        ("base: tiny", "base: tinny", "yaml:3:7: base: found 'tinny.yaml'"),
        (
            "10 USD a day",
            "ten",
            "yaml:7:37: aim.least.market.sellers.staff: found 'ten', expected a number, or a rate",
        ),
        (
            "at_least: 0.9",
            "at_least: 90",
            "yaml:8:33: keep.success_rate.at_least: found 90, expected a share between",
        ),
        ("policy.cancellation.clock", "policy.cancellation.clok", "levers"),
        ("at_least: 0.9", "at_least: 0.9, at_most: 1", "keep.success_rate"),
        ("success_rate", "succes_rate", "did you mean 'success_rate'"),
    ],
)
def test_a_faulty_search_says_where_and_what(tiny: Path, before: str, after: str, where: str) -> None:
    (tiny / "search.yaml").write_text(SEARCH.replace(before, after))
    with pytest.raises(BadScenario) as fault:
        sim.search(tiny / "search.yaml", jobs=1)
    assert where in str(fault.value)
    assert "search.yaml:" in str(fault.value)


def test_two_counts_are_a_range_and_more_are_themselves() -> None:
    staff, clock = "market.sellers.staff", "policy.cancellation.clock"
    assert values_of(staff, [1, 4], None) == [1, 2, 3, 4]
    assert values_of(clock, ["1 d", "9 d"], 3) == ["1 d", "5 d", "9 d"]
    assert isinstance(values_of(clock, ["1 d", "9 d"], None), Range), "anything between"
    assert isinstance(values_of("buyers.goes_on", [0, 1], None), Range), "no count"
    assert values_of(clock, ["1 d", "3 d", "9 d"], None) == ["1 d", "3 d", "9 d"]
    assert values_of("policy.cancellation.on_silence", ["decline", "approve"], None) == ["decline", "approve"]


def test_staff_is_paid_by_the_day_of_the_calendar_or_by_the_hour_that_its_desk_is_open() -> None:
    scenario = load("aliexpress").with_changes(
        {"experiment.cohort": "14 d", "calendars.seller": {"hours": {"mon-fri": ["09:00-17:00"]}, "holidays": []}}
    )
    by_day, by_hour = (rate_of(text) for text in ("120 USD a day", "15 USD an hour"))
    assert by_day is not None
    assert by_hour is not None
    sellers = scenario.market.sellers.count
    assert cost_of(scenario, "market.sellers.staff", 2, by_day) == 2 * sellers * 120 * 14
    assert cost_of(scenario, "market.sellers.staff", 2, by_hour) == 2 * sellers * 15 * 10 * 8
    assert cost_of(scenario, "policy.mediation.staff", 3, by_day) == 3 * 120 * 14
    assert rate_of("120 USD per day") == rate_of("120 USD/day") == by_day
    assert rate_of("many USD a day") is None


SHIPPED = Path(sim.__file__).parents[1] / "studies" / "search.yaml"


def test_the_shipped_search_says_what_may_be_said_of_a_search() -> None:
    plan = read_search(SHIPPED)
    assert not plan.is_finite, "free hours may be anything between none and two days"
    assert list(plan.aim[0].terms) == ["platform_cost_per_claim", "market.sellers.staff"]
    assert plan.worlds is not None
    assert (plan.worlds.points, plan.worlds.share) == (32, 0.9)


def test_without_optuna_a_search_of_anything_between_says_what_it_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["search", str(SHIPPED), "--out", str(tmp_path), "-q"]) == 2
    assert "pip install 'refund-sim[search]'" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_of_two_aims_the_frontier_is_found(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The parcel leaves after two days: no clock of less is worth having but the longest, and no longer one but the
    longest."""
    text = SEARCH.replace("[12 h, 1 d, 3 d]", "[12 h, 1 d, 3 d, 5 d]").replace(
        "  market.sellers.staff: [1, 2]\n", ""
    )
    aims = "aim: [{most: {success_rate: 1}}, {most: {policy.cancellation.clock: 1}}]"
    text = text.replace("aim: {least: {market.sellers.staff: 10 USD a day}}", aims)
    (tiny / "search.yaml").write_text(text.replace("keep: {success_rate: {at_least: 0.9}}", ""))
    assert main(["search", str(tiny / "search.yaml"), "--jobs", "1", "--out", str(tiny / "out"), "-q"]) == 0
    assert "2 policies cannot be bettered" in capsys.readouterr().out
    folder = tiny / "out" / "search"
    table = pd.read_csv(folder / "frontier.csv")
    assert table[["policy.cancellation.clock", "aim_1", "aim_2"]].to_numpy().tolist() == [
        ["1 d", 1, 1],
        ["5 d", 0, 5],
    ]
    assert [one["aims"] for one in json.loads((folder / "search.json").read_text())["frontier"]] == [[1, 1], [0, 5]]
    assert "cannot be bettered in one" in (folder / "report.html").read_text()


@pytest.mark.slow
def test_a_bound_has_to_be_kept_in_nine_worlds_of_ten(tiny: Path) -> None:
    """The parcel leaves after five days, or anything from one to nine: the clock of three days loses a quarter."""
    text = (tiny / "tiny.yaml").read_text().replace("provenance: {}", "")
    leaves = "market.sellers.types.only.dispatch"
    text += f"\nprovenance: {{{leaves}: {{kind: assumed, from: nobody knows, range: [1 d, 9 d]}}}}\n"
    (tiny / "tiny.yaml").write_text(text.replace("dispatch: 2 d", "dispatch: 5 d"))
    search = SEARCH.replace("  market.sellers.staff: [1, 2]\n", "")
    search = search.replace(
        "{least: {market.sellers.staff: 10 USD a day}}", "{most: {policy.cancellation.clock: 1}}"
    )
    (tiny / "search.yaml").write_text(search)
    assert sim.search(tiny / "search.yaml", jobs=1).best == {"policy.cancellation.clock": "3 d"}
    (tiny / "search.yaml").write_text(f"{search}worlds: {{assumed: ranges, points: 12}}\n")
    found = sim.search(tiny / "search.yaml", jobs=1)
    assert found.best == {"policy.cancellation.clock": "1 d"}
    shares = [one.in_worlds.value for one in found.candidates if one.in_worlds]
    assert shares[:2] == [1, 1]
    assert shares[2] < 0.9


@pytest.mark.slow
def test_a_bound_has_to_be_kept_whatever_the_log_could_as_well_have_told(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file's parcel leaves after five days, in every second fitted world after two: three days are late.

    What the worlds of the fit say of a lever does not count.
    """
    text = (tiny / "tiny.yaml").read_text().replace("provenance: {}", "")
    text += "\nprovenance: {buyers.goes_on: {kind: assumed, from: nobody knows, range: [0.9, 1]}}\n"
    (tiny / "tiny.yaml").write_text(text.replace("dispatch: 2 d", "dispatch: 5 d"))
    search = SEARCH.replace("  market.sellers.staff: [1, 2]\n", "")
    search = search.replace(
        "{least: {market.sellers.staff: 10 USD a day}}", "{most: {policy.cancellation.clock: 1}}"
    )
    (tiny / "search.yaml").write_text(f"{search}worlds: {{fitted: bootstrap, points: 3}}\n")
    with pytest.raises(BadScenario, match=r"search\.yaml:\d+:.*worlds\.fitted.*worlds\.json"):
        sim.search(tiny / "search.yaml", jobs=1)
    clock = {"policy.cancellation.clock": "9 d"}
    beside(tiny, {LEAVES: "5 d", **clock}, {LEAVES: "2 d", **clock})
    found = sim.search(tiny / "search.yaml", jobs=1)
    assert found.best == {"policy.cancellation.clock": "1 d"}
    assert [one.in_worlds.value for one in found.candidates if one.in_worlds] == [1, 1, 0]
    main(["search", str(tiny / "search.yaml"), "--json", "--jobs", "1", "--out", str(tiny / "out")])
    told = json.loads(capsys.readouterr().out)
    assert (told["worlds"], told["fitted_worlds"]) == (3, 2)
    assert "3 worlds (taking turns at 2 fitted worlds)" in told["answer"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_nothing_on_the_frontier_is_bettered_and_everything_else_is(rows: list[tuple[int, int]]) -> None:
    stays = best_by(np.array(rows, dtype=float))
    for one, is_best in zip(rows, stays, strict=True):
        bettered = any(all(a <= b for a, b in zip(other, one, strict=True)) and other != one for other in rows)
        assert is_best != bettered


class ToldBench(PolicyBench):
    """Policies whose aims are told, replication by replication."""

    def __init__(self, aims: dict[int, list[float]]) -> None:
        self.told = aims

    def aims(self, candidate: Any, which: int = 0) -> np.ndarray[Any, Any]:
        return np.array(self.told[id(candidate)])


def test_what_was_given_up_in_lucky_days_is_shown_as_of_all_days() -> None:
    """The third goes the way of the second, which the first two replications flattered; its own mean would be 5."""
    some = [Candidate({}, None) for _ in range(3)]  # type: ignore[arg-type]
    told = [[1.0, 3.0, 2.0, 2.0], [4.0, 5.0, 0.0, 1.0], [4.5, 5.5]]
    bench = ToldBench({id(one): aims for one, aims in zip(some, told, strict=True)})
    assert bench.alike(some).tolist() == [2.0, 2.5, 3.0]


def test_a_search_without_bounds_speaks_of_none(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny / "search.yaml").write_text("\n".join(x for x in SEARCH.splitlines() if not x.startswith("keep")))
    main(["search", str(tiny / "search.yaml"), "--out", str(tiny / "out"), "-q", "--jobs", "1"])
    said = capsys.readouterr().out
    assert "tried" in said
    assert "bounds" not in said

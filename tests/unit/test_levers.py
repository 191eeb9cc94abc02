"""In what scenarios differ, in the words of their files; what a command changed; who is ahead of whom."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from sim.experiment.comparison import Comparison, comparison_of
from sim.experiment.experiment import run
from sim.scenario.resolved import changed_between, levers_that_differ
from sim.show.changed import changed_briefly, changed_lines
from sim.show.ranking import places, ranking
from tests.worlds import world

CLOCK = "policy.cancellation.clock"
BUSY: dict[str, Any] = {
    "experiment": {"warm_up": "0", "cohort": "10 d", "run_out": "0", "replications": 8, "seed": 7},
    "market.orders_per_day": 40,
    "market.sellers.types.plain.cancellation": {"accept": 0.5, "silent": 0.5},
    "buyers.goes_on": 0,
    CLOCK: "1 d",
}
APPROVES = {"policy.cancellation.on_silence": "approve"}


def told(*worlds: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    return [tuple(lever) for lever in levers_that_differ(*map(world, worlds))]


def test_nothing_differs_between_a_scenario_and_itself_under_another_name() -> None:
    assert told({}, {"name": "other", "title": "Other"}) == []


def test_levers_that_differ_stand_side_by_side_the_policys_first() -> None:
    assert told({}, {"market.orders_per_day": 9}, {CLOCK: "3 d"}) == [
        (CLOCK, ("9 d", "9 d", "3 d")),
        ("market.orders_per_day", ("50", "9", "50")),
    ]


def test_what_is_absent_is_none_lever_by_lever() -> None:
    mediation = {"policy.mediation": {"rulings": {"buyer": 1, "seller": 0}, "staff": 2}}
    found = dict(told({}, mediation))
    assert found["policy.mediation.staff"] == ("none", "2")
    assert found["policy.mediation.rulings.buyer"] == ("none", "1")


def test_a_row_that_differs_as_the_default_does_is_told_once() -> None:
    shorter = {"policy.dispute.default.clock": "3 d"}
    assert told({}, shorter) == [("policy.dispute.default.clock", ("5 d", "3 d"))]
    for_one_kind = {"policy.dispute.defect": {"clock": "3 d"}}
    assert told({}, for_one_kind) == [("policy.dispute.defect.clock", ("5 d", "3 d"))]


def test_a_law_is_one_value() -> None:
    """Half a lognormal law and half a constant are neither."""
    law = {"buyers.regret.after": {"lognormal": {"median": "1 d", "p95": "4 d"}}}
    ((path, values),) = told({}, law)
    assert path == "buyers.regret.after"
    assert values == ("2 d", "{lognormal: {median: 1 d, p95: 4 d}}")


def test_what_was_changed_is_told_from_what_to_what() -> None:
    ((path, before, after),) = changed_between(world(), world({"experiment.replications": 3}))
    assert (path, before, after) == ("experiment.replications", "20", "3")


def test_a_run_with_other_numbers_than_its_scenario_says_so() -> None:
    scenario = world(BUSY)
    assert changed_lines(run(scenario, jobs=1)) == []
    changed = run(scenario, replications=1, seed=8, jobs=1)
    assert changed_lines(changed) == [
        "experiment.replications: 1 instead of 8",
        "experiment.seed: 8 instead of 7",
    ]
    more = changed.changed([{"path": CLOCK, "from": "9 d", "to": "3 d"}])
    assert changed_briefly(more) == (
        "with cancellation.clock 3 d instead of 9 d, replications 1 instead of 8 and 1 more changed"
    )


@cache
def compared() -> Comparison:
    """Silence declines, silence approves (under two names), and cancelling is free."""
    free = {"policy.cancellation.free_until": {"within": "30 d"}}
    others = ({"name": "a"} | APPROVES, {"name": "b"} | APPROVES, {"name": "free"} | free)
    return comparison_of(run(world(BUSY), jobs=1), *(run(world(BUSY | other), jobs=1) for other in others))


def test_who_is_surely_ahead_and_who_cannot_be_told_apart() -> None:
    by_name = {place.name: place for place in places(compared())}
    assert list(by_name)[-1] == "tiny"
    assert set(by_name["a"].ahead_of) == {"tiny"}
    assert "b" in by_name["a"].like
    assert by_name["tiny"].ahead_of == []
    assert by_name["tiny"].like == []


def test_the_ranking_names_every_pair_once() -> None:
    first, *rest = ranking(compared())
    assert first.startswith("By refunds in full: ")
    assert all(name in first for name in ("a ", "b ", "free ", "tiny "))
    assert sum("cannot be told apart from" in sentence for sentence in rest) == 2  # of three that are alike


def test_silence_has_the_direction_of_what_it_meant() -> None:
    """Where silence approves, as many requests are settled by it, and nothing is worse for that."""
    rows = compared().differences.set_index(["scenario", "measure"])
    assert rows.loc[("a", "silence_against_buyer_share"), "verdict"] == "better"
    assert rows.loc[("a", "silence_share"), "verdict"] == ""
    assert "worse" not in set(rows.loc["a", "verdict"])
    base = compared().base.summary["value"]
    parts = [base[f"silence_{meant}_share"] for meant in ("for_buyer", "against_buyer", "passed_on")]
    assert sum(parts) == pytest.approx(base["silence_share"])

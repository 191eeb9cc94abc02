"""What a change buys and costs, in words that follow from the numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf, nan
from typing import Any

import pandas as pd
import pytest

from sim.experiment.comparison import Comparison, comparison_of
from sim.experiment.experiment import run
from sim.experiment.number import Number
from sim.show.change import Change
from sim.show.findings import findings, remarks
from sim.show.judged import JudgedRow, measured
from tests.worlds import world

LIVELY: dict[str, Any] = {
    "experiment": {"warm_up": "5 d", "cohort": "10 d", "run_out": "20 d", "replications": 3, "seed": 7},
    "market.orders_per_day": 20,
    "market.sellers.types.plain.cancellation": {"accept": 0.5, "silent": 0.5},
    "market.sellers.types.plain.dispatch": {"exponential": {"mean": "9 d"}},
    "buyers.regret": {"probability": 0.5, "after": {"exponential": {"mean": "3 d"}}},
    "buyers.goes_on": 0.3,
}


@cache
def compared() -> Comparison:
    """Silence declines, or it approves; the seller pays for the return of what came all the same."""
    approves = {"name": "approves", "policy.cancellation.on_silence": "approve", "policy.cancellation.clock": "1 d"}
    return comparison_of(run(world(LIVELY), jobs=1), run(world(LIVELY | approves), jobs=1))


def told(**numbers: Any) -> list[str]:
    """The findings, had the numbers of success and the time to money been these."""
    comparison = compared()
    table = comparison.differences.copy()
    for name, columns in numbers.items():
        # Sentences and verdicts read one and the same interval.
        ends = {f"{end}_simultaneous": columns[end] for end in ("low", "high") if end in columns}
        told = columns | ends
        table.loc[table["measure"] == name, list(told)] = list(told.values())
    return spoken(findings(_with(comparison, table), "approves"))


def remarked(**numbers: Any) -> list[str]:
    """The remarks, had these columns been so."""
    table = compared().differences.copy()
    for name, columns in numbers.items():
        table.loc[table["measure"] == name, list(columns)] = list(columns.values())
    said = remarks(_with(compared(), table), "approves")
    return spoken([one for one in said if "too short" not in one])


def spoken(sentences: list[str]) -> list[str]:
    """With plain blanks."""
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in sentences]


def level(side: str, measure: str = "success_rate") -> str:
    """What the measure is under the base or the other, as it is shown: in the digits of the less certain one."""
    both = {"base": measured(compared().base, measure), "other": measured(compared().others[0], measure)}
    return both[side].shown(min(one.decimals for one in both.values())).value


def _with(comparison: Comparison, differences: pd.DataFrame) -> Comparison:
    return replace(comparison, differences=differences)


def _changed(difference: Number) -> Change:
    """Success that moves by next to nothing."""
    ends = (difference, difference, 0.005, "inconclusive", nan, nan)
    return Change(JudgedRow("success_rate", "", "share", 0.5, 0.5001, *ends), difference)


HALF = "Half of all claims have their money"
MEDIAN = "refund_time_median_all"
SURE = {"difference": 0.0192, "low": 0.0151, "high": 0.0233, "verdict": "better", "replications_needed": nan}
UNSURE = {
    "difference": 0.001,
    "low": -0.004,
    "high": 0.006,
    "verdict": "inconclusive",
    "replications_needed": 437.0,
}


def test_a_sure_rise_of_success_is_told_with_the_orders_that_flip() -> None:
    table = compared().flip_table("approves")
    gained = table.loc["gave_up", "refunded"]
    of = table.loc["gave_up"].sum()
    assert told(success_rate=SURE)[0] == (
        f"Success rises from {level('base')} to {level('other')}, by 1.9 points (1.5 to 2.3): {gained} of {of} "
        "claims that were given up are now refunded in full, none go the other way."
    )


def test_a_sure_fall_is_told_without_signs() -> None:
    fall = {"difference": -0.0192, "low": -0.0233, "high": -0.0151, "verdict": "worse", "replications_needed": nan}
    assert ", by 1.9 points (1.5 to 2.3): " in told(success_rate=fall)[0]
    assert told(success_rate=fall)[0].startswith("Success falls from ")


def test_who_loses_is_told_first_where_success_falls() -> None:
    comparison = comparison_of(compared().others[0], compared().base)
    name = compared().base.scenario.name
    table = comparison.flip_table(name)
    lost, of = table.loc["refunded", "gave_up"], table.loc["refunded"].sum()
    assert (
        f": {lost} of {of} claims that were refunded in full are now given up, none go the other way"
        in findings(comparison, name)[0]
    )


def test_levels_that_look_the_same_are_not_told() -> None:
    change = _changed(Number(0.0001, 0.0, 0.0002))
    assert not change._replace(levels=("50 %", "50 %")).is_seen_in_levels
    assert change._replace(levels=("50 %", "51 %")).is_seen_in_levels


def test_a_sure_change_may_still_be_open_against_its_margin() -> None:
    open_still = SURE | {"verdict": "inconclusive", "replications_needed": 437.0}
    sentence = told(success_rate=open_still)[0]
    assert (
        "; whether by more than the margin of 0.5 points is open; some 400 more replications should tell"
        in sentence
    )


def test_a_sure_change_may_be_too_small_to_matter() -> None:
    small = {"difference": 0.002, "low": 0.001, "high": 0.003, "verdict": "equivalent", "replications_needed": nan}
    assert ", which is too little to matter (less than 0.5 points): " in told(success_rate=small)[0]


def test_what_is_open_is_said_to_be_open() -> None:
    sentence = told(success_rate=UNSURE)[0]
    assert sentence.startswith("Whether success changes is open (−0.4 to 0.6 points)")
    assert sentence.endswith("; some 400 more replications should tell.")


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (1.0, "the other way; a few more replications should tell."),
        (9.0, "the other way; a few more replications should tell."),
        (10.0, "the other way; some 10 more replications should tell."),
        (2345.0, "the other way; it is so close that telling would take some 2,000 more replications."),
        (inf, "the other way; should it stay so close to the margin, no number of replications would tell."),
        (nan, "the other way."),
    ],
)
def test_what_it_would_take_to_tell_is_said_as_roughly_as_it_is_known(needed: float, expected: str) -> None:
    assert told(success_rate=UNSURE | {"replications_needed": needed})[0].endswith(expected)


def test_what_is_equivalent_stays_as_it_is() -> None:
    same = UNSURE | {"verdict": "equivalent", "replications_needed": nan}
    assert told(success_rate=same)[0].startswith("Success stays as it is, within 0.5 points (−0.4 to 0.6 points): ")


@pytest.mark.parametrize(
    ("base", "other", "expected"),
    [
        (nan, 7.21, "{half} under this one after {other}, and under the base never."),
        (30.0, nan, "{half} under the base after {base}, and under this one never."),
        (nan, nan, "{half}: never, under the base as under this one."),
    ],
)
def test_a_half_that_is_not_reached_has_no_difference(base: float, other: float, expected: str) -> None:
    levels = {side: level(side, MEDIAN) for side in ("base", "other")}
    numbers = {"base": base, "other": other, "difference": nan, "low": nan, "high": nan, "verdict": "not_reached"}
    assert remarked(**{MEDIAN: numbers}) == [expected.format(half=HALF, **levels)]


def test_curves_that_cross_have_no_winner() -> None:
    crossing = {"scenario": "approves", "after": 5.0, "before": 7.5, "first_ahead": "other"}
    crossings = pd.DataFrame([crossing | {"first_lead": 0.0123, "then_lead": 0.004}])
    table = compared().differences.copy()
    table.loc[table["measure"] == "refund_time_median_all", "verdict"] = "curves_cross"
    crossed = replace(compared(), differences=table, crossings=crossings)
    assert remarks(crossed, "approves")[0].replace("\N{NO-BREAK SPACE}", " ") == (
        "Neither is the quicker throughout: up to 5 d after asking, more claims have their money under this one "
        "(1.2 points at most), and from 7.5 d on under the base (0.4 points at most)."
    )


def test_what_is_known_not_to_change_is_said_without_an_interval() -> None:
    null = comparison_of(compared().base, compared().base)
    assert spoken(findings(null, null.base.scenario.name)) == [
        f"Success stays at {level('base')}: every claim ends as it did.",
        "Nothing else that is judged is sure to change by more than its margin.",
    ]


def judged(**verdicts: str) -> str:
    """The second sentence, had the verdicts been these and all others equivalent."""
    names = [name for name in compared().headlines if name != "success_rate"]
    still: dict[str, Any] = {name: {"verdict": "equivalent"} for name in names}
    rows = {name: {"verdict": word, "difference": 1.2, "low": 0.9, "high": 1.5} for name, word in verdicts.items()}
    return told(**still | rows)[1]


def test_what_it_buys_and_what_it_costs_is_what_the_verdicts_say() -> None:
    verdicts = {"postage_per_return": "better", "seller_account_per_claim": "worse", MEDIAN: "inconclusive"}
    assert judged(**verdicts) == (
        "It also buys: buyer's postage per return (+1.2 USD); it costs: left to sellers, per claim (+1.2 USD); "
        "open: half have it after."
    )
    assert judged() == "Nothing else that is judged is sure to change by more than its margin."


def test_what_is_sure_by_its_plain_interval_alone_is_not_said_to_change() -> None:
    """The plain interval leaves out nothing, the one that holds together with the others does not."""
    table = compared().differences.copy()
    row = table["measure"] == "success_rate"
    ends = {"low": 0.001, "high": 0.02, "low_simultaneous": -0.004, "high_simultaneous": 0.025}
    numbers = ends | {"difference": 0.0105, "verdict": "inconclusive", "replications_needed": nan}
    table.loc[row, list(numbers)] = list(numbers.values())
    assert findings(_with(compared(), table), "approves")[0].startswith("Whether success changes is open (−0.4 to")


def test_an_answer_has_two_sentences_whatever_the_verdicts_are() -> None:
    for verdict in ("better", "worse", "equivalent", "inconclusive"):
        said = told(success_rate=SURE | {"verdict": verdict, "replications_needed": 437.0})
        assert len(said) == 2
        assert [sentence.count(". ") for sentence in said] == [0, 0]


def test_orders_refunded_before_anybody_asks_are_mentioned() -> None:
    limit = run(world(LIVELY | {"name": "limit", "policy.dispatch.limit": "4 d"}), jobs=1)
    comparison = comparison_of(compared().base, limit)
    table = comparison.flip_table("limit")
    claims = table["refunded_unasked"].sum() - table.loc["no_claim", "refunded_unasked"]
    sentence, *_ = remarks(comparison, "limit")
    assert sentence.startswith("The share of all orders refunded at the dispatch limit before anybody asks rises")
    assert f"; {claims} that were claims are now among these" in sentence


def test_scenarios_that_share_no_luck_are_said_not_to_and_have_no_flips() -> None:
    more = run(world(LIVELY | {"name": "more", "market.sellers.count": 2}), jobs=1)
    apart = comparison_of(compared().base, more)
    assert remarks(apart, "more")[0].startswith(
        "Its orders are not the base's, for they differ in the number of sellers (1 and 2): the two are compared as"
    )
    assert "the other way" not in " ".join(findings(apart, "more"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"policy.dispatch.limit": "4 d"}, ""),
        ({"buyers.goes_on": 0.9}, ""),
        ({"policy.dispatch.limit": "4 d", "buyers.goes_on": 0.9}, "the buyers differ"),
        ({"policy.dispatch.limit": "4 d", "market.sellers.staff": 2}, "the market differs"),
    ],
)
def test_what_may_not_be_the_policys_doing_is_said(changes: dict[str, Any], sentence: str) -> None:
    other = run(world(LIVELY | {"name": "other"} | changes), jobs=1)
    told_of_it = [one for one in remarks(comparison_of(compared().base, other), "other") if "policy's alone" in one]
    assert told_of_it == ([f"Besides the policy {sentence}: no change is the policy's alone."] if sentence else [])


@pytest.mark.parametrize(
    ("replications", "said"),
    [(1, "One replication cannot tell"), (2, "Claims in fewer than two replications cannot tell")],
)
def test_where_nothing_has_an_interval_it_is_said_why(replications: int, said: str) -> None:
    few = LIVELY | {"experiment": LIVELY["experiment"] | {"replications": replications}}
    nobody = few | {"buyers.regret": {"probability": 0, "after": "1 d"}, "buyers.goes_on": 0}
    one = comparison_of(run(world(nobody), jobs=1), run(world(nobody | {"name": "approves"}), jobs=1))
    assert f"{said} what else changes." in spoken(findings(one, "approves"))


def test_no_number_is_a_minus_zero() -> None:
    change = _changed(Number(0.0001, -0.00001, 0.03))
    assert change.signed_range.startswith("0.0 to 3.0")

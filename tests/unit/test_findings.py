"""What a change buys and costs, in words that follow from the numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf, nan
from typing import Any

import pandas as pd
import pytest

from sim.show.findings import Change, findings
from sim.study.comparison import Comparison, comparison_of
from sim.study.experiment import run
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
        table.loc[table["measure"] == name, list(columns)] = list(columns.values())
    return [
        sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in findings(_with(comparison, table), "approves")
    ]


def _with(comparison: Comparison, differences: pd.DataFrame) -> Comparison:
    return replace(comparison, differences=differences)


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
        f"Success rises by 1.9 points (1.5 to 2.3): {gained} of {of} claims that were given up are refunded in "
        "full, 0 the other way."
    )


def test_a_sure_fall_is_told_without_signs() -> None:
    fall = {"difference": -0.0192, "low": -0.0233, "high": -0.0151, "verdict": "worse", "replications_needed": nan}
    assert told(success_rate=fall)[0].startswith("Success falls by 1.9 points (1.5 to 2.3): ")


def test_a_sure_change_may_still_be_open_against_its_margin() -> None:
    open_still = SURE | {"verdict": "inconclusive", "replications_needed": 437.0}
    sentence = told(success_rate=open_still)[0]
    assert sentence.endswith("Whether it is more than 0.5 points is open. Some 400 more replications would tell.")


def test_a_sure_change_may_be_too_small_to_matter() -> None:
    small = {"difference": 0.002, "low": 0.001, "high": 0.003, "verdict": "equivalent", "replications_needed": nan}
    assert told(success_rate=small)[0].endswith("That is too little to matter (less than 0.5 points).")


def test_what_is_open_is_said_to_be_open() -> None:
    sentence = told(success_rate=UNSURE)[0]
    assert sentence.startswith("Whether success changes is open (−0.4 to 0.6 points)")
    assert sentence.endswith("Some 400 more replications would tell.")
    hopeless = told(success_rate=UNSURE | {"replications_needed": inf})[0]
    assert hopeless.endswith("No experiment has enough replications to tell.")
    assert told(success_rate=UNSURE | {"replications_needed": nan})[0].endswith("the other way.")


def test_what_is_equivalent_stays_as_it_is() -> None:
    same = UNSURE | {"verdict": "equivalent", "replications_needed": nan}
    assert told(success_rate=same)[0].startswith("Success stays as it is, within 0.5 points (−0.4 to 0.6 points): ")


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (
            {"difference": -0.31, "low": -0.42, "high": -0.2, "verdict": "better"},
            "Half of all claims have their money 0.31 d sooner (0.20 to 0.42).",
        ),
        (
            {"difference": 3.0, "low": 2.0, "high": nan, "verdict": "worse"},
            "Half of all claims have their money 3.0 d later (2.0 or more).",
        ),
        (
            {"base": nan, "other": 7.21, "difference": nan, "low": nan, "high": nan, "verdict": "not_reached"},
            "Under the base, half of all claims never have their money; under this one they have it after 7.2 d.",
        ),
        (
            {"base": 30.0, "other": nan, "difference": nan, "low": nan, "high": nan, "verdict": "not_reached"},
            "Under this one, half of all claims never have their money; under the base they have it after 30.0 d.",
        ),
        (
            {"base": nan, "other": nan, "difference": nan, "low": nan, "high": nan, "verdict": "not_reached"},
            "Half of all claims never have their money, under the base as under this one.",
        ),
        (
            {"difference": 0.001, "low": -0.01, "high": 0.012, "verdict": "equivalent"},
            "Half of all claims have their money as soon as before (−0.01 to 0.01 d).",
        ),
    ],
)
def test_the_time_to_money_is_told(numbers: dict[str, Any], expected: str) -> None:
    assert told(refund_time_median_all=numbers)[1] == expected


def test_curves_that_cross_have_no_winner() -> None:
    crossing = {"scenario": "approves", "after": 5.0, "before": 7.5, "first_ahead": "other"}
    crossings = pd.DataFrame([crossing | {"first_lead": 0.0123, "then_lead": 0.004}])
    table = compared().differences.copy()
    table.loc[table["measure"] == "refund_time_median_all", "verdict"] = "curves_cross"
    crossed = replace(compared(), differences=table, crossings=crossings)
    assert findings(crossed, "approves")[1].replace("\N{NO-BREAK SPACE}", " ") == (
        "Neither is the quicker throughout: up to 5 d after asking, more claims have their money under this one "
        "(1.2 points at most), and from 7.5 d on under the base (0.4 points at most)."
    )


def test_costs_are_those_that_surely_change() -> None:
    pays = {"difference": 1.21, "low": 1.05, "high": 1.37}
    nothing = {"difference": 0.0, "low": 0.0, "high": 0.0}
    costs = dict.fromkeys(("silence_share", "mediation_share", "platform_postage_per_claim"), nothing)
    sentence = told(
        **costs, postage_per_claim={"difference": -1.2, "low": -1.5, "high": -0.9}, seller_postage_per_claim=pays
    )[-1]
    assert sentence == (
        "Buyers pay 1.2 USD less postage per claim (0.9 to 1.5); sellers pay 1.21 USD more postage per claim "
        "(1.05 to 1.37)."
    )
    silent = told(**costs, postage_per_claim=nothing, seller_postage_per_claim=nothing)[-1]
    assert silent == "Postage, silence and mediation stay as they were, as far as can be seen."


def test_orders_refunded_before_anybody_asks_are_mentioned() -> None:
    limit = run(world(LIVELY | {"name": "limit", "policy.dispatch.limit": "4 d"}), jobs=1)
    comparison = comparison_of(compared().base, limit)
    table = comparison.flip_table("limit")
    claims = table["refunded_unasked"].sum() - table.loc["no_claim", "refunded_unasked"]
    sentence = findings(comparison, "limit")[1]
    assert "of all orders are now refunded at the dispatch limit before anybody asks" in sentence
    assert f"; {claims} of these were claims" in sentence


def test_scenarios_that_share_no_luck_are_said_not_to_and_have_no_flips() -> None:
    more = run(world(LIVELY | {"name": "more", "market.sellers.count": 2}), jobs=1)
    sentences = findings(comparison_of(compared().base, more), "more")
    assert sentences[0].startswith(
        "Its orders are not the base's, for they differ in the number of sellers (1 and 2): the two are compared as"
    )
    assert "the other way" not in " ".join(sentences)


def test_no_number_is_a_minus_zero() -> None:
    change = Change("success_rate", 0.5, 0.5001, 0.0001, -0.00001, 0.03, 0.005, "inconclusive", nan, "share")
    assert change.signed_range.startswith("0.0 to 3.0")

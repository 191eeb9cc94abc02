"""Slips in laws: each is named where it stands, with what was found and what was expected."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from sim.scenario.distributions.families import AmountLaw, DurationLaw, NumberLaw, ShareLaw, WallLaw, WorkLaw


class Durations(BaseModel):
    after: DurationLaw


class Numbers(BaseModel):
    value: NumberLaw


class Restricted(BaseModel):
    wall: WallLaw = DurationLaw.model_validate(0)
    work: WorkLaw = DurationLaw.model_validate(0)
    share: ShareLaw = NumberLaw.model_validate(0)
    amount: AmountLaw = NumberLaw.model_validate(0)


def faults(model: type[BaseModel], **written: Any) -> list[str]:
    """`path: message` for everything that is wrong."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(written)
    return [
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in caught.value.errors()
    ]


EXPONENTIAL_DAY = {"exponential": {"mean": "1 d"}}
DURATION_FAULTS = [
    (90, "after: found 90, expected a duration"),
    (True, "after: found True, expected a duration"),
    ("soon", "after: found 'soon', expected a duration"),
    (["1 d"], "after: found ['1 d'], expected a duration"),
    ({}, "after: found nothing, expected one of: constant, uniform, triangular, exponential, lognormal, "),
    ({"lognorml": {}}, "after.lognorml: Extra inputs are not permitted"),
    ({"uniform": None}, "after: found nothing after 'uniform:', expected a value"),
    (
        {"gamma": {"shape": 2, "scale": "1 d"}, **EXPONENTIAL_DAY},
        "after: found exponential and gamma, expected",
    ),
    ({"uniform": {"low": "1 d"}}, "after.uniform.high: Field required"),
    (
        {"uniform": {"low": "2 d", "high": "1 d"}},
        "after.uniform: found low 2 d above high 1 d, expected low ≤ high",
    ),
    (
        {"triangular": {"low": "1 d", "mode": "5 d", "high": "3 d"}},
        "after.triangular: found mode 5 d above high 3 d, expected low ≤ mode ≤ high",
    ),
    ({"exponential": {"mean": 0}}, "after.exponential.mean: found 0, expected more than 0"),
    ({"exponential": {"mean": "never"}}, "after.exponential.mean: found 'never', expected a length of time"),
    ({"exponential": {"mean": 90}}, "after.exponential.mean: found 90, expected a duration"),
    ({"lognormal": {"median": "x", "p95": "1 d"}}, "after.lognormal.median: found 'x', expected a duration"),
    (
        {"lognormal": {"median": "2 d", "p95": "2 d"}},
        "after.lognormal: found p95 2 d, expected more than the median 2 d",
    ),
    (
        {"lognormal": {"median": "2 d", "sd": "2 d"}},
        "after.lognormal: found median and sd, expected one of: median + p95, mean + sd, mu + sigma + unit",
    ),
    ({"lognormal": {"mu": 1, "sigma": 1}}, "after.lognormal: found mu and sigma, expected one of:"),
    (
        {"lognormal": {"mu": 1, "sigma": 1, "unit": "week"}},
        "after.lognormal.unit: Input should be 'd', 'h', 'min',",
    ),
    (
        {"uniform": {"low": "1 d", "high": "3 bd"}},
        "after.uniform: found '1 d' (wall-clock time) and '3 bd' (business days), expected one kind",
    ),
    (
        {"mixture": [{"weight": 0.5, "law": EXPONENTIAL_DAY}, {"weight": 0.5, "law": "1 h of work"}]},
        "after: found '1 d' (wall-clock time) and '1 h of work' (working time), expected one kind",
    ),
    (
        {"mixture": [{"weight": 1, "law": {"lognormal": {"median": "1 d", "p95": "?"}}}]},
        "after.mixture.0.law.lognormal.p95: found '?', expected a duration",
    ),
    ({"mixture": []}, "after.mixture: found weights that sum to 0, expected 1"),
    (
        {"truncated": {"law": "1 d"}},
        "after.truncated: found law, expected one of: law + low, law + high, law + low + high",
    ),
    (
        {"truncated": {"law": EXPONENTIAL_DAY, "high": "never"}},
        "after.truncated.high: found 'never', expected a length of",
    ),
    (
        {"truncated": {"law": EXPONENTIAL_DAY, "low": "30 d"}},
        "after.truncated: found a range that keeps 9.4e-14 of the law, expected 1e-06 or more",
    ),
    (
        {"truncated": {"law": "never", "high": "30 d"}},
        "after.truncated: found a range that keeps 0 of the law",
    ),
    (
        {"empirical": {"values": ["1 d", "never"]}},
        "after.empirical.values.1: found 'never', expected a length of",
    ),
]
NUMBER_FAULTS = [
    ("24.5", "value: found '24.5', expected a number such as 24.5"),
    (True, "value: found true, expected a number such as 24.5"),
    (float("nan"), "value: found nan, expected 0 or a number"),
    (float("inf"), "value: found inf, expected 0 or a number between 1e-30 and 1e+15"),
    (10**400, "value: found 1000"),
    (1e-300, "value: found 1e-300, expected 0 or a number"),
    ({"constant": 1e16}, "value.constant: found 1e+16, expected 0 or a number"),
    ({"constant": "x"}, "value.constant: Input should be a valid number"),
    ({"uniform": {"low": float("-inf"), "high": 1}}, "value.uniform.low: found -inf, expected 0 or a number"),
    ({"uniform": {"low": False, "high": 1}}, "value.uniform.low: Input should be a valid number"),
    ({"lognormal": {"mean": 5, "sd": -3}}, "value.lognormal.sd: found -3, expected more than 0"),
    ({"lognormal": {"mu": 1, "sigma": 0}}, "value.lognormal.sigma: found 0, expected more than 0"),
    (
        {"lognormal": {"mu": 1, "sigma": 30}},
        "value.lognormal: found sigma 30, expected between 1e-06 and 20",
    ),
    ({"lognormal": {"mu": float("nan"), "sigma": 1}}, "value.lognormal: found mu nan, expected between -100"),
    ({"lognormal": {"mu": 1, "sigma": 1, "unit": "d"}}, "value.lognormal.unit: Extra inputs"),
    ({"gamma": {"mean": 5, "sd": -3}}, "value.gamma.sd: found -3, expected more than 0"),
    ({"gamma": {"mean": 5, "sd": 1e9}}, "value.gamma: found shape 2.5e-17, expected between 0.01 and 1e+06"),
    ({"gamma": {"shape": 0, "scale": 1}}, "value.gamma.shape: Input should be greater than or equal to 0.01"),
    ({"weibull": {"shape": 2, "scale": -1}}, "value.weibull.scale: found -1, expected more than 0"),
    (
        {"weibull": {"shape": 2}},
        "value.weibull: found shape, expected one of: shape + scale, shape + median, shape + mean",
    ),
    ({"empirical": {"values": []}}, "value.empirical: found no values, expected at least one"),
    (
        {"empirical": {"values": [1, 2], "weights": [1, -1]}},
        "value.empirical.weights.1: Input should be greater than or equal to 0",
    ),
    (
        {"empirical": {"values": [1, 2], "weights": [0, 0]}},
        "value.empirical: found only weights of 0, expected one above 0",
    ),
    (
        {"empirical": {"values": [1, 2], "weights": [1]}},
        "value.empirical: found 1 weights, expected 2: one for each value",
    ),
    (
        {"empirical": {"quantiles": {0: 1, 0.5: 2}}},
        "value.empirical.quantiles: found the levels 0, 0.5, expected levels that rise from 0 to 1",
    ),
    (
        {"empirical": {"quantiles": {0: 1, 0.7: 2, 0.5: 2, 1: 3}}},
        "value.empirical.quantiles: found the levels",
    ),
    (
        {"empirical": {"quantiles": {0: 1, "0.5": 2, ".50": 2, 1: 3}}},
        "value.empirical.quantiles: found the levels 0, 0.5, .50, 1, expected each once",
    ),
    (
        {"empirical": {"quantiles": {"half": 2}}},
        "value.empirical.quantiles: found the level 'half', expected",
    ),
    ({"empirical": {"quantiles": [1, 2]}}, "value.empirical.quantiles: found a list of 2, expected levels"),
    (
        {"empirical": {"quantiles": {0: 1, 0.5: 3, 1: 2}}},
        "value.empirical.quantiles: found 3 at 0.5 and 2 at 1, expected values that do not fall",
    ),
    (
        {"mixture": [{"weight": 0.5, "law": 1}, {"weight": 0.4, "law": 2}]},
        "value.mixture: found weights that sum to 0.9, expected 1",
    ),
    (
        {"mixture": [{"weight": -1, "law": 1}, {"weight": 2, "law": 2}]},
        "value.mixture.0.weight: Input should be",
    ),
    (
        {"truncated": {"law": 3, "low": 5, "high": 4}},
        "value.truncated: found low 5 above high 4, expected low ≤ high",
    ),
]
RESTRICTED_FAULTS = [
    ({"wall": "3 bd"}, "wall: found 3 bd, which is business days, expected wall-clock time"),
    ({"work": "3 h"}, "work: found 3 h, which is wall-clock time, expected working time"),
    ({"work": "never"}, "work: found never, expected working time that ends"),
    ({"share": 1.5}, "share: found 1.5 with values from 1.5 to 1.5, expected shares between 0 and 1"),
    (
        {"share": {"exponential": {"mean": 0.1}}},
        "share: found {exponential: {mean: 0.1}} with values from 0 to inf, expected shares between 0 and 1",
    ),
    ({"amount": {"uniform": {"low": -1, "high": 5}}}, "amount: found {uniform: {low: -1.0, high: 5.0}} with"),
]


@pytest.mark.parametrize(("written", "message"), DURATION_FAULTS, ids=str)
def test_a_slip_in_a_law_of_durations_is_named_where_it_stands(written: Any, message: str) -> None:
    [found] = faults(Durations, after=written)
    assert found.startswith(message)


@pytest.mark.parametrize(("written", "message"), NUMBER_FAULTS, ids=lambda value: str(value)[:60])
def test_a_slip_in_a_law_of_numbers_is_named_where_it_stands(written: Any, message: str) -> None:
    [found] = faults(Numbers, value=written)
    assert found.startswith(message)


@pytest.mark.parametrize(("written", "message"), RESTRICTED_FAULTS, ids=str)
def test_a_law_of_the_wrong_kind_says_what_was_expected(written: dict[str, Any], message: str) -> None:
    [found] = faults(Restricted, **written)
    assert found.startswith(message)


def test_several_slips_in_one_law_are_all_reported() -> None:
    written = {"mixture": [{"weight": -1, "law": "soon"}, {"law": {"gamma": {"shape": "x", "scale": 0}}}]}
    assert [fault.split(":")[0] for fault in faults(Durations, after=written)] == [
        "after.mixture.0.weight",
        "after.mixture.0.law",
        "after.mixture.1.weight",
        "after.mixture.1.law.gamma.shape",
        "after.mixture.1.law.gamma.scale",
    ]


def test_what_a_restricted_law_allows() -> None:
    Restricted.model_validate({"wall": "never", "work": 0, "share": 1, "amount": {"exponential": {"mean": 5}}})
    Restricted.model_validate({"wall": 0, "work": {"lognormal": {"mu": 0, "sigma": 1, "unit": "min of work"}}})
    Restricted.model_validate({"share": {"truncated": {"law": {"exponential": {"mean": 0.1}}, "high": 1}}})

"""Laws as text: what is read is dumped as it was written, and an editor knows the same laws."""

from __future__ import annotations

from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from sim.scenario.distributions.families import DurationLaw, NumberLaw


class Durations(BaseModel):
    after: DurationLaw


class Numbers(BaseModel):
    value: NumberLaw


EXPONENTIAL_DAY = {"exponential": {"mean": "1 d"}}
READ = [
    "9 d",
    "never",
    "0",
    "1 h 30 min of work",
    EXPONENTIAL_DAY,
    {"uniform": {"low": "0", "high": "1 d 12 h"}},
    {"triangular": {"low": "1 bd", "mode": "2 bd", "high": "2.5 bd"}},
    {"lognormal": {"median": "2 d", "p95": "6 d"}},
    {"lognormal": {"mu": 1.5, "sigma": 0.25, "unit": "h of work"}},
    {"weibull": {"shape": 1.5, "median": "6 h"}},
    {"gamma": {"mean": "2 d", "sd": "1 d"}},
    {"empirical": {"values": ["1 d", "3 d"], "weights": [1.0, 2.0]}},
    {"empirical": {"quantiles": {"0": "1 d", "0.5": "2 d", "0.95": "5 d", "1": "9 d"}}},
    {"mixture": [{"weight": 0.9, "law": EXPONENTIAL_DAY}, {"weight": 0.1, "law": "never"}]},
    {"truncated": {"law": EXPONENTIAL_DAY, "low": "1 h", "high": "4 d"}},
]
WRONG_IN_SHAPE = [
    90,
    True,
    None,
    "soon",
    ["1 d"],
    {},
    {"lognorml": {}},
    {"uniform": None},
    {"uniform": {"low": "1 d"}},
    {"gamma": {"shape": 2, "scale": "1 d"}, **EXPONENTIAL_DAY},
    {"gamma": {"shape": 0, "scale": "1 d"}},
    {"exponential": {"mean": 0}},
    {"lognormal": {"median": "2 d", "sd": "2 d"}},
    {"lognormal": {"median": "2 d", "p95": "6 d", "unit": "d"}},
    {"lognormal": {"mu": 1, "sigma": 1, "unit": "week"}},
    {"mixture": []},
    {"mixture": [{"weight": 1}]},
    {"truncated": {"law": "1 d"}},
    {"empirical": {"values": []}},
    {"empirical": {"quantiles": {"half": "1 d"}}},
]


@pytest.mark.parametrize("written", READ, ids=str)
def test_a_law_is_dumped_as_it_was_written_and_reads_back_the_same(written: Any) -> None:
    law = Durations(after=written).after
    assert law.model_dump(mode="json") == law.model_dump() == written
    assert Durations.model_validate({"after": law.model_dump(mode="json")}).after == law
    assert Durations(after=law).model_dump_json() == Durations(after=written).model_dump_json()


@pytest.mark.parametrize("written", READ, ids=str)
def test_a_law_shown_on_one_line_is_yaml_for_the_same_law(written: Any) -> None:
    law = DurationLaw.model_validate(written)
    again = DurationLaw.model_validate(yaml.safe_load(str(law)))
    luck = np.linspace(0, 0.99, 50)
    assert (list(again.ppf(luck)), again.kind) == (list(law.ppf(luck)), law.kind)


@pytest.mark.parametrize("written", [0, *READ], ids=str)
def test_an_editor_accepts_what_the_simulator_accepts(written: Any) -> None:
    jsonschema.validate({"after": written}, Durations.model_json_schema())


@pytest.mark.parametrize("written", WRONG_IN_SHAPE, ids=str)
def test_an_editor_marks_what_is_wrong_in_shape(written: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"after": written}, Durations.model_json_schema())


@pytest.mark.parametrize(
    "written",
    ["24.5", True, None, {"uniform": None}, {"lognormal": {"mean": 5, "sd": -3}}, {"gamma": {"mean": 5}}],
    ids=str,
)
def test_an_editor_marks_a_number_that_is_none(written: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"value": written}, Numbers.model_json_schema())


def test_the_schema_is_itself_valid_and_describes_each_law() -> None:
    schema = Numbers.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(described["description"] for described in schema["$defs"].values())

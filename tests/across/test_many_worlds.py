"""Many worlds: shares with answers known beforehand, and indices of a known function."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import BadScenario, UserError
from sim.experiment.number import Number
from sim.scenario.applying import as_range
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.resolved import described
from sim.show.across.document import told_of_regret, verdict_told, what_decides
from sim.show.across.pictures import curve
from sim.worlds.deciding import Survival, survival
from sim.worlds.designs import design_of
from sim.worlds.estimating import Response, known
from sim.worlds.factors import Factor, stated_factors
from sim.worlds.indices import given_data, saltelli

NEVER_ANSWERS = {"silent": 1}
ONE_SELLER = {
    "share": 1,
    "arrange": 0,
    "dispatch": "2 d",
    "cancellation": NEVER_ANSWERS,
    "dispute": NEVER_ANSWERS,
}
NOBODY_ELSE = dict.fromkeys(("prompt", "slow", "stalls", "absent"), "none")
TINY = {
    "name": "tiny",
    "experiment": {"warm_up": "0 d", "cohort": "3 d", "run_out": "1 d", "replications": 2, "seed": 1},
    "market.orders_per_day": 6,
    "market.sellers": {"count": 1, "staff": "unlimited", "types": {**NOBODY_ELSE, "only": ONE_SELLER}},
    "buyers.regret.probability": 1,
    "buyers.regret.after": "1 h",
    "buyers.goes_on": 1,
    "policy.cancellation.window": {"after": "paid", "within": "30 d"},
    "policy.cancellation.free_until": "none",
    "policy.cancellation.on_silence": "approve",
    "policy.dispute": "none",
    "policy.return": "none",
}
STUDY = """
study: When does a shorter clock win?
base: tiny.yaml
policies: {nine: {}, three: {policy.cancellation.clock: 3 d}}
factors: {leaves: {set: market.sellers.types.only.dispatch, range: [1 d, 9 d]}}
worlds: {design: latin_hypercube, points: 16}
responses: [success_rate, {difference: success_rate, of: three, from: nine}]
replications: 1
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A seller who never answers and ships after so many days; silence is a yes. A study of it lies beside."""
    from sim.scenario.resolved import described, on_one_line

    document = described(load("aliexpress").with_changes(TINY))
    document = {**document, "provenance": {}, "expect": {}}
    (tmp_path / "tiny.yaml").write_text(
        "\n".join(f"{key}: {on_one_line(value)}" for key, value in document.items())
    )
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def test_a_three_day_clock_wins_where_the_parcel_leaves_after_three_days_and_before_nine(
    tiny: Path,
) -> None:
    result = sim.study(tiny / "study.yaml", jobs=1)
    differs = result.points[result.points["less"] == "nine"]["value"].to_numpy()
    leaves = result.plan.design.points[:, 0] * 8 + 1
    # The clock starts an hour after payment, when the mind has changed.
    assert list(differs) == [1.0 if 3 < days - 1 / 24 < 9 else 0.0 for days in leaves]
    assert differs.mean() == pytest.approx(6 / 8, abs=1 / 16)
    assert set(result.worlds["leaves"].str.contains("d")) == {True}


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("leaves:", "leaves: {set: x.y, range: [1, 2]}, other:", "factors.leaves"),
        ("range: [1 d, 9 d]", "range: [9 d, 1 d]", "factors.leaves"),
        ("clock: 3 d", "clok: 3 d", "policies.three"),
        ("factors: {leaves", "factors: {=1+1", "expected a name that does not begin as a formula does"),
        ("policies: {nine", "policies: {'@nine'", "expected a name that does not begin as a formula does"),
        ("of: three", "of: thre", "responses.1.of: found the policy 'thre' — did you mean 'three'"),
        (
            "[success_rate,",
            "[succes_rate,",
            "yaml:7:13: responses.0: found the measure 'succes_rate' — did you mean 'success_rate'",
        ),
        ("base: tiny", "base: tinny", "yaml:3:7: base: found 'tinny.yaml' — did you mean 'tiny.yaml'"),
        ("base: tiny.yaml", "base: folder/temu.yaml", "base: found 'folder/temu.yaml' — did you mean 'temu'"),
        ("base: tiny.yaml", "extends: tiny.yaml", "extends: unknown key — did you mean 'base'?"),
        ("set: market.sellers", "set: market.selers", "nothing here is called 'selers' — did you mean 'sellers'"),
        ("points: 16", "points: 1", "worlds.points"),
        ("market.sellers.types.only.dispatch", "policy.cancellation.clock", "the policies differ in it"),
    ],
)
def test_a_faulty_study_says_where_and_what(tiny: Path, before: str, after: str, where: str) -> None:
    (tiny / "study.yaml").write_text(STUDY.replace(before, after))
    with pytest.raises(BadScenario) as fault:
        sim.study(tiny / "study.yaml", jobs=1)
    assert where in str(fault.value)
    assert "study.yaml:" in str(fault.value)


# ------------------------------------------------------------------------------------ statistics


def uniform(name: str, low: float = 0, high: float = 1) -> Factor:
    return Factor(name, ("buyers.goes_on",), as_range([low, high]))


def ishigami(u: np.ndarray) -> np.ndarray:
    x = (2 * u - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
"""Of Ishigami's function with a = 7 and b = 0.1 (Ishigami & Homma 1990)."""


def test_indices_of_a_known_function_are_found_with_the_noise_taken_out() -> None:
    design = design_of("sobol", [uniform(name) for name in "abc"], points=1024, seed=3)
    found = saltelli(ishigami(design.points) + np.random.default_rng(3).normal(size=len(design)), 1.0, 3)
    assert [one.first.value for one in found] == pytest.approx(FIRST, abs=0.08)
    assert [one.total.value for one in found] == pytest.approx(TOTAL, abs=0.08)


def test_scattered_worlds_tell_what_each_factor_foretells_alone() -> None:
    points = np.random.default_rng(1).random((600, 3))
    values = 2 * points[:, 0] + (points[:, 1] > 0.5) + np.random.default_rng(2).normal(0, 0.3, 600)
    found = given_data(points, [0, 2, 0], values, np.full(600, 0.3))
    spread = 4 / 12 + 1 / 4
    assert [one.value for one in found] == pytest.approx([4 / 12 / spread, 1 / 4 / spread, 0], abs=0.07)


def test_where_nothing_varies_no_factor_decides_anything() -> None:
    points = np.random.default_rng(1).random((1000, 2))
    for nothing in given_data(points, [0, 3], np.full(1000, 3.3), np.full(1000, 0.1)):
        assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)


def judged(values: np.ndarray, points: np.ndarray, measure: str = "success_rate") -> Survival:
    factors = [uniform("a"), Factor("b", ("policy.cancellation.ships_while_open",), as_range(["allowed", "held"]))]
    error = np.full(len(values), 0.001)
    return survival((measure, "new", "old"), Number(0.01, 0, 0.02, "share"), points, factors, values, error, error)


def test_a_conclusion_holds_or_holds_somewhere_or_does_not() -> None:
    points = np.random.default_rng(1).random((128, 2))
    allowed = points[:, 1] < 0.5
    assert judged(np.full(128, 0.01), points).verdict == "holds"
    assert judged(np.where(allowed, 0.01, -0.01), points).verdict == "holds where b is allowed"
    assert judged(np.random.default_rng(2).normal(size=128), points).verdict == "does not hold"


def test_by_choosing_what_makes_wait_longer_the_wait_is_lost_and_no_gain() -> None:
    points, values = np.random.default_rng(1).random((20, 2)), np.linspace(-1, 3, 20)
    assert judged(values, points).regret == (1, 3)
    assert judged(values, points, "seller_wait_mean").regret == (3, 1)
    assert list(told_of_regret(judged(values, points, "silence_share"))) == [], "nobody says which way is better"


def test_from_few_worlds_is_told_that_they_are_too_few() -> None:
    points = np.random.default_rng(1).random((20, 2))
    against = np.arange(20)
    in_nineteen, in_ten = (judged(np.where(against < most, -0.01, 0.01), points) for most in (1, 10))
    assert in_nineteen.verdict == in_ten.verdict == "does not hold", "76 to 99 % reaches below eight in ten"
    assert verdict_told(in_nineteen) == "too few worlds to tell whether it holds"
    assert verdict_told(in_ten) == "it does not hold"
    assert what_decides([Number(0.4, 0.001, 0.9)]) == "What may decide it: too few worlds to tell"
    assert what_decides([Number(0.4, 0.001, 0.9), Number(0.5, 0.2, 0.7)]) == "What decides it"


@pytest.mark.slow
def test_what_policies_differ_in_is_theirs_and_what_was_split_moves_as_one() -> None:
    base = load("aliexpress")
    other = base.with_changes(
        {"name": "other", "policy.cancellation.clock": "3 d", "market.carrier.transit": "20 d"}
    )
    factors, left_out = stated_factors(base, [base, other])
    assert [one.name for one in left_out if one.why == "the policies differ in it"] == ["market.carrier.transit"]
    assert "market.sellers.types.prompt" in [one.name for one in factors]
    split = base.with_changes({"market.sellers.types.prompt.inspection.notice": "3 d"})
    (prompt,) = [one for one in stated_factors(split, [split])[0] if one.name == "market.sellers.types.prompt"]
    assert "market.sellers.types.prompt.dispatch" in prompt.paths
    assert len(prompt.paths) > 1


def test_a_grid_looks_at_every_word_and_one_at_a_time_at_both_ends() -> None:
    words = Factor("w", ("policy.cancellation.ships_while_open",), as_range(["allowed", "held"]))
    assert len(design_of("grid", [words, uniform("a")], levels=3)) == 6
    design = design_of("one_at_a_time", [words, uniform("a")])
    assert design.roles == ("as it stands", "allowed", "held", "0.0", "1.0")
    assert np.isnan(design.points[0]).all()


def test_the_light_path_adds_up_to_what_a_run_says() -> None:
    scenario = load("aliexpress").with_changes({"market.orders_per_day": 5, "experiment.replications": 1})
    summary = sim.run(scenario, jobs=1).summary["value"]
    sums = sim.sums(scenario, 0, measures=["success_rate", "silence_share", "seller_wait_mean", "orders"])
    for name, (part, whole) in sums.items():
        assert part / whole == pytest.approx(summary[name]), name


def test_an_interval_ends_where_no_value_can_be() -> None:
    """Two replications, 8 and 10 of 10 refunded under one policy, none under the other: .9 is ±1.27."""
    sums = {"one": np.array([[8.0, 10.0], [10.0, 10.0]]), "other": np.array([[0.0, 10.0], [0.0, 10.0]])}
    by_policy = {policy: {"success_rate": pairs} for policy, pairs in sums.items()}
    assert known(Response("success_rate", "one"), by_policy).three == (0.9, 0.0, 1.0)
    assert known(Response("success_rate", "one", "other"), by_policy).three == pytest.approx(
        (0.9, -0.3706, 1.0), abs=1e-4
    )


def test_the_world_as_the_file_has_it_says_what_compare_says(tiny: Path) -> None:
    three = {"three": {"policy.cancellation.clock": "3 d"}}
    base = load(tiny / "tiny.yaml").with_changes({"policy.cancellation.clock": "1 d"})
    range_stated = {"buyers.goes_on": {"kind": "assumed", "from": "x", "range": [0.5, 1]}}
    base = base.with_changes({"provenance": range_stated})
    result = sim.stress(base, what_if=three, worlds=4, jobs=1, tell=lambda line: None)
    compared = sim.compare(base, what_if=three, jobs=1, tell=lambda line: None).differences
    expected = compared.set_index("measure").loc["success_rate", "difference"]
    assert result.survivals[0].at_base.value == pytest.approx(expected)
    assert result.survivals[0].share.value == 1


@pytest.mark.parametrize(
    ("response", "labels"),
    [
        (Response("success_rate", "it"), ["100 %", "0 %"]),
        (Response("success_rate", "it", "other"), ["100 %", "-58.4 %"]),
        (Response("money_days_30d", "it"), ["139 %", "0 %"]),
        (Response("worth_it_mean", "it"), ["139 %", "-58.4 %"]),
    ],
)
def test_a_curves_intervals_end_where_no_value_can_be(response: Response, labels: list[str]) -> None:
    few = pd.DataFrame({"at": ["a", "b"], "value": [0.2, 1.0], "error": [0.4, 0.2]})
    drawn = curve(few, 100.0, "%", response.limits)
    told = [text.replace("\N{MINUS SIGN}", "-") for text in re.findall(r">([^<>]*%)</text>", drawn)]
    assert told == labels


def test_where_nobody_claims_anything_nothing_is_said_of_worlds(tiny: Path) -> None:
    """It ended in an internal error, or in nan % of 0 worlds."""
    hardly = sim.load(tiny / "tiny.yaml").with_changes({"market.orders_per_day": 0.0001})
    by_its_range = {"market.sellers.types.only.dispatch": {"kind": "assumed", "from": "x", "range": ["1 d", "9 d"]}}
    hardly = Scenario.model_validate(described(hardly) | {"provenance": by_its_range})
    three = {"three": {"policy.cancellation.clock": "3 d"}}
    with pytest.raises(UserError, match="too few claims; expected more orders a day"):
        sim.stress(hardly, what_if=three, worlds=2, jobs=1, tell=lambda line: None)

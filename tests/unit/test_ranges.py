"""Ranges that a program can apply: how a value moves, and which ranges mean nothing to a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadScenario
from sim.scenario.applying import ends_of, inapplicable, ranges_of
from sim.scenario.distributions.combined import quantile_of
from sim.scenario.distributions.families import DurationLaw
from sim.scenario.loading import built, load, load_with_places
from sim.scenario.model import Scenario
from sim.scenario.moving import Moved, is_whole, moved, read_moved, value_between
from sim.scenario.presets import preset_names, presets_folder
from sim.scenario.provenance import Range
from sim.scenario.resolved import described
from tests.scenario_files import BASE, written

ALIEXPRESS = load("aliexpress")
DOCUMENT = described(ALIEXPRESS)


def after(*moves: Moved) -> dict:
    """The article's world with some values moved, read again and written out."""
    document = moved(DOCUMENT, moves)
    return described(built({**document, "provenance": {}}, "world"))


def test_a_law_stretched_to_a_median_keeps_its_shape() -> None:
    costs = after(Moved("buyers.return_cost", Range(median=[4, 40]), 36))["buyers"]["return_cost"]
    assert costs == {"lognormal": {"median": 36, "p95": 100}}


@pytest.mark.parametrize(("name", "u"), [("aliexpress", 0.2), ("temu", 0.7)])
def test_a_world_is_the_one_that_its_whole_document_stands_for_though_only_what_moved_is_read(
    name: str, u: float
) -> None:
    base = load(name)
    document = {key: part for key, part in described(base).items() if key not in ("provenance", "expect")}
    before, known = json.dumps(document), Scenario.model_validate(document)
    moves = [
        Moved(path, one, value_between(one, u, is_whole=is_whole(path, one)))
        for path, one in ranges_of(base).items()
        if not inapplicable(described(base), {path: one})
    ]
    there = read_moved(document, moves, known)
    whole = Scenario.model_validate(json.loads(json.dumps(moved(document, moves))))
    assert len(moves) > 40
    assert there == whole != known
    assert there.model_dump_json(exclude_unset=True) == whole.model_dump_json(exclude_unset=True)
    assert json.dumps(document) == before, "the world as it stands is still as it stood"


def test_a_law_stretched_to_a_95_percent_point_has_it_there() -> None:
    transit = after(Moved("market.carrier.transit", Range(p95=["30 d", "60 d"]), "60 d"))["market"]["carrier"][
        "transit"
    ]
    law = DurationLaw.model_validate(transit).to_law()
    assert quantile_of(law, 0.95) == pytest.approx(60 * 86_400, rel=1e-6)


def test_stretching_a_seller_doubles_its_times_and_leaves_its_chances_alone() -> None:
    before = DOCUMENT["market"]["sellers"]["types"]["prompt"]
    prompt = after(Moved("market.sellers.types.prompt", Range(stretch=[0.5, 2]), 2.0))
    prompt = prompt["market"]["sellers"]["types"]["prompt"]
    assert prompt["dispatch"] == {"exponential": {"mean": "3.2 bd"}}
    assert prompt["inspection"]["notice"] == "2 d"
    assert prompt["share"] == before["share"]
    assert prompt["cancellation"]["accept"] == before["cancellation"]["accept"]


def test_a_share_that_grows_leaves_its_siblings_in_proportion() -> None:
    moves = [Moved("market.sellers.types.absent.share", Range(share=[0.02, 0.5]), 0.31)]
    types = after(*moves)["market"]["sellers"]["types"]
    assert types["absent"]["share"] == pytest.approx(0.31)
    assert types["prompt"]["share"] / types["slow"]["share"] == pytest.approx(0.55 / 0.25)
    rulings = after(Moved("policy.mediation.rulings", Range(share=[0.1, 0.8], at="buyer"), 0.1))
    assert rulings["policy"]["mediation"]["rulings"]["seller"] == pytest.approx(0.7)


@given(
    st.permutations(["prompt", "slow", "stalls", "absent"]), st.lists(st.floats(0.05, 0.9), min_size=4, max_size=4)
)
def test_shares_of_one_whole_sum_to_1_in_whatever_order_they_move(order: list[str], shares: list[float]) -> None:
    one = Range(share=[0.01, 0.95])
    to = dict(zip(["prompt", "slow", "stalls", "absent"], shares, strict=True))
    types = moved(DOCUMENT, [Moved(f"market.sellers.types.{name}.share", one, to[name]) for name in order])
    found = {name: kind["share"] for name, kind in types["market"]["sellers"]["types"].items()}
    assert sum(found.values()) == pytest.approx(1, abs=1e-9)
    assert found["prompt"] / found["slow"] == pytest.approx(to["prompt"] / to["slow"])


def test_values_are_even_on_their_scale_and_words_have_equal_parts() -> None:
    assert value_between(Range(set=["2 d", "4 d"]), 0.5) == "3 d"
    assert value_between(Range(set=[1, 100], scale="log"), 0.5) == 10
    assert [value_between(Range(set=["none", "9 d"]), u) for u in (0, 0.49, 0.5, 1)] == [
        "none",
        "none",
        "9 d",
        "9 d",
    ]
    whole = [value_between(Range(set=[1, 2]), u, is_whole=True) for u in (0, 0.49, 0.51, 1)]
    assert whole == [1, 1, 2, 2]


@pytest.mark.parametrize("name", preset_names())
def test_every_range_of_a_shipped_file_can_be_applied(name: str) -> None:
    assert load_with_places(presets_folder() / f"{name}.yaml").inapplicable_ranges() == []


def test_the_articles_world_is_a_scenario_at_both_ends_of_every_range() -> None:
    bare = {**DOCUMENT, "provenance": {}}
    for path, one in list(ranges_of(ALIEXPRESS).items())[::6]:
        for end in ends_of(path, one):
            assert built(moved(bare, [end]), path)


@pytest.mark.parametrize(
    ("path", "one", "why"),
    [
        ("buyers.return_cost", Range(set=[4, 40]), "expected how it moves"),
        ("buyers.goes_on", Range(set=[0.5, 1.5]), "at 1.5"),
        ("policy.cancellation.ships_while_open", Range(set=["allowed", "maybe"]), "at maybe"),
        ("policy.cancellation.on_silence", Range(stretch=[0.5, 2]), "nothing at"),
        ("buyers.goes_on", Range(share=[0.1, 0.2]), "share"),
        ("market.carrier.transit", Range(median=[4, 40]), "is counted in"),
    ],
)
def test_a_range_that_cannot_be_applied_says_why(path: str, one: Range, why: str) -> None:
    (found,) = inapplicable(DOCUMENT, {path: one})
    assert why in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "{stretch: [0, 2]}",
        "{stretch: [2, 1]}",
        "{set: [a, b], scale: log}",
        "{share: [0.5, 1]}",
        "{set: [1, 2], stretch: [1, 2]}",
        "{at: x}",
        "{median: [4, 40], correlated: {buyers.goes_on: 2}}",
    ],
)
def test_a_range_that_says_nothing_is_a_fault_at_its_place(tmp_path: Path, text: str) -> None:
    statement = f"  buyers.return_cost: {{kind: assumed, from: x, range: {text}}}\n"
    with pytest.raises(BadScenario, match=r"provenance\.buyers\.return_cost"):
        load(written(tmp_path, BASE + statement))


def test_a_stretch_by_next_to_nothing_leaves_seconds_as_they_are_and_is_no_fault() -> None:
    one = Range.model_validate({"stretch": [0.5, 2]})
    document = {"market": {"carrier": {"transit": "3 h"}}}
    assert moved(document, [Moved("market.carrier.transit", one, 1.00001)]) == document
    with pytest.raises(ValueError, match="nothing at"):
        moved({"market": {"carrier": {"transit": "0 h"}}}, [Moved("market.carrier.transit", one, 1.00001)])

"""Luck: one uniform for each (seed, replication, decision, order), turned into a value by an inverse."""

from __future__ import annotations

import gc
import inspect
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.chance import decisions
from sim.chance.decisions import Decision
from sim.chance.drawings import cents, happens, millionths
from sim.chance.facts import Draws
from sim.chance.orders import zipf
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Floats, Luck, choice
from sim.experiment import light
from sim.experiment.measures import MEASURES
from sim.experiment.replication import play
from sim.records.table import Records
from sim.scenario.distributions.families import NumberLaw
from sim.scenario.durations import DAY, HOUR, NEVER
from tests.worlds import MEDIATED, SCENARIOS, TINY, drawn, the_article, world

JUST_BELOW_ONE = 1 - 2**-53
VARIED = MEDIATED | {
    "buyers.regret": {
        "probability": 0.5,
        "after": {"exponential": {"mean": "2 d"}},
        "reasons": {"not_needed": 1, "no_answer": 1},
        "found_cheaper": {"probability": 0.5, "saving": {"uniform": {"low": 0.1, "high": 0.5}}},
    },
    "market.order_value": {"lognormal": {"median": 24, "p95": 160}},
    "market.sellers.count": 10,
    "market.carrier.transit": {"lognormal": {"median": "26 d", "p95": "45 d"}},
    "policy.refund.posting.card": {"exponential": {"mean": "3 d"}},
}
"""A tiny world in which hardly two orders are alike."""


def same_facts(some: Draws, others: Draws) -> set[str]:
    """Names of the columns in which the claims of both draws are alike."""
    _, here, there = np.intersect1d(some.claims["order"], others.claims["order"], return_indices=True)
    assert len(here) > 0
    return {name for name, column in some.claims.items() if (column[here] == others.claims[name][there]).all()}


# ---------------------------------------------------------------------------------------- whose luck is it?


def uniforms(seed: int, replication: int, decision: Decision, count: int) -> Floats:
    """Luck of the first orders."""
    return Luck(seed, replication).of(decision, range(count))


def test_the_same_key_gives_the_same_luck() -> None:
    assert (uniforms(1, 0, Decision.SELLER, 100) == uniforms(1, 0, Decision.SELLER, 100)).all()


def test_asking_for_more_leaves_the_first_as_they_were() -> None:
    assert (uniforms(1, 0, Decision.SELLER, 1000)[:10] == uniforms(1, 0, Decision.SELLER, 10)).all()


def test_no_two_keys_share_their_luck() -> None:
    first = [
        uniforms(seed, replication, decision, 1)[0]
        for seed in (0, 1, 2, 2**32 - 1)
        for replication in (0, 1, 2, 99_999)
        for decision in Decision
    ]
    assert len(set(first)) == len(first)


def test_a_decision_with_a_new_code_changes_nobody_else() -> None:
    tomorrow = IntEnum("tomorrow", {d.name: d.value for d in Decision} | {"SOMETHING_NEW": 999})
    for decision in Decision:
        assert (uniforms(1, 0, tomorrow[decision.name], 9) == uniforms(1, 0, decision, 9)).all()


def test_two_decisions_with_one_code_are_refused() -> None:
    source = inspect.getsource(decisions) + f"    THE_SAME = {int(Decision.INSPECTION_HANDLING)}\n"
    with pytest.raises(ValueError, match=r"duplicate values .* THE_SAME -> INSPECTION_HANDLING"):
        exec(compile(source, "decisions", "exec"), {"__name__": "decisions"})


def test_one_more_order_changes_nobody_else() -> None:
    short, long = drawn(world(VARIED)), drawn(world(VARIED | {"experiment.cohort": "2 d"}))
    assert len(long.orders) > len(short.orders) > 0
    assert (long.orders.paid[: len(short.orders)] == short.orders.paid).all()
    everyone = np.arange(len(short.orders))
    for longs, shorts in zip(long.orders.of(everyone), short.orders.of(everyone), strict=True):
        assert (longs == shorts).all()
    assert same_facts(short, long) == set(short.claims)
    known = long.claims["order"] < len(short.orders)
    assert (long.claims["order"][known] == short.claims["order"]).all()


def of_the_article(path: Path) -> bool:
    """Whether a file's world is the article's: what it changes is the policy."""
    said = path.read_text(encoding="utf-8")
    return path.stem == "aliexpress" or ("extends: aliexpress.yaml" in said and "market:" not in said)


@pytest.mark.parametrize("what_if", sorted(path.stem for path in SCENARIOS.glob("*.yaml") if of_the_article(path)))
def test_all_policies_share_the_orders_luck(what_if: str) -> None:
    base, other = drawn(the_article()), drawn(the_article(what_if))
    what_the_policy_says = {"window_ends", "dispatch_due"}
    assert set(base.claims) - same_facts(base, other) <= what_the_policy_says
    everyone = np.arange(len(base.orders))
    assert (base.orders.of(everyone).value == other.orders.of(everyone).value).all()


def test_a_renamed_scenario_has_the_same_luck() -> None:
    same = drawn(world(VARIED | {"name": "another", "title": "Another", "question": "Why not?"}))
    assert same_facts(drawn(world(VARIED)), same) == set(same.claims)


def test_another_replication_is_another_world() -> None:
    assert "asked" not in same_facts(drawn(world(VARIED)), drawn(world(VARIED), replication=1))


def test_seed_zero_is_a_seed() -> None:
    zero, one, default = (
        drawn(world(VARIED | seed)) for seed in ({"experiment.seed": 0}, {"experiment.seed": 1}, {})
    )
    assert "asked" not in same_facts(zero, one)
    assert same_facts(one, default) == set(one.claims)
    assert same_facts(zero, drawn(world(VARIED | {"experiment.seed": 0}))) == set(zero.claims)


# ------------------------------------------------------------------------------------ from luck to a value


@pytest.mark.parametrize(
    ("luck", "picked"), [(0.0, 0), (0.2499, 0), (0.25, 1), (0.4999, 1), (0.5, 2), (JUST_BELOW_ONE, 2)]
)
@pytest.mark.parametrize("unit", [1, 0.1, 250])
def test_a_choice_is_the_one_into_whose_weight_the_luck_falls(luck: float, picked: int, unit: float) -> None:
    assert choice(np.array([luck]), [unit, unit, 2 * unit]).tolist() == [picked]


def test_what_has_no_weight_is_never_chosen() -> None:
    assert choice(np.array([0.0, 0.4999, 0.5, JUST_BELOW_ONE]), [0, 1, 0, 1, 0]).tolist() == [1, 1, 3, 3]


def test_weights_that_do_not_quite_add_up_leave_no_gap_at_the_end() -> None:
    assert choice(np.array([JUST_BELOW_ONE]), [0.1] * 10).tolist() == [9]
    assert choice(np.array([JUST_BELOW_ONE]), [0.1] * 10 + [0]).tolist() == [9]


def everyone(count: int) -> OrderSampler:
    return OrderSampler(Luck(seed=1, replication=0), np.arange(count))


def test_what_has_no_chance_never_happens_and_what_is_certain_always_does() -> None:
    assert not everyone(10_000).one(happens(Decision.GOES_ON, 0)).any()
    assert everyone(10_000).one(happens(Decision.GOES_ON, 1)).all()


def test_money_is_rounded_once_to_whole_cents_and_a_share_to_millionths() -> None:
    third = NumberLaw.model_validate(1 / 3)
    assert everyone(2).one(cents(Decision.ORDER_VALUE, third)).tolist() == [33, 33]
    assert everyone(2).one(millionths(Decision.HASSLE, third)).tolist() == [333_333, 333_333]


def test_an_amount_beyond_the_bound_is_the_bound() -> None:
    # A file in which that is likely is refused (test_bounds.py); once in millions it may come.
    assert everyone(1).one(cents(Decision.ORDER_VALUE, NumberLaw.model_validate(1e13))).tolist() == [10**14]


def test_an_orders_luck_does_not_depend_on_who_else_is_asked_about() -> None:
    some = OrderSampler(Luck(seed=1, replication=0), np.array([7, 42]))
    assert (some.luck(Decision.HASSLE) == everyone(100).luck(Decision.HASSLE)[[7, 42]]).all()


def test_members_of_a_group_keep_their_own_luck() -> None:
    groups = np.array([0, 1] * 50)
    values = everyone(100).by_group(groups, lambda some, group: some.numbers * 10 + group)
    assert (values == np.arange(100) * 10 + groups).all()


def test_more_regret_adds_claims_and_takes_none_away() -> None:
    some, more = (set(drawn(world({"buyers.regret.probability": p})).claims["order"].tolist()) for p in (0.3, 0.6))
    assert some < more


def test_a_longer_mean_makes_everybody_wait_longer_in_proportion() -> None:
    one, two = (
        drawn(world({"buyers.regret.after": {"exponential": {"mean": f"{days} d"}}})).claims for days in (1, 2)
    )
    assert np.abs((two["asked"] - two["paid"]) - 2 * (one["asked"] - one["paid"])).max() <= 1  # rounding to seconds


# ---------------------------------------------------------------------------------- facts about sellers


def test_the_kth_seller_weighs_k_to_the_minus_the_concentration() -> None:
    assert zipf(4, 0) == (1, 1, 1, 1)
    assert zipf(4, 1) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert zipf(4, 2) == pytest.approx([1, 1 / 4, 1 / 9, 1 / 16])


def test_orders_go_to_sellers_by_their_weights() -> None:
    draws = drawn(
        world({"market.orders_per_day": 20_000, "market.sellers.count": 5, "market.sellers.concentration": 1})
    )
    expected = np.array(zipf(5, 1)) / sum(zipf(5, 1))
    shares = np.bincount(draws.orders.of(np.arange(len(draws.orders))).seller, minlength=5) / len(draws.orders)
    # Five standard errors of a share; the seed is fixed, so this never fails by chance.
    assert (np.abs(shares - expected) < 5 * np.sqrt(expected * (1 - expected) / len(draws.orders))).all()


def test_the_type_is_the_sellers_and_not_the_orders() -> None:
    plain = TINY["market"]["sellers"]["types"]["plain"]
    types = {"prompt": plain | {"share": 0.7}, "slow": plain | {"share": 0.3}}
    orders = drawn(
        world({"market.orders_per_day": 20_000, "market.sellers": {"count": 2000, "types": types}})
    ).orders
    bought = orders.of(np.arange(len(orders)))
    pairs = np.unique(np.stack([bought.seller, bought.seller_type]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]  # one type for each seller
    assert pairs[1].mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.3 * 0.7 / 2000))


# -------------------------------------------------------------------------------- facts about dispatching


def dispatching(**changes: object) -> tuple[np.ndarray, np.ndarray]:
    """Seconds from payment until shipment is arranged and until the parcel leaves: one day, and two more."""
    plan = {"market.sellers.types.plain.arrange": "1 d", "market.sellers.types.plain.dispatch": "2 d"}
    claims = drawn(world(plan | changes)).claims
    return claims["arranges_at"] - claims["paid"], claims["ships_at"] - claims["paid"]


def test_the_seller_arranges_and_then_dispatches() -> None:
    arranging, shipping = dispatching()
    assert set(arranging.tolist()) == {1 * DAY}
    assert set(shipping.tolist()) == {3 * DAY}


def test_orders_of_a_peak_day_take_longer_to_dispatch() -> None:
    arranging, shipping = dispatching(**{"market.dispatch_stretch": {"2018-10-01": 1.5}})
    assert set(arranging.tolist()) == {36 * HOUR}
    assert set(shipping.tolist()) == {(36 + 72) * HOUR}
    assert (dispatching(**{"market.dispatch_stretch": {"2018-10-02": 1.5}})[1] == 3 * DAY).all()


def test_a_seller_who_never_dispatches_does_not_do_so_later() -> None:
    never = {"market.sellers.types.plain.dispatch": "never", "market.dispatch_stretch": {"2018-10-01": 1.5}}
    claims = drawn(world(never)).claims
    assert set(claims["ships_at"].tolist()) == {NEVER}


def test_dispatching_waits_for_the_sellers_closed_days() -> None:
    # Paid on Monday; one business day to arrange, two to dispatch, and Wednesday is closed: Friday.
    in_business_days = {
        "market.sellers.types.plain.arrange": "1 bd",
        "market.sellers.types.plain.dispatch": "2 bd",
        "calendars.seller": {"closed": ["2018-10-03"]},
    }
    arranging, shipping = dispatching(**in_business_days)
    assert set(arranging.tolist()) == {1 * DAY}
    assert set(shipping.tolist()) == {4 * DAY}


# --------------------------------------------------------------------------------------- nobody at all


@pytest.mark.parametrize("nobody", [{"buyers.regret.probability": 0}, {"market.orders_per_day": 0.001}])
def test_a_world_without_claims_can_be_drawn(nobody: dict[str, float]) -> None:
    assert len(drawn(world(nobody)).rows()) == 0


def test_what_draws_for_groups_of_orders_is_gone_with_its_last_reader() -> None:
    sampler = OrderSampler(Luck(7, 0), np.arange(100))
    sampler.by_group(np.arange(100) % 3, lambda some, group: np.full(len(some.numbers), group))
    seen = weakref.ref(sampler)
    with without_looking_for_garbage():
        del sampler
        assert seen() is None


def test_the_records_of_a_replication_are_gone_with_their_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """A study lives through thousands: none may wait, with all its columns, until Python looks for garbage."""
    seen: list[weakref.ref[Records]] = []

    def noted(*given: Any, **how: Any) -> Records:
        records = play(*given, **how)
        seen.append(weakref.ref(records))
        return records

    monkeypatch.setattr(light, "play", noted)
    with without_looking_for_garbage():
        light.sums_of_one(world(VARIED), 0, list(MEASURES))
        assert [one() for one in seen] == [None]


@contextmanager
def without_looking_for_garbage() -> Iterator[None]:
    """What is gone in here is gone by itself."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

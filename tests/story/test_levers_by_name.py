"""Levers that go by name or by price: who pays the postage, who claims, and when a type of seller is away."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from sim.experiment.replication import play
from sim.scenario.consistency import complaints
from sim.scenario.durations import DAY
from sim.vocabulary import Route, Settled
from tests.worlds import TINY, accepts, calendars_of, described, drawn, tell, world

PAYER = "policy.return.default.payer"
BY_PRICE = [{"below": 20, "payer": "platform"}, {"below": 50, "payer": "seller"}, {"payer": "buyer"}]


@pytest.mark.parametrize(
    ("value", "costs"),
    [(19_99, (0, 0, 8_00)), (20_00, (0, 8_00, 0)), (49_99, (0, 8_00, 0)), (50_00, (8_00, 0, 0))],
)
def test_who_pays_the_postage_may_depend_on_the_price(value: int, costs: tuple[int, int, int]) -> None:
    story = tell({PAYER: BY_PRICE}, asked=6 * DAY, value=value, return_cost=8_00)
    assert (story.buyer_cost, story.seller_cost, story.platform_cost) == costs


def test_what_the_buyer_would_pay_decides_whether_it_is_worth_it() -> None:
    dear = {"asked": 6 * DAY, "return_cost": 30_00}
    assert tell({PAYER: BY_PRICE}, value=25_00, **dear).return_posted_at is not None
    assert tell({PAYER: "buyer"}, value=25_00, **dear).return_posted_at is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"payer": "buyer"}, {"below": 20, "payer": "seller"}], "every row but the last"),
        ([{"below": 20, "payer": "buyer"}], "every row but the last"),
        ([{"below": 20, "payer": "buyer"}, {"below": 10, "payer": "seller"}, {"payer": "buyer"}], "rising prices"),
    ],
)
def test_rows_of_payers_rise_and_end_with_one_for_all_others(rows: list[dict[str, object]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        world({PAYER: rows})


METHODS = {"market.payment_methods": {"card": 0.5, "cod": 0.5}, "policy.refund.posting": {"card": "0", "cod": "0"}}
GROUPS = {"market.product_groups": {"fashion": 0.25, "books": 0.75}}


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        (METHODS | {"buyers.regret.probability": {"card": 1, "cod": 0}}, "payment_method"),
        (GROUPS | {"buyers.regret.probability": {"books": 0, "fashion": 1}}, "product_group"),
    ],
)
def test_a_rate_by_name_is_that_of_the_orders_method_or_group(changes: dict[str, object], column: str) -> None:
    draws = drawn(world(changes))
    of_orders = getattr(draws.orders.of(np.arange(len(draws.orders))), column)
    assert draws.claims["order"].tolist() == np.flatnonzero(of_orders == 0).tolist()
    assert set(draws.claims[column].tolist()) == {0}


def test_faults_of_the_delivery_may_go_by_name_as_well() -> None:
    by_group = {"probability": {"fashion": 1, "books": 0}}
    draws = drawn(world(GROUPS | {"buyers.regret.probability": 0, "buyers.defect": by_group}))
    assert set(draws.claims["product_group"].tolist()) == {0}
    assert len(draws.claims["order"]) > 0


def test_rates_by_method_come_to_the_overall_rate() -> None:
    shares = {"card": 3_728 / 9_000, "cod": 5_272 / 9_000}
    changes = {
        "market.payment_methods": shares,
        "policy.refund.posting": {"card": "0", "cod": "0"},
        "market.orders_per_day": 40_000,
        "buyers.regret.probability": {"card": 0.148, "cod": 0.2131},
    }
    expected = 0.148 * shares["card"] + 0.2131 * shares["cod"]
    draws = drawn(world(changes))
    rate, orders = len(draws.claims["order"]) / len(draws.orders), len(draws.orders)
    assert abs(rate - expected) < 4 * (expected * (1 - expected) / orders) ** 0.5
    assert round(expected, 3) == 0.186


def test_who_claims_by_a_flat_rate_claims_by_equal_rates_by_name() -> None:
    flat = drawn(world(METHODS | {"buyers.regret.probability": 0.3})).claims
    named = drawn(world(METHODS | {"buyers.regret.probability": {"card": 0.3, "cod": 0.3}})).claims
    assert all((flat[column] == named[column]).all() for column in flat)


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        (
            {"buyers.regret.probability": {"card": 1, "cod": 0}},
            "buyers.regret.probability.cod",
            "'cod' is not among",
        ),
        (METHODS | {"buyers.regret.probability": {"card": 1}}, "buyers.regret.probability", "'cod' of"),
        (GROUPS | {"buyers.regret.probability": {"books": 1}}, "buyers.regret.probability", "'fashion' of"),
        (GROUPS | {"market.payment_methods": {"books": 1}}, "market.product_groups.books", "a payment method too"),
    ],
)
def test_a_rate_by_name_names_all_of_them(changes: dict[str, object], where: str, words: str) -> None:
    assert any(path == where and words in message for path, message in complaints(described(changes)))


AWAY = {"from": "2018-10-02", "to": "2018-10-04"}
CLOSED = "market.sellers.types.plain.closed"


def test_a_type_of_seller_may_be_closed_on_days_of_its_own() -> None:
    luck = {"asked": DAY, "ships_at": 30 * DAY, "cancellation": accepts()}
    assert tell({}, **luck).cancellation_settled_at == DAY
    assert tell({CLOSED: [AWAY]}, **luck).cancellation_settled_at == 4 * DAY


def test_business_days_of_its_clock_and_of_its_limit_to_dispatch_skip_them() -> None:
    luck = {"asked": DAY, "ships_at": 30 * DAY, "cancellation": accepts(after=20 * DAY)}
    story = tell({CLOSED: [AWAY], "policy.cancellation.clock": "2 bd"}, **luck)
    assert (story.cancellation_settled_by, story.cancellation_settled_at) == (Settled.SILENCE, 6 * DAY)
    limited = world({CLOSED: [AWAY], "policy.dispatch.limit": "2 bd"})
    paid, due = (drawn(limited).claims[column] for column in ("paid", "dispatch_due"))
    assert (due == paid + 5 * DAY).all()


def test_a_limit_to_dispatch_whose_miss_is_refunded_skips_them_too() -> None:
    dispatch = {"limit": "2 bd", "on_miss": "refund"}
    scenario = world({CLOSED: [AWAY], "policy.dispatch": dispatch, "buyers.regret.probability": 0.5})
    paid, due = (drawn(scenario).claims[column] for column in ("paid", "dispatch_due"))
    assert len(paid) > 0
    assert (due == paid + 5 * DAY).all()


def test_they_lie_over_the_calendar_of_all_sellers() -> None:
    weekdays = {"calendars.seller.hours": {"mon-fri": "00:00-24:00"}}
    luck = {"asked": DAY, "ships_at": 30 * DAY, "cancellation": accepts()}
    away = {"from": "2018-10-02", "to": "2018-10-05"}
    assert tell(weekdays | {CLOSED: [away]}, **luck).cancellation_settled_at == 7 * DAY


def test_of_two_types_only_the_one_that_is_away_is_silent() -> None:
    plain = TINY["market"]["sellers"]["types"]["plain"] | {"share": 0.5}
    closed = {"from": "2018-10-01", "to": "2018-10-28"}
    types = {"there": plain | {"dispatch": "20 d"}, "away": plain | {"closed": [closed], "dispatch": "20 d"}}
    scenario = world(
        {
            "market.sellers": {"count": 6, "types": types},
            "policy.cancellation.clock": "2 d",
            "policy.cancellation.on_silence": "approve",
        }
    )
    records = play(scenario, 0, calendars_of(scenario))
    silent = records.claims["cancellation_settled_by"] == Settled.SILENCE
    assert silent.tolist() == (records.draws.claims["seller_type"] == 1).tolist()
    assert 0 < silent.sum() < len(silent)
    assert set(records.claims["route"].tolist()) == {Route.CANCELLATION}


def test_a_type_that_never_opens_is_refused() -> None:
    forever = {"from": "2018-10-01", "to": "2031-10-01"}
    (path, message), *_ = complaints(described({CLOSED: [forever]}))
    assert path == CLOSED
    assert "never opens" in message

"""Who pays what: each order's money and goods on the accounts of everybody, to the cent. The price is 100.00."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.experiment.cohort import Cohort
from sim.experiment.costs import lines, totals_of
from sim.records.accounts import ACCOUNTS, PAYMENTS, balances, ledger_of, payments
from sim.scenario.costs import LEFT, PAID
from sim.scenario.durations import DAY, HOUR, NEVER
from tests.tables import records_of
from tests.worlds import MEDIATED, an_order, refuses, says_nothing, splits, world

AFTER_DELIVERY: dict[str, Any] = {
    "asked": 6 * DAY,
    "return_delay": 3 * DAY,
    "return_transit": 7 * DAY,
    "return_cost": 9_00,
}
GOES_BACK = {"policy.return.default.payer": "buyer"}
BANK = {"methods": ["card"], "claims": ["regret"], "window": {"after": "decided", "within": "30 d"}}


def books(changes: dict[str, Any] | None = None, **luck: Any) -> tuple[dict[str, int], dict[str, int]]:
    """What was paid and what everybody is left with, in cents; what is nothing is left out."""
    scenario = world(changes)
    records = records_of(scenario, an_order(**luck))
    ledger = ledger_of(scenario, records.claims, records.draws.claims)
    paid, left = ({name: int(cents[0]) for name, cents in book(ledger).items()} for book in (payments, balances))
    assert sum(left.values()) == 0
    return {name: cents for name, cents in paid.items() if cents}, {
        name: cents for name, cents in left.items() if cents
    }


def test_a_cancelled_order_leaves_everybody_as_before() -> None:
    assert books() == ({"price": 100_00, "refund": 100_00}, {})


def test_who_is_refused_keeps_what_was_paid_for() -> None:
    paid, left = books(asked=6 * DAY, dispute=refuses())
    assert (paid, left) == ({"price": 100_00, "goods_kept": 100_00}, {})


def test_goods_that_go_back_cost_the_buyer_the_postage() -> None:
    paid, left = books(GOES_BACK, **AFTER_DELIVERY)
    assert paid == {"price": 100_00, "refund": 100_00, "postage": 9_00}
    assert left == {"buyer": -9_00, "carrier": 9_00}


@pytest.mark.parametrize("payer", ["seller", "platform"])
def test_whoever_pays_the_postage_is_short_of_it(payer: str) -> None:
    paid, left = books({"policy.return.default.payer": payer}, **AFTER_DELIVERY)
    assert paid[f"{payer}_postage"] == 9_00
    assert left == {payer: -9_00, "carrier": 9_00}


def test_goods_that_nobody_wants_back_are_kept_together_with_the_money() -> None:
    paid, left = books(GOES_BACK | {"policy.return.default.returnless_below": 101}, **AFTER_DELIVERY)
    assert paid == {"price": 100_00, "refund": 100_00, "goods_kept_with_money": 100_00}
    assert left == {"buyer": 100_00, "seller": -100_00}


def test_a_split_leaves_the_buyer_with_the_goods_and_a_part_of_the_money() -> None:
    paid, left = books(MEDIATED, asked=6 * DAY, dispute=refuses(), mediation=splits(), split_share=300_000)
    assert paid == {"price": 100_00, "refund": 30_00, "goods_kept": 100_00}
    assert left == {"buyer": 30_00, "seller": -30_00}


def test_a_parcel_lost_on_its_way_is_the_sellers_loss_once_it_is_refunded() -> None:
    lost = {"asked": 40 * DAY, "claim": 2, "lost": 1}
    window = {"opens": {"after": "promised"}, "closes": {"after": "promised", "within": "30 d"}}
    changes = {"policy.promise": {"within": "30 d"}, "policy.dispute.not_received": window}
    paid, left = books(changes, **lost)
    assert paid == {"price": 100_00, "refund": 100_00, "goods_lost": 100_00}
    assert left == {"seller": -100_00, "carrier": 100_00}


def test_a_return_that_got_lost_is_borne_by_whom_the_policy_names() -> None:
    paid, left = books(GOES_BACK, return_lost=1, **AFTER_DELIVERY)
    assert paid == {"price": 100_00, "goods_lost": 100_00, "postage": 9_00}
    assert left == {"buyer": -109_00, "carrier": 109_00}
    platform_bears = {"policy.return.default.lost_return": "platform_bears"}
    paid, left = books(GOES_BACK | platform_bears, return_lost=1, **AFTER_DELIVERY)
    assert paid == {"price": 100_00, "refund_by_platform": 100_00, "goods_lost": 100_00, "postage": 9_00}
    assert left == {"buyer": -9_00, "platform": -100_00, "carrier": 109_00}


def test_money_that_comes_before_the_goods_is_the_sellers_should_they_get_lost() -> None:
    on_posting = {
        "policy.return.default.refund_on": "posted",
        "policy.return.default.lost_return": "platform_bears",
    }
    _, left = books(GOES_BACK | on_posting, return_lost=1, **AFTER_DELIVERY)
    assert left == {"buyer": -9_00, "seller": -100_00, "carrier": 109_00}


def test_working_time_costs_what_an_hour_costs() -> None:
    costs = {"costs.hour": {"seller": 12, "mediation": 30.5}}
    paid, left = books(
        MEDIATED | costs, asked=6 * DAY, dispute=refuses(work=HOUR // 4), mediation=refuses(work=2 * HOUR)
    )
    assert paid == {"price": 100_00, "goods_kept": 100_00, "seller_work": 3_00, "mediation_work": 61_00}
    assert left == {"seller": -3_00, "platform": -61_00, "staff": 64_00}


def test_half_a_cent_of_work_is_a_cent() -> None:
    paid, _ = books({"costs.hour": {"seller": 1}}, cancellation=refuses(work=18), goes_on=0)
    assert paid["seller_work"] == 1


@pytest.mark.parametrize("payer", ["seller", "platform"])
@pytest.mark.parametrize("ruling", [refuses(), says_nothing()])
def test_a_chargeback_costs_its_fee_whoever_wins(payer: str, ruling: Any) -> None:
    changes = {
        "policy.chargeback": BANK | {"clock": "5 d", "rulings": {"buyer": 0.5, "seller": 0.5}},
        "costs.chargeback": {"fee": 15, "payer": payer},
    }
    luck = {"asked": 6 * DAY, "dispute": refuses(), "charges_back": 1, "chargeback": ruling}
    paid, left = books(changes, **luck)
    assert paid == {"price": 100_00, "goods_kept": 100_00, f"{payer}_chargeback_fee": 15_00}
    assert left == {payer: -15_00, "bank": 15_00}


def test_a_seller_who_never_sends_and_never_pays_back_has_goods_and_money() -> None:
    _, left = books({}, ships_at=NEVER, cancellation=refuses(), goes_on=0)
    assert left == {"buyer": -100_00, "seller": 100_00}


def test_everything_that_is_paid_is_paid_between_accounts_that_exist() -> None:
    assert tuple(PAYMENTS) == PAID
    assert {party for one in PAYMENTS.values() for party in (one.payer, one.payee)} <= set(ACCOUNTS)
    assert tuple(f"{account}_account" for account in ACCOUNTS) == LEFT


def test_totals_of_very_high_prices_are_no_less_than_nothing() -> None:
    """92,234 prices of 10^12 are more cents than 64 bits hold."""
    scenario, count = world(), 100_000
    records = records_of(scenario, an_order())
    books = records.claims, records.draws.claims
    table, facts = ({name: np.repeat(column, count) for name, column in book.items()} for book in books)
    facts["value"] = np.full(count, 10**14)
    assert totals_of(scenario, Cohort(table, facts))["price"] == 10**17


def test_who_pays_nothing_is_left_with_no_less_than_nothing() -> None:
    signed = {line.name for line in lines("replications") if line.signed}
    assert {name.split("_account")[0] for name in signed} == {"buyer", "seller", "platform"}

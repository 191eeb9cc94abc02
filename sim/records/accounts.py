"""Who pays what: the money and the goods of every claim, on the accounts of all who take part (rulebook §9).

Amounts are cents; goods are counted at the price that was paid. Two books are kept. `balances` looks at what
everybody is left with in the end, against an order that was never made. `payments` lists what passed from whom to
whom. What the one says follows from the other, and since nothing comes out of nowhere, balances sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools as Bools
from sim.chance.facts import Ints
from sim.records.evidence import Breach, Evidence
from sim.records.life import WORK
from sim.rules.terms import Terms, terms_of
from sim.scenario.costs import Costs
from sim.scenario.durations import HOUR, NEVER
from sim.scenario.model import Scenario
from sim.vocabulary import ClaimKind, Outcome, Party, RefundOn, Route, Stage

BUYER, SELLER, PLATFORM, CARRIER, BANK = (party.word for party in Party)
STAFF = "staff"
"""Who works at the desks and is paid for it; no party of the order."""
ACCOUNTS = (BUYER, SELLER, PLATFORM, CARRIER, BANK, STAFF)
_CENTS = 100


class Payment(NamedTuple):
    """What passes from one account to another."""

    payer: str
    payee: str
    what: str


PAYMENTS: dict[str, Payment] = {
    "price": Payment(BUYER, SELLER, "price paid"),
    "refund": Payment(SELLER, BUYER, "refunds"),
    "refund_by_platform": Payment(PLATFORM, BUYER, "refunds of returns that got lost"),
    "goods_kept_with_money": Payment(SELLER, BUYER, "goods kept together with the money"),
    "goods_kept": Payment(SELLER, BUYER, "goods kept and paid for, or in part"),
    "goods_lost": Payment(SELLER, CARRIER, "goods lost on the way"),
    "goods_under_way": Payment(SELLER, CARRIER, "goods still on the way"),
    "postage": Payment(BUYER, CARRIER, "postage of returns"),
    "seller_postage": Payment(SELLER, CARRIER, "postage of returns"),
    "platform_postage": Payment(PLATFORM, CARRIER, "postage of returns"),
    "seller_work": Payment(SELLER, STAFF, "work at sellers' desks"),
    "mediation_work": Payment(PLATFORM, STAFF, "work at the mediation desk"),
    "seller_chargeback_fee": Payment(SELLER, BANK, "fees of chargebacks"),
    "platform_chargeback_fee": Payment(PLATFORM, BANK, "fees of chargebacks"),
}
"""Everything that is paid or handed over, in the order in which tables list it."""


class TwoBooks(NamedTuple):
    """What is needed to keep both books: the outcome table, the luck beside it, and what things cost."""

    table: Mapping[str, Ints]
    facts: Mapping[str, Ints]
    terms: Mapping[ClaimKind, Terms]
    costs: Costs

    def has(self, column: str) -> Bools:
        """For which claims this instant came."""
        return np.asarray(self.table[column] < NEVER)


def ledger_of(scenario: Scenario, table: Mapping[str, Ints], facts: Mapping[str, Ints]) -> TwoBooks:
    """The ledger of some claims; `facts` stand row by row beside the `table`."""
    kinds = [kind for kind in ClaimKind if kind is not ClaimKind.NONE]
    return TwoBooks(table, facts, {kind: terms_of(scenario, kind) for kind in kinds}, scenario.costs)


# ------------------------------------------------------------------------------- what passed to whom


def payments(ledger: TwoBooks) -> dict[str, Ints]:
    """Cents that passed, by the names of `PAYMENTS`, claim by claim."""
    table, price = ledger.table, ledger.facts["value"]
    by_platform = np.where(is_borne_by_platform(ledger), table["refund"], 0)
    kept, is_paid_back = is_kept(ledger), table["outcome"] == Outcome.REFUNDED
    way, lost = is_on_the_way(ledger), is_lost(ledger)
    work, fee = work_of(ledger), fees_of(ledger)
    return {
        "price": price,
        "refund": table["refund"] - by_platform,
        "refund_by_platform": by_platform,
        "goods_kept_with_money": np.where(kept & is_paid_back, price, 0),
        "goods_kept": np.where(kept & ~is_paid_back, price, 0),
        "goods_lost": np.where(way & lost, price, 0),
        "goods_under_way": np.where(way & ~lost, price, 0),
        "postage": table["buyer_cost"],
        "seller_postage": table["seller_cost"],
        "platform_postage": table["platform_cost"],
        "seller_work": wages(work[SELLER], ledger.costs.hour.seller),
        "mediation_work": wages(work[PLATFORM], ledger.costs.hour.mediation),
        "seller_chargeback_fee": fee if ledger.costs.chargeback.payer is Party.SELLER else np.zeros_like(fee),
        "platform_chargeback_fee": fee if ledger.costs.chargeback.payer is Party.PLATFORM else np.zeros_like(fee),
    }


def is_kept(ledger: TwoBooks) -> Bools:
    """The goods came, and were not posted back."""
    return ledger.has("delivered_at") & ~ledger.has("return_posted_at")


def is_on_the_way(ledger: TwoBooks) -> Bools:
    """The carrier has the goods and has not delivered them: to the buyer, or back to the seller."""
    out = ledger.has("dispatched_at") & ~ledger.has("delivered_at")
    return out | (ledger.has("return_posted_at") & ~ledger.has("return_received_at"))


def is_lost(ledger: TwoBooks) -> Bools:
    """The carrier never will."""
    back = ledger.has("return_posted_at")
    return np.where(back, ledger.facts["return_lost"], ledger.facts["lost"]).astype(bool)


def is_borne_by_platform(ledger: TwoBooks) -> Bools:
    """The return got lost before the money was due, and the policy has the platform bear that.

    The seller then keeps the price for goods that it has no more.
    """
    table, facts = ledger.table, ledger.facts
    is_lost_on_the_way_back = ledger.has("return_posted_at") & (facts["return_lost"] != 0)
    bears = np.zeros(len(table["claim"]), dtype=bool)
    if not is_lost_on_the_way_back.any():
        return bears
    for kind, terms in ledger.terms.items():
        steps = np.where(facts["trusted"] != 0, terms.trusted_refund_on, terms.refund_on)
        waits = (steps == RefundOn.RECEIVED) | (steps == RefundOn.INSPECTED)
        bears |= (table["claim"] == kind) & waits & terms.platform_bears_lost_return
    return np.asarray(bears & is_lost_on_the_way_back & (table["route"] != Route.CHARGEBACK))


def work_of(ledger: TwoBooks) -> dict[str, Ints]:
    """Seconds of working time at sellers' desks, and at the mediation desk. Buyers and banks are not paid here."""
    table = ledger.table
    dispute, is_platforms = table[WORK[Stage.DISPUTE]], table["answered_by"] == Party.PLATFORM
    own = table[WORK[Stage.CANCELLATION]] + table[WORK[Stage.INSPECTION]]
    return {
        SELLER: own + np.where(is_platforms, 0, dispute),
        PLATFORM: table[WORK[Stage.MEDIATION]] + np.where(is_platforms, dispute, 0),
    }


def wages(seconds: Ints, an_hour: float) -> Ints:
    """What working time costs, in cents rounded half up, at so many units of the currency an hour."""
    return np.asarray((seconds * round(_CENTS * an_hour) + HOUR // 2) // HOUR)


def fees_of(ledger: TwoBooks) -> Ints:
    """What the bank asks for each chargeback that was filed."""
    return np.where(ledger.has("chargeback_opened_at"), round(_CENTS * ledger.costs.chargeback.fee), 0)


# ------------------------------------------------------------------------------- what everybody is left with


def balances(ledger: TwoBooks) -> dict[str, Ints]:
    """What is on the account of each of `ACCOUNTS` in the end (cents), counted from before the order was made.

    Whoever has the goods has their price; the carrier has what got lost. Nobody looks here at what passed.
    """
    table, price = ledger.table, ledger.facts["value"]
    by_platform = np.where(is_borne_by_platform(ledger), table["refund"], 0)
    sent, came, posted, back = (
        ledger.has(column) for column in ("dispatched_at", "delivered_at", "return_posted_at", "return_received_at")
    )
    has = {BUYER: came & ~posted, SELLER: ~sent | back}
    carried = (sent & ~came).astype(np.int64) + (posted & ~back)
    work, fee = work_of(ledger), fees_of(ledger)
    pay = {SELLER: wages(work[SELLER], ledger.costs.hour.seller)}
    pay[PLATFORM] = wages(work[PLATFORM], ledger.costs.hour.mediation)
    charged = {party: fee * (ledger.costs.chargeback.payer.word == party) for party in (SELLER, PLATFORM)}
    return {
        BUYER: table["refund"] - price - table["buyer_cost"] + price * has[BUYER],
        SELLER: by_platform
        - table["refund"]
        - table["seller_cost"]
        + price * has[SELLER]
        - pay[SELLER]
        - charged[SELLER],
        PLATFORM: -by_platform - table["platform_cost"] - pay[PLATFORM] - charged[PLATFORM],
        CARRIER: np.where(posted, ledger.facts["return_cost"], 0) + price * carried,
        BANK: fee,
        STAFF: pay[SELLER] + pay[PLATFORM],
    }


# ------------------------------------------------------------------------------- always true


def the_accounts_of_all_parties_sum_to_zero(run: Evidence) -> Iterator[Breach]:
    """To the cent, for every claim: what somebody is short of, somebody else has; goods are in one place only."""
    total = _total(run.once(_left).values(), run["order"])
    yield from run.where(total != 0, "the accounts do not sum to zero")


def what_was_paid_explains_every_account(run: Evidence) -> Iterator[Breach]:
    """What each of them is left with is what came in less what went out."""
    passed, left = payments(_ledger_of(run)), run.once(_left)
    is_paid = {name for name, amount in passed.items() if amount.any()}
    for account in ACCOUNTS:
        got = _total(
            (passed[name] for name in PAYMENTS if name in is_paid and PAYMENTS[name].payee == account), run["order"]
        )
        gave = _total(
            (passed[name] for name in PAYMENTS if name in is_paid and PAYMENTS[name].payer == account), run["order"]
        )
        yield from run.where(
            got - gave != left[account], f"what was paid does not explain the account of {account}"
        )


def _total(amounts: Iterable[Ints], orders: Ints) -> Ints:
    return sum(amounts, np.zeros_like(orders))


def _left(run: Evidence) -> dict[str, Ints]:
    return balances(_ledger_of(run))


def _ledger_of(run: Evidence) -> TwoBooks:
    return TwoBooks(run.records.claims, run.records.draws.claims, run.terms, run.scenario.costs)

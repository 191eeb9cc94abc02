"""Who pays what: the money and the goods of every claim, on the accounts of all who take part (rulebook §9).

Amounts are cents; goods are counted at the price that was paid. Two books are kept. `balances` looks at what
everybody is left with in the end, against an order that was never made. `payments` lists what passed from whom to
whom. What the one says follows from the other, and since nothing comes out of nowhere, balances sum to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple

import numpy as np

from sim.arrays import Bools as Bools
from sim.chance.facts import Ints
from sim.records.evidence import KINDS, Breach, Came, Evidence
from sim.records.life import WORK
from sim.rules.terms import Terms, terms_of
from sim.scenario.costs import Costs
from sim.scenario.durations import HOUR
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


@dataclass(frozen=True)
class TwoBooks:
    """What is needed to keep both books: the outcome table, the luck beside it, and what things cost."""

    table: Mapping[str, Ints]
    facts: Mapping[str, Ints]
    terms: Mapping[ClaimKind, Terms]
    costs: Costs
    has: Callable[[str], Bools]
    """For which claims an instant came."""

    @cached_property
    def borne_by_platform(self) -> Ints:
        """Refunds that the platform pays and not the seller (cents)."""
        return self.table["refund"] * is_borne_by_platform(self)

    @cached_property
    def wages(self) -> dict[str, Ints]:
        """What the working time costs whoever employs the staff (cents)."""
        an_hour = {SELLER: self.costs.hour.seller, PLATFORM: self.costs.hour.mediation}
        if not any(an_hour.values()):
            return dict.fromkeys(an_hour, np.zeros_like(self.table["refund"]))
        return {employer: wages(seconds, an_hour[employer]) for employer, seconds in work_of(self).items()}

    @cached_property
    def fees(self) -> Ints:
        """What the bank asks for each chargeback that was filed (cents)."""
        return self.has("chargeback_opened_at") * round(_CENTS * self.costs.chargeback.fee)


def ledger_of(scenario: Scenario, table: Mapping[str, Ints], facts: Mapping[str, Ints]) -> TwoBooks:
    """The ledger of some claims; `facts` stand row by row beside the `table`."""
    terms = {kind: terms_of(scenario, kind) for kind in KINDS}
    return TwoBooks(table, facts, terms, scenario.costs, Came(table).__getitem__)


# ------------------------------------------------------------------------------- what passed to whom


def payments(ledger: TwoBooks) -> dict[str, Ints]:
    """Cents that passed, by the names of `PAYMENTS`, claim by claim."""
    table, price, fees = ledger.table, ledger.facts["value"], ledger.fees
    kept, is_paid_back = is_kept(ledger), table["outcome"] == int(Outcome.REFUNDED)
    way, lost = is_on_the_way(ledger), is_lost(ledger)
    return {
        "price": price,
        "refund": table["refund"] - ledger.borne_by_platform,
        "refund_by_platform": ledger.borne_by_platform,
        "goods_kept_with_money": price * (kept & is_paid_back),
        "goods_kept": price * (kept & ~is_paid_back),
        "goods_lost": price * (way & lost),
        "goods_under_way": price * (way & ~lost),
        "postage": table["buyer_cost"],
        "seller_postage": table["seller_cost"],
        "platform_postage": table["platform_cost"],
        "seller_work": ledger.wages[SELLER],
        "mediation_work": ledger.wages[PLATFORM],
        "seller_chargeback_fee": fees if ledger.costs.chargeback.payer is Party.SELLER else np.zeros_like(fees),
        "platform_chargeback_fee": fees if ledger.costs.chargeback.payer is Party.PLATFORM else np.zeros_like(fees),
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
    return np.asarray((back & (ledger.facts["return_lost"] != 0)) | (~back & (ledger.facts["lost"] != 0)))


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
        waits = (steps == int(RefundOn.RECEIVED)) | (steps == int(RefundOn.INSPECTED))
        bears |= (table["claim"] == kind) & waits & terms.platform_bears_lost_return
    return np.asarray(bears & is_lost_on_the_way_back & (table["route"] != Route.CHARGEBACK))


def work_of(ledger: TwoBooks) -> dict[str, Ints]:
    """Seconds of working time at sellers' desks, and at the mediation desk. Buyers and banks are not paid here."""
    table = ledger.table
    platforms = table[WORK[Stage.DISPUTE]] * (table["answered_by"] == int(Party.PLATFORM))
    own = table[WORK[Stage.CANCELLATION]] + table[WORK[Stage.INSPECTION]]
    return {
        SELLER: own + table[WORK[Stage.DISPUTE]] - platforms,
        PLATFORM: table[WORK[Stage.MEDIATION]] + platforms,
    }


def wages(seconds: Ints, an_hour: float) -> Ints:
    """What working time costs, in cents rounded half up, at so many units of the currency an hour."""
    return np.asarray((seconds * round(_CENTS * an_hour) + HOUR // 2) // HOUR)


# ------------------------------------------------------------------------------- what everybody is left with


def balances(ledger: TwoBooks) -> dict[str, Ints]:
    """What is on the account of each of `ACCOUNTS` in the end (cents), counted from before the order was made.

    Whoever has the goods has their price; the carrier has what got lost. Nobody looks here at what passed.
    """
    table, price = ledger.table, ledger.facts["value"]
    by_platform, wages_paid = ledger.borne_by_platform, ledger.wages
    sent, came, posted, back = (
        ledger.has(column) for column in ("dispatched_at", "delivered_at", "return_posted_at", "return_received_at")
    )
    carried = (sent & ~came).astype(np.int8) + (posted & ~back)
    spent = wages_paid.copy()
    spent[ledger.costs.chargeback.payer.word] = spent[ledger.costs.chargeback.payer.word] + ledger.fees
    return {
        BUYER: table["refund"] - price - table["buyer_cost"] + price * (came & ~posted),
        SELLER: by_platform - table["refund"] - table["seller_cost"] + price * (~sent | back) - spent[SELLER],
        PLATFORM: -by_platform - table["platform_cost"] - spent[PLATFORM],
        CARRIER: ledger.facts["return_cost"] * posted + price * carried,
        BANK: ledger.fees,
        STAFF: wages_paid[SELLER] + wages_paid[PLATFORM],
    }


# ------------------------------------------------------------------------------- always true


def the_accounts_of_all_parties_sum_to_zero(run: Evidence) -> Iterator[Breach]:
    """To the cent, for every claim: what somebody is short of, somebody else has; goods are in one place only."""
    total = reduce(np.add, run.once(_left).values())
    yield from run.where(total != 0, "the accounts do not sum to zero")


def what_was_paid_explains_every_account(run: Evidence) -> Iterator[Breach]:
    """What each of them is left with is what came in less what went out."""
    left, explained = run.once(_left), dict.fromkeys(ACCOUNTS, np.zeros_like(run["order"]))
    for name, amount in payments(run.once(_ledger_of)).items():
        if np.logical_or.reduce(amount):
            payer, payee, _ = PAYMENTS[name]
            explained[payer], explained[payee] = explained[payer] - amount, explained[payee] + amount
    for account in ACCOUNTS:
        unexplained = explained[account] != left[account]
        yield from run.where(unexplained, f"what was paid does not explain the account of {account}")


def _left(run: Evidence) -> dict[str, Ints]:
    return balances(run.once(_ledger_of))


def _ledger_of(run: Evidence) -> TwoBooks:
    return TwoBooks(run.table, run.facts, run.terms, run.scenario.costs, run.has)

"""Who pays what, added up: what each replication's claims cost everybody, and the measures that are made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.records.accounts import ACCOUNTS, PAYMENTS, PLATFORM, SELLER, balances, ledger_of, payments, work_of
from sim.records.table import Records
from sim.scenario.costs import HOURS, PER_1000_ORDERS, PER_CLAIM
from sim.scenario.durations import HOUR
from sim.scenario.model import Scenario
from sim.study.counted import Of, reads, scaled
from sim.study.frame import CENTS, cohort_of

WORKED = dict(zip(HOURS, ("hours of work at sellers' desks", "hours of work at the mediation desk"), strict=True))
WHOLES = {"claims": (PER_CLAIM, "per claim", 1), "orders": (PER_1000_ORDERS, "per 1,000 orders", 1000)}
"""What totals are divided by: the end of a measure's name and of its title, and how many of them."""
OWN = ("postage_per_claim", "seller_postage_per_claim", "platform_postage_per_claim")
"""Measures that are made of the claims themselves."""


def totals_of(scenario: Scenario, records: Records) -> dict[str, float]:
    """What one replication's cohort paid, was left with and worked, by `PAYMENTS`, account and hours worked.

    Money is in units of the currency, from whole cents.
    """
    ledger = ledger_of(scenario, *cohort_of(scenario, records))
    work = work_of(ledger)
    cents = payments(ledger) | {account_total(name): balance for name, balance in balances(ledger).items()}
    hours = {"seller_hours": work[SELLER], "mediation_hours": work[PLATFORM]}
    return {name: int(amount.sum()) / CENTS for name, amount in cents.items()} | {
        name: int(seconds.sum()) / HOUR for name, seconds in hours.items()
    }


def account_total(account: str) -> str:
    """The name of the total of an account: `seller_account`."""
    return f"{account}_account"


class Line(NamedTuple):
    """A total per claim, or per 1,000 orders: the fields of a `measures.Ratio`, in their order."""

    name: str
    title: str
    part: Of
    whole: Of
    table: str
    unit: str
    signed: bool
    counting: Of


def lines(table: str) -> Iterator[Line]:
    """Every total, per claim and per 1,000 orders, from the table of totals; but for postage, which has its own."""
    money = {name: f"{one.what} ({one.payer} to {one.payee})" for name, one in PAYMENTS.items()}
    left = {account_total(account): f"what the {account} is left with" for account in ACCOUNTS}
    for whole, (end, per, times) in WHOLES.items():
        for name, what in (money | left | WORKED).items():
            if name + end not in OWN:
                unit, of = "h" if name in HOURS else "currency", reads(whole)
                yield Line(name + end, f"{what}, {per}", scaled(name, times), of, table, unit, name in left, of)

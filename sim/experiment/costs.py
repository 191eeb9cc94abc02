"""Who pays what, added up: what each replication's claims cost everybody, and the measures that are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.experiment.cohort import Cohort
from sim.experiment.frame import CENTS
from sim.experiment.predicates import Of, reads, scaled
from sim.records.accounts import ACCOUNTS, PAYMENTS, PLATFORM, SELLER, balances, ledger_of, payments, work_of
from sim.scenario.costs import HOURS, LEFT, PAID, PER_1000_ORDERS, PER_CLAIM
from sim.scenario.durations import HOUR
from sim.scenario.model import Scenario

WORKED = dict(zip(HOURS, ("hours of work at sellers' desks", "hours of work at the mediation desk"), strict=True))
WHOLES = {"claims": (PER_CLAIM, "per claim", 1), "orders": (PER_1000_ORDERS, "per 1,000 orders", 1000)}
"""What totals are divided by: the end of a measure's name and of its title, and how many of them."""
OWN = ("postage_per_claim", "seller_postage_per_claim", "platform_postage_per_claim")
"""Measures that are made of the claims themselves."""
_MAY_BE_SHORT = {f"{payment.payer}_account" for payment in PAYMENTS.values()}
"""Accounts that may be below 0. Whoever pays nothing (carrier, bank, staff) is left with what came in."""


def totals_of(scenario: Scenario, cohort: Cohort) -> dict[str, float]:
    """What the cohort of one replication paid, was left with and worked, by `PAYMENTS`, account and hours worked.

    Money is in units of the currency, from whole cents.
    """
    ledger = ledger_of(scenario, *cohort)
    work = work_of(ledger)
    cents = payments(ledger) | {account_total(name): balance for name, balance in balances(ledger).items()}
    hours = {"seller_hours": work[SELLER], "mediation_hours": work[PLATFORM]}
    # Cents up to 2^53 are added up exactly as floats; whole numbers of 64 bits turn negative beyond 2^63.
    return {name: float(amount.sum(dtype=np.float64)) / CENTS for name, amount in cents.items()} | {
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
                is_signed = name in _MAY_BE_SHORT
                yield Line(name + end, f"{what}, {per}", scaled(name, times), of, table, unit, is_signed, of)


# ------------------------------------------------------------------------------- one row for each total

NUMBERS = ("value", "low", "high")
EVERYTHING = (*PAID, *LEFT, *HOURS)
"""What there is a row for, in their order."""


def costs_frame(summary: pd.DataFrame, by_replication: pd.DataFrame) -> pd.DataFrame:
    """Who pays what, of two tables of a `Result`: one row per payment, account and hours worked.

    `item`, `payer`, `payee` (empty but for payments), `total` (all replications together, to the cent), then
    `per_claim` and `per_1000_orders`, each with its interval (`_low`, `_high`), and the `unit`.
    """
    totals = by_replication.groupby("measure", sort=False)["part"].sum()
    rows = [_who(item) | {"total": round(float(totals[item + PER_CLAIM]), 2)} for item in EVERYTHING]
    for row in rows:
        for per in (PER_CLAIM, PER_1000_ORDERS):
            row |= _ends(summary.loc[row["item"] + per].to_dict(), per, NUMBERS)
        row["unit"] = summary.loc[row["item"] + PER_CLAIM, "unit"]
    return pd.DataFrame(rows)


def compared_costs(differences: pd.DataFrame) -> pd.DataFrame:
    """The same of a comparison: by `scenario` and item what it is under the `base` and the `other`, per claim and
    per 1,000 orders, and the `difference` with its interval; the rows of `Comparison.differences` side by side."""
    rows = []
    for scenario, table in differences.groupby("scenario", sort=False):
        by_measure = table.set_index("measure").to_dict("index")
        for item in EVERYTHING:
            row = {"scenario": scenario} | _who(item)
            for per in (PER_CLAIM, PER_1000_ORDERS):
                row |= _ends(by_measure[item + per], per, ("base", "other", "difference", "low", "high"))
            rows.append(row | {"unit": by_measure[item + PER_CLAIM]["unit"]})
    return pd.DataFrame(rows)


def _who(item: str) -> dict[str, Any]:
    payer, payee = PAYMENTS[item][:2] if item in PAYMENTS else ("", "")
    return {"item": item, "payer": payer, "payee": payee}


def _ends(row: Mapping[Any, Any], per: str, columns: Sequence[str]) -> dict[str, Any]:
    """`per_claim` for the value, `per_claim_low` and so on."""
    name = per.removeprefix("_")
    return {name if column == "value" else f"{name}_{column}": row[column] for column in columns}

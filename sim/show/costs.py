"""Who pays what, in rows that people read: what passes from whom to whom, and what everybody is left with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.experiment.comparison import Comparison
from sim.experiment.costs import WORKED
from sim.experiment.number import Shown, alike
from sim.experiment.result import Result
from sim.records.accounts import ACCOUNTS, PAYMENTS, PLATFORM, SELLER
from sim.scenario.costs import HOURS, LEFT, PER_1000_ORDERS, PER_CLAIM
from sim.show.judged import Finished, JudgedRow, everything_of, measured

HEADS = ("what", "who pays whom", "per claim", "per 1,000 orders")
COMPARED_HEADS = ("who pays what, per claim", "base", "here", "difference", "per 1,000 orders")
LEFT_WITH = "is left with"
HOW_TO_READ = (
    "Goods count at the price that was paid. What everybody is left with is counted from before the order was "
    "made: who kept what was paid for is left with 0. All accounts sum to 0."
)
_ALWAYS = {f"{party}_account" for party in (ACCOUNTS[0], SELLER, PLATFORM)}
"""Accounts that are told even where nothing is on them."""


class CostRow(NamedTuple):
    """A payment, an account or working time, per claim and per 1,000 orders."""

    item: str
    what: str
    who: str
    per_claim: Shown
    per_1000_orders: Shown


class ComparedRow(NamedTuple):
    """The same under two policies: both values per claim, and what changes."""

    item: str
    what: str
    """And between whom."""
    base: str
    other: str
    per_claim: Shown
    per_1000_orders: Shown


def costs_of(result: Result | Finished) -> list[CostRow]:
    """What there is to tell of a result; what nobody pays is left out."""
    return [
        CostRow(
            item, *_named(item), *(measured(result, item + per).shown() for per in (PER_CLAIM, PER_1000_ORDERS))
        )
        for item in _ITEMS
        if item in _ALWAYS or measured(result, item + PER_CLAIM).value
    ]


def compared_costs_of(comparison: Comparison, scenario: str) -> list[ComparedRow]:
    """What it comes to under one of the other scenarios; what is the same under both is left out."""
    rows = everything_of(comparison, scenario)
    (other,) = (one for one in comparison.others if one.scenario.name == scenario)
    return [
        _compared(item, (comparison.base, other), rows)
        for item in _ITEMS
        if item in _ALWAYS or _differs(rows[item + PER_CLAIM])
    ]


def _differs(one: JudgedRow) -> bool:
    """Whether it may; with one replication nothing is known to be nothing but what is 0 under both."""
    return not one.difference.is_nothing and (one.base, one.other) != (0, 0)


def _compared(item: str, results: tuple[Result, Result], rows: Mapping[str, JudgedRow]) -> ComparedRow:
    base, other = (one.value for one in alike(*(measured(result, item + PER_CLAIM) for result in results)))
    claim, orders = (rows[item + per].shown() for per in (PER_CLAIM, PER_1000_ORDERS))
    return ComparedRow(item, ", ".join(filter(None, _named(item))), base, other, claim, orders)


_ITEMS: Sequence[str] = (*PAYMENTS, *LEFT, *HOURS)


def _named(item: str) -> tuple[str, str]:
    """What it is, and between whom."""
    if item in PAYMENTS:
        payer, payee, what = PAYMENTS[item]
        return what, f"{payer} → {payee}"
    if item in WORKED:
        return WORKED[item], ""
    return f"the {item.removesuffix('_account')} {LEFT_WITH}", ""

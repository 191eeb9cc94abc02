"""Every order of a replication, also those nobody claimed for: what an organisation's own table would hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.chance.claim_onset import delivered_at
from sim.chance.orders import draw_dispatching
from sim.chance.sampler import OrderSampler
from sim.chance.streams import Luck
from sim.experiment.columns import COLUMNS
from sim.experiment.frame import CENTS, claims_of, moments
from sim.records.table import Records
from sim.scenario.calendars import Calendar
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.selling import names_of_kinds
from sim.vocabulary import ClaimKind, Outcome, Party, Route

ALL_ORDERS = (*COLUMNS, "in_cohort")
"""Every column of the table: those of `orders.csv.gz`, and whether the order was paid in the cohort window."""


def all_orders(
    scenario: Scenario, replication: int, records: Records, calendars: dict[Party, Calendar]
) -> pd.DataFrame:
    """A row per order by number, with the columns `ALL_ORDERS`.

    Of orders nobody claimed for, `claim` is none and `outcome` no_claim; dispatch and delivery are as the seller
    and the carrier had planned, which nobody stopped. Not so for orders that the platform refunded unasked,
    since they were not sent in time: they are refunded, by the route not_dispatched.
    """
    claims = claims_of(scenario, replication, records)
    orders = records.draws.orders
    numbers = np.setdiff1d(np.arange(len(orders)), claims["order"].to_numpy())
    others = pd.DataFrame(_unclaimed(scenario, replication, records, calendars, numbers))
    table = pd.concat([claims, others], ignore_index=True).sort_values("order", kind="stable", ignore_index=True)
    first, beyond = scenario.experiment.cohort_window
    paid = orders.paid_at(table["order"].to_numpy())
    table["in_cohort"] = (paid >= first) & (paid < beyond)
    return table[list(ALL_ORDERS)]


def _unclaimed(
    scenario: Scenario, replication: int, records: Records, calendars: dict[Party, Calendar], numbers: np.ndarray
) -> dict[str, object]:
    """Orders that went their way."""
    draws, market = records.draws, scenario.market
    paid, bought = draws.orders.paid_at(numbers), draws.orders.of(numbers)
    sampler = OrderSampler(Luck(scenario.experiment.seed, replication), numbers)
    plan = draw_dispatching(scenario, paid, bought.seller_type, sampler, calendars)
    refunded = np.isin(numbers, draws.refunded_unasked)
    instants = {
        "paid_at": paid,
        "arranged_at": np.where(refunded, NEVER, plan.arranges_at),
        "dispatched_at": np.where(refunded, NEVER, plan.ships_at),
        "delivered_at": np.where(refunded, NEVER, delivered_at(scenario, sampler, plan, calendars)),
        "refund_due_at": np.where(refunded, plan.due, NEVER),
    }
    types, methods = names_of_kinds(market.sellers), list(market.payment_methods)
    return {
        "replication": np.full_like(numbers, replication),
        "order": numbers,
        **{name: moments(scenario.start, column) for name, column in instants.items()},
        "value": bought.value / CENTS,
        "seller": bought.seller,
        "seller_type": np.array(types, dtype=object)[bought.seller_type],
        "payment_method": np.array(methods, dtype=object)[bought.payment_method],
        "claim": ClaimKind.NONE.word,
        "outcome": np.where(refunded, Outcome.REFUNDED.word, Outcome.NO_CLAIM.word),
        "route": np.where(refunded, Route.NOT_DISPATCHED.word, Route.NONE.word),
        "refund": np.where(refunded, bought.value / CENTS, 0.0),
    }

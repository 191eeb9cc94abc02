"""Logs that a known world wrote: what an organisation's tables would hold of a simulated market."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim
from sim.experiment.replication import calendars_of, play
from sim.scenario.model import Scenario
from sim.show.exported import all_orders
from sim.vocabulary import Disposition
from tests.regression.program import SCENARIOS

MAPPING = """
orders:
  file: orders.csv
  columns: {order: order, paid: paid_at, seller: seller, arranged: arranged_at, dispatched: dispatched_at,
    delivered: delivered_at, value: value, method: payment_method, group: seller_type}
claims:
  file: claims.csv
  columns: {order: order, requested: requested, closed: closed, status: status, reason: reason,
    dispute_opened: dispute_opened_at, dispute_closed: dispute_settled_at, refund_due: refund_due_at,
    refunded: refunded_at}
formats: {default: "%Y-%m-%d %H:%M:%S"}
zone: {default: Asia/Shanghai}
words:
  status: {ACCEPT: accepted, REJECT: refused, SHIPPED: shipped, WITHDRAWN: withdrawn, TIMEOUT: silence, FREE: free}
cut: 2019-02-04
period: {fit: 2018-09-03..2018-12-31}
types: {column: seller_type}
base: base.yaml
"""
RULED = np.array(
    [{"accept": "buyer", "refuse": "seller"}.get(one.word, "split") for one in Disposition], dtype=object
)
"""Of each disposition, how a log calls the ruling."""
STATUS = {"shipped_over": "SHIPPED", "withdrawn": "WITHDRAWN", "silence": "TIMEOUT"}


def world(**changes: Any) -> Scenario:
    """The article's world without queues and without peaks, so that what luck drew is what a log shows."""
    plain: dict[str, Any] = {
        "experiment.warm_up": "28 d",
        "experiment.cohort": "154 d",
        "experiment.run_out": "30 d",
        "market.peaks": {"2018-11-11": 1.0},
        "market.sellers.staff": "unlimited",
        "market.orders_per_day": 300,
        "policy.cancellation.free_until": "none",
        "buyers.regret.probability": 0.2,
        "market.sellers.concentration": 0,
        "market.sellers.count": 200,
    }
    return sim.load(SCENARIOS / "aliexpress.yaml").with_changes(plain | changes)


def tables_of(scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The orders, and the claims that anybody would know of."""
    calendars = calendars_of(scenario)
    everything = all_orders(scenario, 0, play(scenario, 0, calendars), calendars)
    orders = everything[
        ["order", "paid_at", "seller", "seller_type", "arranged_at", "dispatched_at", "delivered_at", "value"]
    ].assign(payment_method=everything["payment_method"])
    claims = everything[everything["claim"] != "none"]
    free = claims["route"] == "free_cancellation"
    requested = claims["request_opened_at"].where(~free, claims["asked_at"])
    how = claims["request_settled_by"].astype(object)
    accepted = (claims["route"] == "cancellation") & (claims["outcome"] == "refunded")
    status = how.map(STATUS).fillna("").mask(how == "answered", accepted.map({True: "ACCEPT", False: "REJECT"}))
    known = claims.assign(
        requested=requested,
        closed=claims["request_settled_at"].where(~free, claims["asked_at"]),
        status=status.mask(free, "FREE"),
    )
    known = known[known["requested"].notna() | known["dispute_opened_at"].notna()]
    return orders, known[
        [
            *("order", "requested", "closed", "status", "reason", "dispute_opened_at", "dispute_settled_at"),
            *("refund_due_at", "refunded_at"),
        ]
    ]


def write(
    folder: Path, orders: pd.DataFrame, claims: pd.DataFrame, mapping: str = MAPPING, base: str | None = None
) -> Path:
    """Tables, mapping and base (the article's world unless given) in a folder; the mapping's path."""
    for name, table in (("orders.csv", orders), ("claims.csv", claims)):
        table.to_csv(folder / name, index=False, date_format="%Y-%m-%d %H:%M:%S")
    article = (SCENARIOS / "aliexpress.yaml").read_text(encoding="utf-8")
    (folder / "base.yaml").write_text(base or article, encoding="utf-8")
    path = folder / "mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    return path


def mapping_of_events(folder: Path, log: str, *, iso: bool = False) -> Path:
    """A mapping's path: of one log of events (`log:` in YAML), with stamps in their usual format or in ISO's."""
    rest = MAPPING[MAPPING.index("formats:") :].replace("types: {column: seller_type}", "types: {find: 1}")
    rest = rest.replace("base: base.yaml", "base: preset:aliexpress")
    if iso:
        rest = rest.replace('default: "%Y-%m-%d %H:%M:%S"', "default: iso")
    path = folder / "mapping.yaml"
    path.write_text(f"log: {log}\n{rest}", encoding="utf-8")
    return path


def a_few(count: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A handful of orders and claims, for what is wrong with them to be seen."""
    paid = pd.Timestamp("2018-10-01 10:00:00") + pd.to_timedelta(np.arange(count), "h")
    orders = pd.DataFrame(
        {
            "order": np.arange(count),
            "paid_at": paid,
            "seller": np.arange(count) % 5,
            "seller_type": "prompt",
            "arranged_at": paid + pd.Timedelta(hours=20),
            "dispatched_at": paid + pd.Timedelta(days=2),
            "delivered_at": paid + pd.Timedelta(days=20),
            "value": 20.0,
            "payment_method": "card",
        }
    )
    asked = paid + pd.Timedelta(hours=3)
    claims = pd.DataFrame(
        {
            "order": np.arange(count),
            "requested": asked,
            "closed": asked + pd.Timedelta(hours=5),
            "status": "ACCEPT",
            "reason": "not_needed",
            "dispute_opened_at": pd.NaT,
            "dispute_settled_at": pd.NaT,
            "refund_due_at": asked + pd.Timedelta(hours=5),
            "refunded_at": asked + pd.Timedelta(days=4),
        }
    )
    return orders, claims

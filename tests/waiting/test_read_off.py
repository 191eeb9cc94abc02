"""What a table of cases does not say is read off what followed: whatever a world brings about can be forecast."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import BadScenario
from sim.experiment.replication import calendars_of, play
from sim.scenario.model import Scenario
from sim.show.exported import all_orders

AT = pd.Timestamp("2024-03-01 09:00")
COLUMNS = {
    "paid": "paid_at",
    "arranged": "arranged_at",
    "dispatched": "dispatched_at",
    "delivered": "delivered_at",
    "requested": "request_opened_at",
    "closed": "request_settled_at",
    "withdrawn": "withdrawn_at",
    "dispute_opened": "dispute_opened_at",
    "dispute_closed": "dispute_settled_at",
    "offer_opened": "offer_opened_at",
    "offer_closed": "offer_settled_at",
    "mediation_opened": "mediation_opened_at",
    "mediation_closed": "mediation_settled_at",
    "return_posted": "return_posted_at",
    "return_received": "return_received_at",
    "inspection_closed": "inspection_settled_at",
    "refund_due": "refund_due_at",
    "refunded": "refunded_at",
    "chargeback_opened": "chargeback_opened_at",
    "chargeback_closed": "chargeback_settled_at",
    "failed": "failed_at",
}
WORDS = {"kind": "claim", "type": "seller_type", "seller": "seller", "method": "payment_method", "value": "value"}


@cache
def bargaining() -> Scenario:
    """Offers in rounds, a platform that comes to a no, chargebacks, and sellers with days off of their own."""
    return sim.load("taobao-2024").with_changes(
        {
            "start": "2024-01-08",
            "experiment.warm_up": "14 d",
            "experiment.cohort": "35 d",
            "experiment.run_out": "60 d",
            "market.orders_per_day": 50,
            "market.sellers.types.prompt.closed": [{"from": "2024-02-09", "to": "2024-02-17"}],
            "market.sellers.types.slow.closed": ["2024-02-29"],
            "buyers.regret.probability": 0.2,
            "policy.dispute.default.rounds": 3,
            "policy.dispute.default.offer": {"clock": "2 d", "on_silence": "decline"},
            "policy.dispute.default.steps_in": {
                "buyer_may_after": "3 bd", "by_itself_after": "7 d", "after_refusal": True,
            },
            "policy.chargeback.claims": ["regret", "not_received", "defect"],
        }
    )  # fmt: skip


@cache
def open_cases() -> pd.DataFrame:
    """Claims of one replication that are open, as a table of cases knows them."""
    return cases_of_claims(over=False)


def cases_of_claims(*, over: bool) -> pd.DataFrame:
    scenario, calendars = bargaining(), calendars_of(bargaining())
    told = all_orders(scenario, 0, play(scenario, 0, calendars), calendars)
    told = told[(told["paid_at"] < AT) & (told["asked_at"] < AT) & ((told["ended_at"] <= AT) == over)]
    free = told["route"] == "free_cancellation"
    told = told.assign(request_opened_at=told["request_opened_at"].where(~free, told["asked_at"]))
    cases = pd.DataFrame({"order": told["order"]} | {word: told[column] for word, column in WORDS.items()})
    for name, column in COLUMNS.items():
        cases[name] = told[column].where(told[column] <= AT).dt.strftime("%Y-%m-%dT%H:%M:%S")
    return cases


def forecast(folder: Path, cases: pd.DataFrame) -> pd.DataFrame:
    cases.to_csv(folder / "cases.csv", index=False)
    told = sim.forecast(bargaining(), open=folder / "cases.csv", at=AT.isoformat(), replicates=2)
    return pd.DataFrame({"order": cases["order"], "money": told.base.money})


@pytest.mark.parametrize("left_out", [[], ["failed"], ["failed", "inspection_closed", "type", "seller"]])
def test_whatever_a_world_brings_about_can_be_forecast_in_it(tmp_path: Path, left_out: list[str]) -> None:
    cases = open_cases()
    assert len(cases) > 80
    assert cases[["chargeback_opened", "mediation_closed", "offer_closed", "return_posted"]].notna().any().all()
    told = forecast(tmp_path, cases.drop(columns=left_out))
    due = cases["refund_due"].notna().to_numpy()
    assert np.all(told["money"][due] == 1)


def test_claims_that_came_to_nothing_have_no_money_to_come(tmp_path: Path) -> None:
    """Of a yes to which no goods were sent back it was said that the platform would have had to come."""
    cases = cases_of_claims(over=True)
    cases = cases[cases["failed"].notna()]
    assert (cases["dispute_closed"].notna() & cases["mediation_opened"].isna()).any()
    assert np.all(forecast(tmp_path, cases)["money"] == 0)


def test_money_that_is_due_of_an_order_that_nobody_claims_for_is_a_fault(tmp_path: Path) -> None:
    cases = open_cases()
    free = cases["refund_due"].notna() & (cases["requested"] == cases["refund_due"])
    with pytest.raises(BadScenario, match="refund_due: found an instant, and none at which the buyer asked"):
        forecast(tmp_path, cases[free].head(1).assign(requested=""))

"""Offers, chargebacks, how long rulings take, payment runs, desks and peaks come back from a known world's log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.evidence.families import quantile
from sim.evidence.finding import Assumed, Finding
from sim.evidence.fitted_scenario import scenario_of
from sim.evidence.fitting import opened, training_data_of
from sim.evidence.mapping import load_mapping
from sim.evidence.of_arrivals import told_by_arrivals
from sim.evidence.of_money import told_by_refunds
from sim.evidence.of_offers import told_by_offers
from sim.evidence.of_sellers import told_by_disputes
from sim.evidence.of_staff import handling, most_at_once, taken_up_in_turn, told_by_desks
from sim.experiment.frame import moments
from sim.experiment.replication import calendars_of, play
from sim.scenario.durations import NEVER
from sim.scenario.model import Scenario
from sim.scenario.resolved import resolved_yaml
from sim.show.exported import all_orders
from tests.evidence.logs import MAPPING, RULED, world, write

pytestmark = pytest.mark.slow

FURTHER = """\
dispute_opened: dispute_opened_at, dispute_closed: dispute_settled_at, dispute_status: disputed,
    taken_up: taken_up_at, dispute_taken_up: dispute_taken_up_at, kind: claim,
    offer: offered, offer_opened: offer_opened_at, offer_closed: offer_settled_at, offer_status: bargained,
    mediation_opened: mediation_opened_at, mediation_closed: mediation_settled_at, ruling: ruling,
    chargeback_opened: chargeback_opened_at, chargeback_closed: chargeback_settled_at, chargeback_ruling: judged,"""
SHORT = "dispute_opened: dispute_opened_at, dispute_closed: dispute_settled_at,"
DEFECT = {
    "opens": {"after": "delivered"},
    "closes": {"after": "delivered", "within": "15 d"},
    "clock": "5 d",
    "on_silence": "approve",
    "rounds": 1,
    "offer": {"clock": "5 d"},
}


def bargaining() -> Scenario:
    """Defects, offers, mediation by a desk of two, chargebacks, payment runs: all that the article has not."""
    kinds = ("prompt", "slow")
    answers = {"accept": 0.2, "refuse": 0.35, "counter": 0.4, "silent": 0.05}
    changes: dict[str, Any] = {
        "market.sellers.staff": 2,
        "market.sellers.count": 40,
        "market.orders_per_day": 150,
        "market.peaks": {"2018-11-11": 1.9},
        "market.sellers.types": {"stalls": "none", "absent": "none"},
        "market.carrier.transit": {"lognormal": {"median": "6 d", "p95": "12 d"}},
        "buyers.defect": {"probability": 0.12, "after": {"lognormal": {"median": "1 d", "p95": "6 d"}}},
        "buyers.offers": {
            "reservation": {"uniform": {"low": 0.2, "high": 0.8}},
            "silent": 0.15,
            "notice": {"lognormal": {"median": "12 h", "p95": "48 h"}},
        },
        "buyers.chargeback": {"probability": 0.4, "after": {"lognormal": {"median": "5 d", "p95": "15 d"}}},
        "buyers.escalation.probability": 0.5,
        "policy.dispute.defect": DEFECT,
        "policy.mediation.staff": 2,
        "policy.mediation.by_ruling": {
            "buyer": {"handling": {"lognormal": {"median": "70 min of work", "p95": "3 h of work"}}},
            "seller": {"handling": {"lognormal": {"median": "210 min of work", "p95": "8 h of work"}}},
        },
        "policy.chargeback": {
            "methods": ["card"],
            "claims": ["regret", "defect"],
            "window": {"after": "paid", "within": "120 d"},
            "notice": {"lognormal": {"median": "10 d", "p95": "30 d"}},
            "rulings": {"buyer": 0.7, "seller": 0.3},
        },
        "policy.refund.within": "none",
        "policy.refund.posting": {"card": 0, "wallet": 0},
        "policy.refund.runs": {"weekdays": ["mon", "thu"], "at": "17:30", "cut_off": "24 h"},
    }
    plain = world(**{name: one for name, one in changes.items() if not name.endswith("types")})
    shares = {f"market.sellers.types.{kind}.share": 0.5 for kind in kinds}
    said = {f"market.sellers.types.{kind}.dispute.{word}": one for kind in kinds for word, one in answers.items()}
    offers = {
        f"market.sellers.types.{kind}.dispute.offer": {"uniform": {"low": 0.1, "high": 0.7}} for kind in kinds
    }
    return plain.with_changes({"market.sellers.types": changes["market.sellers.types"], **shares, **said, **offers})


def tables_of(scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders and claims with everything that the further columns of a mapping name."""
    calendars = calendars_of(scenario)
    records = play(scenario, 0, calendars, engine="compiled")
    everything = all_orders(scenario, 0, records, calendars)
    claims = everything[everything["claim"] != "none"].reset_index(drop=True)
    for stage, name in (("cancellation", "taken_up_at"), ("dispute", "dispute_taken_up_at")):
        claims[name] = moments(scenario.start, records.claims[f"{stage}_started_at"])
    facts = records.draws.claims
    offered = facts["first_offer"] / 1_000_000
    claims["offered"] = np.where(claims["offer_opened_at"].notna(), offered, np.nan)
    yes = claims["route"].eq("dispute") & claims["outcome"].isin(["refunded", "partly_refunded"])
    how = {"silence": "silence", "withdrawn": "withdrawn"}
    said = claims["dispute_settled_by"].astype(object).map(how)
    claims["disputed"] = said.mask(
        claims["dispute_settled_by"].eq("answered"), np.where(yes, "accepted", "refused")
    )
    settled = claims["offer_settled_by"].astype(object).map(how)
    taken = np.where(claims["outcome"].eq("partly_refunded") & claims["route"].eq("dispute"), "accepted", "refused")
    claims["bargained"] = settled.mask(claims["offer_settled_by"].eq("answered"), taken)
    ruled = records.claims["mediation_settled_at"] < NEVER
    claims["ruling"] = np.where(ruled, RULED[facts["mediation.disposition"]], "")
    claims["judged"] = np.where(claims["route"].eq("chargeback"), "buyer", "seller")
    asked = claims.assign(
        requested=claims["request_opened_at"],
        closed=claims["request_settled_at"],
        status=claims["request_settled_by"]
        .astype(object)
        .map({"shipped_over": "SHIPPED", "withdrawn": "WITHDRAWN", "silence": "TIMEOUT", "answered": "ACCEPT"}),
    )
    return everything, asked[asked["requested"].notna() | asked["dispute_opened_at"].notna()]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory, machine_code_at_hand: None) -> dict[str, Finding | Assumed]:
    """What the world's log tells of the further stages, by path."""
    truth = bargaining()
    orders, claims = tables_of(truth)
    mapping = MAPPING.replace(SHORT, FURTHER).replace("2018-09-03..2018-12-31", "2018-09-03..2019-02-03")
    words = "{accepted: accepted, refused: refused, silence: silence, withdrawn: withdrawn}"
    mapping = mapping.replace("  status: {", f"  offer_status: {words}\n  status: {{")
    none = ("policy.refund.runs", "policy.mediation.by_ruling", "market.peaks")
    base = truth.with_changes(dict.fromkeys(none, "none"))
    mapped = load_mapping(write(tmp_path_factory.mktemp("further"), orders, claims, mapping, resolved_yaml(base)))
    given = opened(mapped)
    data, calendars = training_data_of(given), given.calendars
    kinds = [(number, f"market.sellers.types.{kind}") for number, kind in enumerate(data.kinds)]
    everything = [
        *told_by_arrivals(data),
        *(one for kind in kinds for one in (*told_by_disputes(data, *kind), *handling(data, *kind))),
        *told_by_desks(data),
        *told_by_offers(data),
        *told_by_refunds(data, calendars),
    ]
    found = [one for one in everything if isinstance(one, Finding)]
    scenario_of(data, found, "fitted", {"from": "log", "period": "all"})  # its provenance is accepted
    return {one.path: one for one in everything}


def law(finding: Finding | Assumed, q: float = 0.5) -> float:
    """A quantile of what was found, in seconds."""
    assert isinstance(finding, Finding)
    family, parameters = finding.beside["law"]
    return quantile(family, parameters, q)


def found(one: Finding | Assumed) -> Finding:
    assert isinstance(one, Finding), one
    assert one.n > 0
    assert one.method
    return one


def test_what_buyers_settle_for_lies_between_offers_taken_and_refused(
    learnt: dict[str, Finding | Assumed],
) -> None:
    reservation = found(learnt["buyers.offers.reservation"])
    assert "above it" in reservation.identified
    quantiles = reservation.value["empirical"]["quantiles"]
    at = np.interp([0.3, 0.4, 0.5, 0.6], list(quantiles.values()), list(quantiles))
    assert at == pytest.approx([1 / 6, 1 / 3, 1 / 2, 2 / 3], abs=0.12)
    assert found(learnt["buyers.offers.silent"]).value == pytest.approx(0.15, abs=0.05)
    assert law(learnt["buyers.offers.notice"]) / 3600 == pytest.approx(12, rel=0.15)


def test_sellers_who_bargain_are_told_from_those_who_refuse(learnt: dict[str, Finding | Assumed]) -> None:
    for kind in ("prompt", "slow"):
        said = found(learnt[f"market.sellers.types.{kind}.dispute.said"]).value
        assert said["counter"] == pytest.approx(0.4, abs=0.06)
        assert said["accept"] == pytest.approx(0.2, abs=0.06)
        quantiles = found(learnt[f"market.sellers.types.{kind}.dispute.offer"]).value["empirical"]["quantiles"]
        assert quantiles[0.5] == pytest.approx(0.4, abs=0.06)


def test_those_who_turn_to_the_bank_are_seen_among_those_refused(learnt: dict[str, Finding | Assumed]) -> None:
    assert found(learnt["buyers.chargeback.probability"]).value == pytest.approx(0.4, abs=0.06)
    assert law(learnt["buyers.chargeback.after"]) / 86_400 == pytest.approx(5, rel=0.15)
    assert found(learnt["policy.chargeback.rulings"]).value["buyer"] == pytest.approx(0.7, abs=0.07)
    assert law(learnt["policy.chargeback.notice"]) / 86_400 == pytest.approx(10, rel=0.15)


def test_rulings_take_as_long_as_they_do_though_cases_wait_in_turn(learnt: dict[str, Finding | Assumed]) -> None:
    assert law(learnt["policy.mediation.by_ruling.buyer.handling"]) / 60 == pytest.approx(70, rel=0.15)
    assert law(learnt["policy.mediation.by_ruling.seller.handling"]) / 60 == pytest.approx(210, rel=0.15)
    assert "staff" in found(learnt["policy.mediation.handling"]).identified


def test_payment_runs_are_read_from_when_money_arrives(learnt: dict[str, Finding | Assumed]) -> None:
    runs = found(learnt["policy.refund.runs"])
    assert runs.value == {"weekdays": ["mon", "thu"], "at": "17:30", "cut_off": "24 h"}
    assert found(learnt["policy.refund.posting.card"]).value == 0


def test_desks_are_read_where_requests_are_seen_to_be_taken_up(learnt: dict[str, Finding | Assumed]) -> None:
    assert found(learnt["market.sellers.staff"]).value == 2
    for kind in ("prompt", "slow"):
        mean = float(
            np.exp(found(learnt[f"market.sellers.types.{kind}.cancellation.handling"]).beside["law"][1][0])
        )
        assert mean / 60 == pytest.approx(60, rel=0.1)


def test_a_peak_that_nobody_told_of_is_found(learnt: dict[str, Finding | Assumed]) -> None:
    peaks = found(learnt["market.peaks"])
    assert list(peaks.value) == ["2018-11-11"]
    low, high = peaks.interval or (0, 0)
    assert low < peaks.value["2018-11-11"] < high
    assert peaks.value["2018-11-11"] == pytest.approx(1.9, abs=0.4)


def test_a_desk_begins_a_case_when_it_comes_or_when_staff_are_free() -> None:
    came = np.array([0.0, 1.0, 2.0, 3.0, 50.0, np.nan])
    left = np.array([10.0, 5.0, 9.0, np.nan, np.nan, 4.0])
    assert taken_up_in_turn(came, left, 1).tolist()[:4] == [0.0, 10.0, 10.0, 10.0]
    two = taken_up_in_turn(came, left, 2)
    assert two[:5].tolist() == [0.0, 1.0, 5.0, 9.0, 50.0]
    assert np.isnan(two[5])


def test_how_many_at_once_is_counted_desk_by_desk() -> None:
    since, until = np.array([0.0, 1.0, 2.0, 6.0, 1.0]), np.array([5.0, 6.0, 9.0, 7.0, 3.0])
    assert most_at_once(since, until, np.array([0, 0, 0, 0, 1])).tolist() == [1, 2, 3, 2, 1]

"""Logs of events as other tools write them, and worlds of which the study knows the truth."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from sim.arrays import Floats
from sim.errors import UserError
from sim.evidence.families import FAR
from sim.evidence.finding import Finding
from sim.evidence.fitted_scenario import scenario_of
from sim.evidence.fitting import opened, training_data_of
from sim.evidence.held_out import held_against
from sim.evidence.log import RefundLog
from sim.evidence.mapping import load_mapping
from sim.evidence.moments import AnswerTable, LastLooks, LawSearch
from sim.evidence.of_buyers import until_asked
from sim.evidence.of_orders import sending, watched_for_dispatch
from sim.scenario.durations import DAY
from sim.scenario.resolved import resolved_yaml
from sim.vocabulary import Party
from tests.evidence import logs
from tests.evidence.logs import a_few, mapping_of_events, write
from tests.evidence.recovery import told_together, world

LOG = """{
  file: log.json,
  columns: {case: order, seller: shop, value: price},
  activities: {paid: paid, sent: dispatched, asked: requested, ended: closed},
}"""


def ocel(count: int = 40) -> dict[str, Any]:
    """Two events of each order's own, two of its claim; the seller is related to the order, not to the events."""
    orders, claims = a_few(count)
    objects: list[dict[str, Any]] = [{"id": f"shop-{one}", "type": "shop"} for one in range(5)]
    events: list[dict[str, Any]] = []
    for order, claim in zip(orders.to_dict("records"), claims.to_dict("records"), strict=True):
        case = f"o{order['order']}"
        sold = [{"objectId": f"shop-{order['seller']}", "qualifier": "sold by"}]
        price = [{"name": "price", "time": "2018-01-01T00:00:00Z", "value": 20.0}]
        objects.append({"id": case, "type": "order", "attributes": price, "relationships": sold})
        moments = {"paid": order["paid_at"], "sent": order["dispatched_at"]}
        moments |= {"asked": claim["requested"], "ended": claim["closed"]}
        for kind, at in moments.items():
            related = [{"objectId": case, "qualifier": "of"}]
            told = {"id": f"{case}-{kind}", "type": kind, "time": f"{at.isoformat()}+08:00"}
            events.append(told | {"relationships": related})
    return {"objectTypes": [], "eventTypes": [], "objects": objects, "events": events}


def read(folder: Path, document: object) -> RefundLog:
    write(folder, *a_few())
    (folder / "log.json").write_text(
        document if isinstance(document, str) else json.dumps(document), encoding="utf-8"
    )
    return opened(load_mapping(mapping_of_events(folder, LOG, iso=True))).log


def test_an_ocel_log_comes_to_orders_and_claims(tmp_path: Path) -> None:
    log = read(tmp_path, ocel())
    assert (log.orders.rows, log.claims.rows) == (40, 40)
    assert sorted(log.names["seller"]) == [f"shop-{one}" for one in range(5)]
    (orders,) = log.orders.pieces()
    assert orders.numbers["value"].tolist() == [20.0] * 40
    assert np.nanmin(log.claims.at("requested") - log.of_orders("paid")) == 3 * 3600


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "expected events"),
        ("[]", "objects"),
        ({"objects": [], "events": []}, "no objects of the type"),
        ({"objects": {}, "events": []}, "a list called 'objects'"),
        ({"objects": [{"id": 1, "type": "order"}], "events": [{"type": "x"}]}, r"events\[0\]: found no time"),
        ({"objects": [{"id": 1, "type": "order", "relationships": [3]}], "events": []}, "expected objects with"),
        ({"objects": [{"id": 1, "type": "order"}], "events": []}, "no event of any case"),
    ],
)
def test_what_is_no_ocel_log_is_told_so(tmp_path: Path, document: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(tmp_path, document)


def test_dispatch_is_watched_until_somebody_asks_to_cancel_or_the_claim_was_closed(tmp_path: Path) -> None:
    orders, claims = a_few()
    orders["dispatched_at"] = orders["dispatched_at"].where(orders["order"] > 0)
    claims = claims.head(10)
    claims["requested"] = claims["requested"].where(claims["order"] > 0)
    mapped = load_mapping(write(tmp_path, orders, claims))
    data = training_data_of(opened(mapped))
    (piece,) = data.log.pieces()
    sent, _, until = watched_for_dispatch(data, piece)
    assert np.isnan(sent).tolist() == [True] * 10 + [False] * 30
    axis = data.hours[Party.SELLER].axis
    closed, asked = (data.log.claims.at(name) for name in ("closed", "requested"))
    assert until[0] == axis(closed)[0]
    assert until[1:10].tolist() == axis(asked)[1:].tolist()


def test_a_spoilt_request_that_failed_is_a_request_and_a_dispute_tells_only_that_a_mind_had_changed_in_time(
    tmp_path: Path,
) -> None:
    orders, claims = a_few()
    claims = claims.head(3).assign(requested="")
    claims["dispute_opened_at"] = orders["paid_at"].head(3) + np.array([22, 20, 30], "timedelta64[D]")
    claims["closed"] = claims["closed"].where(claims["order"] == 0)
    claims["status"] = claims["status"].where(claims["order"] == 0, "")
    mapped = load_mapping(write(tmp_path, orders, claims))
    data = training_data_of(opened(mapped))
    (piece,) = data.log.pieces()
    low, high, _ = until_asked(data, piece)
    sent, last = 2 * DAY, 35 * DAY
    assert list(zip(low[:4], high[:4], strict=True)) == [
        (0.5, sent), *[(sent, last * FAR)] * 2, (last * FAR, np.inf)
    ]  # fmt: skip


EDGES = np.array([3, 4, 6, 9, 13, 18, 24, 36, 48, 72, 96]) * 3600.0
LATER = 1.5 * 3600.0
"""What a queue at the desk takes."""


def answered(law: Floats, looks: Floats) -> Floats:
    """By the edges, of all who ask: the law by log median, log sigma and logit of silence."""
    early = special.ndtr((np.log(looks) - law[0]) / np.exp(law[1])).mean(axis=0)
    return np.asarray(special.expit(-law[2]) * early)


@pytest.mark.parametrize(
    ("hours", "sigma", "silent"), [(4, 0.6, 0.3), (12, 1.3, 0.25), (12, 1.3, 0.03), (30, 0.8, 0.1)]
)
def test_noticing_and_silence_are_found_behind_a_queue_in_a_world_of_other_days(
    hours: float, sigma: float, silent: float
) -> None:
    true = np.array([np.log(hours * 3600), np.log(sigma), special.logit(silent)])
    luck = np.random.default_rng(1)
    looks, with_holidays = (EDGES * luck.uniform(least, 1.0, (500, 1)) for least in (0.8, 0.65))
    left = 1 - answered(true, looks - LATER)
    counts = AnswerTable(EDGES, 1 - left / np.append(1.0, left[:-1]), np.full(len(EDGES), 1e7))
    search = LawSearch(counts, LastLooks.of(looks), LastLooks.of(with_holidays))
    for _ in range(12):
        search.learn(answered(search.at, with_holidays - LATER), 100.0)
    assert np.exp(search.at[:2]) == pytest.approx(np.exp(true[:2]), rel=0.03)
    assert special.expit(search.at[2]) == pytest.approx(silent, abs=0.01)


def test_what_a_huge_log_tells_apart_differs_only_where_it_matters() -> None:
    worlds = {
        "requests accepted": 0.5 + np.linspace(-1e-4, 1e-4, 20),
        "requests a week": 800 + np.linspace(-1, 1, 20),
    }
    simulated = {name: told.tolist() for name, told in worlds.items()}

    def judged(share: float, count: float, n: int = 10**9) -> list[str]:
        seen = {"requests accepted": (share, n, "share"), "requests a week": (count, n, "requests")}
        return [one.verdict for one in held_against(seen, simulated)]

    assert judged(0.509, 782) == judged(0.491, 818) == ["agrees"] * 2
    assert judged(0.511, 777) == judged(0.489, 823) == ["differs"] * 2
    assert judged(0.511, 777, n=2000) == ["agrees"] * 2
    assert judged(0.511, 777, n=100) == ["too few to tell"] * 2


@pytest.mark.long
def test_drawn_worlds_are_found_in_their_dirty_logs(tmp_path: Path) -> None:
    worlds = []
    for number in range(4):
        (folder := tmp_path / str(number)).mkdir()
        worlds.append(world(number, folder))
    rows = [one for each in worlds for one in each["inputs"] if one["low"] is not None]
    held = [one["low"] <= one["true"] <= one["high"] for one in rows]
    assert np.mean(held) > 0.85, "\n".join(told_together(worlds))
    assert all("differs" not in each["right"].values() for each in worlds)
    for path in ("market.carrier.transit", "market.sellers.types.slow.dispatch", "buyers.goes_on"):
        some = [one for one in rows if one["path"] == path]
        assert np.mean([one["found"] / one["true"] for one in some]) == pytest.approx(1, abs=0.05)


def test_days_off_of_a_type_are_not_taken_for_slowness_and_are_nobody_elses(tmp_path: Path) -> None:
    scenario = logs.world(
        **{
            "market.orders_per_day": 40,
            "experiment.cohort": "84 d",
            "market.sellers.types.prompt.closed": [{"from": "2018-10-15", "to": "2018-11-04"}],
        }
    )
    path = write(tmp_path, *logs.tables_of(scenario), base=resolved_yaml(scenario))
    data = training_data_of(opened(load_mapping(path)))
    prompt = data.kinds.index("prompt")
    *_, sent = sending(data.of_type(prompt), prompt, "market.sellers.types.prompt")
    assert isinstance(sent, Finding)
    assert float(sent.value["exponential"]["mean"].removesuffix(" bd")) == pytest.approx(1.6, rel=0.1)
    others = replace(data, kinds=tuple("quick" if name == "prompt" else name for name in data.kinds))
    assert scenario_of(data, [], "same", {}).market.sellers.types["prompt"].closed
    assert not scenario_of(others, [], "others", {}).market.sellers.types["quick"].closed

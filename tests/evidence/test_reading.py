"""Logs as they come: dirty, twice, in other zones. Every row is accounted for, and a fault names its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import BadScenario, UserError
from sim.evidence.fitting import opened, training_data_of
from sim.evidence.log import RefundLog
from sim.evidence.log_tables import stamps_of
from sim.evidence.mapping import load_mapping
from tests.evidence.logs import MAPPING, a_few, mapping_of_events, write

START = pd.Timestamp("2018-01-01")


def read(path: Path) -> RefundLog:
    return opened(load_mapping(path)).log


def faults_of(path: Path) -> list[str]:
    with pytest.raises(BadScenario) as told:
        read(path)
    return [str(fault) for fault in told.value.faults]


def test_rows_in_rows_used_and_why_not(tmp_path: Path) -> None:
    orders, claims = a_few()
    orders = pd.concat([orders, orders.tail(3)])
    claims = pd.concat([claims, claims.head(2).assign(status="REJECT"), claims.head(1).assign(order=999)])
    orders_read, claims_read = read(write(tmp_path, orders, claims)).readings
    assert (orders_read.rows, orders_read.used) == (43, 40)
    assert orders_read.unused == {"an earlier version of the same order": 3}
    assert (claims_read.rows, claims_read.used) == (43, 40)
    assert claims_read.unused == {
        "an earlier version of the same order": 2,
        "its order is not among the orders used": 1,
    }


def test_the_latest_version_of_a_claim_counts(tmp_path: Path) -> None:
    orders, claims = a_few()
    log = read(write(tmp_path, orders, pd.concat([claims, claims.head(1).assign(status="REJECT")])))
    row = int(np.flatnonzero(log.claims.words["order_row"] == 0)[0])
    assert log.names["status"][log.claims.word("status")[row]] == "refused"


def test_unknown_words_are_listed_all_at_once(tmp_path: Path) -> None:
    orders, claims = a_few()
    claims.loc[3, "status"], claims.loc[5, "status"] = "ESCALATED?", "PENDIENTE"
    (fault,) = faults_of(write(tmp_path, orders, claims))
    assert "ESCALATED? (1), PENDIENTE (1)" in fault
    assert fault.startswith(f"{tmp_path}/mapping.yaml:14:")
    assert "words.status" in fault


def test_a_row_that_cannot_be_read_stays_a_claim_of_unknown_time(tmp_path: Path) -> None:
    orders, claims = a_few()
    claims["requested"] = claims["requested"].astype(str)
    claims.loc[7, "requested"] = "yesterday"
    log = read(write(tmp_path, orders, claims))
    assert log.claims.rows == 40
    assert np.isnan(log.claims.at("requested")).sum() == 1
    (why,) = log.readings[1].kept
    assert why == "'requested' cannot be read as requested"
    assert log.readings[1].examples[why] == "claims:9: found 'yesterday'"


def test_a_zone_left_out_is_named(tmp_path: Path) -> None:
    orders, claims = a_few()
    claims["closed"] -= pd.Timedelta(hours=8)  # written in UTC, as it happens
    faults = faults_of(write(tmp_path, orders, claims))
    assert any("closed before requested" in fault and "likely the zone of 'closed'" in fault for fault in faults)
    mended = MAPPING.replace("zone: {default: Asia/Shanghai}", "zone: {default: Asia/Shanghai, closed: UTC}")
    assert read(write(tmp_path, orders, claims, mended)).readings[1].kept == {}


def test_one_impossible_row_in_many_is_kept_as_a_claim(tmp_path: Path) -> None:
    orders, claims = a_few(200)
    claims.loc[9, "closed"] -= pd.Timedelta(days=30)
    log = read(write(tmp_path, orders, claims))
    assert log.claims.rows == 200
    assert log.readings[1].kept == {"closed before requested: time unknown": 1}


@pytest.mark.parametrize(
    ("wrong", "right", "place", "words"),
    [
        ("file: orders.csv", "file: order.csv", ":3:9: orders.file", "no such file"),
        ("value: value", "value: price", ":5:37: orders.columns.value", "found 'price', expected a column"),
        ("Asia/Shanghai", "Asia/Shangai", ":12:17: zone.default", "expected a time zone such as"),
        ("cut: 2019-02-04", "cut: 2019-02-30", ":15:6: cut", "expected a date"),
        ("TIMEOUT: silence", "TIMEOUT: silent", "", "expected accepted, refused"),
        (
            "fit: 2018-09-03..2018-12-31",
            "fit: 2018-12-31..2018-09-03",
            ":16:15: period.fit",
            "the first day before",
        ),
        ("types: {column: seller_type}", "tipes: {find: 2}", ":17:1: tipes", "did you mean 'types'"),
        ('"%Y-%m-%d %H:%M:%S"', '"%d/%m/%Y"', "orders.columns.paid", "cannot be read as written"),
    ],
)
def test_a_fault_names_file_line_and_column(tmp_path: Path, wrong: str, right: str, place: str, words: str) -> None:
    orders, claims = a_few()
    assert wrong in MAPPING
    faults = faults_of(write(tmp_path, orders, claims, MAPPING.replace(wrong, right)))
    assert any(place in fault and words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "form", "low", "high"),
    [
        ("2018-01-02 00:00:07", "%Y-%m-%d %H:%M:%S", 86_407, 86_407),
        ("02/01/2018 01:30", "%d/%m/%Y %H:%M", 86_400 + 5400, 86_400 + 5459),
        ("20180102", "%Y%m%d", 86_400, 2 * 86_400 - 1),
        ("2018-01-01T16:00:07Z", "iso", 86_407, 86_407),
        ("2018-01-02T00:00:07", "iso", 86_407, 86_407),
        ("1514822407000", "epoch_ms", 86_407, 86_407),
        ("1514822407", "epoch_s", 86_407, 86_407),
    ],
)
def test_stamps_are_read_as_what_they_say_and_no_more(text: str, form: str, low: int, high: int) -> None:
    stamps = stamps_of(pd.Series([text, "", "nonsense"]), form, "Asia/Shanghai", "Asia/Shanghai", START)
    assert (stamps.low[0], stamps.high[0]) == (low, high)
    assert np.isnan(stamps.low[1:]).all()
    assert stamps.unread.tolist() == [False, False, True]


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    orders, claims = a_few()
    path = write(
        tmp_path,
        orders,
        claims,
        MAPPING.replace("orders.csv", "orders.parquet").replace('"%Y-%m-%d %H:%M:%S"', "iso"),
    )
    orders.to_parquet(tmp_path / "orders.parquet")
    claims.to_csv(tmp_path / "claims.csv", index=False, date_format="%Y-%m-%dT%H:%M:%S")
    assert next(read(path).orders.pieces()).at("paid")[0] > 0
    assert read(path).orders.rows == 40


def test_events_in_one_table_come_to_the_same(tmp_path: Path) -> None:
    orders, claims = a_few()
    write(tmp_path, orders, claims)
    of_orders = orders.melt("order", ["paid_at", "dispatched_at"], "activity", "timestamp")
    of_claims = claims.melt("order", ["requested", "closed"], "activity", "timestamp")
    events = (
        pd.concat([of_orders, of_claims])
        .merge(orders[["order", "seller"]], on="order")
        .rename(columns={"order": "case"})
    )
    events.to_csv(tmp_path / "events.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    named = "{paid_at: paid, dispatched_at: dispatched, requested: requested, closed: closed}"
    path = mapping_of_events(tmp_path, f"{{file: events.csv, columns: {{seller: seller}}, activities: {named}}}")
    log = read(path)
    assert (log.orders.rows, log.claims.rows) == (40, 40)
    assert np.nanmin(log.claims.at("requested") - log.of_orders("paid")) == 3 * 3600


def test_events_that_are_dealt_out_by_case_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instants = {"paid": "2018-10-01", "dispatched": "2018-10-03", "requested": "2018-10-02"}
    rows = [
        f"{case},{what},{day} 10:00:{case:02d},{case % 3}\n"
        for what, day in instants.items()
        for case in range(40)
        if what != "requested" or case % 4 == 0
    ]
    (tmp_path / "events.csv").write_text("case,activity,timestamp,shop\n" + "".join(rows), encoding="utf-8")
    same = ", ".join(f"{name}: {name}" for name in instants)
    path = mapping_of_events(tmp_path, f"{{file: events.csv, columns: {{seller: shop}}, activities: {{{same}}}}}")
    one = read(path)
    monkeypatch.setattr("sim.evidence.log_files.HELD_AT_ONCE", 200)
    monkeypatch.setattr("sim.evidence.log_files.AT_A_TIME", 7)
    other = read(path)
    assert len(list(other.orders.pieces())) > 3
    for log in (one, other):
        assert (log.orders.rows, log.claims.rows) == (40, 10)
        assert sorted(log.gathered(lambda orders: orders.at("paid"))) == sorted(
            one.gathered(lambda o: o.at("paid"))
        )
        assert sorted(log.claims.at("requested") - log.of_orders("paid")) == [86_400.0] * 10


TRACE = (
    """<trace><string key="concept:name" value="{case}"/><string key="seller" value="{seller}"/>{events}</trace>"""
)
EVENT = """<event><string key="concept:name" value="{what}"/><date key="time:timestamp" value="{at}"/></event>"""


def test_events_in_xes_are_read_trace_by_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.evidence.log_files.AT_A_TIME", 3)
    monkeypatch.setattr("sim.evidence.log_files.HELD_AT_ONCE", 500)
    at = {"paid": "2018-10-01T10:00:00+08:00", "requested": "2018-10-01T13:00:00+08:00"}
    events = "".join(EVENT.format(what=what, at=moment) for what, moment in at.items())
    traces = "".join(TRACE.format(case=case, seller=case % 3, events=events) for case in range(8))
    (tmp_path / "events.xes").write_text(f"<log>{traces}</log>", encoding="utf-8")
    log = read(
        mapping_of_events(tmp_path, "{file: events.xes, activities: {paid: paid, requested: requested}}", iso=True)
    )
    assert (log.orders.rows, log.claims.rows, sorted(log.names["seller"])) == (8, 8, ["0", "1", "2"])
    assert (log.claims.at("requested") - log.of_orders("paid")).tolist() == [3 * 3600.0] * 8


def test_two_names_may_read_one_column_of_events(tmp_path: Path) -> None:
    rows = "".join(f"{one},paid,2018-10-0{one} 10:00:00\n" for one in range(1, 5))
    (tmp_path / "events.csv").write_text(f"case,activity,timestamp\n{rows}", encoding="utf-8")
    log = read(mapping_of_events(tmp_path, "{file: events.csv, columns: {seller: case}, activities: {paid: paid}}"))
    assert log.names["seller"] == ("1", "2", "3", "4")


def test_a_mapping_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load_mapping(tmp_path / "mapping.yaml")


def test_the_base_may_be_a_preset(tmp_path: Path) -> None:
    path = write(tmp_path, *a_few())
    path.write_text(path.read_text().replace("base: base.yaml", "base: preset:aliexpress"))
    assert opened(load_mapping(path)).base.name == "aliexpress"


@pytest.mark.parametrize(("wanted", "mapped"), [("tier", "seller_type"), ("seller_type", None)])
def test_types_are_read_from_the_column_that_is_mapped_to_group(
    tmp_path: Path, wanted: str, mapped: str | None
) -> None:
    mapping = MAPPING.replace("{column: seller_type}", f"{{column: {wanted}}}")
    mapping = mapping if mapped else mapping.replace(", group: seller_type", "")
    (fault,) = faults_of(write(tmp_path, *a_few(), mapping))
    assert ":17:17: types.column: found" in fault
    assert "mapped to group" in fault


def test_a_method_is_one_however_it_is_spelt(tmp_path: Path) -> None:
    orders, claims = a_few()
    orders["payment_method"] = ["card", "Card ", "gift  CARD", "Gift card"] * 10
    log = read(write(tmp_path, orders, claims))
    assert log.names["method"] == ("card", "gift_card")


def test_types_have_names_that_a_scenario_may_have_and_no_two_alike(tmp_path: Path) -> None:
    orders, claims = a_few()
    told = ["Brönze", "A+", "a-", "金牌", None]
    orders["seller_type"] = [told[seller] for seller in orders["seller"]]
    path = write(tmp_path, orders, claims)
    data = training_data_of(opened(load_mapping(path)))
    assert data.kinds == ("bronze", "a", "a-2", "type", "unknown")
    assert data.kind_of_seller.tolist() == [0, 1, 2, 3, 4]

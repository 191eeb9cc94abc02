"""Open cases from a table and one buyer from the command line, in a world where all is certain or known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.errors import BadScenario, BadUsage
from sim.waiting.words import sentences

CERTAIN = """
name: certain
start: 2018-10-01
experiment: {warm_up: 7 d, cohort: 14 d, run_out: 60 d, replications: 1}
market:
  orders_per_day: 20
  order_value: 30
  payment_methods: {card: 1}
  sellers:
    count: 3
    types:
      only:
        share: 1
        arrange: 20 d
        dispatch: 10 d
        cancellation: {accept: 1, notice: 6 d}
        dispute: {accept: 1}
  carrier: {transit: 5 d}
buyers: {regret: {probability: 1, after: 2 d}}
policy:
  cancellation: {window: {within: 30 d}, clock: 9 d, on_silence: decline}
  dispute: {default: {opens: {after: delivered}, clock: 5 d, on_silence: approve}}
  refund: {posting: {card: 3 d}}
"""
HEAD = "order,paid,requested,closed,dispatched,refund_due,refunded\n"
OPEN = "a,2018-10-05T09:00:00,2018-10-07T09:00:00,,,,\n"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "certain.yaml"
    path.write_text(CERTAIN)
    return path


def cases(folder: Path, rows: str, head: str = HEAD) -> Path:
    path = folder / "cases.csv"
    path.write_text(head + rows)
    return path


def test_under_constant_laws_the_forecast_is_certain(world: Path, tmp_path: Path) -> None:
    told = sim.forecast(world, open=cases(tmp_path, OPEN), at="2018-10-10T09:00", replicates=5)
    assert told.base.money.tolist() == [1.0]
    # Asked on the 7th, noticed six days later, posted three days after that: six days from the 10th.
    assert told.base.days[0].tolist() == [6.0] * 5
    assert told.base.odds["refunded"].tolist() == [1.0]
    assert (told.base.deadlines[0] - told.now) / 86_400 == 6


def test_what_is_asked_keeps_its_clock_and_what_comes_later_is_under_the_new_policy(
    world: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    quick = CERTAIN.replace("name: certain", "name: other").replace("clock: 9 d", "clock: 4 d")
    other.write_text(quick.replace("posting: {card: 3 d}", "within: 1 d, posting: {card: 3 d}"))
    told = sim.forecast(world, open=cases(tmp_path, OPEN), at="2018-10-10T09:00", replicates=2, policy=other)
    assert told.other is not None
    assert told.base.days[0, 2] == 6.0
    assert told.other.days[0, 2] == 4.0


def test_what_a_new_policy_dates_before_now_comes_from_now_on(world: Path, tmp_path: Path) -> None:
    """Its promised date is over, and whoever misses a parcel says so a day after: under the old one nobody had."""
    late = CERTAIN.replace("transit: 5 d", "transit: 40 d").replace("{after: delivered}", "{after: paid}")
    late = late.replace("policy:", "policy:\n  promise: {within: 60 d}").replace(
        "regret: {probability: 1,", "not_received: {probability: 1, after: 1 d}, regret: {probability: 0,"
    )
    world.write_text(late)
    other = tmp_path / "other.yaml"
    other.write_text(late.replace("name: certain", "name: other").replace("60 d}\n", "5 d}\n"))
    table = cases(tmp_path, "a,2018-10-01,2018-10-02,,\n", "order,paid,dispatched,delivered,requested\n")
    told = sim.forecast(world, open=table, at="2018-10-20T09:00", replicates=10, policy=other)
    assert told.other is not None
    assert told.base.money.tolist() == [0.0]
    assert told.other.money.tolist() == [1.0]
    assert told.other.days[0].tolist() == pytest.approx([4] * 5, abs=1e-4), "a day to say so, three to post"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,2018-10-05,2018-10-07,2018-10-06,,,\n", ":2:25: closed: found 2018-10-06"),
        ("a,2018-10-05,2018-10-12,,,,\n", ":2:14: requested: found '2018-10-12', which is after --at"),
        ("a,2018-10-05,2018-10-07,,,,\na,2018-10-05,,,,,\n", ":3:1: order: found 'a' twice"),
        ("a,2018-10-05,,2018-10-06,,,\n", ":2:15: closed: found an instant, and none for 'requested'"),
        (
            "a,someday,,,,,\n",
            "cases.csv:2:3: paid: found 'someday', expected an instant such as 2018-11-02T09:00\n",
        ),
        (
            '"a, ""one""",2018-09-31T09:00,,,,,\n',
            "cases.csv:2:14: paid: found '2018-09-31T09:00', expected a day and time of the calendar, such as ",
        ),
        ("a,2018-10-01,2018-10-02,,,,\n", ":2:14: requested: found a past that this scenario gives no chance"),
    ],
)
def test_a_history_that_cannot_be_is_a_fault_where_it_stands(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, told: str
) -> None:
    out = tmp_path / "out"
    words = ["forecast", str(world), "--open", str(cases(tmp_path, rows)), "--at", "2018-10-11T09:00"]
    assert main([*words, "--out", str(out), "-q", "--replicates", "2"]) == 2
    assert told in capsys.readouterr().err
    assert not out.exists()


def test_an_offer_that_ended_before_it_was_made_is_said_once(world: Path, tmp_path: Path) -> None:
    heads = "order,paid,dispatched,delivered,dispute_opened,dispute_closed,offer_opened,offer_closed\n"
    times = "2018-10-01,2018-10-02,2018-10-04,2018-10-05,2018-10-06T10:00,2018-10-08T10:00,2018-10-07T10:00"
    with pytest.raises(BadScenario) as told:
        sim.forecast(world, open=cases(tmp_path, f"a,{times}\n", heads), at="2018-10-11T09:00", replicates=2)
    assert [fault.path for fault in told.value.faults].count("offer_closed") == 1


def test_more_cases_than_are_drawn_at_a_time_are_forecast_alike(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = cases(tmp_path, "".join(OPEN.replace("a,", f"{name},") for name in "abcde"))
    whole = sim.forecast(world, open=rows, at="2018-10-10T09:00", replicates=4)
    monkeypatch.setattr("sim.chance.claims.MANY", 3)
    assert (
        sim.forecast(world, open=rows, at="2018-10-10T09:00", replicates=4).base.days.tolist()
        == whole.base.days.tolist()
    )


def test_the_folder_of_a_forecast_holds_cases_totals_a_document_and_a_page(world: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["forecast", str(world), "--open", str(cases(tmp_path, OPEN)), "--at", "2018-10-10T09:00"]
    assert main([*words, "--out", str(out), "-q", "--replicates", "3"]) == 0
    assert {path.name for path in out.iterdir()} == {"cases.csv", "totals.csv", "forecast.json", "report.html"}
    assert json.loads((out / "forecast.json").read_text())["policies"][0]["endings"]["refunded"]["mean"] == 1


def test_a_buyer_hears_the_deadline_and_what_silence_then_means(world: Path) -> None:
    told = sim.advise(world, paid="5 d", asked="3 d", replications=1)
    words = " ".join(sentences(told))
    assert "The next deadline is in 6 days: if nobody has answered by then, that is a no." in words
    assert told.request["approved"].value == 1.0
    assert told.ways[0].days[0.5] == 6.0


def test_a_request_whose_clock_is_over_is_not_open(world: Path) -> None:
    with pytest.raises(BadUsage, match="its clock is over after 9 d"):
        sim.advise(world, paid="20 d", asked="10 d")
    with pytest.raises(BadUsage, match="asked before paying"):
        sim.advise(world, paid="2 d", asked="3 d")
    with pytest.raises(BadUsage, match="found --paid 74d, expected at most 73d"):
        sim.advise(world, paid="74 d")


def test_what_this_world_gives_no_chance_is_said(world: Path) -> None:
    with pytest.raises(BadUsage, match="no chance"):
        sim.advise(world, paid="9 d", asked="7 d", replications=1)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("order;paid\n", ":1:1: found one field with ';' in it, expected columns parted by commas\n"),
        ("order,paid,paid\n", ":1:12: paid: found this column twice, expected it once\n"),
        ("order,paid,requestd\n", ":1:12: requestd: no such column — did you mean 'requested'?\n"),
    ],
)
def test_a_first_line_that_is_none_is_told_in_one_line(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], head: str, told: str
) -> None:
    words = ["forecast", str(world), "--open", str(cases(tmp_path, "", head)), "--at", "2018-10-11T09:00"]
    assert main(words) == 2
    assert told in capsys.readouterr().err


def test_a_button_that_is_gone_is_no_way_out(world: Path) -> None:
    soon = sim.advise(world, paid="2 d", replications=1)
    assert [way.name for way in soon.ways] == ["as they do", "press", "wait"]
    short = sim.load(world).with_changes({"policy.cancellation.window.within": "20 d"})
    late = sim.advise(short, paid="25 d", replications=1)
    assert [way.name for way in late.ways] == ["as they do", "wait"]
    words = " ".join(sentences(late))
    assert "The cancel button is of no use to you: wait for the parcel, then dispute. That brings 100" in words


def test_without_a_platform_a_buyer_in_a_dispute_waits_or_takes_it_back(world: Path) -> None:
    only = "market.sellers.types.only"
    quick = {f"{only}.arrange": "1 d", f"{only}.dispatch": "0 d", f"{only}.dispute": {"accept": 1, "notice": "3 d"}}
    told = sim.advise(
        sim.load(world).with_changes(quick), paid="156 h", asked="12 h", stage="dispute", replications=1
    )
    assert [way.name for way in told.ways[1:]] == ["wait", "withdraw"]
    words = " ".join(sentences(told))
    assert "Best odds: wait for the answer. " in words
    assert "If they go on as buyers do, some of whom give up, 100" in words


@pytest.mark.parametrize("value", ["0", "-5", "abc"])
def test_nobody_pays_nothing(world: Path, value: str) -> None:
    with pytest.raises(BadUsage, match=r"value: found .*, expected an amount such as 30"):
        sim.advise(world, paid="5 d", value=value)

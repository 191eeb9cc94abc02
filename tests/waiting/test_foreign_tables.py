"""Tables of open cases in other people's words and formats, read by a mapping as `fit` takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.cli import main
from tests.waiting.test_forecast_and_advice import CERTAIN

MAPPING = """
orders: {file: o.csv, columns: {order: nr, paid: bezahlt, seller: laden, value: betrag, dispatched: weg}}
claims: {file: c.csv, columns: {order: nr, kind: grund, requested: angefragt, closed: erledigt, status: stand}}
formats: {default: "%d.%m.%Y %H:%M", erledigt: epoch_ms}
zone: {default: Asia/Shanghai, angefragt: UTC}
words: {status: {JA: accepted, OFFEN: open}, kind: {Meinung: regret}}
cut: 2018-11-02
period: {fit: 2018-02-26..2018-07-02}
base: certain.yaml
"""
HEAD = "laden,nr,bezahlt,weg,betrag,grund,angefragt,erledigt,stand,egal\n"
ROW = "Käufmann,B-1,05.10.2018 09:00,,24.50,Meinung,07.10.2018 01:00,,OFFEN,x\n"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    for name, text in {"certain.yaml": CERTAIN, "mapping.yaml": MAPPING, "cases.csv": HEAD + ROW}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = ["--open", str(tmp_path / "cases.csv"), "--mapping", str(tmp_path / "mapping.yaml")]
    return ["forecast", str(tmp_path / "certain.yaml"), *files, "--at", "2018-10-10T09:00", "--replicates", "3"]


def test_instants_are_read_in_their_own_format_and_zone(words: list[str]) -> None:
    table, mapping = words[3], words[5]
    told = sim.forecast(words[1], open=table, mapping=mapping, at="2018-10-10T09:00", replicates=3)
    # Asked at 01:00 UTC, 09:00 in Shanghai; noticed six days later and posted in three: six days from the 10th.
    assert told.base.days[0].tolist() == [6.0] * 5
    assert told.base.expected.tolist() == [2450.0]


def test_foreign_faults_stand_where_they_are_and_say_what_the_mapping_expects(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = ROW.replace("05.10.2018 09:00", "2018-10-05").replace("OFFEN", "offen")
    (tmp_path / "cases.csv").write_text(HEAD + row, encoding="utf-8")
    assert main([*words, "--out", str(tmp_path / "out"), "-q"]) == 2
    told = capsys.readouterr().err
    assert "cases.csv:2:14: paid: found '2018-10-05', expected an instant written as %d.%m.%Y %H:%M" in told
    assert "status: found 'offen', expected one of JA, OFFEN" in told
    assert not (tmp_path / "out").exists()


def test_a_forecast_that_is_there_is_kept_without_force(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([*words, "--out", str(out), "-q"]) == 0
    before = (out / "cases.csv").read_bytes()
    assert main([*words, "--out", str(out), "-q", "--seed", "9"]) == 2
    assert "already there; use --force to replace" in capsys.readouterr().err
    assert (out / "cases.csv").read_bytes() == before
    assert main([*words, "--out", str(out), "-q", "--force"]) == 0


def test_an_answer_outside_opening_hours_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = CERTAIN + 'calendars: {seller: {hours: {mon-fri: "09:00-18:00"}}}\n'
    (tmp_path / "world.yaml").write_text(closed)
    head = "order,paid,requested,closed,status,dispatched\n"
    table = tmp_path / "cases.csv"
    table.write_text(head + "a,2018-10-01T09:00,2018-10-02T09:00,2018-10-03T20:00,refused,\n")
    words = ["forecast", str(tmp_path / "world.yaml"), "--open", str(table), "--at", "2018-10-04T09:00"]
    assert main([*words, "--replicates", "2"]) == 2
    assert "found an answer while the seller is closed" in capsys.readouterr().err

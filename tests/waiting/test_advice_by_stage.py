"""Advice at every stage, in a world where every answer is known."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.errors import BadUsage
from sim.waiting.words import document, sentences
from tests.waiting.test_forecast_and_advice import CERTAIN

HAGGLED = (
    CERTAIN.replace("dispute: {accept: 1}", "dispute: {counter: 1, offer: 0.4, notice: 1 d}")
    .replace("order_value: 30", "order_value: 30\n  hours: [0,0,0,0,0,0,0,0,0,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0]")
    .replace("arrange: 20 d", "arrange: 1 d").replace("dispatch: 10 d", "dispatch: 0 d")
    .replace("on_silence: approve}}", "on_silence: approve, rounds: 1, offer: {clock: 5 d}}}")
    .replace("regret: {probability: 1, after: 2 d}", "regret: {probability: 1, after: 2 d}, offers: {notice: 4 d}")
    .replace("  refund:", "  mediation: {notice: 6 d, rulings: {buyer: 0, seller: 1}}\n  refund:")
)  # fmt: skip
ASKING = {"paid": "9 d", "asked": "1 d", "replications": 1}


@pytest.fixture
def haggled(tmp_path: Path) -> Path:
    path = tmp_path / "haggled.yaml"
    path.write_text(HAGGLED)
    return path


def test_an_offer_that_is_taken_is_a_part_now_and_one_that_is_turned_down_is_what_the_platform_says(
    haggled: Path,
) -> None:
    told = sim.advise(haggled, stage="offer", value=30, offer=12, **ASKING)  # type: ignore[arg-type]
    accept, refuse = told.ways[1:]
    assert (accept.paid.value, accept.part) == (1.0, 0.4)
    assert accept.days[0.5] == pytest.approx(3.0, abs=0.01)
    assert (refuse.paid.value, refuse.part) == (0.0, 0.0)
    words = " ".join(sentences(told))
    assert "The next deadline is yours, in 4 days: if you do not answer, you have turned it down." in words
    assert "If you take the offer and keep the goods, you get 40 % of the price." in words
    assert document(told)["choices"][0]["part_of_the_price"] == 0.4


def test_a_case_that_is_taken_back_brings_nothing_and_one_that_waits_is_ruled(haggled: Path) -> None:
    for_the_buyer = sim.load(haggled).with_changes({"policy.mediation.rulings": {"buyer": 1, "seller": 0}})
    told = sim.advise(for_the_buyer, stage="mediation", **ASKING)  # type: ignore[arg-type]
    wait, withdraw = told.ways[1:]
    assert (wait.paid.value, wait.days[0.5], withdraw.paid.value) == (1.0, 8.0, 0.0)


@pytest.mark.parametrize(
    ("stage", "lacks"),
    [
        ("offer", "offers of a part of the money"),
        ("mediation", "mediation"),
        ("return", "return for regret"),
        ("chargeback", "chargeback for regret"),
    ],
)
def test_a_stage_that_the_policy_does_not_know_is_a_plain_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stage: str, lacks: str
) -> None:
    path = tmp_path / "certain.yaml"
    path.write_text(CERTAIN)
    assert main(["advise", str(path), "--paid", "9d", "--asked", "1d", "--stage", stage]) == 2
    told = capsys.readouterr()
    assert f"this policy knows no {lacks}" in told.err
    assert told.out == ""


def test_an_offer_is_no_more_than_the_price(haggled: Path) -> None:
    with pytest.raises(BadUsage, match="offer: found 31, expected at most what was paid"):
        sim.advise(haggled, stage="offer", value=30, offer=31, **ASKING)  # type: ignore[arg-type]

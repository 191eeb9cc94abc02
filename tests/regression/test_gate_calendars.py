"""Holidays that came or went are a difference between calendars: the check says so, and keeps its pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.baselines.days_kept import as_it_was, days_off_of, other_days
from sim.experiment.light import _LATEST, _calendars
from sim.experiment.replication import calendars_of
from sim.scenario.days import Holidays
from tests.regression.gate_market import NINE_DAYS, Gate, market
from tests.regression.program import Answer, Ask
from tests.worlds import world

CHINA = NINE_DAYS | {
    "name": "china",
    "calendars.seller": {"hours": {"mon-sat": "09:00-18:00"}, "holidays": "CN"},
    "market.sellers.types.plain.dispatch": "2 bd",
}
"""Sellers dispatch in business days, and keep the holidays of China."""
MORE = tuple(date(2018, 10, day) for day in (15, 16, 17, 18))
"""Four days in the cohort window that are no holidays."""


@pytest.fixture(autouse=True)
def a_process_of_its_own() -> Iterator[None]:
    """Calendars are remembered for as long as a process lives, in which no package changes."""
    forget_calendars()
    yield
    forget_calendars()


def forget_calendars() -> None:
    _LATEST.clear()
    _calendars.cache_clear()


def with_more_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if another version of the package knew of four days more."""
    known = Holidays.between

    def between(self: Holidays, first: date, last: date) -> Iterator[date]:
        return iter([*known(self, first, last), *(day for day in MORE if first <= day <= last)])

    monkeypatch.setattr(Holidays, "between", between)
    forget_calendars()


def found(answer: Answer) -> dict[str, Any]:
    assert answer.out, answer.err
    (one,) = json.loads(answer.out)["scenarios"]
    return dict(one)


@pytest.fixture
def china(tmp_path: Path, ask: Ask) -> Gate:
    gate = Gate(market(tmp_path, CHINA, "china.yaml"), tmp_path / "kept", ask)
    assert gate.baseline("-q").code == 0
    return gate


@pytest.mark.slow
def test_another_version_of_the_holidays_is_no_other_luck_and_costs_no_pairing(
    china: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = f"[{', '.join(map(str, MORE))}]"
    in_the_file = found(china.check("--json", "--set", f"calendars.seller.closed={written}"))
    with_more_holidays(monkeypatch)
    by_the_package = found(china.check("--json"))
    assert [cause["kind"] for cause in by_the_package["causes"]] == ["calendars"]
    (cause,) = by_the_package["causes"]
    assert cause["said"].startswith("the calendars: calendars.seller.holidays has 4 days (2018-10-15, ")
    assert by_the_package["is_paired"]
    assert not by_the_package["is_identical"]
    # The same days, written into the file, move every measure by the same with the same interval.
    assert by_the_package["measures"] == in_the_file["measures"]
    assert by_the_package["verdict"] == in_the_file["verdict"]


@pytest.mark.slow
def test_holidays_that_change_nothing_of_the_outcomes_are_not_told(
    china: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Holidays.between
    later = date(2027, 7, 7)
    monkeypatch.setattr(Holidays, "between", lambda self, *span: iter([*known(self, *span), later]))
    forget_calendars()
    answer = china.check()
    assert answer.code == 0
    assert "calendars" not in answer.out


@pytest.mark.slow
def test_a_rule_that_changed_as_well_is_still_named(china: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    with_more_holidays(monkeypatch)
    monkeypatch.setattr("sim.rules.refunds.must_go_back", lambda *_: False)
    kinds = {cause["kind"] for cause in found(china.check("--json"))["causes"]}
    assert kinds == {"calendars", "rules"}


@pytest.mark.slow
def test_days_that_are_no_days_are_a_fault_of_the_baseline(china: Gate) -> None:
    path = china.baselines / "china" / "baseline.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["days_off"]["seller"][0] = "tomorrow"
    path.write_text(json.dumps(document), encoding="utf-8")
    answer = china.check()
    assert answer.code == 2
    assert "days_off: " in answer.err
    assert "record it anew" in answer.err


def test_kept_holidays_make_the_very_calendars_that_were_known(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = world(CHINA | {"calendars.bank.holidays": "BR"})
    kept, calendars = days_off_of(scenario), calendars_of(scenario)
    assert set(kept) == {"seller", "bank"}
    assert list(other_days(scenario, kept)) == []
    with_more_holidays(monkeypatch)
    assert calendars_of(scenario) != calendars
    assert calendars_of(as_it_was(scenario, kept)) == calendars
    assert [cause.what for cause in other_days(scenario, kept)] == [
        "calendars.seller.holidays",
        "calendars.bank.holidays",
    ]
    assert calendars_of(as_it_was(scenario, {})) == calendars_of(scenario)

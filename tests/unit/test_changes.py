"""`--set path=value` and changes from Python: small child files, applied last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import BadScenario
from sim.scenario.durations import Duration, Kind, parse_duration
from sim.scenario.loading import load, with_changes
from sim.scenario.resolved import described
from tests.scenario_files import BASE_FILE, faults_of, written


def changed(*changes: str) -> dict[str, Any]:
    """The base, changed on the command line, as plain values."""
    return described(load(BASE_FILE, changes))


def test_a_change_replaces_what_stands_at_its_path() -> None:
    assert changed("policy.cancellation.clock=3 d")["policy"]["cancellation"]["clock"] == "3 d"
    assert changed("policy.mediation = none")["policy"]["mediation"] == "none"


def test_a_change_is_applied_after_every_file_and_after_earlier_changes(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: base.yaml\nexperiment: {seed: 2}")
    assert load(path, ["experiment.seed=3", "experiment.seed=4"]).experiment.seed == 4


def test_a_change_reaches_into_a_list_by_number() -> None:
    dispatch = changed("market.sellers.types.absent.dispatch.mixture.0.law=5 d")["market"]["sellers"]["types"]
    assert dispatch["absent"]["dispatch"]["mixture"][0] == {"weight": 0.9, "law": "5 d"}


def test_a_mapping_merges_and_a_law_is_replaced() -> None:
    refund = changed("policy.refund={posting: {card: 2 bd}}")["policy"]["refund"]
    assert refund["within"] == "9 d"
    assert refund["posting"] == {"card": "2 bd", "wallet": "1 bd"}
    assert changed("market.order_value={constant: 5}")["market"]["order_value"] == 5


def test_a_change_may_name_what_the_files_leave_out_or_switch_off(tmp_path: Path) -> None:
    assert changed("calendars.bank.holidays=[]", "experiment.follow_up=5 d")["experiment"]["follow_up"] == "5 d"
    off = written(tmp_path, "extends: base.yaml\npolicy: {dispatch: none, promise: none}")
    assert load(off, ["policy.promise.within=3 d", "policy.dispatch.limit=2 d"]).policy.promise is not None


def test_a_change_of_the_default_reaches_every_row_that_does_not_differ() -> None:
    dispute = load(BASE_FILE, ["policy.dispute.default.on_silence=decline"]).policy.dispute
    assert dispute is not None
    assert dispute.regret is not None
    assert dispute.regret.on_silence.word == "decline"


TYPES = "market.sellers.types"
MIXTURE = f"{TYPES}.absent.dispatch.mixture"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("policy.cancellation.clok", "3 d", "unknown key — did you mean 'clock'?"),
        ("policy.cancelation.clock", "3 d", "nothing here is called 'cancelation' — did you mean 'cancellation'?"),
        (f"{TYPES}.promt.share", "1", "nothing here is called 'promt' — did you mean 'prompt'?"),
        ("market.orders_per_day.mon", "1", "found 30, which has nothing below it called 'mon'"),
        (f"{MIXTURE}.2.law", "1 d", "found '2', expected a number below 2, counting from 0"),
        (f"{MIXTURE}.x.law", "1 d", "found 'x', expected a number below 2, counting from 0"),
        ("policy.cancellation.clock", "3", "found 3, expected a duration"),
        ("policy.cancellation.clock", "010", "found 010, a leading zero"),
        ("policy.cancellation.clock", "*x", "aliases (*x) are not read"),
        ("policy.cancellation.clock", "[", "not YAML"),
        ("policy.cancellation.clock", "null", "found null, expected a value"),
        ("name", "\udcff", "this is not UTF-8"),
        ("extends", "base.yaml", "a change cannot extend another file"),
    ],
)
def test_a_change_that_cannot_be_made_is_a_fault(path: str, value: str, message: str) -> None:
    (fault,) = faults_of(BASE_FILE, [f"{path}={value}"])
    assert fault.startswith(f"--set: {path}: {message}")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("policy.cancellation.clock=", "--set: found 'policy.cancellation.clock=', expected path=value"),
        ("policy.cancellation.clock", "--set: found 'policy.cancellation.clock', expected path=value"),
        ("=5", "--set: unknown key"),
        ("\x1b[2J=5", "--set: \\x1b[2J: unknown key"),
    ],
)
def test_what_is_no_change_is_a_fault(change: str, fault: str) -> None:
    (found,) = faults_of(BASE_FILE, [change])
    assert found.startswith(fault)


def test_faults_of_changes_and_of_files_are_reported_together(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: base.yaml\nname: A b")
    assert len(faults_of(path, ["experiment.seed=-1", "x.y=1", "z"])) == 4


# From Python


def test_python_gives_its_own_values() -> None:
    clock = Duration(Kind.WALL, 3600)
    base = load(BASE_FILE, {"policy.cancellation.clock": clock, "policy.promise": None, "market.hours": [1] * 24})
    assert base.policy.cancellation is not None
    assert base.policy.cancellation.clock == clock
    assert base.policy.promise is None


def test_text_from_python_is_text_and_not_read_again() -> None:
    (fault,) = faults_of(BASE_FILE, {"experiment.seed": "5"})
    assert fault == "changes: experiment.seed: found '5', expected a whole number"
    (fault,) = faults_of(BASE_FILE, {"market.orders_per_day": float("nan")})
    assert fault.startswith("changes: market.orders_per_day: found nan, expected a finite number")


def test_a_scenario_with_changes_is_the_file_with_changes() -> None:
    changes = {"policy.dispute.default.clock": "1 d", "policy.cancellation.clock": "3 d", "name": "fast"}
    assert with_changes(load(BASE_FILE), changes) == load(BASE_FILE, changes)
    assert with_changes(load(BASE_FILE), {}) == load(BASE_FILE)


def test_a_scenario_is_not_touched_by_changing_it() -> None:
    base = load(BASE_FILE)
    with_changes(base, ["policy.cancellation.clock=3 d"])
    assert base.policy.cancellation is not None
    assert base.policy.cancellation.clock == parse_duration("9 d")


def test_changes_that_do_not_fit_are_faults_of_the_change() -> None:
    with pytest.raises(BadScenario, match=r"^changes: policy\.cancellation\.clock: found 5, expected"):
        with_changes(load(BASE_FILE), {"policy.cancellation.clock": 5})

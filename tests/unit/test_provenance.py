"""Where numbers come from: what a statement covers, and which numbers nobody vouches for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.loading import load_with_places
from sim.scenario.resolved import resolved_yaml
from sim.scenario.tree import dotted
from sim.show.report.basis import unsourced_of
from tests.scenario_files import BASE, BASE_FILE, faults_of, spoilt, written

COVERED = "  market: {kind: derived, from: a}\n  buyers: {kind: derived, from: b}\n"


def unsourced(path: Path, *changes: str) -> list[str]:
    """The paths of all numbers without provenance."""
    return [dotted(number.path) for number in load_with_places(path, changes).unsourced()]


def test_numbers_and_durations_of_the_world_need_a_provenance_and_words_do_not() -> None:
    found = unsourced(BASE_FILE)
    assert "market.sellers.types.absent.arrange" in found
    assert "market.sellers.types.absent.dispatch.mixture.0.law" in found
    assert "market.sellers.types.absent.dispatch.mixture.1.weight" in found
    assert "market.sellers.types.absent.dispatch.mixture.1.law" not in found, "never is a word"
    assert "market.peaks.2018-11-11" in found
    assert not any(path.startswith(("experiment", "policy", "buyers.regret.prob")) for path in found)


def test_a_statement_covers_everything_below_its_path(tmp_path: Path) -> None:
    assert unsourced(written(tmp_path, BASE + COVERED)) == []
    assert unsourced(written(tmp_path, BASE + "  buyers.regret: {kind: derived, from: b}\n")) == [
        path for path in unsourced(BASE_FILE) if not path.startswith("buyers.regret.")
    ]


def test_a_list_of_numbers_is_one_number_to_account_for(tmp_path: Path) -> None:
    text = BASE + COVERED.replace("market:", "market.sellers:")
    assert unsourced(written(tmp_path, text), "market.hours=[" + "1," * 24 + "]").count("market.hours") == 0
    hours = f"orders_per_day: 30\n  hours: [{', '.join('1' * 24)}]"
    assert unsourced(written(tmp_path, text.replace("orders_per_day: 30", hours))).count("market.hours") == 1


def test_a_child_that_changes_a_number_has_to_say_anew_where_it_comes_from(tmp_path: Path) -> None:
    written(tmp_path, BASE + COVERED, "covered.yaml")
    child = "extends: covered.yaml\npolicy: {cancellation: {clock: 3 d}}\n"
    assert unsourced(written(tmp_path, child)) == ["policy.cancellation.clock"]
    statement = "provenance: {policy.cancellation.clock: {kind: assumed, from: c, range: [1 d, 9 d]}}"
    assert unsourced(written(tmp_path, child + statement)) == []
    assert unsourced(written(tmp_path, f"extends: child.yaml\n{statement}", "grandchild.yaml")) == []


def test_a_child_may_vouch_for_what_its_base_says(tmp_path: Path) -> None:
    assert unsourced(written(tmp_path, f"extends: base.yaml\nprovenance:\n{COVERED}")) == []


def test_a_change_on_the_command_line_is_its_own_provenance(tmp_path: Path) -> None:
    path = written(tmp_path, BASE + COVERED)
    assert unsourced(path, "policy.cancellation.clock=3 d") == []


def test_a_number_without_provenance_is_shown_with_its_place() -> None:
    first = load_with_places(BASE_FILE).unsourced()[0]
    assert str(first).endswith("base.yaml:12:19: market.orders_per_day")


@pytest.mark.parametrize(
    "path",
    [
        "buyers.patience.dispute",
        "policy.dispute.regret.opens",
        "market.carrier.return_transit",
        "policy.refund.posting.card.uniform.low",
    ],
)
def test_a_statement_may_speak_of_a_default_or_of_an_inherited_row(tmp_path: Path, path: str) -> None:
    assert load_with_places(written(tmp_path, f"{BASE}  {path}: {{kind: derived, from: x}}\n"))


@pytest.mark.parametrize(
    "path", ["policy.cancelation", "market.sellers.types.promt", "buyers.regret.probability.x", "policy..x", "'5'"]
)
def test_a_statement_about_nothing_is_a_fault(tmp_path: Path, path: str) -> None:
    (fault,) = faults_of(written(tmp_path, f"{BASE}  {path}: {{kind: derived, from: x}}\n"))
    assert "expected the path of a value" in fault


@pytest.mark.parametrize(
    "bounds",
    [
        "[1, 2]",
        "[0, 3 d]",
        "[1 d, 36 h]",
        "[approve, decline, close]",
        "[3 d, none]",
        "[2 bd, 2.5 bd]",
        "[5 min of work, 1 h of work]",
    ],
)
def test_a_range_is_low_and_high_or_a_choice_of_words(tmp_path: Path, bounds: str) -> None:
    assert load_with_places(written(tmp_path, spoilt("[0.01, 0.3]", bounds)))


@pytest.mark.parametrize(
    "bounds",
    [
        "[2, 1]",
        "[1, 2, 3]",
        "[1]",
        "[36 h, 1 d]",
        "[1 d, 3 bd]",
        "[approve, approve]",
        "5",
        "[1, 3 d]",
        "[true, false]",
    ],
)
def test_a_range_that_is_none_is_refused(tmp_path: Path, bounds: str) -> None:
    (fault, *_) = faults_of(written(tmp_path, spoilt("[0.01, 0.3]", bounds)))
    assert "provenance.buyers.regret.probability" in fault


def test_a_statement_does_not_vouch_for_a_value_that_was_changed_after_it(tmp_path: Path) -> None:
    written(tmp_path, BASE + COVERED, "covered.yaml")
    child = written(tmp_path, "extends: covered.yaml\npolicy: {cancellation: {clock: 3 d}}\n")
    by_command = load_with_places(tmp_path / "covered.yaml", ["policy.cancellation.clock=3 d"])
    for loaded in (load_with_places(child), by_command):
        held = loaded.scenario.provenance.root
        assert "policy" not in held
        assert "policy.cancellation.clock" not in held
        assert {"market", "buyers"} <= set(held), "what was not changed is vouched for as before"


def test_a_statement_holds_for_the_parts_that_still_stand(tmp_path: Path) -> None:
    path = written(tmp_path, BASE + COVERED, "covered.yaml")
    held = load_with_places(path, ["market.orders_per_day=7"]).scenario.provenance.root
    assert "market.orders_per_day" not in held
    assert {"market.sellers", "market.carrier"} <= set(held)


def test_what_is_written_out_needs_no_more_sources_than_what_was_read(tmp_path: Path) -> None:
    loaded = load_with_places("scenarios/three-day-clock.yaml")
    shown = tmp_path / "shown.yaml"
    shown.write_text(resolved_yaml(loaded.scenario), encoding="utf-8")
    assert load_with_places(shown).unsourced() == loaded.unsourced() == []


# ------------------------------------------------------------------------------- deleted and back again

RETURNED = "{payer: buyer, post_within: 10 d}"
INSPECTED = RETURNED[:-1] + ", refund_on: inspected, inspection: {clock: 10 d, on_silence: approve}}"
NO_INSPECTION = ["policy.return.default.inspection=none", "policy.return.default.refund_on=received"]
STATED = (
    "  policy.return.default.inspection: {kind: derived, from: an older rule}\n"
    "  policy.return.default.inspection.clock: {kind: derived, from: the same}\n"
    "  policy.return: {kind: derived, from: all of it}\n"
)


def with_returns(folder: Path) -> None:
    """`first.yaml`, which states where its inspection comes from, and `second.yaml`, which has no returns."""
    assert BASE.count(RETURNED) == 1
    written(folder, BASE.replace(RETURNED, INSPECTED) + STATED, "first.yaml")
    written(folder, "extends: first.yaml\nname: second\npolicy: {return: none}\n", "second.yaml")


def test_a_statement_does_not_stick_to_a_default_that_came_back_for_a_deleted_value(tmp_path: Path) -> None:
    def stated(path: Path) -> set[str]:
        return {key for key in load_with_places(path).scenario.provenance.root if "return" in key}

    with_returns(tmp_path)
    row = "{payer: platform, post_within: 14 d, refund_on: received}"
    third = f"extends: second.yaml\nname: third\npolicy: {{return: {{default: {row}}}}}\n"
    assert {"policy.return", "policy.return.default.inspection"} <= stated(tmp_path / "first.yaml")
    assert stated(tmp_path / "second.yaml") == set()
    assert not any("inspection" in key for key in stated(written(tmp_path, third, "third.yaml")))


def test_a_change_that_deletes_a_value_takes_its_statement_along(tmp_path: Path) -> None:
    with_returns(tmp_path)
    first = load_with_places(tmp_path / "first.yaml").scenario
    changed = [
        load_with_places(tmp_path / "first.yaml", NO_INSPECTION).scenario,
        first.with_changes(dict(change.split("=") for change in NO_INSPECTION)),
    ]
    for scenario in changed:
        held = scenario.provenance.root
        assert not any(key.startswith("policy.return.default.inspection") for key in held)
        assert "policy.return.default.payer" in held, "the rest is vouched for as before"


def test_temu_does_not_blame_an_older_rule_of_taobaos_for_an_inspection_that_it_does_not_have() -> None:
    held = load_with_places("scenarios/temu.yaml").scenario.provenance.root
    assert "policy.return.default.inspection" not in held
    assert "policy.cancellation.ships_while_open" not in held
    assert "policy.return.default.payer" in held


def test_a_statement_about_a_row_does_not_outlive_the_default_that_the_row_inherited(tmp_path: Path) -> None:
    row = "  policy.dispute.regret.opens: {kind: derived, from: x}\n"
    path = written(tmp_path, BASE + row)
    assert "policy.dispute.regret.opens" in load_with_places(path).scenario.provenance.root
    later = load_with_places(path, ["policy.dispute.default.opens={after: paid}"])
    assert "policy.dispute.regret.opens" not in later.scenario.provenance.root


def test_a_part_of_a_statement_that_still_stands_is_shown_where_the_statement_is_written(tmp_path: Path) -> None:
    path = written(tmp_path, BASE + COVERED)
    loaded = load_with_places(path, ["market.orders_per_day=7"])
    shown = resolved_yaml(loaded.scenario, loaded.origin)
    (line,) = [line for line in shown.splitlines() if line.startswith("  market.carrier: {kind: derived")]
    number = path.read_text(encoding="utf-8").splitlines().index(COVERED.splitlines()[0]) + 1
    assert line.endswith(f"{path.name}:{number}")


def test_a_scenario_knows_of_its_numbers_without_provenance_what_its_file_did() -> None:
    loaded = load_with_places(BASE_FILE)
    of_file = [dotted(number.path) for number in loaded.unsourced()]
    assert [statement.path for statement in unsourced_of(loaded.scenario)] == of_file
    changed = loaded.scenario.with_changes({"policy.cancellation.clock": "3 d"})
    assert {statement.path for statement in unsourced_of(changed)} == {*of_file, "policy.cancellation.clock"}

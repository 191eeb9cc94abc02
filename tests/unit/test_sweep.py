"""What ifs of the seller's clock and of what silence means: every one of them, with one luck."""

from __future__ import annotations

import pytest

from sim.experiment.experiment import run
from sim.experiment.sweep import CLOCKS, REPLICATIONS, SHOWN, sweep
from sim.scenario.durations import parse_duration
from sim.vocabulary import Verdict
from tests.unit.busy_market import BUSY
from tests.unit.compared import swept
from tests.worlds import world

SMALL = BUSY | {"experiment.cohort": "5 d"}
A_DAY = CLOCKS[:1]


def test_every_clock_meets_every_meaning_of_silence_once() -> None:
    asked = [(point.on_silence, point.clock) for point in swept().points]
    assert asked == [(silence, clock) for silence in swept().silences for clock in swept().clocks]
    assert set(swept().silences) == set(Verdict) - {
        Verdict.SHIPPED,
        Verdict.WITHDRAWN,
        Verdict.SPLIT,
        Verdict.COUNTER,
    }


def test_a_point_is_what_a_run_of_that_scenario_gives() -> None:
    changes = {"name": "base", "policy.cancellation.clock": "1 d", "policy.cancellation.on_silence": "close"}
    alone = run(world(BUSY | changes), replications=2, jobs=1)
    point = next(p for p in swept().points if str(p.clock) == "1 d" and p.on_silence is Verdict.CLOSE)
    assert list(point.summary.index) == [name for name in alone.summary.index if name in SHOWN]
    assert point.summary.equals(alone.summary.loc[point.summary.index])
    assert point.curves.equals(alone.curves)


def test_the_policys_own_point_differs_from_itself_in_nothing() -> None:
    assert (swept().own.differences.loc["success_rate"] == 0).all()
    assert [point.is_own for point in swept().points].count(True) == 1


def test_a_difference_is_the_points_own_number_less_the_policys() -> None:
    point = next(p for p in swept().points if str(p.clock) == "2 d" and p.on_silence is Verdict.APPROVE)
    mine, own = (one.summary["value"].loc["success_rate"] for one in (point, swept().own))
    assert point.differences["difference"].loc["success_rate"] == pytest.approx(mine - own)


@pytest.mark.slow
def test_the_policys_own_clock_joins_the_others_in_its_place() -> None:
    found = sweep(world(SMALL | {"policy.cancellation.clock": "36 h"}), clocks=CLOCKS[:2], replications=1, jobs=1)
    assert found is not None
    assert [str(clock) for clock in found.clocks] == ["1 d", "1 d 12 h", "2 d"]
    assert parse_duration("36 h") not in CLOCKS


def test_without_a_platform_silence_cannot_hand_a_case_to_it() -> None:
    alone = SMALL | {"policy.mediation": "none", "policy.dispute.default.on_silence": "decline"}
    found = sweep(world(alone), clocks=A_DAY, replications=1, jobs=1)
    assert found is not None
    assert set(found.silences) == {Verdict.APPROVE, Verdict.DECLINE, Verdict.CLOSE}


@pytest.mark.parametrize("changes", [{"policy.cancellation": "none"}, {"policy.cancellation.clock": "none"}])
def test_without_a_clock_there_is_nothing_to_turn(changes: dict[str, str]) -> None:
    patience = {"buyers.patience": {"cancellation": "9 d"}}
    assert sweep(world(SMALL | patience | changes), replications=1, jobs=1) is None


@pytest.mark.slow
def test_progress_counts_every_replication_of_every_point() -> None:
    told: list[tuple[int, int]] = []
    found = sweep(world(SMALL), clocks=A_DAY, jobs=1, replications=1, progress=lambda *done: told.append(done))
    assert found is not None
    assert told == [(done, len(found.points)) for done in range(1, len(found.points) + 1)]


def test_a_scenario_of_many_replications_is_swept_with_a_few() -> None:
    assert world(SMALL).experiment.replications > REPLICATIONS

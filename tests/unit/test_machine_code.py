"""Machine code at hand: found by what it was made from, told apart by what it is given, never half there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sim.compiled import machine_code, places
from sim.compiled.machine_code import Code, written
from sim.errors import InternalError, UserError
from sim.experiment import engine_choice, making
from sim.experiment.engine_choice import COMPILING_PAYS_FROM, PAYS_FROM, chosen, expected_claims, made_ready
from sim.experiment.engines import AUTO, COMPILED, SIMPY
from tests.unit.test_engines import BUSY
from tests.worlds import world

CODE = Code("enter", "int", "enter_", "x86_64", b"\x7fELF and more")


@pytest.fixture
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Two folders that nothing is in yet, and a process that has loaded nothing."""
    two = [tmp_path / "beside" / "the package", tmp_path / "of the user"]
    monkeypatch.setattr(places, "folders", lambda: two)
    monkeypatch.setattr(machine_code, "_AT_HAND", {})
    monkeypatch.setattr(machine_code, "MADE", [])
    return two


def forbidden(folder: Path) -> None:
    """A place that cannot be written to, whoever asks: a file stands in the way."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")


# --------------------------------------------------------------------------------------- where it lies


def test_what_is_kept_is_found_again(own_places: list[Path]) -> None:
    assert machine_code.at_hand() == []
    assert places.keep(written([CODE])).parent == own_places[0]
    assert machine_code.at_hand() == [CODE]


def test_where_the_package_cannot_be_written_to_each_user_keeps_it(own_places: list[Path]) -> None:
    forbidden(own_places[0])
    assert places.keep(written([CODE])).parent == own_places[1]
    assert machine_code.at_hand() == [CODE]


def test_where_nothing_can_be_written_to_nobody_claims_it_was(own_places: list[Path]) -> None:
    for folder in own_places:
        forbidden(folder)
    with pytest.raises(OSError, match=r"exists|directory"):
        places.keep(written([CODE]))


def test_a_torn_file_is_as_good_as_none(own_places: list[Path]) -> None:
    whole = written([CODE])
    for torn in (whole[:-1], whole + b"!", whole[1:], whole.replace(b"more", b"less"), b"", b"[]\n", b"{}\n"):
        places.keep(torn)
        assert machine_code.at_hand() == []


def test_editions_stand_side_by_side_until_there_are_many(
    own_places: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(places.KEPT + 2):
        monkeypatch.setattr(places, "edition", lambda number=number: f"edition-{number}")
        place = places.keep(written([CODE]))
        os.utime(place, (number, number))
    assert len(list(own_places[0].glob("*.code"))) == places.KEPT
    assert place.exists()


def test_what_killed_writers_have_left_is_cleared(own_places: list[Path]) -> None:
    own_places[0].mkdir(parents=True)
    left = own_places[0] / f".{places.edition()}.code.999999"
    left.write_bytes(b"half")
    places.keep(written([CODE]))
    assert not left.exists()


def test_one_process_at_a_time_makes_it(own_places: list[Path]) -> None:
    with places.alone(patient=False) as first, places.alone(patient=False) as second:
        assert (first, second) == (True, False)
    with places.alone(patient=False) as again:
        assert again


# ------------------------------------------------------------------------------ what it is made for


class Pair(NamedTuple):
    one: object
    other: object


def test_arguments_are_told_apart_as_numba_tells_them_apart() -> None:
    table = np.zeros((3, 4), dtype=np.int64)
    record = np.zeros(3, dtype=[("at", "i8"), ("turn", "i8")])
    others = [
        table, table.T, table[:, ::2], table[0], table.astype(np.int32), table.astype(float), record,
        np.zeros(3, dtype=[("at", "i8"), ("number", "i8")]), 1, 1.0, True, (1, 2), Pair(1, 2), Pair(1, 2.0),
    ]  # fmt: skip
    names = [machine_code._type_of(other) for other in others]
    assert len(set(names)) == len(names)
    assert machine_code._type_of(table) == machine_code._type_of(np.ones((7, 1), dtype=np.int64))
    assert machine_code._type_of(1) == machine_code._type_of(np.int64(2))


# ---------------------------------------------------------------------------------- which engine it is


def scenarios_with(claims: float) -> int:
    """Replications of the busy world in which about so many claims are made."""
    return int(claims / expected_claims(world(BUSY))) + 1


def test_machine_code_at_hand_is_taken_for_all_but_few_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "is_at_hand", lambda: True)
    enough = scenarios_with(PAYS_FROM)
    assert chosen(AUTO, [world(BUSY)], enough).engine == COMPILED
    assert chosen(AUTO, [world(BUSY)], enough - 1).engine == SIMPY


def test_all_scenarios_of_a_command_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "is_at_hand", lambda: True)
    third = scenarios_with(PAYS_FROM / 3)
    assert chosen(AUTO, [world(BUSY)] * 3, third).engine == COMPILED
    assert chosen(AUTO, [world(BUSY)], third).engine == SIMPY


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No machine code is at hand; what would be begun in the background is noted instead."""
    lines: list[str] = []
    monkeypatch.setattr(machine_code, "is_at_hand", lambda: False)
    monkeypatch.setattr(machine_code, "unfit", lambda: None)
    monkeypatch.setattr(making, "begin_beside", lambda tell: lines.append("begun"))
    return lines


def test_without_machine_code_the_run_is_simpys_and_the_code_is_made_beside_it(begun: list[str]) -> None:
    choice = chosen(AUTO, [world(BUSY)], scenarios_with(PAYS_FROM))
    assert (choice.engine, choice.is_for_want_of_code) == (SIMPY, True)
    assert made_ready(choice, "tiny", begun.append).engine == SIMPY
    assert begun == ["begun"]


def test_few_claims_are_worth_no_machine_code(begun: list[str]) -> None:
    made_ready(chosen(AUTO, [world(BUSY)], 1), "tiny", begun.append)
    made_ready(chosen(SIMPY, [world(BUSY)], 1000), "tiny", begun.append)
    assert begun == []


def test_so_many_claims_are_worth_waiting_for_the_compiler(begun: list[str]) -> None:
    assert chosen(AUTO, [world(BUSY)], scenarios_with(COMPILING_PAYS_FROM)).engine == COMPILED


def test_where_nothing_can_be_kept_it_is_simpy_and_that_is_said(begun: list[str], own_places: list[Path]) -> None:
    for folder in own_places:
        forbidden(folder)
    choice = chosen(AUTO, [world(BUSY)], scenarios_with(PAYS_FROM))
    assert made_ready(choice, "tiny", begun.append).engine == SIMPY
    assert begun == [f"tiny: engine simpy, {engine_choice.NO_PLACE}\n"]


# -------------------------------------------------------------------------------- what does not fit


@pytest.fixture
def misfit(monkeypatch: pytest.MonkeyPatch, own_places: list[Path]) -> None:
    """A Numba whose insides are others."""

    def fails() -> None:
        raise AttributeError("module 'numba' has no attribute 'njit'\nand more")

    monkeypatch.setattr(making, "prove", fails)


def test_where_numba_does_not_fit_the_run_is_simpys_and_says_so_and_nobody_tries_again(misfit: None) -> None:
    told: list[str] = []
    reason = "AttributeError: module 'numba' has no attribute 'njit'"
    for asked in (COMPILED, AUTO):
        choice = chosen(asked, [world(BUSY)], scenarios_with(COMPILING_PAYS_FROM))
        assert made_ready(choice, "tiny", told.append)[:2] == (
            SIMPY,
            f"the compiled one does not run here: {reason}",
        )
    assert told.count(making.COMPILING) == 1
    assert told[-1] == f"tiny: engine simpy, the compiled one does not run here: {reason}\n"


def test_to_warm_tries_again_and_says_why_it_is_in_vain(misfit: None) -> None:
    for _ in range(2):
        with pytest.raises(UserError, match="does not run here, and SimPy does its work: AttributeError"):
            making.warm(tell=lambda line: None)


def test_to_warm_fails_where_what_it_made_goes_with_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(making, "have_ready", lambda *_, **__: None)
    monkeypatch.setattr(places, "place_of_code", lambda: tmp_path / "until-the-end.code")
    with pytest.raises(UserError, match=r"nothing is prepared: none of .* can be written to; .*REFUND_SIM_CODE"):
        making.warm(tell=lambda line: None)


def test_a_folder_that_may_not_be_looked_into_holds_no_machine_code_and_takes_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def locked(place: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(place))

    for question in ("is_file", "exists"):
        monkeypatch.setattr(Path, question, locked)
    assert places.place_of_code() is None
    assert not places.can_keep()


def test_machine_code_that_tells_other_stories_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiment import twin_check

    def otherwise(engine: str, *world: object) -> object:
        records = run_simpy(*world)  # type: ignore[arg-type]
        if engine == COMPILED:
            records.claims["refund"][-1] += 1
        return records

    from sim.market.engine import run_simpy

    monkeypatch.setattr(twin_check, "live", otherwise)
    with pytest.raises(InternalError, match="tells other stories than SimPy"):
        twin_check.prove()


# ----------------------------------------------------------------------------------- beside a run


BESIDE = """
import sys, time
from sim.experiment import making
making.MAKE = sys.argv[1]
making.begin_beside(sys.stdout.write)
sys.stdout.write(f"{making._beside[0].pid}\\n")
sys.stdout.flush()
exec(sys.argv[2])
"""
STAYS = """
import sim.experiment.making as making, time, pathlib, sys
making._made = lambda tell: (time.sleep(2), pathlib.Path({file!r}).write_text('made'))
making.machine_code.is_at_hand = lambda: False
making.main()
"""


def beside(tmp_path: Path, then: str) -> tuple[int, Path, subprocess.CompletedProcess[str]]:
    """A command that begins the work in the background, and how that goes on."""
    file = tmp_path / "made"
    words = [sys.executable, "-c", BESIDE, STAYS.format(file=str(file)), then]
    environment = os.environ | {places.ELSEWHERE: str(tmp_path / "code")}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return int(done.stdout.splitlines()[1]), file, done


def is_gone(process: int) -> bool:
    """Whether it ends within some seconds."""
    from tests.unit.test_jobs import gone

    return gone([process])


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")


@pytest.mark.slow
@needs_proc
def test_nobody_waits_for_the_background_and_it_goes_on(tmp_path: Path) -> None:
    process, file, done = beside(tmp_path, "pass")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("compiling the faster engine in the background")
    assert not file.exists(), "the command ended first"
    assert is_gone(process)
    assert file.exists()


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("end", ["making.stop_beside()", "import os; os.kill(os.getpid(), 9)"])
def test_a_command_that_is_stopped_leaves_nothing_behind(tmp_path: Path, end: str) -> None:
    process, file, _ = beside(tmp_path, f"time.sleep(0.5); {end}")
    assert is_gone(process)
    assert not file.exists()

"""The exit code says what was found, whatever becomes of the streams: the table of docs/exit-codes.md."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.door import INTERRUPTED
from tests.regression.program import ROOT
from tests.scenario_files import spoilt, written

TABLE = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
FINE, FOUND, BAD_INPUT, DEFECT, UNSURE = 0, 1, 2, 3, 4
WHAT = {
    FINE: "return 0",
    FOUND: "return 1",
    BAD_INPUT: "raise UserError('no such file')",
    DEFECT: "raise ZeroDivisionError",
    UNSURE: "return 4",
    INTERRUPTED: "os.kill(os.getpid(), signal.SIGINT)",
}
"""What a command does at its end, by the exit code that it has."""
A_COMMAND = """
import os, signal, sys
from sim import commands
from sim.door import door
from sim.errors import UserError

def schema(_):
    sys.stdout.write("found\\n" * 10_000)
    sys.stdout.flush()
    sys.stderr.write("said\\n")
    {what}

commands.schema = schema
sys.argv = ["refund-sim", "schema"]
door()
"""
"""A command of this program but for what it does; the way to it, and from it, is that of all."""


@contextmanager
def closed() -> Iterator[int | None]:
    """Not there at all."""
    yield None


@contextmanager
def full() -> Iterator[int]:
    """On a disk that is full."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no disk that is always full")
    with open("/dev/full", "wb") as file:
        yield file.fileno()


@contextmanager
def unread() -> Iterator[int]:
    """A pipe whose reader has left, as `| head -1` does."""
    ours, theirs = os.pipe()
    os.close(ours)
    yield theirs
    os.close(theirs)


STREAMS = (closed, full, unread)


def code_of(program: list[str], *broken: int, how: Callable[[], object]) -> int:
    """The exit code with these streams (1 is stdout, 2 is stderr) broken in this way."""
    with how() as handle:  # type: ignore[attr-defined]
        given = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
        for number in broken:
            if handle is not None:
                given["stdout" if number == 1 else "stderr"] = handle
        words = program
        if handle is None:
            closing = " ".join(f"{number}>&-" for number in broken)
            words = ["sh", "-c", f'exec "$@" {closing}', "sh", *program]
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(words, env=surroundings, check=False, timeout=60, **given).returncode


@pytest.mark.slow
@pytest.mark.parametrize("how", STREAMS)
@pytest.mark.parametrize("code", WHAT)
def test_a_broken_stream_changes_no_code_but_that_of_a_result_which_a_full_disk_lost(
    code: int, how: Callable[[], object]
) -> None:
    program = [sys.executable, "-c", A_COMMAND.format(what=WHAT[code])]
    lost = BAD_INPUT if how is full and code == FINE else code
    assert code_of(program, 1, how=how) == lost
    assert code_of(program, 1, 2, how=how) == lost


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGHUP"])
def test_other_ends_are_as_ctrl_c(signal: str) -> None:
    what = f"os.kill(os.getpid(), signal.{signal})"
    done = subprocess.run(
        [sys.executable, "-c", A_COMMAND.format(what=what)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (INTERRUPTED, "said\ninterrupted\n")


@pytest.mark.slow
@pytest.mark.parametrize("how", STREAMS)
def test_a_bad_scenario_is_a_bad_scenario_where_nobody_hears_why(how: Callable[[], object], tmp_path: Path) -> None:
    path = written(tmp_path, spoilt("clock: 9 d", "clock: 9 parsecs"))
    assert code_of([sys.executable, "-m", "sim", "validate", str(path)], 2, how=how) == BAD_INPUT


def test_the_table_has_every_code_once() -> None:
    rows = re.findall(r"^\| (\d+) \|", TABLE, flags=re.MULTILINE)
    assert [int(row) for row in rows] == list(WHAT)


INTERRUPTED_AT = """
import os, signal, sys
import sim.door

class Typing:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Typing())
sys.argv = ["refund-sim", "schema"]
sim.door.door()
"""


@pytest.mark.parametrize("module", ["sim.cli", "argparse", "sim.arguments", "sim.commands"])
def test_ctrl_c_while_the_program_is_still_being_loaded_shows_no_traceback(module: str) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", INTERRUPTED_AT.format(module=module)]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (INTERRUPTED, "interrupted\n")


def test_hardly_anything_is_loaded_before_ctrl_c_is_taken_care_of() -> None:
    line = "import sys; before = set(sys.modules); import sim.door; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", line], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    loaded = set(ast.literal_eval(done.stdout.decode()))
    assert {name for name in loaded if name.startswith("sim")} == {"sim", "sim.door", "sim.version"}
    assert not loaded & {"argparse", "numpy", "pandas", "pydantic", "typing", "re"}

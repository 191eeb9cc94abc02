"""Where the words go: terminals, pipes that nobody reads, disks that are full, alphabets that are small."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario.loading import load
from tests.regression.program import ROOT, SMALL, Ask, program
from tests.scenario_files import spoilt, written

BAD_INPUT = 2
COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7])[0-9;]*m")


def shell(line: str, folder: Path) -> str:
    """What a line of POSIX shell prints in a folder; `refund-sim` in it is the program."""
    typed = line.replace("refund-sim", f"PYTHONPATH='{ROOT}' '{sys.executable}' -m sim")
    done = subprocess.run(["sh", "-c", typed], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def typed_at_a_terminal(*words: object, folder: Path, **env: str) -> str:
    """What the program shows at a terminal, with every control character."""
    pty = pytest.importorskip("pty")  # there is none on Windows
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sim", *map(str, words)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **env}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=folder, env=surroundings) as running:
        os.close(theirs)
        shown = b"".join(iter(lambda: _some_of(ours), b""))
    os.close(ours)
    assert running.returncode == 0, shown
    return shown.decode()


def _some_of(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


@pytest.mark.parametrize(
    "line",
    [
        "{ refund-sim schema; echo $? >&2; } | true",
        "{ refund-sim --help; echo $? >&2; } | true",
        pytest.param(
            f"{{ refund-sim run {SMALL[0]} --orders-per-day 5 -q; echo $? >&2; }} | true", marks=pytest.mark.slow
        ),
    ],
    ids=["schema", "help", "run"],
)
def test_a_reader_who_leaves_early_is_no_fault(line: str, tmp_path: Path) -> None:
    assert shell(line, tmp_path) == "0\n"


def test_a_fault_is_a_fault_even_if_nobody_reads_it(tmp_path: Path) -> None:
    assert shell("{ { refund-sim validate no-such-file; echo $? >&3; } 2>&1 | true; } 3>&1", tmp_path) == "2\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_for_the_user_to_mend(tmp_path: Path) -> None:
    assert shell("refund-sim schema > /dev/full; echo $?", tmp_path) == "2\ncannot write: no space left\n"


@pytest.mark.slow
def test_a_bar_moves_on_a_terminal_and_no_colour_is_used_where_none_is_wanted(tmp_path: Path) -> None:
    shown = typed_at_a_terminal("run", *SMALL, "--keep", "summary", folder=tmp_path, NO_COLOR="1")
    assert "2/2 replications" in shown
    assert "95 % interval" in shown
    assert not COLOUR.search(shown)


@pytest.mark.usefixtures("without_charts")
def test_no_bar_moves_where_there_is_no_terminal_even_if_colours_are_wanted(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ask("run", *SMALL).err == "results and charts: results/<scenario>/\n"


def test_letters_that_a_terminal_does_not_know_are_escaped_and_read_back(tmp_path: Path) -> None:
    path = written(tmp_path, spoilt("title: A small marketplace", 'title: "Größe – 中 😀"'))
    answer = program("show", path, env={"PYTHONIOENCODING": "ascii"})
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.isascii()
    assert load(written(tmp_path, answer.out, "shown.yaml")).title == "Größe – 中 😀"


def test_a_file_name_that_is_no_text_is_told_all_the_same(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    try:
        written(tmp_path, "extends: base.yaml\n", name)
    except OSError:
        pytest.skip("this system's file names are always text")
    answer = program("validate", tmp_path / name)
    assert (answer.code, answer.err) == (0, "")
    assert "without provenance" in answer.out


def test_a_file_name_is_neither_a_command_to_a_ci_nor_one_to_a_terminal(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    for name in ("::error::mine.yaml", "\x1b[31m##[error]mine.yaml"):
        try:
            written(folder, "extends: base.yaml\n", name)
        except OSError:
            pytest.skip("this system has no such file names")
    os.chdir(folder)
    for words in (
        ("validate", "."),
        ("validate", "::error::mine.yaml"),
        ("validate", "\x1b[31m##[error]mine.yaml"),
    ):
        answer = ask(*words)
        assert answer.code == 0
        for line in (answer.out + answer.err).splitlines():
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
            assert "\x1b" not in line

"""Surroundings that are none of ours to choose: the backend, style and optimisation that somebody else has set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.regression.program import ROOT, SMALL, Answer, Ask, files_of, program

TINY = (*SMALL, "--orders-per-day", "5", "-q")
BAD_INPUT = 2
STYLE_OF_SOMEBODY = """\
agg.path.chunksize: 100
axes.facecolor: yellow
date.epoch: 0000-12-31T00:00:00
figure.dpi: 40
font.size: 20
lines.antialiased: False
path.simplify: False
path.sketch: 5, 100, 2
svg.image_inline: False
text.antialiased: False
text.hinting: none
timezone: Asia/Tokyo
"""
WITHOUT_INLINE = (
    "import os, importlib.metadata as known; real = known.entry_points; "
    "known.entry_points = lambda **which: () if which.get('group') == 'matplotlib.backend' else real(**which)"
)
"""Before matplotlib is imported: no package brings it another backend."""


def python(line: str, backend: str) -> Answer:
    """What a line of Python says under this MPLBACKEND."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": backend}
    done = subprocess.run(
        [sys.executable, "-c", line], env=surroundings, capture_output=True, text=True, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow
def test_neither_a_backend_that_is_not_there_nor_a_users_style_changes_a_byte(tmp_path: Path) -> None:
    plain, odd, folder = tmp_path / "plain", tmp_path / "odd", tmp_path / "somebody"
    folder.mkdir()
    (folder / "matplotlibrc").write_text(STYLE_OF_SOMEBODY)
    assert program("run", *TINY, "--out", plain).code == 0
    said = program("run", *TINY, "--out", odd, cwd=folder, env={"MPLBACKEND": "no-such-backend"})
    assert (said.code, said.err) == (0, "")
    before, after = files_of(plain / "base"), files_of(odd / "base")
    charts = [path for path in before if path.startswith("charts/")]
    assert charts
    assert {path: after[path] for path in charts} == {path: before[path] for path in charts}
    assert set(after) == set(before)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["no-such-backend", "module://matplotlib_inline.backend_inline", "svg", ""])
def test_charts_can_be_drawn_whatever_backend_is_exported(backend: str) -> None:
    said = python(f"{WITHOUT_INLINE}; import sim.show.charts; print(os.environ['MPLBACKEND'])", backend)
    assert (said.out.strip(), said.code) == (backend, 0), said.err


@pytest.mark.slow
@pytest.mark.parametrize("words", [("schema",), ("init", "mine", "--out", "{folder}/mine.yaml", "-q", "--force")])
def test_without_docstrings_the_program_says_the_same(words: tuple[str, ...], tmp_path: Path) -> None:
    said = []
    for level in ("0", "2"):
        answer = program(*(word.format(folder=tmp_path) for word in words), env={"PYTHONOPTIMIZE": level})
        said.append((answer, files_of(tmp_path)))
    assert said[0] == said[1]
    assert said[0][0].code == 0


def test_more_jobs_than_any_machine_has_cores_are_refused_before_anything_is_done(ask: Ask) -> None:
    assert ask("run", *SMALL, "--jobs", "100000000") == (
        BAD_INPUT,
        "",
        "found 100,000,000 jobs, expected a number from 1 to 1,024\n",
    )
    assert not list(Path().iterdir())


LONG = "x" * 300


@pytest.mark.parametrize(
    "words",
    [
        ("run", LONG),
        ("run", *SMALL, "--out", LONG),
        ("run", *SMALL, "--out", f"{LONG}/deeper"),
        ("compare", LONG, SMALL[0]),
        ("compare", SMALL[0], LONG),
        ("compare", SMALL[0], SMALL[0], "--out", LONG),
        ("trace", LONG, "--order", "1"),
        ("validate", LONG),
        ("show", LONG),
        ("init", "mine", "--out", LONG),
        ("baseline", LONG, "--baselines", "b"),
        ("baseline", *SMALL, "--baselines", LONG),
        ("check", LONG, "--baselines", "b"),
        ("check", *SMALL, "--baselines", LONG),
        ("check", *SMALL, "--baselines", "b", "--out", LONG),
        ("check", *SMALL, "--baselines", "b", "--history", LONG),
        ("fit", LONG, "--out", "b"),
        ("fit", LONG, "--check"),
        ("export", LONG, "--to", "xes"),
    ],
    ids=lambda words: " ".join(
        word if len(word) < 20 else "LONG" if "x" * 9 in word else "…" for word in map(str, words)
    ),
)
def test_a_name_that_is_too_long_for_the_disk_is_for_the_user_to_mend(words: tuple[str, ...], ask: Ask) -> None:
    answer = ask(*words)
    assert answer.code == BAD_INPUT, answer.err
    assert "Traceback" not in answer.err
    assert "name too long" in answer.err.lower()
    assert not list(Path().iterdir())

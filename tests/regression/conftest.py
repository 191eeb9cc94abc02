"""The program as its users meet it: words in, an exit code and two streams out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import main
from tests.regression.program import Answer, Ask


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Gives the program its words, in this process and in an empty folder, as wide as no terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def ask(*words: object) -> Answer:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Answer(code, *capsys.readouterr())

    return ask


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Result folders without pictures, which take longer than all the rest."""
    monkeypatch.setattr("sim.show.charts.draw_all", lambda _: {})

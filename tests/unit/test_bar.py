"""How far a run has come, from Python: on a terminal, in a notebook, and where nobody looks."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from sim.show.notebook import bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_line_that_is_gone_when_the_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    step = bar()
    step(1, 3)
    first, second = "━" * 10 + " " * 20 + " 1 of 3 replications", "━" * 20 + " " * 10 + " 2 of 3 replications"
    step(2, 3)
    assert terminal.getvalue() == f"\r{first}\r{second}"
    step(3, 3)
    assert terminal.getvalue() == f"\r{first}\r{second}\r{' ' * len(first)}\r"


def test_where_nobody_looks_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    bar()(1, 3)
    assert capsys.readouterr() == ("", "")


def test_a_notebook_shows_a_bar_that_is_gone_when_the_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel with the three names that the bar asks of it."""
    shown: list[str] = []

    class Shell:
        pass

    def display(html: str, *, display_id: bool) -> SimpleNamespace:
        assert display_id
        shown.append(html)
        return SimpleNamespace(update=shown.append)

    monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", SimpleNamespace(ZMQInteractiveShell=Shell))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=Shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(HTML=str, display=display))
    step = bar()
    for done in (1, 2):
        step(done, 2)
    assert shown == [
        "",
        '<progress value="1" max="2" aria-label="1 of 2 replications"></progress> 1 of 2 replications',
        "",
    ]
